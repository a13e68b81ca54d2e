// SPDX-License-Identifier: Apache-2.0
/* Copies between stores that fail, lose their power, and are pruned meanwhile. */
#include "backend/faulty.h"
#include "base/mem.h"
#include "copy_fixture.h"
#include "job/forget.h"
#include "job/prune.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(copy_faults, .timeout = 110);

/* One of the two stores, over a connection that somebody meddles with. */
struct side {
	struct lb_memory *disk;
	const char *key;
	lb_faulty_choose *choose;
	void *context;
	struct lb_backend *inner;
	struct lb_repo *repo;
	uint64_t operations; /* once it is closed */
};

static struct lb_backend *connect(struct side *s)
{
	struct lb_backend *b;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&s->inner, s->disk, &err), &err);
	check_ok(lb_faulty_new(&b, s->inner, s->choose, s->context, &err), &err);
	return b;
}

static struct err last_error; /* of copy_between */

/* A copy of all; what comes of it may be anything. */
static enum err_code copy_between(struct side *from, struct side *to)
{
	struct side *sides[2] = { from, to };
	/* what was stored is registered after each batch */
	struct lb_copy_options o = { .threads = 1, .keep_ns = 1 };
	struct lb_copy_result r = { .lost = 0 };
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < 2 && rc == ERR_OK; i++) {
		struct lb_unlock u = fixture_unlock_by(sides[i]->key);

		rc = lb_repo_open(&sides[i]->repo, connect(sides[i]), &u, NULL, &err);
	}
	if (rc == ERR_OK)
		rc = lb_copy(from->repo, to->repo, &o, &r, &err);
	for (size_t i = 0; i < 2; i++) {
		if (sides[i]->repo)
			sides[i]->operations =
				lb_faulty_operations(lb_repo_backend(sides[i]->repo));
		lb_repo_close(sides[i]->repo);
		lb_backend_close(sides[i]->inner);
	}
	last_error = err;
	return rc == ERR_OK && r.lost > 0 ? ERR_CORRUPT : rc;
}

/* Dies with the n-th record that is put. */
struct dying {
	uint64_t records;
	uint64_t n;
};

static enum lb_fault die_at_record(const struct lb_operation *op, void *context)
{
	struct dying *d = context;

	if (op->kind == LB_OP_PUT_NEW && strncmp(op->key, "log/", 4) == 0 &&
	    ++d->records == d->n)
		return LB_FAULT_DIE;
	return LB_FAULT_NONE;
}

/* The next copy completes, and nothing is there twice. */
static void check_next(struct lb_memory *source, struct lb_memory *target,
                       const char *when)
{
	struct lb_repo *from = copy_open(source, copy_source_key);
	struct lb_repo *to = copy_open(target, copy_target_key);

	(void)copy_everything(from, to, NULL);
	copy_check(from, to, 3, when);
	lb_repo_close(from);
	lb_repo_close(to);
}

static struct lb_memory *twin(const struct lb_memory *disk)
{
	struct lb_memory *out;
	struct err err = ERR_INIT;

	check_ok(lb_memory_crash(&out, disk, 0, LB_CRASH_KEEP, &err), &err);
	return out;
}

static void fail_every_request(enum lb_fault fault, bool at_source)
{
	struct lb_memory *source = copy_filled(false);
	struct lb_memory *start = copy_disk(copy_target_key);
	struct err err = ERR_INIT;
	enum err_code rc = ERR_IO;
	bool met = true;

	check_ok(lb_memory_record(start, &err), &err);
	for (uint64_t n = 1; met; n++) {
		struct lb_faulty_nth nth = { n, fault };
		struct side from = { .disk = source, .key = copy_source_key };
		struct side to = { .disk = twin(start), .key = copy_target_key };
		struct side *bad = at_source ? &from : &to;
		char when[64];

		(void)snprintf(when, sizeof when, "fault %d at request %llu", (int)fault,
		               (unsigned long long)n);
		bad->choose = lb_faulty_choose_nth;
		bad->context = &nth;
		rc = copy_between(&from, &to);
		met = !bad->repo || bad->operations >= n;
		check_next(source, to.disk, when);
		lb_memory_free(to.disk);
	}
	check_int_eq(rc, ERR_OK, "without a fault");
	lb_memory_free(start);
	lb_memory_free(source);
}

