// SPDX-License-Identifier: Apache-2.0
/* Runs from segments and from memory; the merge of runs is in index_merge.c. */
#include "backend/backend.h"
#include "base/mem.h"
#include "base/str.h"
#include "os/clock.h"
#include "os/mapped.h"
#include "os/random.h"
#include "os/walk.h"
#include "pack/index_build_internal.h"
#include "pack/keyring.h"
#include "pack/object.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_BYTES = 8, TAG_HEX = 2 * TAG_BYTES + 1, STALE_MS = 24 * 3600 * 1000 };

/* Runs of this repository are named "<start of its id>-<random>.run". */
static void repo_prefix(const struct lb_index *ix, char out[TAG_HEX])
{
	str_hex(ix->keys->repo.b, TAG_BYTES, out);
}

enum err_code index_new_path(const struct lb_index *ix, struct buf *out, struct err *err)
{
	unsigned char token[TAG_BYTES];
	char repo[TAG_HEX];
	char hex[TAG_HEX];

	os_random(token, sizeof(token));
	str_hex(token, sizeof(token), hex);
	repo_prefix(ix, repo);
	buf_clear(out);
	buf_printf(out, "%s/%s-%s.run.tmp", buf_str(&ix->dir), repo, hex);
	return buf_err(out, err);
}

/* Gives the file its final name; a run of own rows loses its name instead. */
static enum err_code settle_name(struct index_slot *s, const char *temporary,
                                 struct err *err)
{
	if (s->own) {
		os_discard(temporary);
		return ERR_OK;
	}
	s->path = mem_dup(span_of(temporary, strlen(temporary) - strlen(".tmp")));
	return s->path ? os_rename(temporary, s->path, err) : err_nomem(err);
}

enum err_code index_adopt(struct lb_index *ix, const char *temporary, bool own,
                          struct index_slot *out, struct err *err)
{
	struct index_slot s = { .own = own };
	enum err_code rc = lb_run_open(&s.run, temporary, &ix->keys->repo, err);

	if (rc == ERR_OK)
		rc = settle_name(&s, temporary, err);
	if (rc != ERR_OK) {
		os_discard(temporary);
		index_slot_fini(&s);
		return index_wrap(ix, rc, err);
	}
	*out = s;
	return ERR_OK;
}

/* Segments on their way into one run. */
struct batch {
	struct lb_id *segments;
	size_t segment_count;
	size_t segment_cap;
	struct lb_run_pack *packs;
	size_t pack_count;
	struct lb_row *rows;
	size_t row_count;
};

static void batch_clear(struct batch *b)
{
	mem_free(b->segments);
	mem_free(b->packs);
	mem_free(b->rows);
	memset(b, 0, sizeof(*b));
}

/* A pack and where it stood before the packs were sorted. */
struct sorted_pack {
	struct lb_run_pack pack;
	uint32_t was;
};

static int pack_order(const void *a, const void *b)
{
	const struct sorted_pack *x = a;
	const struct sorted_pack *y = b;
	int c = lb_id_cmp(&x->pack.name, &y->pack.name);

	return c != 0 ? c
	              : (x->pack.segment > y->pack.segment) -
	                        (x->pack.segment < y->pack.segment);
}

/* Packs by name, rows by prefix with the new positions of their packs. */
static enum err_code batch_sort(struct batch *b, struct err *err)
{
	struct sorted_pack *sorted = NULL;
	uint32_t *now = NULL;
	enum err_code rc = ERR_OK;

	if (b->pack_count == 0)
		return ERR_OK;
	if (!mem_array(&sorted, b->pack_count, sizeof(*sorted)) ||
	    !mem_array(&now, b->pack_count, sizeof(*now))) {
		rc = err_nomem(err);
		goto out;
	}
	for (size_t i = 0; i < b->pack_count; i++)
		sorted[i] = (struct sorted_pack){ b->packs[i], (uint32_t)i };
	qsort(sorted, b->pack_count, sizeof(*sorted), pack_order);
	for (size_t i = 0; i < b->pack_count; i++) {
		b->packs[i] = sorted[i].pack;
		now[sorted[i].was] = (uint32_t)i;
	}
	for (size_t i = 0; i < b->row_count; i++)
		b->rows[i].pack = now[b->rows[i].pack];
	lb_rows_sort(b->rows, b->row_count);
out:
	mem_free(sorted);
	mem_free(now);
	return rc;
}

