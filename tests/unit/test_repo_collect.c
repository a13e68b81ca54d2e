// SPDX-License-Identifier: Apache-2.0
/* Commits with their re-check, and prune. A pack is its first byte: a set of chunks; its
 * segment has the same name. */
#include "repo/collect.h"

#include "backend/faulty.h"
#include "backend/memory.h"
#include "base/mem.h"
#include "base/wire.h"
#include "pack/keyring.h"
#include "repo/commit.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(repo_collect, .timeout = 60);

struct place {
	struct lb_memory *disk;
	struct lb_backend *backend;
	struct lb_keyring *ring;
	struct lb_sign_key sign;
	struct lb_record_sealer sealer;
	struct lb_list_files lists;
};

static void pack_key(char key[80], const struct lb_id *pack)
{
	char hex[LB_ID_HEX];

	lb_id_hex(pack, hex);
	(void)snprintf(key, 80, "packs/%.2s/%s", hex, hex);
}

static struct lb_id pack_of(unsigned char chunks, unsigned char salt)
{
	struct lb_id id = { { chunks, salt } };

	return id;
}

static enum err_code packs_of(void *context, const struct lb_id *segment,
                              struct lb_ids *out, struct err *err)
{
	(void)context;
	return lb_ids_add(out, segment) ? ERR_OK : err_nomem(err);
}

static enum err_code try_open(struct place *p, struct lb_backend *backend,
                              struct lb_log **out, struct err *err)
{
	struct lb_log_options options = {
		.backend = backend,
		.codec = lb_record_codec_of(&p->sealer),
		.segments = { NULL, packs_of },
		.repository = p->ring->repo,
		.lists = lb_list_store_of(&p->lists),
	};

	return lb_log_open(out, &options, err);
}

static struct lb_log *open_log(struct place *p, struct lb_backend *backend)
{
	struct err err = ERR_INIT;
	struct lb_log *log;

	check_ok(try_open(p, backend, &log, &err), &err);
	return log;
}

static enum err_code build_genesis(void *context, const struct lb_state *after,
                                   struct lb_record *r, enum lb_build *what,
                                   struct err *err)
{
	struct place *p = context;

	(void)after;
	(void)what;
	(void)err;
	r->type = LB_GENESIS;
	r->has_key = true;
	r->has_config = true;
	r->key.roles = LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE;
	lb_sign_public(&r->key.sign_public, &p->sign);
	return ERR_OK;
}

static void place_init(struct place *p)
{
	struct lb_key seed = { { 1 } };
	struct err err = ERR_INIT;
	struct lb_log *log;
	uint64_t slot;

	memset(p, 0, sizeof(*p));
	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_memory_new(&p->disk, &err), &err);
	check_ok(lb_memory_open(&p->backend, p->disk, &err), &err);
	check_ok(lb_keyring_new(&p->ring, &err), &err);
	p->ring->suite = lb_suite_best();
	p->ring->can_read = true;
	check_ok(lb_epochs_add(&p->ring->epochs, 1, &seed, &err), &err);
	lb_sign_derive(&p->sign, &seed);
	p->sealer = (struct lb_record_sealer){ .keyring = p->ring, .sign = &p->sign };
	p->lists = (struct lb_list_files){ p->backend, p->ring };
	log = open_log(p, p->backend);
	check_ok(lb_log_append(log, build_genesis, p, &slot, &err), &err);
	lb_log_close(log);
}

static void place_fini(struct place *p)
{
	lb_keyring_free(p->ring);
	lb_backend_close(p->backend);
	lb_memory_free(p->disk);
}

static void store_pack(struct place *p, const struct lb_id *pack)
{
	struct span bytes = lb_id_span(pack);
	struct err err = ERR_INIT;
	char key[80];

	pack_key(key, pack);
	check_ok(lb_backend_put(p->backend, key, &bytes, 1, &err), &err);
}

static bool stored(struct place *p, const struct lb_id *pack)
{
	struct buf bytes = BUF_INIT;
	char key[80];
	bool there;

	pack_key(key, pack);
	there = lb_backend_get(p->backend, key, 64, &bytes, NULL) == ERR_OK;
	buf_fini(&bytes);
	return there;
}

/* A writer: one own pack at a time, and what it was asked to mend. */
struct writer {
	struct place *place;
	unsigned char wants;
	struct lb_id own;
	bool has_own;
	unsigned mended;
	size_t suspects;
	bool base_gone;
};

