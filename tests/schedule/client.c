// SPDX-License-Identifier: Apache-2.0
/* What the clients do. */
#include "base/wire.h"
#include "schedule/sim.h"

#include <string.h>

enum { TRIES = 4, RETRIES = 3 };

static bool unanswered(enum err_code rc)
{
	return rc == ERR_IO || rc == ERR_TIMEOUT;
}

static enum err_code store_object(struct client *c, const char *key, struct span bytes,
                                  struct err *err)
{
	enum err_code rc = ERR_IO;

	for (unsigned i = 0; i < TRIES && unanswered(rc); i++)
		rc = lb_backend_put(c->backend, key, &bytes, 1, err);
	return rc;
}

/* A name is used once; without that rule it comes from the content alone. */
static void new_name(struct client *c, uint8_t chunks, struct lb_id *name)
{
	if (!LB_MUTATED(LB_M_NAME_REUSE)) {
		dice_id(&c->dice, name);
		return;
	}
	memset(name, 0, sizeof(*name));
	name->b[0] = chunks;
	name->b[1] = 1;
}

static bool note_pack(struct world *w, const struct lb_id *name, uint8_t chunks)
{
	if (world_chunks(w, name) != 0)
		return true;
	if (w->pack_count == PACKS_MAX)
		return false;
	w->packs[w->pack_count].name = *name;
	w->packs[w->pack_count++].chunks = chunks;
	return true;
}

/* Stores a pack and its segment; both are durable on ERR_OK. */
static enum err_code upload(struct client *c, uint8_t chunks, struct lb_ids *packs,
                            struct lb_ids *segments, struct err *err)
{
	struct lb_id pack, segment;
	char hex[LB_ID_HEX], key[80];
	enum err_code rc;

	new_name(c, chunks, &pack);
	if (!note_pack(c->world, &pack, chunks))
		return err_set(err, ERR_LIMIT, "too many packs");
	pack_key(key, &pack);
	rc = store_object(c, key, span_of((const char *)&chunks, 1), err);
	if (rc != ERR_OK)
		return rc;
	dice_id(&c->dice, &segment);
	lb_id_hex(&segment, hex);
	(void)snprintf(key, sizeof(key), "index/%s", hex);
	rc = store_object(c, key, lb_id_span(&pack), err);
	if (rc != ERR_OK)
		return rc;
	if (!lb_ids_add(packs, &pack) || !lb_ids_add(segments, &segment))
		return err_nomem(err);
	return ERR_OK;
}

/* Writer */

static uint8_t own_chunks(const struct client *c, const struct lb_state *s)
{
	uint8_t chunks = 0;

	for (size_t i = 0; i < c->own.count; i++) {
		if (lb_commit_good(s, &c->own.ids[i]))
			chunks |= world_chunks(c->world, &c->own.ids[i]);
	}
	return chunks;
}

/* The first usable pack with the chunk. */
static uint32_t usable_with(const struct client *c, const struct lb_state *s,
                            uint8_t chunk)
{
	for (uint32_t i = 0; i < lb_state_packs(s); i++) {
		if (lb_state_usable(s, i) &&
		    (world_chunks(c->world, lb_state_pack_name(s, i)) & chunk))
			return i;
	}
	return LB_NO_PACK;
}

/* Finds or stores every chunk that the snapshot wants. */
static enum err_code gather(struct client *c, struct lb_commit *commit,
                            const struct lb_state *s, bool *uploaded, struct err *err)
{
	uint8_t missing = 0, have = own_chunks(c, s) | c->unseen;
	enum err_code rc = ERR_OK;

	for (unsigned i = 0; i < CHUNKS && rc == ERR_OK; i++) {
		uint8_t chunk = (uint8_t)(1U << i);
		uint32_t pack;

		if (!(c->want & chunk) || (have & chunk))
			continue;
		pack = usable_with(c, s, chunk);
		if (pack == LB_NO_PACK)
			missing |= chunk;
		else
			rc = lb_commit_used(commit, lb_state_pack_name(s, pack), err);
	}
	if (rc != ERR_OK || missing == 0)
		return rc;
	*uploaded = true;
	rc = upload(c, missing, &c->own, &c->segments, err);
	if (rc == ERR_OK)
		rc = lb_commit_own(commit, &c->own.ids[c->own.count - 1], err);
	return rc;
}