static enum err_code batch_put(const struct batch *b, struct lb_run_writer *w,
                               struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < b->segment_count; i++)
		rc = lb_run_writer_segment(w, &b->segments[i], err);
	for (size_t i = 0; rc == ERR_OK && i < b->pack_count; i++)
		rc = lb_run_writer_pack(w, &b->packs[i], err);
	for (size_t i = 0; rc == ERR_OK && i < b->row_count; i++)
		rc = lb_run_writer_row(w, &b->rows[i], err);
	return rc == ERR_OK ? lb_run_writer_finish(w, err) : rc;
}

/* Makes a run of the batch and installs it; the batch is empty then. */
static enum err_code batch_write(struct lb_index *ix, struct batch *b, bool own,
                                 struct err *err)
{
	struct lb_run_size size = { b->segment_count, b->pack_count, b->row_count };
	struct index_slot slot = { 0 };
	struct lb_run_writer *w = NULL;
	struct buf path = BUF_INIT;
	enum err_code rc;

	if ((rc = batch_sort(b, err)) != ERR_OK ||
	    (rc = index_new_path(ix, &path, err)) != ERR_OK)
		goto out;
	if ((rc = lb_run_writer_new(&w, buf_str(&path), &ix->keys->repo, &size, err)) !=
	            ERR_OK ||
	    (rc = batch_put(b, w, err)) != ERR_OK) {
		rc = index_wrap(ix, rc, err);
		goto out;
	}
	batch_clear(b); /* before the next one is allocated */
	if ((rc = index_adopt(ix, buf_str(&path), own, &slot, err)) == ERR_OK &&
	    (rc = index_install(ix, &slot, true, err)) != ERR_OK)
		index_slot_fini(&slot);
out:
	lb_run_writer_free(w);
	buf_fini(&path);
	return rc;
}

static enum err_code batch_add(struct batch *b, const struct lb_id *name,
                               const struct lb_segment_view *v, struct err *err)
{
	if (!mem_grow(&b->segments, b->segment_count, &b->segment_cap,
	              sizeof(*b->segments)))
		return err_nomem(err);
	if (v->pack_count > 0 &&
	    !mem_array(&b->packs, b->pack_count + v->pack_count, sizeof(*b->packs)))
		return err_nomem(err);
	if (v->row_count > 0 &&
	    !mem_array(&b->rows, b->row_count + v->row_count, sizeof(*b->rows)))
		return err_nomem(err);
	for (size_t i = 0; i < v->row_count; i++) {
		struct lb_row *r = &b->rows[b->row_count++];

		lb_segment_view_row(v, i, r);
		r->pack += (uint32_t)b->pack_count;
	}
	for (size_t i = 0; i < v->pack_count; i++) {
		struct lb_segment_pack p;

		lb_segment_view_pack(v, i, &p);
		b->packs[b->pack_count++] = (struct lb_run_pack){
			.name = p.name,
			.size = p.size,
			.kind = p.kind,
			.chunks = p.chunks,
			.segment = (uint32_t)b->segment_count,
		};
	}
	b->segments[b->segment_count++] = *name;
	return ERR_OK;
}

/* The plaintext of a stored segment. */
static enum err_code fetch_segment(struct lb_index *ix, const struct lb_id *name,
                                   struct buf *plain, struct err *err)
{
	uint64_t max = LB_SEGMENT_PLAIN_MAX;
	struct buf sealed = BUF_INIT;
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_segment_store_key(name, key);
	rc = lb_backend_get(ix->backend, key, lb_object_sealed_max(max), &sealed, err);
	if (rc == ERR_OK)
		rc = lb_object_open(ix->keys, LB_OBJECT_SEGMENT, name, buf_span(&sealed),
		                    max, plain, err);
	buf_fini(&sealed);
	return rc;
}

/* Adds one segment to the batch, which is written out first where it would grow big. */
static enum err_code load_segment(struct lb_index *ix, struct batch *b,
                                  const struct lb_id *name, bool *missing,
                                  struct err *err)
{
	struct buf plain = BUF_INIT;
	struct lb_segment_view v;
	enum err_code rc;

