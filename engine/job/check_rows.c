// SPDX-License-Identifier: Apache-2.0
/*
 * Does the index tell of a pack what the pack itself does? The rows of all packs are
 * added up in one pass over the index; a pack that is read whole then gives the sum of
 * its own table. Whatever differs would be noticed by a restore only.
 */
#include "job/check_internal.h"
#include "pack/index.h"
#include "pack/keyring.h"
#include "pack/pack_read.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_A_LOOK = 65536 };

struct adding {
	struct check_job *j;
	uint64_t rows;
};

static enum err_code add_row(const unsigned char prefix[16], const struct lb_place *place,
                             void *context, struct err *err)
{
	struct adding *a = context;
	struct check_pack *p = check_find_pack(a->j, &place->pack);
	struct lb_row row = { .group_offset = place->group_offset,
		              .stored = place->stored,
		              .group_length = place->group_length,
		              .inner = place->inner,
		              .length = place->length,
		              .codec = place->codec,
		              .type = place->type };

	if (a->rows++ % ROWS_A_LOOK == 0) {
		enum err_code rc = check_go_on(a->j, err);

		if (rc != ERR_OK)
			return rc;
	}
	if (!p)
		return ERR_OK;
	p->uneven = p->uneven || place->pack_size != p->size;
	memcpy(row.prefix, prefix, LB_PREFIX);
	return lb_rows_sum_add(&p->told, &row, err);
}

enum err_code check_rows_add(struct check_job *j, struct err *err)
{
	struct adding a = { .j = j };

	if (!lb_repo_keyring(j->repo)->can_read || j->rows_added)
		return ERR_OK;
	j->rows_added = true;
	return lb_index_each(lb_repo_index(j->repo), add_row, &a, err);
}

static enum err_code compare(const struct check_pack *p, struct lb_pack_reader *reader,
                             bool *fit, struct err *err)
{
	struct lb_pack_info info = { .table = LB_PACK_TABLE_INIT };
	struct lb_rows_sum own = { .rows = 0 };
	enum err_code rc = lb_pack_info_load(reader, &p->name, &info, err);

	if (rc == ERR_OK)
		rc = lb_rows_sum_of(&own, &info, err);
	if (rc == ERR_OK)
		*fit = !p->uneven && info.size == p->size &&
		       (uint32_t)info.kind == p->kind && lb_rows_sum_fits(&p->told, &own);
	lb_pack_table_fini(&info.table);
	return rc;
}

enum err_code check_rows_fit(const struct check_job *j, const struct check_pack *p,
                             struct span bytes, bool *fit, struct err *err)
{
	const struct lb_keyring *keys = lb_repo_keyring(j->repo);
	struct lb_pack_reader *reader = NULL;
	enum err_code rc;

	*fit = bytes.len == p->size && !p->uneven;
	if (!*fit || !keys->can_read)
		return ERR_OK;
	rc = lb_pack_reader_new_bytes(&reader, bytes, keys, err);
	if (rc == ERR_OK)
		rc = compare(p, reader, fit, err);
	lb_pack_reader_free(reader);
	return rc;
}

bool check_rows_blame(struct check_job *j, const struct lb_id *name)
{
	struct check_pack *p = check_find_pack(j, name);
	struct lb_pack_reader *reader = NULL;
	bool fit = true;

	if (!p || p->read || p->asked)
		return p && p->mistold;
	p->asked = true;
	if (check_rows_add(j, NULL) == ERR_OK &&
	    lb_pack_reader_new(&reader, lb_repo_backend(j->repo),
	                       lb_repo_keyring(j->repo), NULL) == ERR_OK &&
	    compare(p, reader, &fit, NULL) != ERR_OK)
		fit = true;
	lb_pack_reader_free(reader);
	p->mistold = p->mistold || !fit;
	return p->mistold;
}

struct lb_finding *check_mistold_pack(struct check_job *j, struct check_pack *p)
{
	char key[LB_STORE_KEY];
	char object[sizeof "index of " + LB_STORE_KEY];

	p->mistold = true;
	j->index_damaged = true;
	lb_pack_store_key(&p->name, key);
	(void)snprintf(object, sizeof object, "index of %s", key);
	return lb_findings_add(j->findings, LB_FINDING_DAMAGE, object,
	                       "it tells something else of what is in the pack than the "
	                       "pack itself",
	                       check_mend_index);
}