static enum err_code mend(void *context, struct lb_commit *commit,
                          const struct lb_state *s, const struct lb_suspects *suspects,
                          bool *uploaded, struct err *err)
{
	struct client *c = context;

	if (suspects->base_gone)
		c->unseen = 0;
	return gather(c, commit, s, uploaded, err);
}

static enum err_code fill(void *context, struct lb_commit *commit,
                          const struct lb_state *s, struct lb_record *r, struct err *err)
{
	struct client *c = context;
	unsigned char root[LB_ID] = { c->want };

	(void)commit;
	for (size_t i = 0; i < c->own.count; i++) {
		if (!lb_commit_good(s, &c->own.ids[i]) && !LB_MUTATED(LB_M_NO_RECHECK))
			continue;
		if (!lb_ids_add(&r->segments, &c->segments.ids[i]))
			return err_nomem(err);
	}
	wire_put_field(&r->private_part, 128, span_of((const char *)root, sizeof(root)));
	if (c->partial)
		wire_put_field_u8(&r->private_part, 129, 1);
	if (c->has_partial)
		wire_put_field(&r->private_part, 130, lb_id16_span(&c->partial_id));
	return buf_err(&r->private_part, err);
}

static void report(struct client *c, const struct lb_id16 *id)
{
	struct world *w = c->world;

	if (w->report_count < REPORTS_MAX)
		w->reports[w->report_count++] = (struct report){ *id, c->want };
}

static enum err_code commit_once(struct client *c, struct lb_commit *commit,
                                 struct lb_id16 *id, struct err *err)
{
	struct lb_commit_job job = { .context = c, .mend = mend, .fill = fill };
	enum err_code rc;
	uint64_t slot;

	rc = lb_commit_append(commit, &job, &slot, id, err);
	if (rc == ERR_OK)
		report(c, id);
	return rc;
}

/* Perhaps an earlier snapshot vouches for some chunks. */
static void choose_base(struct client *c, struct lb_commit *commit,
                        const struct lb_state *s)
{
	const struct lb_live *all;
	size_t count;

	c->unseen = 0;
	all = lb_state_snapshots(s, &count);
	if (count == 0 || !dice_chance(&c->dice, 30))
		return;
	all += dice_below(&c->dice, (unsigned)count);
	if (!lb_live_at(all, LB_NO_SLOT))
		return;
	c->unseen = snapshot_chunks(all) & c->want;
	lb_commit_base(commit, &all->id);
}

static enum err_code backup(struct client *c, struct err *err)
{
	struct lb_commit *commit = NULL;
	struct lb_id16 id;
	bool uploaded;
	enum err_code rc;

	lb_ids_fini(&c->own);
	lb_ids_fini(&c->segments);
	c->has_partial = false;
	c->want = (uint8_t)(1 + dice_below(&c->dice, (1U << CHUNKS) - 1));
	rc = lb_log_head(c->log, err);
	if (rc == ERR_OK)
		rc = lb_commit_new(&commit, c->log, err);
	if (rc != ERR_OK)
		return rc;
	choose_base(c, commit, lb_log_state(c->log));
	rc = gather(c, commit, lb_log_state(c->log), &uploaded, err);
	if (rc == ERR_OK && dice_chance(&c->dice, 25)) {
		c->partial = true;
		rc = commit_once(c, commit, &c->partial_id, err);
		c->partial = false;
		c->has_partial = rc == ERR_OK;
		/* The backup goes on: more is found. */
		c->want |= (uint8_t)(1U << dice_below(&c->dice, CHUNKS));
		if (rc == ERR_OK)
			rc = gather(c, commit, lb_log_state(c->log), &uploaded, err);
	}
	if (rc == ERR_OK)
		rc = commit_once(c, commit, &id, err);
	lb_commit_free(commit);
	return rc;
}