static enum err_code mend(void *context, struct lb_commit *c, const struct lb_state *s,
                          const struct lb_suspects *suspects, bool *uploaded,
                          struct err *err)
{
	struct writer *w = context;

	(void)s;
	w->mended++;
	w->suspects += suspects->count;
	w->base_gone = w->base_gone || suspects->base_gone;
	w->own = pack_of(w->wants, (unsigned char)(100 + w->mended));
	w->has_own = true;
	store_pack(w->place, &w->own);
	*uploaded = true;
	return lb_commit_own(c, &w->own, err);
}

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	const struct writer *w = context;
	unsigned char root[LB_ID] = { w->wants };

	(void)c;
	if (w->has_own && lb_commit_good(s, &w->own) &&
	    !lb_ids_add(&r->segments, &w->own))
		return err_nomem(err);
	wire_put_field(&r->private_part, 128, span_of((const char *)root, sizeof(root)));
	return buf_err(&r->private_part, err);
}

static struct lb_id16 finish(struct writer *w, struct lb_commit *c)
{
	struct lb_commit_job job = { .context = w, .mend = mend, .fill = fill };
	struct err err = ERR_INIT;
	struct lb_id16 id;
	uint64_t slot;

	check_ok(lb_commit_append(c, &job, &slot, &id, &err), &err);
	return id;
}

/* A snapshot of one new pack. */
static struct lb_id16 backup(struct place *p, const struct lb_id *pack)
{
	struct writer w = { .place = p, .wants = pack->b[0], .own = *pack };
	struct lb_log *log = open_log(p, p->backend);
	struct err err = ERR_INIT;
	struct lb_commit *c;
	struct lb_id16 id;

	w.has_own = true;
	store_pack(p, pack);
	check_ok(lb_commit_new(&c, log, &err), &err);
	check_ok(lb_commit_own(c, pack, &err), &err);
	id = finish(&w, c);
	check_int_eq(w.mended, 0, "nothing was suspect");
	lb_commit_free(c);
	lb_log_close(log);
	return id;
}

/* A pruner that condemns what it is told to. */
struct pruner {
	struct place *place;
	struct lb_backend *backend;
	struct lb_id condemn[4];
	size_t count;
	bool refuses; /* the store */
	bool stop_after_condemn;
};

static enum err_code need(void *context, const struct lb_state *s, uint64_t slot,
                          struct lb_verdict *v, struct err *err)
{
	const struct pruner *pr = context;
	const struct lb_live *all;
	size_t count;

	if (pr->stop_after_condemn)
		return err_set(err, ERR_CANCELLED, "killed before the SWEEP");
	all = lb_state_snapshots(s, &count);
	for (size_t i = 0; i < count; i++) {
		unsigned char wants = (unsigned char)all[i].fields.ptr[2];

		for (unsigned bit = 0; bit < 8 && lb_live_at(&all[i], slot); bit++) {
			uint32_t packs[64];
			size_t found = 0;

			for (uint32_t k = 0; k < lb_state_packs(s); k++) {
				if (lb_state_pack_name(s, k)->b[0] >> bit & 1)
					packs[found++] = k;
			}
			if (wants >> bit & 1)
				lb_verdict_chunk(v, packs, found);
		}
	}
	return ERR_OK;
}

static enum err_code plan(void *context, const struct lb_state *s, struct lb_condemn *c,
                          struct err *err)
{
	const struct pruner *pr = context;

	(void)s;
	for (size_t i = 0; i < pr->count; i++) {
		if (!lb_ids_add(&c->packs, &pr->condemn[i]))
			return err_nomem(err);
	}
	return ERR_OK;
}

static enum err_code remove_pack(void *context, const struct lb_id *pack, struct err *err)
{
	const struct pruner *pr = context;
	char key[80];

	if (pr->refuses)
		return err_set(err, ERR_LOCKED, "under lock until 2030");
	pack_key(key, pack);
	return lb_backend_delete(pr->backend, key, err);
}

static enum err_code prune(struct pruner *pr, struct lb_collected *figures,
                           struct err *err)
{
	struct lb_collect_job job = {
		.context = pr,
		.need = need,
		.plan = plan,
		.remove = remove_pack,
	};
	struct lb_log *log = NULL;
	enum err_code rc;

	if (!pr->backend)
		pr->backend = pr->place->backend;
	rc = try_open(pr->place, pr->backend, &log, err);
	if (rc == ERR_OK)
		rc = lb_collect_run(log, &job, figures, err);
	lb_log_close(log);
	return rc;
}

