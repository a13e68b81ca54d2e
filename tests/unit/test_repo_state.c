// SPDX-License-Identifier: Apache-2.0
#include "repo/state.h"

#include "base/wire.h"
#include "support/check.h"

TestSuite(repo_state, .timeout = 60);

/* Segment n names the packs 10 n and 10 n + 1; segment 99 is gone. */
static struct lb_id name_of(unsigned n)
{
	struct lb_id id = { { (unsigned char)n, (unsigned char)(n >> 8),
		              (unsigned char)(n >> 16), 1 } };

	return id;
}

static enum err_code packs_of(void *context, const struct lb_id *segment,
                              struct lb_ids *out, struct err *err)
{
	unsigned n = segment->b[0] + 256U * segment->b[1];
	struct lb_id a = name_of(10 * n), b = name_of(10 * n + 1);

	(void)context;
	if (n == 99)
		return ERR_NOT_FOUND;
	if (!lb_ids_add(out, &a) || !lb_ids_add(out, &b))
		return err_nomem(err);
	return ERR_OK;
}

struct fold {
	struct lb_state *s;
	uint64_t slot;
};

static void fold_init(struct fold *f)
{
	struct lb_segment_source source = { NULL, packs_of };
	struct err err = ERR_INIT;
	struct lb_record r;

	check_ok(lb_state_new(&f->s, &source, &err), &err);
	lb_record_init(&r, LB_GENESIS);
	r.slot = 0;
	check_ok(lb_state_apply(f->s, &r, &err), &err);
	f->slot = 1;
}

/* Applies and frees; its slot. */
static uint64_t apply(struct fold *f, struct lb_record *r)
{
	struct err err = ERR_INIT;

	r->slot = f->slot++;
	check_ok(lb_state_apply(f->s, r, &err), &err);
	lb_record_fini(r);
	return f->slot - 1;
}

static void add(struct lb_ids *names, unsigned n)
{
	struct lb_id id = name_of(n);

	check_true(lb_ids_add(names, &id), "a name");
}

static uint64_t commit(struct fold *f, unsigned char snapshot, unsigned segment)
{
	struct lb_record r;

	lb_record_init(&r, LB_COMMIT);
	r.nonce.b[0] = snapshot;
	r.private_state = LB_PRIVATE_OPEN;
	add(&r.segments, segment);
	return apply(f, &r);
}

static uint64_t forget(struct fold *f, unsigned char snapshot)
{
	struct lb_id16 id = { { snapshot } };
	struct lb_record r;

	lb_record_init(&r, LB_FORGET);
	r.private_state = LB_PRIVATE_OPEN;
	lb_record_put_forget(&id, 1, &r.private_part);
	return apply(f, &r);
}

static uint64_t condemn(struct fold *f, unsigned a, unsigned b)
{
	struct lb_record r;

	lb_record_init(&r, LB_CONDEMN);
	add(&r.condemned, a);
	add(&r.condemned, b);
	return apply(f, &r);
}

static uint64_t sweep(struct fold *f, uint64_t judged, unsigned dead)
{
	struct lb_record r;

	lb_record_init(&r, LB_SWEEP);
	r.judged = judged;
	add(&r.dead, dead);
	return apply(f, &r);
}

static uint32_t pack(const struct fold *f, unsigned n)
{
	struct lb_id id = name_of(n);

	return lb_state_pack(f->s, &id);
}

static bool live(const struct fold *f, unsigned char snapshot, uint64_t slot)
{
	struct lb_id16 id = { { snapshot } };
	const struct lb_live *l = lb_state_snapshot(f->s, &id);

	return l && lb_live_at(l, slot);
}

Test(repo_state, snapshots_live_from_their_commit_to_their_end)
{
	struct fold f;
	uint64_t added, removed;

	fold_init(&f);
	added = commit(&f, 1, 1);
	commit(&f, 2, 2);
	removed = forget(&f, 1);
	check_true(!live(&f, 1, added), "before its own record it is not live");
	check_true(live(&f, 1, added + 1), "after it, it is");
	check_true(live(&f, 1, removed), "before the FORGET too");
	check_true(!live(&f, 1, removed + 1) && !live(&f, 1, LB_NO_SLOT), "not after");
	check_true(live(&f, 2, LB_NO_SLOT), "the other one stays");
	lb_state_free(f.s);
}

Test(repo_state, a_nonce_counts_once)
{
	struct fold f;
	size_t count;

	fold_init(&f);
	commit(&f, 1, 1);
	commit(&f, 1, 2);
	(void)lb_state_snapshots(f.s, &count);
	check_size_eq(count, 1, "the second commit with the nonce is void");
	check_true(pack(&f, 20) == LB_NO_PACK, "its segment too");
	lb_state_free(f.s);
}

