// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "crypto/digest.h"
#include "engine_internal.h"
#include "os/fs.h"

#include <string.h>

/*
 * Compiled patterns on disk: "SWPAT1\n", the SHA-256 of the rest in hexadecimal and a
 * line feed, one byte a pattern ('1': Hyperscan has it), and the database. The name holds
 * a hash of the patterns, the library's version and the kind of processor, so a file
 * never has to be replaced; one that is damaged is made anew. A cache that cannot be
 * written costs time only.
 */

static const char MAGIC[] = "SWPAT1\n";

enum { MAGIC_LEN = 7, HEAD_LEN = MAGIC_LEN + 65 };
#define CACHE_MAX_BYTES ((uint64_t)1 << 30)

/* "CACHE/patterns-0123..": empty if there is no cache, or no memory. */
static enum err_code file_name(const struct engine_patterns *p, const char *cache,
                               struct buf *out, struct err *err)
{
	struct buf key = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc;

	hyper_identity(&key);
	for (size_t i = 0; i < p->count; i++)
		buf_printf(&key, "%c%u %zu %s", '\n', p->items[i].id,
		           strlen(p->items[i].pattern), p->items[i].pattern);
	rc = buf_err(&key, err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&key), hex, err);
	if (rc == ERR_OK)
		buf_printf(out, "%s/patterns-%.32s", cache, hex);
	buf_fini(&key);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

/* ---- from the cache ---- */

static bool is_whole(struct span file, size_t patterns)
{
	struct span body = span_from(file, HEAD_LEN);
	char hex[DIGEST_HEX];

	return span_starts(file, span_of(MAGIC, MAGIC_LEN)) && body.len > patterns &&
	       digest_hex(body, hex, NULL) == ERR_OK &&
	       memcmp(file.ptr + MAGIC_LEN, hex, 64) == 0;
}

static void note_refused(struct scan_engine *e, const struct engine_patterns *p,
                         struct span known)
{
	for (size_t i = 0; i < p->count; i++) {
		if (known.ptr[i] == '1')
			continue;
		if (p->items[i].id < e->rules->count)
			e->of[p->items[i].id].always = true;
		else
			e->blind = true;
	}
}

static bool load(struct scan_engine *e, const struct engine_patterns *p, const char *path)
{
	struct buf file = BUF_INIT;
	struct span body;
	bool found = false;

	if (os_read_file(path, CACHE_MAX_BYTES, &file, NULL) == ERR_OK &&
	    is_whole(buf_span(&file), p->count)) {
		body = span_from(buf_span(&file), HEAD_LEN);
		found = hyper_load(&e->db, span_from(body, p->count), NULL) == ERR_OK;
		if (found)
			note_refused(e, p, span_sub(body, 0, p->count));
	}
	buf_fini(&file);
	return found;
}

/* ---- into the cache ---- */

static enum err_code store(const struct scan_engine *e, struct span known,
                           const char *cache, const char *path, struct err *err)
{
	struct buf body = BUF_INIT;
	struct buf file = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc;

	buf_put(&body, known);
	rc = hyper_store(e->db, &body, err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&body), hex, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(cache, 0700, err);
	if (rc == ERR_OK) {
		buf_printf(&file, "%s%s\n", MAGIC, hex);
		buf_put(&file, buf_span(&body));
		rc = buf_err(&file, err);
	}
	if (rc == ERR_OK)
		rc = os_write_atomic(path, buf_span(&file), 0600, err);
	buf_fini(&body);
	buf_fini(&file);
	return rc;
}

/* ---- compiling ---- */

/* Compiles what Hyperscan can; `known` says which those are. */
static enum err_code compile(struct scan_engine *e, const struct engine_patterns *p,
                             struct buf *known, struct err *err)
{
	struct engine_patterns rest = { .arena = ARENA_INIT };
	enum err_code rc;
	size_t bad = 0;

	rest.items = arena_array(&rest.arena, p->count, sizeof(*rest.items));
	buf_fill(known, '1', p->count);
	rc = rest.items == NULL ? err_nomem(err) : buf_err(known, err);
	while (rc == ERR_OK) {
		rest.count = 0;
		for (size_t i = 0; i < p->count; i++) {
			if (known->ptr[i] == '1')
				rest.items[rest.count++] = p->items[i];
		}
		rc = hyper_compile(&e->db, rest.items, rest.count, &bad, err);
		if (rc != ERR_UNSUPPORTED || bad == rest.count)
			break;
		for (size_t i = 0; i < p->count; i++) {
			if (known->ptr[i] == '1' && bad-- == 0)
				known->ptr[i] = '0';
		}
		rc = ERR_OK;
	}
	if (rc == ERR_OK)
		note_refused(e, p, buf_span(known));
	arena_fini(&rest.arena);
	return rc;
}

enum err_code scan_engine_patterns(struct scan_engine *e, struct engine_patterns *p,
                                   const char *cache, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf known = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc = ERR_OK;

	if (cache != NULL)
		rc = file_name(p, cache, &path, err);
	if (rc == ERR_OK && (cache == NULL || !load(e, p, buf_str(&path)))) {
		rc = compile(e, p, &known, err);
		if (rc == ERR_OK && cache != NULL &&
		    store(e, buf_span(&known), cache, buf_str(&path), &why) != ERR_OK)
			log_event(LOG_DEBUG, "patterns are not cached: %s", why.msg);
	}
	buf_fini(&path);
	buf_fini(&known);
	return rc;
}
