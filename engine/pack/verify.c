// SPDX-License-Identifier: Apache-2.0
#include "pack/verify.h"

#include "base/buf.h"
#include "base/mem.h"
#include "chunk/compress.h"
#include "crypto/digest.h"
#include "crypto/ident.h"
#include "pack/keyring.h"
#include "pack/pack_internal.h"
#include "pack/pack_read.h"

#include <string.h>

/* Groups at a time: ids of two chunks are made side by side, and a large chunk is a group
 * of its own. */
enum { SIDES = 2 };

struct lb_pack_verifier {
	const struct lb_keyring *keys;
	struct lb_ident *ident;
	struct lb_decompressor *decompressor;
	struct buf stored[SIDES];
	struct buf plain[SIDES];
	struct buf gap;
	struct lb_ident_job *jobs; /* the chunks of those groups */
	size_t job_count;
	size_t job_cap;
};

/* One pack being looked at. */
struct look {
	struct lb_pack_verifier *v;
	struct lb_pack_reader *reader;
	struct lb_pack_head head;
	struct lb_pack_table table;
};

enum err_code lb_pack_verifier_new(struct lb_pack_verifier **out,
                                   const struct lb_keyring *k, struct err *err)
{
	struct lb_pack_verifier *v = mem_new(sizeof(*v));
	enum err_code rc;

	if (!v)
		return err_nomem(err);
	v->keys = k;
	if ((rc = lb_ident_new(&v->ident, k->ident, &k->id_key, err)) != ERR_OK ||
	    (rc = lb_decompressor_new(&v->decompressor, err)) != ERR_OK)
		goto out;
	*out = v;
	v = NULL;
out:
	lb_pack_verifier_free(v);
	return rc;
}

void lb_pack_verifier_free(struct lb_pack_verifier *v)
{
	if (!v)
		return;
	lb_ident_free(v->ident);
	lb_decompressor_free(v->decompressor);
	for (size_t i = 0; i < SIDES; i++) {
		buf_fini(&v->stored[i]);
		buf_fini(&v->plain[i]);
	}
	buf_fini(&v->gap);
	mem_free(v->jobs);
	mem_free(v);
}

static enum err_code in_pack(const struct lb_id *name, enum err_code rc, struct err *err)
{
	char hex[LB_ID_HEX];

	lb_id_hex(name, hex);
	return err_wrap(err, rc, "pack %s", hex);
}

static enum err_code read_body(struct look *l, uint32_t offset, uint32_t len,
                               struct buf *into, struct err *err)
{
	buf_clear(into);
	if (!buf_reserve(into, len))
		return err_nomem(err);
	into->len = len;
	return lb_pack_read(l->reader, &l->head, offset, len, (unsigned char *)into->ptr,
	                    err);
}

/* What is no group is zeros. */
static enum err_code check_gap(struct look *l, uint32_t from, uint32_t to,
                               struct err *err)
{
	while (from < to) {
		uint32_t n = to - from < PACK_FRAME ? to - from : PACK_FRAME;
		enum err_code rc = read_body(l, from, n, &l->v->gap, err);

		if (rc != ERR_OK)
			return rc;
		for (uint32_t i = 0; i < n; i++) {
			if (l->v->gap.ptr[i] != 0)
				return in_pack(&l->head.name,
				               err_set(err, ERR_CORRUPT,
				                       "its padding is not empty"),
				               err);
		}
		from += n;
	}
	return ERR_OK;
}

static enum err_code add_jobs(struct lb_pack_verifier *v, const struct lb_group *g,
                              const struct lb_chunk *chunks, struct span plain,
                              struct err *err)
{
	size_t at = 0;

	for (size_t i = 0; i < g->chunks; i++) {
		if (!mem_grow(&v->jobs, v->job_count, &v->job_cap, sizeof *v->jobs))
			return err_nomem(err);
		v->jobs[v->job_count++] = (struct lb_ident_job){
			.type = (enum lb_chunk_type)chunks[i].type,
			.plain = span_sub(plain, at, chunks[i].length),
		};
		at += chunks[i].length;
	}
	return ERR_OK;
}

/* The jobs are those of `chunks` and the chunks after it. */
static enum err_code check_jobs(struct look *l, const struct lb_chunk *chunks,
                                struct err *err)
{
	struct lb_pack_verifier *v = l->v;
	const size_t count = v->job_count;
	char hex[LB_ID_HEX];
	enum err_code rc = lb_ident_of_all(v->ident, v->jobs, count, err);

	v->job_count = 0;
	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		if (lb_id_eq(&v->jobs[i].id, &chunks[i].id))
			continue;
		lb_id_hex(&chunks[i].id, hex);
		rc = in_pack(&l->head.name,
		             err_set(err, ERR_CORRUPT,
		                     "chunk %s does not have the content of its id", hex),
		             err);
	}
	return rc;
}

static enum err_code unpack_group(struct look *l, const struct lb_group *g, size_t side,
                                  struct span *out, struct err *err)
{
	struct buf *stored = &l->v->stored[side];
	struct buf *plain = &l->v->plain[side];
	enum err_code rc = read_body(l, g->offset, g->stored, stored, err);

