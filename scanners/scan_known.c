// SPDX-License-Identifier: Apache-2.0
#include "scan_known.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/version.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "entries.h"
#include "lib/vcs.h"
#include "os/clock.h"
#include "os/fs.h"
#include "ruleset.h"
#include "scan_cache.h"
#include "scan_cache_sweep.h"
#include "scanners/baseline.h"
#include "scanners/depend/depend.h"
#include "tracked.h"

#include <string.h>

/* Times of files come from a clock that ticks, and one that shows whole seconds may only
 * know every second one of them. What changed less than this before the scan began could
 * change again without a trace. */
#define TICK_NS INT64_C(100000000)
#define WHOLE_NS INT64_C(1000000000)
#define COARSE_NS (3 * WHOLE_NS)

enum { KEY_STATE = 's', KEY_BLOB = 'b', KEY_FOLDER = 'd', KEY_TREE = 't' };

/* ---- terms ---- */

/* Which program this is. Its version alone would not tell two builds apart. */
static bool put_program(struct buf *out)
{
	struct os_stat st;

	if (os_program_stat(&st, NULL) != ERR_OK)
		return false;
	buf_puts(out, version_string());
	buf_putc(out, '\0');
	wire_put_u64(out, st.ino);
	wire_put_u64(out, st.size);
	wire_put_i64(out, st.mtime_ns);
	return true;
}

static void put_options(struct buf *out, const struct scan_options *o,
                        const struct scan_selection *rules)
{
	static const struct lb_id none = { { 0 } };
	const struct lb_id *own = o->own != NULL ? &o->own->id : &none;

	wire_put_u8(out, (uint8_t)o->engine);
	wire_put_u8(out, o->count_lines);
	wire_put_u8(out, o->claims != NULL);
	wire_put_u8(out, o->note_files || o->baseline != NULL);
	wire_put_bytes(out, span_str(os_env("SEAWORTHY_ENGINE")));
	wire_put_raw(out, own->b, sizeof(own->b));
	/* The one keys fingerprints, the other is not scanned. */
	wire_put_bytes(out, span_str(o->baseline != NULL ? o->baseline->salt : ""));
	wire_put_bytes(out, span_str(o->baseline != NULL ? o->baseline->real : ""));
	for (size_t i = 0; i < rules->count; i++)
		wire_put_u8(out, rules->on[i]);
	for (size_t i = 0; i < o->exclude_count; i++) /* other files, another cache */
		wire_put_bytes(out, span_str(o->exclude[i]));
}

/* "FOLDER/results-PROJECT-TERMS" */
static enum err_code name_file(struct scan_known *k, struct span project,
                               const struct lb_id *terms, struct err *err)
{
	char where[DIGEST_HEX];
	char what[DIGEST_HEX];
	enum err_code rc = digest_hex(project, where, err);

	if (rc != ERR_OK)
		return rc;
	lb_id_hex(terms, what);
	buf_printf(&k->path, "%s/" SCAN_CACHE_PREFIX "%.16s-%.16s", k->folder, where,
	           what);
	return buf_err(&k->path, err);
}

static enum err_code open_cache(struct scan_known *k, const struct scan_options *o,
                                struct span project, struct err *err)
{
	struct buf text = BUF_INIT;
	struct lb_id terms;
	enum err_code rc = ERR_OK;

	if (!put_program(&text))
		goto out;
	put_options(&text, o, k->rules);
	if ((rc = buf_err(&text, err)) != ERR_OK)
		goto out;
	if ((rc = lb_hash(buf_span(&text), &terms, err)) != ERR_OK)
		goto out;
	if ((rc = name_file(k, project, &terms, err)) != ERR_OK)
		goto out;
	rc = scan_cache_open(&k->cache, buf_str(&k->path), &terms, k->worker_count, err);
out:
	buf_fini(&text);
	return rc;
}

enum err_code scan_known_open(struct scan_known *k, const struct scan_options *o,
                              struct span project, const struct scan_selection *rules,
                              struct scan_tracked *tracked, size_t workers,
                              struct err *err)
{
	*k = (struct scan_known){ .folder = o->cache,
		                  .rules = rules,
		                  .tracked = tracked,
		                  .started_ns = os_now_ms() * 1000000 };
	if (o->anew || o->explain_drops || o->cache == NULL || o->cache[0] == '\0')
		return ERR_OK;
	k->workers = mem_new(workers * sizeof(*k->workers));
	if (k->workers == NULL)
		return err_nomem(err);
	k->worker_count = workers;
	return open_cache(k, o, project, err);
}

void scan_known_store(struct scan_known *k)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	if (k->cache == NULL || !scan_cache_has_news(k->cache))
		return;
	rc = os_mkdirs(k->folder, 0700, &why);
	if (rc == ERR_OK)
		rc = scan_cache_store(k->cache, buf_str(&k->path), &why);
	if (rc == ERR_OK)
		rc = scan_cache_sweep(k->folder, os_now_ms(), &why);
	if (rc != ERR_OK)
		log_event(LOG_DEBUG, "results are not cached: %s", why.msg);
}