/* Forgetter */

static enum err_code build_forget(void *context, const struct lb_state *after,
                                  struct lb_record *r, enum lb_build *what,
                                  struct err *err)
{
	struct client *c = context;
	const struct lb_live *all, *victim = NULL;
	unsigned seen = 0;
	size_t count;

	all = lb_state_snapshots(after, &count);
	for (size_t i = 0; i < count; i++) {
		if (lb_live_at(&all[i], LB_NO_SLOT) && dice_below(&c->dice, ++seen) == 0)
			victim = &all[i];
	}
	if (!victim) {
		*what = LB_BUILD_GIVE_UP;
		return ERR_OK;
	}
	r->type = LB_FORGET;
	r->private_state = LB_PRIVATE_OPEN;
	lb_record_put_forget(&victim->id, 1, &r->private_part);
	return buf_err(&r->private_part, err);
}

static enum err_code forget(struct client *c, struct err *err)
{
	uint64_t slot;

	return lb_log_append(c->log, build_forget, c, &slot, err);
}

/* Pruner */

static enum err_code note_listed(const char *key, uint64_t size, void *context,
                                 struct err *err)
{
	struct client *c = context;
	struct lb_id name;

	(void)size;
	if (!lb_id_parse(span_from(span_str(key), sizeof("packs/xx/") - 1), &name))
		return err_set(err, ERR_CORRUPT, "%s: no pack", key);
	return lb_ids_add(&c->listed, &name) ? ERR_OK : err_nomem(err);
}

static uint8_t needed_at(const struct lb_state *s, uint64_t slot)
{
	const struct lb_live *all;
	uint8_t need = 0;
	size_t count;

	all = lb_state_snapshots(s, &count);
	for (size_t i = 0; i < count; i++) {
		if (lb_live_at(&all[i], slot))
			need |= snapshot_chunks(&all[i]);
	}
	return need;
}

static enum err_code need(void *context, const struct lb_state *s, uint64_t slot,
                          struct lb_verdict *v, struct err *err)
{
	const struct client *c = context;
	uint8_t needed = needed_at(s, slot);

	(void)err;
	for (unsigned bit = 0; bit < CHUNKS; bit++) {
		uint32_t packs[PACKS_MAX];
		size_t count = 0;

		if (!(needed >> bit & 1))
			continue;
		for (uint32_t i = 0; i < lb_state_packs(s) && count < PACKS_MAX; i++) {
			if (world_chunks(c->world, lb_state_pack_name(s, i)) >> bit & 1)
				packs[count++] = i;
		}
		lb_verdict_chunk(v, packs, count);
	}
	return ERR_OK;
}

static uint8_t chunks_of(const struct client *c, const struct lb_ids *packs)
{
	uint8_t chunks = 0;

	for (size_t i = 0; i < packs->count; i++)
		chunks |= world_chunks(c->world, &packs->ids[i]);
	return chunks;
}

/* Usable and kept. */
static uint8_t kept_chunks(const struct client *c, const struct lb_state *s,
                           const struct lb_ids *condemned)
{
	uint8_t chunks = 0;

	for (uint32_t i = 0; i < lb_state_packs(s); i++) {
		const struct lb_id *name = lb_state_pack_name(s, i);

		if (lb_state_usable(s, i) && !lb_ids_has(condemned, name))
			chunks |= world_chunks(c->world, name);
	}
	return chunks;
}

/* What is listed and not needed beside what is kept. */
static bool choose_garbage(struct client *c, const struct lb_state *s, struct lb_ids *out)
{
	uint8_t needed = needed_at(s, LB_NO_SLOT), kept = 0;

	for (size_t i = 0; i < c->listed.count; i++) {
		const struct lb_id *name = &c->listed.ids[i];
		uint8_t chunks = world_chunks(c->world, name);
		bool usable = lb_state_usable(s, lb_state_pack(s, name));

		if (usable && (chunks & needed & ~kept)) {
			kept |= chunks;
			continue;
		}
		/* The packs of dead writers: for ever under their protection? */
		if (LB_MUTATED(LB_M_LEASE_FOREVER) &&
		    lb_state_pack(s, name) == LB_NO_PACK)
			continue;
		if (!lb_ids_add(out, name))
			return false;
	}
	return true;
}

