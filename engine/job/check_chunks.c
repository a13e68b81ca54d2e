// SPDX-License-Identifier: Apache-2.0
/* Chunk by chunk: is it stored, and can it be read where its pack is in doubt? */
#include "base/mem.h"
#include "job/check_internal.h"
#include "pack/index.h"
#include "pack/reader.h"

enum { PLACES = 8 };

static const char unknown_object[] = "index";

/* A chunk that no segment knows. */
static struct lb_finding *unknown_chunk(struct check_job *j)
{
	return lb_findings_add(
		j->findings, LB_FINDING_DAMAGE, unknown_object,
		"chunks that snapshots need are in no pack that the index knows",
		"`lifeboat repair index` finds those that the packs have; a backup of "
		"the same files stores the others again, and `lifeboat repair "
		"snapshots` marks what stays lost");
}

/* A copy could not be read, whether or not another one stands in for it. */
static void on_damage(const struct lb_id *pack, const struct err *err, void *context)
{
	struct check_job *j = context;

	if (!check_is_damage(err->code))
		return;
	(void)check_rows_blame(j, pack);
	j->culprit = check_bad_pack(j, pack, err->msg);
}

static enum err_code get_node(const struct lb_id *id, enum lb_chunk_type type,
                              struct buf *out, void *context, struct err *err)
{
	struct check_job *j = context;
	enum err_code rc;

	j->culprit = NULL;
	rc = lb_reader_get(j->reader, id, (uint8_t)type, out, err);
	if (rc != ERR_NOT_FOUND || j->culprit)
		return rc;
	j->culprit = unknown_chunk(j);
	return check_keep(j, id, err) == ERR_OK ? rc : ERR_NOMEM;
}

enum err_code check_chunks_open(struct check_job *j, struct err *err)
{
	struct lb_index *ix = lb_repo_index(j->repo);
	uint64_t rows = lb_index_rows(ix);
	enum err_code rc;

	if (rows / 4 >= SIZE_MAX)
		return err_set(err, ERR_LIMIT, "the index has too many rows");
	j->marks = mem_new((size_t)(rows / 4) + 1);
	j->mark_count = rows;
	if (!j->marks)
		return err_nomem(err);
	rc = lb_reader_new(&j->reader, ix, lb_repo_backend(j->repo),
	                   lb_repo_keyring(j->repo), err);
	if (rc != ERR_OK)
		return rc;
	lb_reader_on_damage(j->reader, on_damage, j);
	j->source = (struct lb_tree_source){ .get = get_node, .context = j };
	rc = lb_tree_walk_new(&j->walk, &j->source, err);
	if (rc == ERR_OK)
		rc = lb_map_iter_new(&j->map, &j->source, err);
	return rc;
}

static enum check_mark mark_of(const struct check_job *j, uint64_t row)
{
	if (row >= j->mark_count)
		return CHECK_UNKNOWN;
	return (enum check_mark)(j->marks[row / 4] >> (row % 4 * 2) & 3);
}

static void set_mark(struct check_job *j, uint64_t row, enum check_mark mark)
{
	unsigned shift = (unsigned)(row % 4 * 2);

	if (row >= j->mark_count)
		return;
	j->marks[row / 4] = (unsigned char)((j->marks[row / 4] & ~(3u << shift)) |
	                                    (unsigned)mark << shift);
}

enum check_mark check_mark_get(struct check_job *j, const struct lb_id *id,
                               enum lb_chunk_type type)
{
	struct lb_place place;
	size_t count = 0;

	if (lb_index_find(lb_repo_index(j->repo), id, (uint8_t)type, &place, 1, &count,
	                  NULL) != ERR_OK ||
	    count == 0)
		return CHECK_UNKNOWN;
	return mark_of(j, place.row);
}

void check_mark_set(struct check_job *j, const struct lb_id *id, enum lb_chunk_type type,
                    enum check_mark mark)
{
	struct lb_place place;
	size_t count = 0;

	if (lb_index_find(lb_repo_index(j->repo), id, (uint8_t)type, &place, 1, &count,
	                  NULL) == ERR_OK &&
	    count > 0)
		set_mark(j, place.row, mark);
}

enum err_code check_keep(struct check_job *j, const struct lb_id *id, struct err *err)
{
	if (j->keep_damaged && !map_set(&j->damaged, lb_id_span(id), j))
		return err_nomem(err);
	return ERR_OK;
}

/* Nobody knows whether it is lost, so no repair may take it for that. */
static enum err_code skip_chunk(struct check_job *j, const struct lb_id *pack,
                                const struct err *fault, struct err *err)
{
	char key[LB_STORE_KEY];

	lb_pack_store_key(pack, key);
	j->culprit = lb_findings_add(j->findings, LB_FINDING_SKIPPED, key, fault->msg,
	                             "let the program read it, and check again");
	return check_go_on(j, err);
}

/* All packs that have it are in doubt: only reading tells. */
static enum err_code try_to_read(struct check_job *j, const struct lb_id *id,
                                 enum lb_chunk_type type, const struct lb_place *place,
                                 bool *good, struct err *err)
{
	struct err fault = ERR_INIT;
	struct span bytes;
	enum check_mark known = mark_of(j, place->row);
	enum err_code rc;

	*good = known == CHECK_GOOD;
	if (known == CHECK_UNKNOWN) {
		rc = lb_reader_borrow(j->reader, id, (uint8_t)type, &bytes, &fault);
		if (rc == ERR_NOMEM)
			return err_nomem(err);
		if (rc != ERR_OK && !check_is_damage(rc))
			return skip_chunk(j, &place->pack, &fault, err);
		*good = rc == ERR_OK;
		set_mark(j, place->row, *good ? CHECK_GOOD : CHECK_LOST);
	}
	if (*good)
		return ERR_OK;
	j->culprit = check_bad_pack(j, &place->pack, "it cannot be read");
	return check_keep(j, id, err);
}

enum err_code check_chunk(struct check_job *j, const struct lb_id *id,
                          enum lb_chunk_type type, uint64_t length, bool *good,
                          struct err *err)
{
	struct lb_place places[PLACES];
	size_t count = 0;
	size_t fitting = 0;
	enum err_code rc = lb_index_find(lb_repo_index(j->repo), id, (uint8_t)type,
	                                 places, PLACES, &count, err);

	*good = false;
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (length > 0 && places[i].length != length)
			continue;
		*good = *good || check_whole_pack(j, &places[i].pack);
		places[fitting++] = places[i];
	}
	if (*good)
		return ERR_OK;
	if (fitting == 0) {
		j->culprit = unknown_chunk(j);
		return check_keep(j, id, err);
	}
	return try_to_read(j, id, type, &places[0], good, err);
}
