// SPDX-License-Identifier: Apache-2.0
#include "job/prune.h"

#include "backend/backend.h"
#include "base/mem.h"
#include "job/prune_internal.h"
#include "job/right.h"
#include "pack/index.h"
#include "repo/repo.h"

#include <stdlib.h>

/* Rounds that may be lost to other prunes, one after the other. */
enum { LOST_ROUNDS = 4 };

void lb_prune_action(const struct lb_prune_job *j, const char *what,
                     const struct lb_id *pack, uint64_t bytes)
{
	const struct lb_events *e = j->o->events;
	char key[LB_STORE_KEY];

	if (!e || !e->action)
		return;
	lb_pack_store_key(pack, key);
	e->action(e->context, what, span_str(key), bytes);
}

/* ---- what the store lists ---- */

static int by_name(const void *a, const void *b)
{
	const struct lb_prune_object *x = a;
	const struct lb_prune_object *y = b;

	return lb_id_cmp(&x->name, &y->name);
}

/* "packs/ab/abcd..": other names are not ours. */
static enum err_code note_pack(const char *key, uint64_t size, void *context,
                               struct err *err)
{
	struct lb_prune_job *j = context;
	struct lb_prune_object o = { .size = size };
	size_t skip = sizeof "packs/ab/" - 1;
	struct span text = span_str(key);

	if (text.len <= skip || !lb_id_parse(span_from(text, skip), &o.name))
		return ERR_OK;
	if (!mem_grow(&j->listed, j->listed_count, &j->listed_cap, sizeof *j->listed))
		return err_nomem(err);
	j->listed[j->listed_count++] = o;
	return ERR_OK;
}

static enum err_code list_packs(struct lb_prune_job *j, struct err *err)
{
	enum err_code rc;

	j->listed_count = 0;
	rc = lb_backend_list(lb_repo_backend(j->repo), "packs", note_pack, j, err);
	if (j->listed_count > 0)
		qsort(j->listed, j->listed_count, sizeof *j->listed, by_name);
	return rc;
}

static bool is_listed(void *context, const struct lb_id *pack)
{
	const struct lb_prune_job *j = context;
	struct lb_prune_object key = { .name = *pack };

	return j->listed_count > 0 && bsearch(&key, j->listed, j->listed_count,
	                                      sizeof *j->listed, by_name) != NULL;
}

/* ---- the verdict ---- */

struct telling {
	const struct lb_state *s;
	struct lb_verdict *v;
};

static void tell_copies(void *context, const struct lb_place *copies, size_t count)
{
	const struct telling *t = context;
	uint32_t packs[LB_MARK_COPIES];

	for (size_t i = 0; i < count; i++)
		packs[i] = lb_state_pack(t->s, &copies[i].pack);
	lb_verdict_chunk(t->v, packs, count);
}

/*
 * Nothing was said between the mark and our CONDEMN, so what was live and usable at the
 * mark still is. Of the condemned packs only those chunks matter that were chosen there;
 * of all others another usable pack has a copy, which nobody condemned.
 */
static enum err_code need_chosen(struct lb_prune_job *j, struct telling *t,
                                 struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < j->chunk_count && rc == ERR_OK; i++) {
		const struct lb_prune_chunk *c = &j->chunks[i];
		struct lb_place copies[LB_MARK_COPIES];
		size_t count = 0;

		rc = lb_index_find(lb_repo_index(j->repo), &c->id, c->type, copies,
		                   LB_MARK_COPIES, &count, err);
		if (rc == ERR_OK)
			tell_copies(t, copies, count);
	}
	return rc;
}

static enum err_code need(void *context, const struct lb_state *s, uint64_t slot,
                          struct lb_verdict *v, struct err *err)
{
	struct lb_prune_job *j = context;
	struct telling t = { .s = s, .v = v };
	struct lb_mark mark = { .repo = j->repo,
		                .cancel = j->o->cancel,
		                .tell = tell_copies,
		                .context = &t };
	enum err_code rc;

