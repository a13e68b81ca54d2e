// SPDX-License-Identifier: Apache-2.0
/* What forget shows, and what it does: over random histories, read back by another. */
#include "job/forget.h"

#include "repo/commit.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(forget, .timeout = 550);

/* HISTORIES: how many, from CMakeLists.txt. A disk serves some one after the other. */
enum { SEED = 20261122, A_DISK = 4, ADDED = 8, MOST = A_DISK * ADDED };

#define NOW ((int64_t)1795000000 * 1000000000)

static uint64_t dice_state;

static uint32_t dice(uint32_t sides)
{
	return fixture_dice(&dice_state, sides);
}

/* ---- histories ---- */

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	(void)c;
	(void)s;
	return lb_snapshot_encode(context, &r->private_part, err);
}

/* A snapshot without files, at some time of some host. */
static struct lb_id16 make_snapshot(struct lb_repo *repo)
{
	static const char *const hosts[] = { "mars", "venus" };
	struct span tag = span_str("keep");
	struct span path = span_str(dice(3) ? "/home" : "/srv");
	struct lb_snapshot s = { .host = span_str(hosts[dice(2)]),
		                 .paths = &path,
		                 .path_count = 1,
		                 .tags = &tag,
		                 .tag_count = dice(5) == 0,
		                 .pinned = dice(8) == 0,
		                 .partial = dice(10) == 0 };
	struct lb_commit_job job = { .context = &s, .fill = fill };
	struct lb_commit *c;
	struct lb_id16 id;
	struct err err = ERR_INIT;
	uint64_t slot;

	s.start_ns = NOW - (int64_t)dice(400 * 24) * 3600 * 1000000000;
	s.end_ns = s.start_ns;
	s.root.b[0] = 1;
	check_ok(lb_commit_new(&c, lb_repo_log(repo), &err), &err);
	check_ok(lb_commit_append(c, &job, &slot, &id, &err), &err);
	lb_commit_free(c);
	return id;
}

/* The snapshots that should be live, as the test counts them. */
struct history {
	struct lb_id16 live[MOST];
	size_t count;
};

/* What earlier ones left, and some more. */
static void make_history(struct lb_repo *repo, struct history *h)
{
	for (uint32_t n = dice(ADDED + 1); n > 0; n--)
		h->live[h->count++] = make_snapshot(repo);
}

static void history_remove(struct history *h, const struct lb_id16 *id)
{
	for (size_t i = 0; i < h->count; i++) {
		if (lb_id16_eq(&h->live[i], id)) {
			h->live[i] = h->live[--h->count];
			return;
		}
	}
	check_true(false, "what goes was there");
}

/* ---- requests ---- */

struct request {
	struct lb_forget_options o;
	struct lb_retention policy;
	struct lb_snapshot_filter filter;
	struct span tag;
	struct span host;
};

static void some_policy(struct lb_retention *p, const struct span *tag)
{
	*p = (struct lb_retention){ .now_ns = NOW,
		                    .by_host = dice(2) == 0,
		                    .by_paths = dice(2) == 0,
		                    .by_tags = dice(4) == 0,
		                    .tags = tag,
		                    .tag_count = dice(3) == 0,
		                    .oldest = dice(4) == 0 };
	for (size_t i = 0; i < LB_KEEP_COUNT; i++) {
		p->keep[i] = dice(3) == 0 ? dice(6) : 0;
		p->within[i].days = dice(6) == 0 ? dice(60) : 0;
	}
	p->keep[dice(LB_KEEP_COUNT)] = 1 + dice(3);
}

/* By a policy, for all or for one host; or some by name. */
static void some_request(struct request *r, const struct history *h)
{
	*r = (struct request){ .tag = span_str("keep"), .host = span_str("mars") };
	if (dice(5) == 0) {
		r->o.ids = h->live;
		r->o.id_count = h->count > 0 ? dice((uint32_t)h->count) : 0;
		return;
	}
	some_policy(&r->policy, &r->tag);
	r->o.policy = &r->policy;
	if (dice(4) == 0) {
		r->filter.hosts = &r->host;
		r->filter.host_count = 1;
		r->o.filter = &r->filter;
	}
}

/* ---- what must hold ---- */

static void check_same(const struct lb_forgotten *a, const struct lb_forgotten *b,
                       unsigned turn)
{
	check_size_eq(a->list.count, b->list.count, "history %u: judged", turn);
	check_size_eq(a->removed, b->removed, "history %u: removed", turn);
	for (size_t i = 0; i < a->list.count; i++) {
		check_true(lb_id16_eq(&a->list.refs[i].id, &b->list.refs[i].id),
		           "history %u: snapshot %zu", turn, i);
		check_int_eq(a->verdicts[i].keep, b->verdicts[i].keep,
		             "history %u: verdict", turn);
		check_str_eq(a->verdicts[i].reasons, b->verdicts[i].reasons,
		             "history %u: reasons", turn);
		check_true(a->verdicts[i].reasons[0] != '\0', "history %u: a reason",
		           turn);
	}
}