static void prune_well(struct pruner *pr, struct lb_collected *figures)
{
	struct err err = ERR_INIT;

	check_ok(prune(pr, figures, &err), &err);
}

Test(repo_collect, a_prune_deletes_garbage_and_spares_what_is_needed)
{
	struct lb_id needed = pack_of(1, 1), garbage = pack_of(2, 2),
		     lost = pack_of(4, 3);
	struct lb_collected f;
	struct place p;

	place_init(&p);
	backup(&p, &needed);
	store_pack(&p, &garbage);
	store_pack(&p, &lost);
	{
		struct pruner pr = { .place = &p,
			             .condemn = { needed, garbage, lost },
			             .count = 3 };

		prune_well(&pr, &f);
	}
	check_true(stored(&p, &needed), "the last copy is pardoned");
	check_true(!stored(&p, &garbage) && !stored(&p, &lost), "garbage goes");
	check_true(f.condemned == 3 && f.dead == 2 && f.deleted == 2 && f.refused == 0,
	           "the figures say so");
	place_fini(&p);
}

Test(repo_collect, what_another_pruner_left_is_finished)
{
	struct lb_id needed = pack_of(1, 1), garbage = pack_of(2, 2);
	struct lb_collected f;
	struct err err = ERR_INIT;
	struct place p;

	place_init(&p);
	backup(&p, &needed);
	store_pack(&p, &garbage);
	{
		struct pruner dies = { .place = &p,
			               .condemn = { garbage },
			               .count = 1,
			               .stop_after_condemn = true };
		struct pruner helps = { .place = &p };

		check_err(prune(&dies, &f, &err), ERR_CANCELLED, "it dies in between");
		check_true(stored(&p, &garbage), "nothing goes before the SWEEP");
		prune_well(&helps, &f);
	}
	check_size_eq(f.finished, 1, "one was finished");
	check_true(!stored(&p, &garbage), "its garbage is gone");
	place_fini(&p);
}

Test(repo_collect, what_the_store_refuses_to_delete_stays_dead_and_goes_later)
{
	struct lb_id garbage = pack_of(2, 2);
	struct lb_collected f;
	struct place p;

	place_init(&p);
	store_pack(&p, &garbage);
	{
		struct pruner locked = {
			.place = &p, .condemn = { garbage }, .count = 1, .refuses = true
		};
		struct pruner later = { .place = &p };

		prune_well(&locked, &f);
		check_true(f.refused == 1 && f.deleted == 0, "refused, and told");
		prune_well(&later, &f);
	}
	check_true(f.deleted == 1 && !stored(&p, &garbage), "the next prune deletes it");
	place_fini(&p);
}

Test(repo_collect, a_writer_mends_what_was_condemned_meanwhile)
{
	struct lb_id shared = pack_of(1, 1);
	struct writer w = { .wants = 1 };
	struct lb_collected f;
	struct err err = ERR_INIT;
	struct lb_commit *c;
	struct lb_log *log;
	struct place p;

	place_init(&p);
	w.place = &p;
	backup(&p, &shared);
	log = open_log(&p, p.backend);
	check_ok(lb_log_head(log, &err), &err);
	check_ok(lb_commit_new(&c, log, &err), &err);
	check_ok(lb_commit_used(c, &shared, &err), &err);
	{
		struct pruner pr = { .place = &p,
			             .condemn = { shared },
			             .count = 1,
			             .stop_after_condemn = true };

		check_err(prune(&pr, &f, &err), ERR_CANCELLED, "condemned, not judged");
	}
	finish(&w, c);
	check_true(w.mended == 1 && w.suspects == 1, "the writer stored it again");
	check_true(lb_state_usable(lb_log_state(log),
	                           lb_state_pack(lb_log_state(log), &w.own)),
	           "in a pack that counts");
	lb_commit_free(c);
	lb_log_close(log);
	place_fini(&p);
}

static enum err_code build_forget(void *context, const struct lb_state *after,
                                  struct lb_record *r, enum lb_build *what,
                                  struct err *err)
{
	(void)after;
	(void)what;
	r->type = LB_FORGET;
	r->private_state = LB_PRIVATE_OPEN;
	lb_record_put_forget(context, 1, &r->private_part);
	return buf_err(&r->private_part, err);
}