void scan_known_close(struct scan_known *k)
{
	for (size_t i = 0; i < k->worker_count; i++) {
		buf_fini(&k->workers[i].key);
		buf_fini(&k->workers[i].value);
	}
	mem_free(k->workers);
	scan_cache_free(k->cache);
	buf_fini(&k->path);
	*k = (struct scan_known){ .cache = NULL };
}

/* ---- keys ---- */

/* The hash of what is in the worker's buffer. */
static bool finish_key(const struct scan_known *k, const struct buf *text,
                       struct scan_cache_key *out)
{
	*out = scan_cache_key_of(k->cache, buf_span(text));
	return buf_ok(text);
}

static bool key_of_state(struct scan_known *k, size_t worker, uint8_t kind,
                         const struct scan_known_file *f, struct scan_cache_key *out)
{
	struct buf *text = &k->workers[worker].key;

	buf_clear(text);
	wire_put_u8(text, kind);
	wire_put_u64(text, f->st->size);
	wire_put_i64(text, f->st->mtime_ns);
	wire_put_i64(text, f->st->ctime_ns);
	wire_put_u64(text, f->st->ino);
	wire_put_u64(text, f->st->dev);
	buf_put(text, f->of.project);
	return finish_key(k, text, out);
}

/* Who takes what is known by it looks at the bytes as well: filters give a blob more than
 * one form in the working tree, even of one size. */
static bool key_of_blob(struct scan_known *k, size_t worker,
                        const struct scan_known_file *f, struct scan_cache_key *out)
{
	const unsigned char *id = scan_tracked_blob(k->tracked, f->path, f->st);
	struct buf *text = &k->workers[worker].key;

	if (id == NULL)
		return false;
	buf_clear(text);
	wire_put_u8(text, KEY_BLOB);
	wire_put_u64(text, f->st->size);
	wire_put_raw(text, id, VCS_ID);
	buf_put(text, f->of.project);
	return finish_key(k, text, out);
}

/* Is the file still in the state that it had before it was read? Else what was read may
 * be another content than git's blob. */
static bool is_as_it_was(struct scan_known *k, size_t worker,
                         const struct scan_known_file *f)
{
	struct buf *path = &k->workers[worker].key;
	struct os_stat now;

	buf_clear(path);
	buf_put(path, f->path);
	return buf_ok(path) && os_lstat(buf_str(path), &now, NULL) == ERR_OK &&
	       now.size == f->st->size && now.mtime_ns == f->st->mtime_ns &&
	       now.ctime_ns == f->st->ctime_ns && now.ino == f->st->ino;
}

/* Whoever writes to a file changes its ctime, and nobody can set that. */
static bool is_settled(const struct scan_known *k, const struct os_stat *st)
{
	int64_t margin = st->ctime_ns % WHOLE_NS == 0 ? COARSE_NS : TICK_NS;

	return st->ctime_ns < k->started_ns - margin;
}

/* ---- asking and noting ---- */

bool scan_known_any(const struct scan_known *k)
{
	return k->cache != NULL && !scan_cache_is_empty(k->cache);
}

/* Is the result of this file its own alone? */
static bool stands_alone(const struct scan_known *k, const struct scan_known_file *f)
{
	return !k->rules->dependency || !scan_depend_wants(f->of.project);
}

static void add_sum(uint64_t sum[2], const uint64_t more[2])
{
	sum[0] += more[0];
	sum[1] += more[1] + (sum[0] < more[0]);
}

/* One more file of the tree; NULL: nobody knows in which state. */
static void see(struct scan_known *k, size_t worker, const struct scan_cache_key *state)
{
	struct scan_known_worker *w = &k->workers[worker];
	uint64_t more[2];

	if (state == NULL) {
		w->unsettled = true;
		return;
	}
	memcpy(more, state->b, sizeof(more));
	add_sum(w->states.sum, more);
	w->states.count++;
}

/* Are the bytes of the file those that this was found in? */
static bool has_bytes(struct scan_known *k, size_t worker,
                      const struct scan_known_file *file, struct span value)
{
	struct buf *path = &k->workers[worker].key;
	struct buf *bytes = &k->workers[worker].value;
	struct scan_cache_key now;

	buf_clear(path);
	buf_clear(bytes);
	buf_put(path, file->path);
	if (!buf_ok(path) ||
	    os_read_file(buf_str(path), file->st->size, bytes, NULL) != ERR_OK)
		return false;
	now = scan_cache_key_of(k->cache, buf_span(bytes));
	return span_starts(value, span_of((const char *)now.b, sizeof(now.b)));
}