Test(copy_faults, any_request_of_the_target_may_fail)
{
	fail_every_request(LB_FAULT_FAIL, false);
}

Test(copy_faults, any_answer_of_the_target_may_be_lost)
{
	fail_every_request(LB_FAULT_LOSE, false);
}

Test(copy_faults, any_request_of_the_source_may_fail)
{
	fail_every_request(LB_FAULT_FAIL, true);
}

Test(copy_faults, a_crash_at_any_step_loses_nothing)
{
	static const uint64_t seeds[] = { LB_CRASH_LOSE, LB_CRASH_KEEP, 77 };
	struct lb_memory *source = copy_filled(false);
	struct lb_memory *start = copy_disk(copy_target_key);
	struct lb_repo *from = copy_open(source, copy_source_key);
	struct lb_repo *to = copy_open(start, copy_target_key);
	struct err err = ERR_INIT;

	check_ok(lb_memory_record(start, &err), &err);
	(void)copy_everything(from, to, NULL);
	lb_repo_close(to);
	lb_repo_close(from);
	for (size_t cut = 0; cut <= lb_memory_cuts(start); cut++) {
		for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
			struct lb_memory *disk;
			char when[64];

			(void)snprintf(when, sizeof when, "cut %zu, seed %zu", cut, i);
			check_ok(lb_memory_crash(&disk, start, cut, seeds[i], &err),
			         &err);
			check_next(source, disk, when);
			lb_memory_free(disk);
		}
	}
	lb_memory_free(start);
	lb_memory_free(source);
}

Test(copy_faults, any_allocation_may_fail)
{
	struct lb_memory *source = copy_filled(false);
	struct lb_memory *start = copy_disk(copy_target_key);
	struct err err = ERR_INIT;
	bool met = true;

	check_ok(lb_memory_record(start, &err), &err);
	for (uint64_t n = 1; met; n += 1 + n / 16) {
		struct lb_memory *target = twin(start);
		struct lb_repo *from = copy_open(source, copy_source_key);
		struct lb_repo *to = copy_open(target, copy_target_key);
		struct lb_copy_options o = { .threads = 1 };
		struct lb_copy_result r;
		enum err_code rc;

		mem_fail_after(n);
		rc = lb_copy(from, to, &o, &r, &err);
		mem_fail_after(0);
		met = rc != ERR_OK;
		check_true(!met || rc == ERR_NOMEM, "allocation %llu: %s",
		           (unsigned long long)n, err.msg);
		lb_repo_close(from);
		lb_repo_close(to);
		check_next(source, target, "without memory");
		lb_memory_free(target);
	}
	lb_memory_free(start);
	lb_memory_free(source);
}

/* ---- others at work ---- */

/* Prunes the store when its n-th request is made, by way of a connection of its own. */
struct pruner {
	struct lb_memory *disk;
	const char *key;
	uint64_t n;
	bool forget; /* the oldest snapshot first */
	bool done;
};

static void prune_now(struct pruner *p)
{
	struct lb_repo *repo = copy_open(p->disk, p->key);
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_snapshots list = copy_snapshots(repo);
	struct lb_forget_options o = { .ids = &list.refs[0].id, .id_count = 1 };
	struct lb_forgotten gone;
	struct lb_pruned done;
	struct err err = ERR_INIT;

	if (p->forget && list.count > 0) {
		check_ok(lb_forget(repo, &o, &gone, &err), &err);
		lb_forgotten_fini(&gone);
	}
	check_ok(lb_prune(repo, &all, &done, &err), &err);
	lb_snapshots_fini(&list);
	lb_repo_close(repo);
}

static enum lb_fault prune_at(const struct lb_operation *op, void *context)
{
	struct pruner *p = context;

	if (op->number == p->n && !p->done) {
		p->done = true;
		prune_now(p);
	}
	return LB_FAULT_NONE;
}