/* A key with these roles; its writer id. */
static struct lb_id16 add_writer(struct fold *f, unsigned char n, uint32_t roles)
{
	struct lb_record r;
	struct lb_id16 id;
	struct err err = ERR_INIT;

	lb_record_init(&r, LB_KEYS);
	r.has_key = true;
	r.key.roles = roles;
	r.key.sign_public.b[0] = n;
	check_ok(lb_sign_writer(&id, &r.key.sign_public, &err), &err);
	apply(f, &r);
	return id;
}

/* A snapshot by the writer, partial or not, that replaces another (0: none). */
static void replace(struct fold *f, const struct lb_id16 *writer, unsigned char snapshot,
                    bool partial, unsigned char old)
{
	const struct lb_id16 gone = { { old } };
	struct lb_record r;

	lb_record_init(&r, LB_COMMIT);
	r.writer = *writer;
	r.nonce.b[0] = snapshot;
	r.private_state = LB_PRIVATE_OPEN;
	if (partial)
		wire_put_field_u8(&r.private_part, 129, 1);
	if (old != 0)
		wire_put_field(&r.private_part, 130, lb_id16_span(&gone));
	apply(f, &r);
}

Test(repo_state, a_commit_replaces_what_its_writer_may_remove)
{
	struct lb_id16 pruner, client, thief;
	struct fold f;

	fold_init(&f);
	pruner = add_writer(&f, 1, LB_ROLE_BACKUP | LB_ROLE_PRUNE);
	client = add_writer(&f, 2, LB_ROLE_BACKUP | LB_ROLE_READ);
	thief = add_writer(&f, 3, LB_ROLE_BACKUP | LB_ROLE_READ);
	replace(&f, &client, 1, false, 0);
	replace(&f, &client, 2, true, 0);
	replace(&f, &thief, 3, false, 1);
	replace(&f, &thief, 4, false, 2);
	check_true(live(&f, 1, LB_NO_SLOT), "another's snapshot stays");
	check_true(live(&f, 2, LB_NO_SLOT), "a partial one, too");
	check_true(live(&f, 3, LB_NO_SLOT) && live(&f, 4, LB_NO_SLOT), "both are stored");
	replace(&f, &client, 5, false, 1);
	check_true(live(&f, 1, LB_NO_SLOT), "not even an own one that is whole");
	replace(&f, &client, 6, false, 2);
	check_true(!live(&f, 2, LB_NO_SLOT), "an own partial one is replaced");
	replace(&f, &pruner, 7, false, 1);
	check_true(!live(&f, 1, LB_NO_SLOT), "who may forget may replace");
	lb_state_free(f.s);
}

/* A key that may only store must not close the repository for the others. */
Test(repo_state, a_malformed_snapshot_does_not_break_the_log)
{
	struct lb_record r;
	struct fold f;

	fold_init(&f);
	lb_record_init(&r, LB_COMMIT);
	r.nonce.b[0] = 1;
	r.private_state = LB_PRIVATE_OPEN;
	buf_puts(&r.private_part, "\377 nonsense");
	apply(&f, &r);
	commit(&f, 2, 2);
	check_true(live(&f, 1, LB_NO_SLOT) && live(&f, 2, LB_NO_SLOT), "the log goes on");
	lb_state_free(f.s);
}

/* One client's nonsense is no reason to stop for the others. */
Test(repo_state, malformed_private_parts_mean_nothing)
{
	const struct {
		enum lb_record_type type;
		struct span part;
	} cases[] = {
		{ LB_META, SPAN_LIT("\377 nonsense") },
		{ LB_META, SPAN_LIT("") },
		{ LB_META, SPAN_LIT("\200\3abc") },
		{ LB_FORGET, SPAN_LIT("\200\3abc") },
		{ LB_FORGET, SPAN_LIT("\377 nonsense") },
	};
	const struct lb_malformed *bad;
	struct lb_record r;
	struct fold f;
	size_t count;

	fold_init(&f);
	commit(&f, 1, 2);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t slot;

		lb_record_init(&r, (uint8_t)cases[i].type);
		r.writer.b[0] = 7;
		r.private_state = LB_PRIVATE_OPEN;
		buf_put(&r.private_part, cases[i].part);
		slot = apply(&f, &r);
		bad = lb_state_malformed(f.s, &count);
		check_size_eq(count, i + 1, "case %zu is noted", i);
		check_true(bad[i].slot == slot && bad[i].writer.b[0] == 7,
		           "as what it is");
	}
	check_true(live(&f, 1, LB_NO_SLOT), "the snapshot stays");
	lb_state_reset(f.s);
	(void)lb_state_malformed(f.s, &count);
	check_size_eq(count, 0, "forgotten");
	lb_state_free(f.s);
}

