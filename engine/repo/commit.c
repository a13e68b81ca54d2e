// SPDX-License-Identifier: Apache-2.0
#include "repo/commit.h"

#include "base/mem.h"
#include "repo/mutate_internal.h"

#include <string.h>

struct lb_commit {
	struct lb_log *log;
	unsigned char *used; /* bits by pack number */
	size_t used_bytes;
	struct lb_ids own;
	bool has_base;
	struct lb_id16 base;
};

enum err_code lb_commit_new(struct lb_commit **out, struct lb_log *log, struct err *err)
{
	struct lb_commit *c = mem_new(sizeof(*c));

	if (!c)
		return err_nomem(err);
	c->log = log;
	*out = c;
	return ERR_OK;
}

void lb_commit_free(struct lb_commit *c)
{
	if (!c)
		return;
	mem_free(c->used);
	lb_ids_fini(&c->own);
	mem_free(c);
}

static bool make_room(struct lb_commit *c, uint32_t pack)
{
	size_t bytes = (size_t)pack / 8 + 1;

	if (bytes <= c->used_bytes)
		return true;
	bytes += bytes / 2;
	if (!mem_array(&c->used, bytes, 1))
		return false;
	memset(c->used + c->used_bytes, 0, bytes - c->used_bytes);
	c->used_bytes = bytes;
	return true;
}

enum err_code lb_commit_used(struct lb_commit *c, const struct lb_id *pack,
                             struct err *err)
{
	uint32_t number = lb_state_pack(lb_log_state(c->log), pack);

	if (number == LB_NO_PACK)
		return err_set(err, ERR_USAGE,
		               "a pack was used that the log never named");
	if (!make_room(c, number))
		return err_nomem(err);
	c->used[number / 8] |= (unsigned char)(1U << (number % 8));
	return ERR_OK;
}

enum err_code lb_commit_own(struct lb_commit *c, const struct lb_id *pack,
                            struct err *err)
{
	return lb_ids_add(&c->own, pack) ? ERR_OK : err_nomem(err);
}

bool lb_commit_good(const struct lb_state *s, const struct lb_id *pack)
{
	uint32_t number = lb_state_pack(s, pack);

	if (LB_MUTATED(LB_M_NAME_REUSE))
		return true; /* it was stored again under its old name */
	return number == LB_NO_PACK ||
	       (!lb_state_condemned(s, number) && !lb_state_dead(s, number));
}

void lb_commit_base(struct lb_commit *c, const struct lb_id16 *id)
{
	c->has_base = id != NULL;
	if (id)
		c->base = *id;
}

/* The re-check */

struct list {
	uint32_t *packs;
	size_t count;
	size_t room;
};

static bool list_add(struct list *l, uint32_t pack)
{
	if (!mem_grow(&l->packs, l->count, &l->room, sizeof(*l->packs)))
		return false;
	l->packs[l->count++] = pack;
	return true;
}

/* Moves used packs that are not usable any more into the list. */
static bool suspect_used(struct lb_commit *c, const struct lb_state *s, struct list *l)
{
	for (size_t i = 0; i < c->used_bytes; i++) {
		for (unsigned bit = 0; c->used[i] >> bit != 0; bit++) {
			uint32_t pack = (uint32_t)(8 * i + bit);

			if (!(c->used[i] >> bit & 1) || lb_state_usable(s, pack))
				continue;
			if (!list_add(l, pack))
				return false;
			c->used[i] &= (unsigned char)~(1U << bit);
		}
	}
	return true;
}

static bool suspect_own(struct lb_commit *c, const struct lb_state *s, struct list *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->own.count; i++) {
		const struct lb_id *pack = &c->own.ids[i];

		if (lb_commit_good(s, pack))
			c->own.ids[kept++] = *pack;
		else if (!list_add(l, lb_state_pack(s, pack)))
			return false;
	}
	c->own.count = kept;
	return true;
}

static bool base_gone(const struct lb_commit *c, const struct lb_state *s)
{
	const struct lb_live *base = c->has_base ? lb_state_snapshot(s, &c->base) : NULL;

	return c->has_base && (!base || !lb_live_at(base, LB_NO_SLOT));
}

static enum err_code find_suspects(struct lb_commit *c, const struct lb_state *s,
                                   struct list *l, bool *gone, struct err *err)
{
	*gone = base_gone(c, s);
	l->count = 0;
	if (!suspect_used(c, s, l) || !suspect_own(c, s, l))
		return err_nomem(err);
	return ERR_OK;
}

/* A run of attempts to append. */
struct attempt {
	struct lb_commit *commit;
	const struct lb_commit_job *job;
};

/* Mends once; `*again` when the head needs another look before the record may go. */
static enum err_code recheck(const struct attempt *a, const struct lb_state *s,
                             bool *again, struct err *err)
{
	struct lb_commit *c = a->commit;
	struct lb_suspects suspects = { 0 };
	struct list l = { 0 };
	enum err_code rc;

	rc = find_suspects(c, s, &l, &suspects.base_gone, err);
	if (rc != ERR_OK || (l.count == 0 && !suspects.base_gone))
		goto out;
	suspects.packs = l.packs;
	suspects.count = l.count;
	if (suspects.base_gone)
		c->has_base = false;
	rc = a->job->mend(a->job->context, c, s, &suspects, again, err);
	/* What was mended out of known packs alone must stand by this very state. */
	if (rc == ERR_OK && !*again)
		rc = find_suspects(c, s, &l, &suspects.base_gone, err);
	if (rc == ERR_OK && !*again && (l.count > 0 || suspects.base_gone))
		rc = err_set(err, ERR_CORRUPT, "the snapshot still leans on lost packs");
out:
	mem_free(l.packs);
	return rc;
}

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	const struct attempt *a = context;
	enum err_code rc = ERR_OK;
	bool again = false;

	if (!LB_MUTATED(LB_M_NO_RECHECK))
		rc = recheck(a, after, &again, err);
	if (rc != ERR_OK)
		return rc;
	if (again) {
		*what = LB_BUILD_AGAIN;
		return ERR_OK;
	}
	r->type = LB_COMMIT;
	r->private_state = LB_PRIVATE_OPEN;
	return a->job->fill(a->job->context, a->commit, after, r, err);
}

enum err_code lb_commit_append(struct lb_commit *c, const struct lb_commit_job *job,
                               uint64_t *slot, struct lb_id16 *id, struct err *err)
{
	struct attempt a = { .commit = c, .job = job };
	const struct lb_state *s = lb_log_state(c->log);
	const struct lb_live *snapshots;
	enum err_code rc;
	size_t count;

	rc = lb_log_append(c->log, build, &a, slot, err);
	if (rc != ERR_OK)
		return rc;
	snapshots = lb_state_snapshots(s, &count);
	if (count == 0 || snapshots[count - 1].committed != *slot)
		return err_set(err, ERR_AUTH,
		               "the commit was void: this key may not write snapshots");
	*id = snapshots[count - 1].id;
	return ERR_OK;
}