Test(copy_faults, a_prune_of_the_target_meanwhile)
{
	struct lb_memory *source = copy_filled(false);
	struct lb_memory *start = copy_disk(copy_target_key);
	struct err err = ERR_INIT;
	bool met = true;

	check_ok(lb_memory_record(start, &err), &err);
	for (uint64_t n = 1; met; n++) {
		struct side from = { .disk = source, .key = copy_source_key };
		struct side to = { .disk = twin(start), .key = copy_target_key };
		struct pruner p = { .disk = to.disk, .key = copy_target_key, .n = n };
		struct lb_repo *a;
		struct lb_repo *b;
		char when[64];

		(void)snprintf(when, sizeof when, "prune at request %llu",
		               (unsigned long long)n);
		to.choose = prune_at;
		to.context = &p;
		check_int_eq(copy_between(&from, &to), ERR_OK, "%s: %s", when,
		             last_error.msg);
		met = p.done;
		a = copy_open(source, copy_source_key);
		b = copy_open(to.disk, copy_target_key);
		copy_check(a, b, 3, when);
		lb_repo_close(a);
		lb_repo_close(b);
		lb_memory_free(to.disk);
	}
	lb_memory_free(start);
	lb_memory_free(source);
}

/* Packs move while they are read; what is forgotten meanwhile is not copied, or was. */
Test(copy_faults, a_prune_of_the_source_meanwhile)
{
	struct lb_memory *start = copy_filled(false);
	struct err err = ERR_INIT;
	bool met = true;

	check_ok(lb_memory_record(start, &err), &err);
	for (uint64_t n = 1; met; n++) {
		struct lb_memory *source = twin(start);
		struct side from = { .disk = source, .key = copy_source_key };
		struct side to = { .disk = copy_disk(copy_target_key),
			           .key = copy_target_key };
		struct pruner p = {
			.disk = source, .key = copy_source_key, .n = n, .forget = true
		};
		char when[64];
		enum err_code rc;
		struct lb_repo *a;
		struct lb_repo *b;

		(void)snprintf(when, sizeof when, "prune at request %llu",
		               (unsigned long long)n);
		from.choose = prune_at;
		from.context = &p;
		rc = copy_between(&from, &to);
		check_true(rc == ERR_OK || rc == ERR_CORRUPT, "%s: %d", when, (int)rc);
		met = p.done;
		a = copy_open(source, copy_source_key);
		b = copy_open(to.disk, copy_target_key);
		copy_check(a, b, met ? 2 : 3, when);
		lb_repo_close(a);
		lb_repo_close(b);
		lb_memory_free(to.disk);
		lb_memory_free(source);
	}
	lb_memory_free(start);
}

/* One large snapshot, of which nothing is in the target when the copy is stopped. */
Test(copy_faults, a_copy_that_was_stopped_goes_on_from_what_it_registered)
{
	struct dying die = { .n = 2 };
	struct lb_memory *source = copy_filled(true);
	struct side from = { .disk = source, .key = copy_source_key };
	struct side to = { .disk = copy_disk(copy_target_key),
		           .key = copy_target_key,
		           .choose = die_at_record,
		           .context = &die };
	struct lb_memory *other = copy_disk(copy_target_key);
	struct lb_repo *origin, *anew, *again;
	struct lb_copy_result whole, rest;
	struct lb_snapshots list;

	check_int_eq(copy_between(&from, &to), ERR_CANCELLED, "stopped");
	origin = copy_open(source, copy_source_key);
	anew = copy_open(other, copy_target_key);
	again = copy_open(to.disk, copy_target_key);
	list = copy_snapshots(again);
	check_size_eq(list.count, 0, "there is no snapshot yet");
	lb_snapshots_fini(&list);
	whole = copy_everything(origin, anew, NULL);
	rest = copy_everything(origin, again, NULL);
	check_true(rest.bytes_new < whole.bytes_new / 2, "%llu of %llu bytes were left",
	           (unsigned long long)rest.bytes_new,
	           (unsigned long long)whole.bytes_new);
	copy_check(origin, again, 3, "in the end");
	lb_repo_close(origin);
	lb_repo_close(anew);
	lb_repo_close(again);
	lb_memory_free(source);
	lb_memory_free(other);
	lb_memory_free(to.disk);
}