	*out = buf_span(stored);
	if (rc != ERR_OK || g->codec == LB_CODEC_STORED)
		return rc;
	buf_clear(plain);
	if (!buf_reserve(plain, g->length))
		return err_nomem(err);
	plain->len = g->length;
	rc = lb_decompress(l->v->decompressor, g->codec, buf_span(stored), g->length,
	                   (unsigned char *)plain->ptr, err);
	*out = buf_span(plain);
	return rc == ERR_OK ? ERR_OK : in_pack(&l->head.name, rc, err);
}

static bool tables_equal(const struct lb_pack_table *a, const struct lb_pack_table *b)
{
	if (a->group_count != b->group_count || a->chunk_count != b->chunk_count)
		return false;
	for (size_t i = 0; i < a->group_count; i++) {
		const struct lb_group *x = &a->groups[i];
		const struct lb_group *y = &b->groups[i];

		if (x->offset != y->offset || x->stored != y->stored ||
		    x->length != y->length || x->chunks != y->chunks ||
		    x->codec != y->codec)
			return false;
	}
	for (size_t i = 0; i < a->chunk_count; i++) {
		if (!lb_id_eq(&a->chunks[i].id, &b->chunks[i].id) ||
		    a->chunks[i].length != b->chunks[i].length ||
		    a->chunks[i].type != b->chunks[i].type)
			return false;
	}
	return true;
}

static enum err_code check_body(struct look *l, struct err *err)
{
	const size_t count = l->table.group_count;
	const struct lb_chunk *next = l->table.chunks;
	const struct lb_chunk *first = next; /* that was not looked at */
	uint32_t end = 0;
	enum err_code rc;

	l->v->job_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct lb_group *g = &l->table.groups[i];
		struct span plain;

		if ((rc = check_gap(l, end, g->offset, err)) != ERR_OK ||
		    (rc = unpack_group(l, g, i % SIDES, &plain, err)) != ERR_OK ||
		    (rc = add_jobs(l->v, g, next, plain, err)) != ERR_OK)
			return rc;
		next += g->chunks;
		end = g->offset + g->stored;
		if (i % SIDES < SIDES - 1 && i < count - 1)
			continue;
		if ((rc = check_jobs(l, first, err)) != ERR_OK)
			return rc;
		first = next;
	}
	return check_gap(l, end, l->head.body, err);
}

static enum err_code check_name(const struct lb_id *name, struct span bytes,
                                struct err *err)
{
	struct lb_id hash;
	enum err_code rc = lb_hash(bytes, &hash, err);

	if (rc != ERR_OK || lb_id_eq(&hash, name))
		return rc;
	return in_pack(
		name,
		err_set(err, ERR_CORRUPT, "its bytes are not those that its name says"),
		err);
}

/* As far as one can look without keys. */
static enum err_code check_outside(const struct lb_id *name, struct span bytes,
                                   struct err *err)
{
	struct span header = span_sub(bytes, 0, PACK_HEADER);
	struct pack_header h;
	struct pack_footer f;
	enum err_code rc = pack_header_decode(&h, header, err);

	if (rc == ERR_OK)
		rc = pack_footer_decode(&f,
		                        span_from(bytes, bytes.len > PACK_FOOTER
		                                                 ? bytes.len - PACK_FOOTER
		                                                 : 0),
		                        header, bytes.len, err);
	return rc == ERR_OK ? ERR_OK : in_pack(name, rc, err);
}

enum err_code lb_pack_verify(struct lb_pack_verifier *v, const struct lb_id *name,
                             struct span bytes, const struct lb_pack_info *info,
                             struct err *err)
{
	struct look l = { .v = v, .table = LB_PACK_TABLE_INIT };
	/* The writer hashed what it sealed as it went: a byte that changed since does not
	 * fit its frame's tag, and the header's and footer's not the footer's check. */
	const bool named = info && v->keys->can_read;
	enum err_code rc = named ? ERR_OK : check_name(name, bytes, err);

	if (rc != ERR_OK)
		return rc;
	if (!v->keys->can_read)
		return check_outside(name, bytes, err);
	if ((rc = lb_pack_reader_new_bytes(&l.reader, bytes, v->keys, err)) != ERR_OK ||
	    (rc = lb_pack_head_load(l.reader, name, bytes.len, &l.head, err)) != ERR_OK ||
	    (rc = lb_pack_table_load(l.reader, &l.head, &l.table, err)) != ERR_OK)
		goto out;
	if (info && (info->size != l.head.size || info->kind != l.head.kind ||
	             !tables_equal(&l.table, &info->table))) {
		rc = in_pack(name,
		             err_set(err, ERR_CORRUPT, "its table is not what was noted"),
		             err);
		goto out;
	}
	rc = check_body(&l, err);
out:
	lb_pack_head_wipe(&l.head);
	lb_pack_table_fini(&l.table);
	lb_pack_reader_free(l.reader);
	return rc;
}