Test(repo_state, condemned_packs_are_not_usable_until_pardoned)
{
	struct fold f;
	uint64_t m;
	size_t count;

	fold_init(&f);
	commit(&f, 1, 1);
	check_true(lb_state_usable(f.s, pack(&f, 10)), "registered, so usable");
	m = condemn(&f, 10, 11);
	check_true(!lb_state_usable(f.s, pack(&f, 10)), "condemned");
	sweep(&f, m, 10);
	check_true(lb_state_dead(f.s, pack(&f, 10)), "swept");
	check_true(lb_state_usable(f.s, pack(&f, 11)), "pardoned");
	check_true(lb_state_ever_condemned(f.s, pack(&f, 11)), "it was condemned once");
	check_true(lb_state_ever_condemned(f.s, pack(&f, 10)), "and so was the dead one");
	sweep(&f, m, 11);
	check_true(lb_state_usable(f.s, pack(&f, 11)), "only the first SWEEP counts");
	sweep(&f, 77, 11);
	check_true(lb_state_usable(f.s, pack(&f, 11)), "and only of a CONDEMN");
	(void)lb_state_condemns(f.s, &count);
	check_size_eq(count, 1, "one CONDEMN is known");
	lb_state_free(f.s);
}

Test(repo_state, a_sweep_kills_only_what_was_condemned)
{
	struct fold f;
	uint64_t m;

	fold_init(&f);
	commit(&f, 1, 1);
	commit(&f, 2, 2);
	m = condemn(&f, 10, 11);
	sweep(&f, m, 20);
	check_true(lb_state_usable(f.s, pack(&f, 20)), "it was not condemned");
	check_size_eq(lb_state_condemn(f.s, m)->dead.count, 0,
	              "and nobody is told to delete it");
	lb_state_free(f.s);
}

Test(repo_state, a_merge_counts_only_with_all_its_segments_in_force)
{
	struct lb_id one = name_of(1), two = name_of(2), seven = name_of(7);
	struct fold f;
	struct lb_record r;
	size_t count;

	fold_init(&f);
	commit(&f, 1, 1);
	commit(&f, 2, 2);
	for (unsigned i = 0; i < 2; i++) {
		lb_record_init(&r, LB_MERGE);
		add(&r.dropped, 1);
		add(&r.dropped, 2);
		add(&r.segments, 7 + i);
		apply(&f, &r);
	}
	(void)lb_state_segments(f.s, &count);
	check_size_eq(count, 1, "the second MERGE is void");
	check_true(lb_state_in_force(f.s, &seven) && !lb_state_in_force(f.s, &one) &&
	                   !lb_state_in_force(f.s, &two),
	           "the first one counts");
	check_true(lb_state_usable(f.s, pack(&f, 10)), "packs stay registered");
	lb_state_free(f.s);
}

Test(repo_state, a_segment_that_is_gone_is_told_until_it_is_dropped)
{
	struct fold f;
	struct lb_record r;

	fold_init(&f);
	commit(&f, 1, 99);
	check_size_eq(lb_state_missing(f.s), 1, "it is missing");
	lb_record_init(&r, LB_MERGE);
	add(&r.dropped, 99);
	apply(&f, &r);
	check_size_eq(lb_state_missing(f.s), 0, "nobody needs it any more");
	lb_state_free(f.s);
}

Test(repo_state, unknown_critical_records_block)
{
	struct lb_record r;
	struct fold f;

	fold_init(&f);
	lb_record_init(&r, 99);
	apply(&f, &r);
	check_u64_eq(lb_state_blocked(f.s), LB_NO_SLOT, "harmless if not critical");
	lb_record_init(&r, 99);
	r.flags = LB_RECORD_CRITICAL;
	check_u64_eq(apply(&f, &r), lb_state_blocked(f.s), "critical ones block");
	lb_state_free(f.s);
}

Test(repo_state, a_new_data_epoch_blocks)
{
	unsigned char keys[4 + 16 + 80] = { 2 };
	struct lb_record r;
	struct fold f;

	fold_init(&f);
	lb_record_init(&r, LB_KEYS);
	buf_put(&r.epoch_keys, span_of((const char *)keys, sizeof(keys)));
	check_u64_eq(apply(&f, &r), lb_state_blocked(f.s), "its keys are not taken up");
	lb_state_free(f.s);
}