/* The history is less what the preview said, and nothing else. */
static void take_preview(struct history *h, const struct lb_forgotten *seen,
                         unsigned turn)
{
	for (size_t i = 0; i < seen->list.count; i++) {
		if (seen->verdicts[i].keep)
			continue;
		check_true(!seen->list.refs[i].snapshot->pinned,
		           "history %u: a pinned one goes", turn);
		history_remove(h, &seen->list.refs[i].id);
	}
}

/* Somebody who opens the repository now finds these snapshots and no others. */
static void check_live(struct lb_memory *disk, const struct history *h, unsigned turn)
{
	struct lb_repo *repo = fixture_open(disk);
	struct lb_snapshots list;
	struct err err = ERR_INIT;

	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	check_size_eq(list.count, h->count, "history %u: how many stay", turn);
	for (size_t i = 0; i < h->count; i++) {
		bool found = false;

		for (size_t k = 0; k < list.count; k++)
			found = found || lb_id16_eq(&list.refs[k].id, &h->live[i]);
		check_true(found, "history %u: one that stays is gone", turn);
	}
	lb_snapshots_fini(&list);
	lb_repo_close(repo);
}

struct counts {
	unsigned judged;
	unsigned removed;
	unsigned refused; /* a pinned one was named */
};

/* One preview and the forget after it. */
static void forget_as_seen(struct lb_repo *repo, struct history *h, struct counts *n,
                           unsigned turn)
{
	struct request r;
	struct lb_forgotten seen;
	struct lb_forgotten done;
	struct err err = ERR_INIT;
	enum err_code rc;

	some_request(&r, h);
	r.o.dry_run = true;
	rc = lb_forget(repo, &r.o, &seen, &err);
	r.o.dry_run = false;
	check_int_eq(lb_forget(repo, &r.o, &done, NULL), rc, "history %u: %s", turn,
	             err.msg);
	if (rc == ERR_USAGE) {
		n->refused++;
		return;
	}
	check_ok(rc, &err);
	check_same(&seen, &done, turn);
	n->judged += (unsigned)seen.list.count;
	n->removed += (unsigned)seen.removed;
	take_preview(h, &seen, turn);
	lb_forgotten_fini(&seen);
	lb_forgotten_fini(&done);
}

Test(forget, does_what_its_preview_says)
{
	struct lb_memory *empty = fixture_disk();
	struct counts n = { 0, 0, 0 };

	dice_state = SEED;
	for (unsigned turn = 0; turn < HISTORIES; turn += A_DISK) {
		struct lb_memory *disk = fixture_copy(empty);
		struct lb_repo *repo = fixture_open(disk);
		struct history h = { .count = 0 };

		for (unsigned i = 0; i < A_DISK; i++) {
			make_history(repo, &h);
			forget_as_seen(repo, &h, &n, turn + i);
			check_live(disk, &h, turn + i);
		}
		lb_repo_close(repo);
		lb_memory_free(disk);
	}
	lb_memory_free(empty);
	printf("forget: %d histories from seed %d, %u verdicts shown, %u snapshots "
	       "removed, %u requests refused\n",
	       HISTORIES, SEED, n.judged, n.removed, n.refused);
	check_true(n.removed > HISTORIES && n.judged > 2 * n.removed && n.refused > 0,
	           "all kinds of requests");
}

Test(forget, more_than_a_record_holds_is_forgotten_in_several)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct lb_retention policy = { .now_ns = NOW };
	struct lb_forget_options o = { .policy = &policy };
	struct lb_forgotten done;
	struct lb_snapshots list;
	struct err err = ERR_INIT;
	size_t count;
	size_t pinned = 0;

	dice_state = 5;
	for (unsigned i = 0; i < 4000; i++)
		(void)make_snapshot(repo);
	policy.keep[LB_KEEP_LAST] = 1;
	check_ok(lb_forget(repo, &o, &done, &err), &err);
	check_true(done.removed > 3000, "more than one record: %zu", done.removed);
	for (size_t i = 0; i < done.list.count; i++)
		pinned += done.list.refs[i].snapshot->pinned;
	check_true(pinned > 100, "some are pinned");
	(void)lb_state_snapshots(lb_repo_state(repo), &count);
	check_size_eq(count, 4000, "the log remembers them");
	lb_repo_close(repo);
	repo = fixture_open(disk);
	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	check_size_eq(list.count, 4000 - done.removed, "the others stay");
	lb_snapshots_fini(&list);
	lb_forgotten_fini(&done);
	lb_repo_close(repo);
	lb_memory_free(disk);
}