	*missing = false;
	rc = fetch_segment(ix, name, &plain, err);
	if (rc == ERR_OK)
		rc = lb_segment_view_init(buf_span(&plain), &v, err);
	if (rc != ERR_OK) {
		char hex[LB_ID_HEX];

		lb_id_hex(name, hex);
		rc = err_wrap(err, rc, "index segment %s", hex);
		*missing = rc != ERR_NOMEM;
		goto out;
	}
	if (b->row_count > 0 && b->row_count + v.row_count > LB_SEGMENT_ROWS_MAX / 2) {
		if ((rc = batch_write(ix, b, false, err)) != ERR_OK)
			goto out;
	}
	rc = batch_add(b, name, &v, err);
out:
	buf_fini(&plain);
	return rc;
}

static enum err_code note_missing(struct lb_index *ix, const struct lb_id *name,
                                  struct err *err)
{
	if (!mem_grow(&ix->missing, ix->missing_count, &ix->missing_cap,
	              sizeof(*ix->missing)))
		return err_nomem(err);
	ix->missing[ix->missing_count++] = *name;
	return ERR_OK;
}

/* A batch that was written is in force; runs stay few on the way. */
static enum err_code batch_done(struct lb_index *ix, struct batch *b, struct err *err)
{
	enum err_code rc;

	if (b->segment_count > 0 && (rc = batch_write(ix, b, false, err)) != ERR_OK)
		return rc;
	return index_settle(ix, err);
}

enum err_code index_load_segments(struct lb_index *ix, const struct lb_id *names,
                                  size_t count, struct err *err)
{
	enum err_code first = ERR_OK;
	struct batch b = { 0 };
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count; i++) {
		struct err *tell = first == ERR_OK ? err : NULL;
		bool missing;

		rc = load_segment(ix, &b, &names[i], &missing, tell);
		if (rc == ERR_OK && b.row_count >= LB_SEGMENT_ROWS_MAX / 2)
			rc = batch_done(ix, &b, tell);
		if (rc != ERR_OK && first == ERR_OK)
			first = rc;
		if (missing)
			rc = note_missing(ix, &names[i], tell);
		if (rc != ERR_OK)
			goto out;
	}
	rc = batch_done(ix, &b, first == ERR_OK ? err : NULL);
out:
	batch_clear(&b);
	return first != ERR_OK ? first : rc;
}

/* The rows that were frozen, as a run without a name. */
static enum err_code write_frozen(struct lb_index *ix, struct err *err)
{
	const struct lb_own *o = ix->frozen;
	struct lb_own *gone;
	struct batch b = { 0 };
	enum err_code rc = ERR_OK;

	if (o->pack_count > 0) {
		if (!mem_array(&b.packs, o->pack_count, sizeof(*b.packs)) ||
		    (rc = lb_own_sorted(o, &b.rows, err)) != ERR_OK) {
			rc = rc != ERR_OK ? rc : err_nomem(err);
			goto out;
		}
		b.row_count = o->rows;
		for (size_t i = 0; i < o->pack_count; i++)
			b.packs[b.pack_count++] = (struct lb_run_pack){
				.name = o->packs[i].name,
				.size = o->packs[i].size,
				.kind = o->packs[i].kind,
				.chunks = o->packs[i].chunks,
			};
		if ((rc = batch_write(ix, &b, true, err)) != ERR_OK)
			goto out;
	}
	index_write(ix);
	gone = ix->frozen;
	ix->frozen = NULL;
	index_unlock(ix);
	lb_own_free(gone);
out:
	batch_clear(&b);
	return rc;
}

/* Sets the rows in memory aside, where they are still found; claims go on in a new table.
 */
static enum err_code freeze(struct lb_index *ix, struct err *err)
{
	struct lb_own *fresh;
	enum err_code rc = lb_own_new(&fresh, err);

	if (rc != ERR_OK)
		return rc;
	index_write(ix);
	if ((rc = lb_own_take_claims(fresh, ix->active, err)) == ERR_OK) {
		ix->frozen = ix->active;
		ix->active = fresh;
		fresh = NULL;
	}
	index_unlock(ix);
	lb_own_free(fresh);
	return rc;
}

enum err_code index_flush(struct lb_index *ix, struct err *err)
{
	bool some;
	enum err_code rc;