	rc = lb_repo_refresh_index(j->repo, err);
	if (rc == ERR_OK && j->marked_at != LB_NO_SLOT && slot == j->marked_at + 1)
		return need_chosen(j, &t, err);
	if (rc == ERR_OK)
		rc = lb_mark_live(&mark, s, slot, err);
	lb_mark_fini(&mark);
	return rc;
}

/* ---- one round ---- */

static void forget_choice(struct lb_prune_job *j)
{
	j->gone.count = 0;
	j->source_count = 0;
	j->chunk_count = 0;
	j->more = false;
}

static enum err_code choose(struct lb_prune_job *j, const struct lb_state *s,
                            struct err *err)
{
	enum err_code rc = lb_repo_refresh_index(j->repo, err);

	if (rc == ERR_OK && lb_state_missing(s) > 0)
		rc = err_set(
			err, ERR_CORRUPT,
			"index segments are gone (%zu), so nobody knows what their "
			"packs hold; `lifeboat repair index` reads it from the packs",
			lb_state_missing(s));
	if (rc == ERR_OK)
		rc = lb_mark_live(&j->mark, s, LB_NO_SLOT, err);
	if (rc != ERR_OK)
		return rc == ERR_CANCELLED
		               ? rc
		               : err_wrap(err, rc, "nothing was pruned, because");
	return lb_prune_choose(j, s, err);
}

static enum err_code plan(void *context, const struct lb_state *s, struct lb_condemn *c,
                          struct err *err)
{
	struct lb_prune_job *j = context;
	enum err_code rc = choose(j, s, err);

	if (rc == ERR_OK)
		rc = lb_prune_copy(j, c, err);
	lb_mark_fini(&j->mark);
	if (rc == ERR_OK)
		j->marked_at = lb_state_head(s);
	return rc;
}

static enum err_code delete_pack(void *context, const struct lb_id *pack, struct err *err)
{
	struct lb_prune_job *j = context;
	char key[LB_STORE_KEY];

	lb_pack_store_key(pack, key);
	return lb_backend_delete(lb_repo_backend(j->repo), key, err);
}

/* Was the pack swept? If not, it is a copy to lean on again. */
static enum err_code settle_pack(struct lb_prune_job *j, const struct lb_id *name,
                                 bool *dead, struct err *err)
{
	const struct lb_state *s = lb_repo_state(j->repo);
	uint32_t number = lb_state_pack(s, name);

	*dead = number != LB_NO_PACK && lb_state_dead(s, number);
	if (*dead || number == LB_NO_PACK || !lb_state_usable(s, number))
		return ERR_OK;
	return lb_index_set_usable(lb_repo_index(j->repo), name, true, err);
}

/* What became of the choice. */
static enum err_code settle(struct lb_prune_job *j, bool condemned, struct err *err)
{
	enum err_code rc = lb_repo_refresh(j->repo, err);
	size_t total = j->gone.count + j->source_count;

	for (size_t i = 0; i < total && rc == ERR_OK; i++) {
		bool source = i >= j->gone.count;
		const struct lb_prune_source *src =
			source ? &j->sources[i - j->gone.count] : NULL;
		bool dead;

		rc = settle_pack(j, src ? &src->pack : &j->gone.ids[i], &dead, err);
		if (rc == ERR_OK && condemned && !dead && !(src && src->left_out))
			j->out->spared++;
		if (rc == ERR_OK && src && dead)
			j->unused -= lb_prune_waste(&j->packs[src->number]);
	}
	return rc;
}

static void add_up(struct lb_pruned *out, const struct lb_collected *f)
{
	out->removed += f->deleted;
	out->refused += f->refused;
	out->finished += f->finished;
}

static enum err_code round_of(struct lb_prune_job *j, bool *condemned, struct err *err)
{
	struct lb_collect_job job = { .context = j,
		                      .need = need,
		                      .plan = plan,
		                      .remove = delete_pack,
		                      .listed = is_listed };
	struct lb_collected figures;
	struct err cause = ERR_INIT;
	enum err_code settled;
	enum err_code rc;

