// SPDX-License-Identifier: Apache-2.0
#include "repo/stored.h"

#include "pack/index.h"
#include "repo/commit.h"
#include "repo/record.h"
#include "repo/state.h"

void lb_stored_fini(struct lb_stored *s)
{
	lb_ids_fini(&s->segments);
	lb_ids_fini(&s->own);
	lb_ids_fini(&s->used);
}

enum err_code lb_stored_tell(const struct lb_stored *s, struct lb_commit *c,
                             struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < s->used.count; i++)
		rc = lb_commit_used(c, &s->used.ids[i], err);
	for (size_t i = 0; rc == ERR_OK && i < s->own.count; i++)
		rc = lb_commit_own(c, &s->own.ids[i], err);
	return rc;
}

enum err_code lb_stored_name(const struct lb_stored *s, struct lb_record *r,
                             struct err *err)
{
	for (size_t i = 0; i < s->segments.count; i++)
		if (!lb_ids_add(&r->segments, &s->segments.ids[i]))
			return err_nomem(err);
	return ERR_OK;
}

enum err_code lb_stored_registered(struct lb_stored *s, struct err *err)
{
	for (size_t i = 0; i < s->own.count; i++)
		if (!lb_ids_add(&s->used, &s->own.ids[i]))
			return err_nomem(err);
	s->own.count = 0;
	s->segments.count = 0;
	return ERR_OK;
}

/* A segment names good and bad packs alike, so one own pack that no longer counts takes
 * all own packs with it. */
static enum err_code give_up_pack(struct lb_stored *s, struct lb_index *ix,
                                  const struct lb_id *pack, struct err *err)
{
	enum err_code rc = lb_index_set_usable(ix, pack, false, err);

	if (rc != ERR_OK || !lb_ids_has(&s->own, pack))
		return rc;
	for (size_t i = 0; i < s->own.count && rc == ERR_OK; i++)
		rc = lb_index_set_usable(ix, &s->own.ids[i], false, err);
	s->own.count = 0;
	s->segments.count = 0;
	return rc;
}

/* Packs that count still need not be told of again. */
static void forget_used(struct lb_ids *used, const struct lb_state *state)
{
	size_t kept = 0;

	for (size_t i = 0; i < used->count; i++)
		if (lb_state_usable(state, lb_state_pack(state, &used->ids[i])))
			used->ids[kept++] = used->ids[i];
	used->count = kept;
}

enum err_code lb_stored_give_up(struct lb_stored *s, struct lb_index *ix,
                                const struct lb_state *state,
                                const struct lb_suspects *suspects, struct err *err)
{
	enum err_code rc = ERR_OK;

	lb_ids_sort(&s->own);
	for (size_t i = 0; rc == ERR_OK && i < suspects->count; i++)
		rc = give_up_pack(s, ix, lb_state_pack_name(state, suspects->packs[i]),
		                  err);
	forget_used(&s->used, state);
	return rc;
}