Test(repo_state, the_log_starts_with_genesis_and_only_there)
{
	struct lb_state *s;
	struct lb_record r;
	struct err err = ERR_INIT;
	struct fold f;

	check_ok(lb_state_new(&s, NULL, &err), &err);
	lb_record_init(&r, LB_COMMIT);
	check_err(lb_state_apply(s, &r, &err), ERR_CORRUPT, "a COMMIT first");
	lb_state_free(s);
	fold_init(&f);
	lb_record_init(&r, LB_GENESIS);
	check_err(lb_state_apply(f.s, &r, &err), ERR_CORRUPT, "a second GENESIS");
	lb_state_free(f.s);
}

/* Which packs hold the one chunk that is needed. */
struct need {
	const unsigned *packs;
	size_t count;
};

static enum err_code walk(void *context, const struct lb_state *s, uint64_t slot,
                          struct lb_verdict *v, struct err *err)
{
	const struct need *n = context;
	uint32_t packs[8];

	(void)slot;
	(void)err;
	for (size_t i = 0; i < n->count; i++) {
		struct lb_id id = name_of(n->packs[i]);

		packs[i] = lb_state_pack(s, &id);
	}
	lb_verdict_chunk(v, packs, n->count);
	return ERR_OK;
}

static size_t judge(const struct fold *f, uint64_t m, const unsigned *packs, size_t count)
{
	struct need n = { packs, count };
	struct lb_ids dead = { 0 };
	struct err err = ERR_INIT;
	size_t found;

	check_ok(lb_state_verdict(f->s, m, walk, &n, &dead, &err), &err);
	found = dead.count;
	lb_ids_fini(&dead);
	return found;
}

Test(repo_state, the_verdict_spares_the_last_copies)
{
	static const unsigned only[] = { 10 }, both[] = { 10, 11 },
			      outside[] = { 10, 20 };
	struct fold f;
	uint64_t m;

	fold_init(&f);
	commit(&f, 1, 1);
	commit(&f, 2, 2);
	m = condemn(&f, 10, 11);
	check_size_eq(judge(&f, m, only, 1), 1, "the only copy is spared");
	check_size_eq(judge(&f, m, both, 2), 0, "two condemned copies are both spared");
	check_size_eq(judge(&f, m, outside, 2), 2, "a kept copy is enough");
	lb_state_free(f.s);
}

Test(repo_state, the_verdict_depends_on_the_past_alone)
{
	static const unsigned later[] = { 10, 30 }, other[] = { 10, 20 };
	struct fold f;
	uint64_t m, before;

	fold_init(&f);
	commit(&f, 1, 1);
	commit(&f, 2, 2);
	before = condemn(&f, 20, 21);
	m = condemn(&f, 10, 11);
	commit(&f, 3, 3);
	check_size_eq(judge(&f, m, later, 2), 1, "a copy registered later is none");
	check_size_eq(judge(&f, m, other, 2), 1, "nor is one that another condemned");
	sweep(&f, before, 99);
	check_size_eq(judge(&f, m, other, 2), 1, "even if it is pardoned later");
	check_size_eq(judge(&f, before, other, 2), 2,
	              "for the earlier one the later condemned are copies");
	lb_state_free(f.s);
}

Test(repo_state, a_reset_forgets_all_but_the_numbers_of_packs)
{
	struct fold f;
	uint32_t number;
	size_t count;

	fold_init(&f);
	commit(&f, 1, 1);
	condemn(&f, 10, 11);
	number = pack(&f, 11);
	lb_state_reset(f.s);
	check_true(pack(&f, 11) == number, "the number stays");
	check_true(!lb_state_registered(f.s, number) && !lb_state_condemned(f.s, number),
	           "nothing else");
	(void)lb_state_condemns(f.s, &count);
	check_size_eq(count, 0, "no CONDEMN");
	check_u64_eq(lb_state_head(f.s), LB_NO_SLOT, "no head");
	lb_state_free(f.s);
}

/* 20,000 commits and as many packs twice over: linear, or the time limit says so. */
Test(repo_state, many_records_fold_in_linear_time)
{
	struct fold f;

	fold_init(&f);
	for (unsigned i = 0; i < 20000; i++) {
		struct lb_record r;

		lb_record_init(&r, LB_COMMIT);
		memcpy(r.nonce.b, &i, sizeof(i));
		r.private_state = LB_PRIVATE_OPEN;
		add(&r.segments, 100 + i);
		apply(&f, &r);
		if (i % 10 == 9)
			sweep(&f, condemn(&f, 10 * (100 + i), 7), 10 * (100 + i));
	}
	check_size_eq(lb_state_packs(f.s), 40001, "two packs each, and number 7");
	lb_state_free(f.s);
}