bool scan_known_take(struct scan_known *k, size_t worker,
                     const struct scan_known_file *file, struct scan_sink *sink)
{
	struct scan_cache_key state;
	struct scan_cache_key blob;
	struct span value = SPAN_EMPTY;
	bool by_blob = false;
	bool stated;

	if (k->cache == NULL)
		return false;
	stated = key_of_state(k, worker, KEY_STATE, file, &state);
	if (stated)
		value = scan_cache_find(k->cache, &state);
	if (value.ptr == NULL && key_of_blob(k, worker, file, &blob)) {
		value = scan_cache_find(k->cache, &blob);
		by_blob = value.ptr != NULL;
	}
	if (value.ptr == NULL || (by_blob && !has_bytes(k, worker, file, value)) ||
	    !scan_outcome_take(span_from(value, SCAN_CACHE_KEY), &file->of, k->rules,
	                       sink))
		return false;
	/* Next time git need not be asked; a failure costs just that. */
	if (by_blob && is_settled(k, file->st))
		(void)!scan_cache_alias(k->cache, worker, &state, value, NULL);
	stated = stated && (!by_blob || is_settled(k, file->st));
	see(k, worker, stated ? &state : NULL);
	return true;
}

enum err_code scan_known_note(struct scan_known *k, size_t worker,
                              const struct scan_known_file *file,
                              const struct scan_pass *pass,
                              const struct scan_outcome_mark *since,
                              enum scan_scope scope, struct err *err)
{
	struct scan_cache_key keys[2];
	struct scan_cache_key bytes;
	struct buf *value;
	size_t count = 0;

	if (k->cache == NULL)
		return ERR_OK;
	if (is_settled(k, file->st) &&
	    key_of_state(k, worker, KEY_STATE, file, &keys[count]))
		count++;
	see(k, worker, count > 0 ? &keys[0] : NULL);
	if (pass->secretive || !stands_alone(k, file))
		return ERR_OK;
	value = &k->workers[worker].value;
	if (key_of_blob(k, worker, file, &keys[count]) && is_as_it_was(k, worker, file))
		count++;
	buf_clear(value);
	bytes = scan_cache_key_of(k->cache, file->data);
	wire_put_raw(value, bytes.b, sizeof(bytes.b));
	scan_outcome_put(value, pass, since, scope);
	return !buf_ok(value) ? err_nomem(err)
	                      : scan_cache_note(k->cache, worker, keys, count,
	                                        buf_span(value), err);
}

/* ---- folders ---- */

struct span scan_known_entries(struct scan_known *k, size_t worker,
                               const struct scan_known_file *folder)
{
	struct scan_cache_key key;
	struct span value = SPAN_EMPTY;

	if (k->cache != NULL && key_of_state(k, worker, KEY_FOLDER, folder, &key))
		value = scan_cache_find(k->cache, &key);
	/* A value has a byte at least: the first says that this is one. */
	if (value.len == 0 || value.ptr[0] != KEY_FOLDER ||
	    !scan_entries_are_sound(span_from(value, 1)))
		return SPAN_EMPTY;
	return span_from(value, 1);
}

enum err_code scan_known_listed(struct scan_known *k, size_t worker,
                                const struct scan_known_file *folder, struct span entries,
                                struct err *err)
{
	struct scan_cache_key key;
	struct buf *value;

	if (k->cache == NULL || !is_settled(k, folder->st) ||
	    !key_of_state(k, worker, KEY_FOLDER, folder, &key))
		return ERR_OK;
	value = &k->workers[worker].value;
	buf_clear(value);
	wire_put_u8(value, KEY_FOLDER);
	buf_put(value, entries);
	return !buf_ok(value)
	               ? err_nomem(err)
	               : scan_cache_note(k->cache, worker, &key, 1, buf_span(value), err);
}

/* ---- the tree ---- */

/* How many files there are, and in which states. */
static void put_states(struct buf *out, const struct scan_known *k)
{
	struct scan_known_states all = { 0, { 0, 0 } };

	for (size_t i = 0; i < k->worker_count; i++) {
		add_sum(all.sum, k->workers[i].states.sum);
		all.count += k->workers[i].states.count;
	}
	wire_put_u64(out, all.count);
	wire_put_u64(out, all.sum[0]);
	wire_put_u64(out, all.sum[1]);
}

bool scan_known_judgement(struct scan_known *k, struct span tree,
                          struct scan_cache_key *key, struct span *value)
{
	struct buf text = BUF_INIT;
	bool certain = k->cache != NULL;

	*value = SPAN_EMPTY;
	for (size_t i = 0; i < k->worker_count && certain; i++)
		certain = !k->workers[i].unsettled;
	wire_put_u8(&text, KEY_TREE);
	wire_put_bytes(&text, tree);
	put_states(&text, k);
	certain = certain && finish_key(k, &text, key);
	if (certain)
		*value = scan_cache_find(k->cache, key);
	buf_fini(&text);
	return certain;
}

enum err_code scan_known_judged(struct scan_known *k, const struct scan_cache_key *key,
                                struct span value, struct err *err)
{
	return scan_cache_note(k->cache, 0, key, 1, value, err);
}