	/* Left from a flush that failed. */
	if (ix->frozen && (rc = write_frozen(ix, err)) != ERR_OK)
		return rc;
	index_read(ix);
	index_lock_table(ix);
	some = ix->active->pack_count > 0;
	index_unlock_table(ix);
	index_unlock(ix);
	if (!some)
		return ERR_OK;
	if ((rc = freeze(ix, err)) != ERR_OK)
		return rc;
	return write_frozen(ix, err);
}

/* The position of the run; ix->count if it is gone. */
static size_t slot_of(const struct lb_index *ix, const struct lb_run *run)
{
	size_t i = 0;

	while (i < ix->count && ix->slots[i].run != run)
		i++;
	return i;
}

enum err_code index_heal(struct lb_index *ix, const struct lb_run *bad, struct err *err)
{
	struct lb_id *names = NULL;
	size_t count = 0;
	size_t i = slot_of(ix, bad);
	enum err_code rc;

	if (i == ix->count)
		return ERR_OK; /* another thread did it */
	if (ix->slots[i].own)
		return index_wrap(ix,
		                  err_set(err, ERR_CORRUPT,
		                          "rows of this run were damaged; run it again"),
		                  err);
	if (!mem_array(&names, lb_run_segments(bad) + 1, sizeof(*names)))
		return err_nomem(err);
	for (size_t j = 0; j < lb_run_segments(bad); j++) {
		if (ix->slots[i].live[j])
			names[count++] = ix->slots[i].segments[j];
	}
	/* It stays until the new ones are there: nothing may seem unknown meanwhile. */
	ix->slots[i].bad = true;
	rc = index_load_segments(ix, names, count, err);
	if (rc == ERR_OK)
		index_remove(ix, slot_of(ix, bad));
	mem_free(names);
	return rc;
}

enum err_code index_check_runs(struct lb_index *ix, struct err *err)
{
	for (size_t i = 0; i < ix->count;) {
		enum err_code rc = lb_run_check(ix->slots[i].run, err);

		if (rc == ERR_OK) {
			i++;
			continue;
		}
		if ((rc = index_heal(ix, ix->slots[i].run, err)) != ERR_OK)
			return rc;
		i = 0;
	}
	return ERR_OK;
}

/* A file of the folder that is a run of this repository; others are left alone, damaged
 * ones and those that a crash left unfinished go. */
static enum err_code open_cached(const struct os_entry *entry, void *context,
                                 struct err *err)
{
	struct lb_index *ix = context;
	struct span name = span_str(entry->name);
	struct index_slot s = { 0 };
	struct buf path = BUF_INIT;
	struct os_stat st;
	char repo[TAG_HEX];
	enum err_code rc = ERR_OK;

	repo_prefix(ix, repo);
	if (entry->type != OS_FILE || !span_starts(name, span_str(repo)))
		return ERR_OK;
	os_join(&path, buf_str(&ix->dir), entry->name);
	s.path = mem_strdup(buf_str(&path));
	if (!buf_ok(&path) || !s.path) {
		rc = err_nomem(err);
		goto out;
	}
	if (span_ends(name, SPAN_LIT(".run.tmp"))) {
		if (os_lstat(s.path, &st, NULL) == ERR_OK &&
		    st.mtime_ns / 1000000 < os_now_ms() - STALE_MS)
			os_discard(s.path);
	} else if (span_ends(name, SPAN_LIT(".run"))) {
		rc = lb_run_open(&s.run, s.path, &ix->keys->repo, err);
		if (rc == ERR_OK)
			rc = index_install(ix, &s, false, err);
		if (rc == ERR_CORRUPT)
			os_discard(buf_str(&path));
		if (rc != ERR_NOMEM)
			rc = ERR_OK; /* what cannot be read is made anew */
	}
out:
	index_slot_fini(&s);
	buf_fini(&path);
	return rc;
}

enum err_code index_open_cache(struct lb_index *ix, struct err *err)
{
	struct os_dir dir;
	enum err_code rc = os_dir_open(&dir, NULL, buf_str(&ix->dir), err);

	if (rc != ERR_OK)
		return rc;
	rc = os_dir_each(&dir, open_cached, ix, err);
	os_dir_close(&dir);
	return rc;
}