/* Any set is allowed, and so is any set drawn. */
static bool choose_any(struct client *c, struct lb_ids *out)
{
	for (size_t i = 0; i < c->listed.count; i++) {
		if (dice_chance(&c->dice, 50) && !lb_ids_add(out, &c->listed.ids[i]))
			return false;
	}
	return true;
}

static enum err_code plan(void *context, const struct lb_state *s,
                          struct lb_condemn *condemn, struct err *err)
{
	struct client *c = context;
	bool sensible = c->role == JANITOR || dice_chance(&c->dice, 60) ||
	                LB_MUTATED(LB_M_DELETE_FIRST);
	uint8_t missing;
	bool ok;

	lb_ids_fini(&c->listed);
	if (lb_backend_list(c->backend, "packs", note_listed, c, err) != ERR_OK)
		return ERR_IO;
	ok = sensible ? choose_garbage(c, s, &condemn->packs)
	              : choose_any(c, &condemn->packs);
	if (!ok)
		return err_nomem(err);
	lb_ids_sort(&condemn->packs);
	missing = needed_at(s, LB_NO_SLOT) & chunks_of(c, &condemn->packs) &
	          (uint8_t)~kept_chunks(c, s, &condemn->packs);
	if (missing == 0 || dice_chance(&c->dice, 40))
		return ERR_OK;
	return upload(c, missing, &condemn->copies, &condemn->segments, err);
}

static enum err_code remove_pack(void *context, const struct lb_id *pack, struct err *err)
{
	struct client *c = context;
	enum err_code rc = ERR_IO;
	char key[80];

	pack_key(key, pack);
	for (unsigned i = 0; i < TRIES && unanswered(rc); i++)
		rc = lb_backend_delete(c->backend, key, err);
	return rc;
}

static enum err_code prune(struct client *c, struct err *err)
{
	struct lb_collect_job job = {
		.context = c,
		.need = need,
		.plan = plan,
		.remove = remove_pack,
	};
	struct lb_collected figures;

	return lb_collect_run(c->log, &job, &figures, err);
}

/* Trimmer */

static enum err_code trim(struct client *c, struct err *err)
{
	enum err_code rc = lb_log_end_epoch(c->log, err);
	uint64_t head = lb_state_head(lb_log_state(c->log));

	for (uint32_t e = 0; rc == ERR_OK && e <= LB_SLOT_EPOCH(head); e++) {
		struct err ignored;

		/* The last one may not have ended: nothing to trim there. */
		if (lb_log_trim(c->log, e, &ignored) == ERR_CANCELLED)
			rc = ERR_CANCELLED;
	}
	return rc;
}

void client_main(void *context)
{
	static enum err_code (*const work[ROLES])(struct client *, struct err *) = {
		[WRITER] = backup, [PRUNER] = prune,  [FORGETTER] = forget,
		[TRIMMER] = trim,  [JANITOR] = prune,
	};
	struct client *c = context;
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	unsigned failures = 0;

	/* An answer that did not come ends the work, not the client: it begins again,
	 * with the very log object that met the fault. */
	for (unsigned i = 0; i < c->rounds && rc == ERR_OK; i++) {
		rc = work[c->role](c, &err);
		if (unanswered(rc) && failures++ < RETRIES)
			rc = ERR_OK;
	}
	if (rc == ERR_CORRUPT || rc == ERR_NOMEM)
		world_problem(c->world, "a client met: %s", err.msg);
	if (rc != ERR_OK && c->world->quiet)
		world_problem(c->world, "in the quiet a client met: %s", err.msg);
	c->failed = rc != ERR_OK;
}

void client_fini(struct client *c)
{
	lb_log_close(c->log);
	lb_ids_fini(&c->own);
	lb_ids_fini(&c->segments);
	lb_ids_fini(&c->listed);
	lb_backend_close(c->backend);
}