Test(repo_collect, a_base_that_was_forgotten_vouches_for_nothing)
{
	struct lb_id pack = pack_of(1, 1);
	struct writer w = { .wants = 1 };
	struct err err = ERR_INIT;
	struct lb_id16 base;
	struct lb_commit *c;
	struct lb_log *log, *other;
	struct place p;
	uint64_t slot;

	place_init(&p);
	w.place = &p;
	base = backup(&p, &pack);
	log = open_log(&p, p.backend);
	other = open_log(&p, p.backend);
	check_ok(lb_log_head(log, &err), &err);
	check_ok(lb_commit_new(&c, log, &err), &err);
	lb_commit_base(c, &base);
	check_ok(lb_log_append(other, build_forget, &base, &slot, &err), &err);
	finish(&w, c);
	check_true(w.base_gone && w.mended == 1, "the writer looked at everything again");
	lb_commit_free(c);
	lb_log_close(other);
	lb_log_close(log);
	place_fini(&p);
}

Test(repo_collect, packs_that_the_log_never_named_cannot_be_used)
{
	struct lb_id pack = pack_of(1, 1);
	struct err err = ERR_INIT;
	struct lb_commit *c;
	struct lb_log *log;
	struct place p;

	place_init(&p);
	log = open_log(&p, p.backend);
	check_ok(lb_commit_new(&c, log, &err), &err);
	check_err(lb_commit_used(c, &pack, &err), ERR_USAGE, "it is unknown");
	lb_commit_free(c);
	lb_log_close(log);
	place_fini(&p);
}

/* Whatever operation of a prune is the last: the next prune makes it good. */
Test(repo_collect, a_prune_may_die_at_any_operation)
{
	static const enum lb_fault faults[] = { LB_FAULT_FAIL, LB_FAULT_LOSE,
		                                LB_FAULT_DELAY, LB_FAULT_DIE,
		                                LB_FAULT_DIE_AFTER };

	for (size_t k = 0; k < sizeof(faults) / sizeof(*faults); k++) {
		struct lb_faulty_nth nth = { .n = 1, .fault = faults[k] };
		bool last = false;

		for (; !last; nth.n++) {
			struct lb_id needed = pack_of(1, 1), garbage = pack_of(2, 2);
			struct pruner pr = { .condemn = { needed, garbage }, .count = 2 };
			struct pruner again = { .count = 2 };
			struct lb_collected f;
			struct err err = ERR_INIT;
			struct place p;

			place_init(&p);
			pr.place = again.place = &p;
			memcpy(again.condemn, pr.condemn, sizeof(pr.condemn));
			backup(&p, &needed);
			store_pack(&p, &garbage);
			check_ok(lb_faulty_new(&pr.backend, p.backend,
			                       lb_faulty_choose_nth, &nth, &err),
			         &err);
			(void)(prune(&pr, &f, &err) == ERR_OK);
			last = lb_faulty_operations(pr.backend) < nth.n;
			check_true(stored(&p, &needed), "fault %d at %d", (int)k,
			           (int)nth.n);
			lb_backend_close(pr.backend);
			prune_well(&again, &f);
			check_true(stored(&p, &needed) && !stored(&p, &garbage),
			           "after fault %d at %d and another prune", (int)k,
			           (int)nth.n);
			place_fini(&p);
		}
		check_true(nth.n > 10, "fault %d met more than 10 operations", (int)k);
	}
}

/* Every allocation of a prune fails once: an error, no leak, and the next one works. */
Test(repo_collect, a_prune_may_run_out_of_memory_anywhere)
{
	struct lb_id needed = pack_of(1, 1), garbage = pack_of(2, 2);
	enum err_code rc = ERR_NOMEM;
	uint64_t n;

	for (n = 1; rc != ERR_OK; n++) {
		struct pruner pr = { .condemn = { needed, garbage }, .count = 2 };
		struct lb_collected f;
		struct err err = ERR_INIT;
		struct place p;

		place_init(&p);
		pr.place = &p;
		backup(&p, &needed);
		store_pack(&p, &garbage);
		mem_fail_after(n);
		rc = prune(&pr, &f, &err);
		mem_fail_after(0);
		check_true(rc == ERR_OK || rc == ERR_NOMEM, "allocation %d: %s", (int)n,
		           err.msg);
		prune_well(&pr, &f);
		check_true(stored(&p, &needed) && !stored(&p, &garbage),
		           "allocation %d failed, and the next prune worked", (int)n);
		place_fini(&p);
	}
	check_true(n > 50, "so many allocations failed: %d", (int)n);
}