	forget_choice(j);
	j->round++;
	j->marked_at = LB_NO_SLOT;
	rc = list_packs(j, &cause);
	if (rc == ERR_OK) {
		rc = lb_collect_run(lb_repo_log(j->repo), &job, &figures, &cause);
		add_up(j->out, &figures);
		*condemned = rc == ERR_OK && figures.condemned > 0;
	}
	settled = settle(j, *condemned, rc == ERR_OK ? err : NULL);
	if (rc != ERR_OK && err)
		*err = cause;
	return rc != ERR_OK ? rc : settled;
}

/* ---- all rounds ---- */

static enum err_code run_rounds(struct lb_prune_job *j, struct err *err)
{
	unsigned lost = 0;

	for (;;) {
		bool condemned = false;
		enum err_code rc = round_of(j, &condemned, err);
		bool chosen = j->gone.count + j->source_count > 0;

		if (rc != ERR_OK)
			return rc;
		if (chosen && !condemned && ++lost == LOST_ROUNDS)
			return err_set(err, ERR_LOCKED,
			               "another prune was quicker each time; nothing is "
			               "lost, run this one again when it is done");
		if (!(chosen && !condemned) && !j->more)
			return ERR_OK;
	}
}

static enum err_code count_after(const struct lb_index_pack *pack, void *context,
                                 struct err *err)
{
	struct lb_prune_job *j = context;
	const struct lb_state *s = lb_repo_state(j->repo);
	uint32_t number = lb_state_pack(s, &pack->name);

	(void)err;
	if (number == LB_NO_PACK || !lb_state_registered(s, number) ||
	    lb_state_dead(s, number))
		return ERR_OK;
	j->out->after.packs++;
	j->out->after.bytes += pack->size;
	return ERR_OK;
}

static enum err_code prune(struct lb_prune_job *j, struct err *err)
{
	enum err_code rc = run_rounds(j, err);

	if (rc == ERR_OK)
		rc = lb_prune_merge(j, err);
	if (rc == ERR_OK)
		rc = lb_repo_refresh(j->repo, err);
	j->out->after = (struct lb_prune_figures){ .unused = j->out->after.unused };
	return rc == ERR_OK
	               ? lb_index_each_pack(lb_repo_index(j->repo), count_after, j, err)
	               : rc;
}

/* What would be chosen now; nothing is written. */
static enum err_code preview(struct lb_prune_job *j, struct err *err)
{
	uint64_t aim = lb_repo_config(j->repo)->pack_size;
	uint64_t copied = 0;
	enum err_code rc = list_packs(j, err);

	j->round = 1;
	if (rc == ERR_OK)
		rc = choose(j, lb_repo_state(j->repo), err);
	lb_mark_fini(&j->mark);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < j->source_count; i++)
		copied += j->packs[j->sources[i].number].used;
	j->out->copied = copied;
	j->out->repacked = j->source_count;
	j->out->removed = j->gone.count + j->source_count;
	j->out->after.packs = j->out->before.packs + j->out->stray_packs -
	                      j->out->removed + (copied + aim - 1) / aim;
	return ERR_OK;
}

enum err_code lb_prune(struct lb_repo *repo, const struct lb_prune_options *options,
                       struct lb_pruned *out, struct err *err)
{
	struct lb_prune_job j = { .repo = repo,
		                  .o = options,
		                  .out = out,
		                  .mark = { .repo = repo,
		                            .cancel = options->cancel,
		                            .strict = !options->dry_run },
		                  .marked_at = LB_NO_SLOT };
	enum err_code rc = lb_right(repo, LB_ROLE_READ | LB_ROLE_PRUNE, "prune", err);

	*out = (struct lb_pruned){ .removed = 0 };
	if (options->dry_run) {
		j.mark.without = options->without;
		j.mark.without_count = options->without_count;
	}
	if (rc == ERR_OK)
		rc = lb_repo_refresh(repo, err);
	if (rc == ERR_OK)
		rc = options->dry_run ? preview(&j, err) : prune(&j, err);
	lb_mark_fini(&j.mark);
	lb_ids_fini(&j.gone);
	mem_free(j.packs);
	mem_free(j.listed);
	mem_free(j.sources);
	mem_free(j.chunks);
	return rc;
}
