// SPDX-License-Identifier: Apache-2.0
#include "job/key.h"

#include "backend/faulty.h"
#include "backend/memory.h"
#include "base/mem.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>

/* Keys are changed, and the change is cut off: some key always opens the repository, may
 * administer it, and completes what was begun. */

TestSuite(job_key, .timeout = 120);

static const struct lb_pwhash_cost cheap = { 1, LB_PWHASH_MEMORY_MIN };

static struct lb_unlock password(const char *text)
{
	return (struct lb_unlock){ LB_SLOT_PASSWORD, span_str(text), NULL };
}

static struct lb_key_plan plan_of(const char *text, uint32_t roles)
{
	return (struct lb_key_plan){
		.unlock = password(text), .cost = cheap, .label = text, .roles = roles
	};
}

static struct lb_memory *make(void)
{
	struct lb_unlock first = password("first");
	struct lb_repo_plan plan;

	fixture_plan(&plan, &first);
	plan.cost = cheap;
	plan.label = "first";
	return fixture_disk_of(&plan);
}

static enum err_code try_open(struct lb_memory *disk, const char *text,
                              struct lb_repo **out, struct err *err)
{
	struct lb_unlock how = password(text);

	return fixture_try_open(disk, &how, out, err);
}

static struct lb_repo *open_with(struct lb_memory *disk, const char *text)
{
	struct lb_unlock how = password(text);

	return fixture_open_by(disk, &how);
}

static void is_closed_to(struct lb_memory *disk, const char *text)
{
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;

	check_err(try_open(disk, text, &repo, &err), ERR_AUTH, "%s opens it", text);
}

#define ALL (LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE | LB_ROLE_ADMIN)

static struct lb_id16 add(struct lb_repo *repo, const char *text, uint32_t roles)
{
	struct lb_key_plan plan = plan_of(text, roles);
	struct lb_id16 id;
	struct err err = ERR_INIT;

	check_ok(lb_key_add(repo, &plan, &id, &err), &err);
	return id;
}

static size_t count_keys(struct lb_repo *repo, enum lb_key_standing standing)
{
	struct lb_key_info *keys = NULL;
	struct err err = ERR_INIT;
	size_t count = 0;
	size_t found = 0;

	check_ok(lb_keys_list(repo, &keys, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		found += keys[i].standing == standing;
	mem_free(keys);
	return found;
}

Test(job_key, an_added_key_opens_and_a_removed_one_does_not)
{
	struct lb_memory *disk = make();
	struct lb_repo *repo = open_with(disk, "first");
	struct lb_repo *other;
	struct lb_key_info *keys = NULL;
	struct lb_id16 second = add(repo, "second", LB_ROLE_READ);
	struct err err = ERR_INIT;
	size_t count = 0;
	size_t at = 9;

	other = open_with(disk, "second");
	check_int_eq((int)lb_repo_keyset(other)->roles, LB_ROLE_READ, "its roles");
	lb_repo_close(other);
	check_ok(lb_keys_list(repo, &keys, &count, &err), &err);
	check_size_eq(count, 2, "keys");
	check_true(keys[0].current && !keys[1].current, "which is in use");
	check_str_eq(keys[1].label, "second", "label");
	check_int_eq(keys[1].kind, LB_SLOT_PASSWORD, "kind");
	check_ok(lb_keys_find(keys, count, span_str("second"), &at, &err), &err);
	check_size_eq(at, 1, "by label");
	check_err(lb_keys_find(keys, count, span_str("third"), &at, &err), ERR_NOT_FOUND,
	          "no such label");
	mem_free(keys);
	check_ok(lb_key_remove(repo, &second, &err), &err);
	is_closed_to(disk, "second");
	check_size_eq(count_keys(repo, LB_KEY_GOOD), 1, "the first is left");
	lb_repo_close(repo);
	lb_memory_free(disk);
}

Test(job_key, the_last_one_that_can_give_out_keys_stays)
{
	struct lb_memory *disk = make();
	struct lb_repo *repo = open_with(disk, "first");
	struct lb_id16 first = *lb_repo_slot(repo);
	struct err err = ERR_INIT;

	(void)add(repo, "reader", LB_ROLE_READ);
	(void)add(repo, "blind admin", LB_ROLE_ADMIN);
	check_err(lb_key_remove(repo, &first, &err), ERR_USAGE, "last of its kind");
	check_err(lb_key_may_remove(repo, &first, &err), ERR_USAGE, "the same, asked");
	(void)add(repo, "second", ALL);
	check_ok(lb_key_may_remove(repo, &first, &err), &err);
	check_ok(lb_key_remove(repo, &first, &err), &err);
	lb_repo_close(repo);
	is_closed_to(disk, "first");
	lb_repo_close(open_with(disk, "second"));
	lb_memory_free(disk);
}

Test(job_key, two_who_remove_each_other_leave_one)
{
	struct lb_memory *disk = make();
	struct lb_repo *a = open_with(disk, "first");
	struct lb_id16 a_id = *lb_repo_slot(a);
	struct lb_id16 b_id = add(a, "second", ALL);
	struct lb_repo *b = open_with(disk, "second");
	struct err err = ERR_INIT;

	check_ok(lb_key_remove(a, &b_id, &err), &err);
	check_err(lb_key_remove(b, &a_id, &err), ERR_USAGE, "the log went on");
	check_err(lb_key_remove(b, &b_id, &err), ERR_OK, "it is removed already");
	lb_repo_close(a);
	lb_repo_close(b);
	lb_repo_close(open_with(disk, "first"));
	lb_memory_free(disk);
}

Test(job_key, roles_are_enforced)
{
	struct lb_memory *disk = make();
	struct lb_repo *repo = open_with(disk, "first");
	struct lb_key_plan plan = plan_of("third", ALL);
	struct lb_id16 first = *lb_repo_slot(repo);
	struct lb_id16 id;
	struct err err = ERR_INIT;

	(void)add(repo, "backup", LB_ROLE_BACKUP);
	(void)add(repo, "blind admin", LB_ROLE_ADMIN);
	lb_repo_close(repo);
	repo = open_with(disk, "backup");
	check_err(lb_key_add(repo, &plan, &id, &err), ERR_AUTH, "no admin adds");
	check_str_contains(err.msg, "admin", "which role");
	check_err(lb_key_may_add(repo, ALL, &err), ERR_AUTH, "the same, asked");
	check_str_contains(err.msg, "admin", "which role");
	check_err(lb_key_remove(repo, &first, &err), ERR_AUTH, "no admin removes");
	lb_repo_close(repo);
	repo = open_with(disk, "blind admin");
	check_err(lb_key_add(repo, &plan, &id, &err), ERR_AUTH, "gives what it lacks");
	check_err(lb_key_may_add(repo, ALL, &err), ERR_AUTH, "the same, asked");
	check_ok(lb_key_may_add(repo, LB_ROLE_ADMIN, &err), &err);
	lb_repo_close(repo);
	lb_memory_free(disk);
}

Test(job_key, one_that_was_removed_may_not_add)
{
	struct lb_memory *disk = make();
	struct lb_repo *a = open_with(disk, "first");
	struct lb_id16 id = add(a, "second", ALL);
	struct lb_repo *b = open_with(disk, "second");
	struct err err = ERR_INIT;

	check_ok(lb_key_may_add(b, ALL, &err), &err);
	check_ok(lb_key_remove(a, &id, &err), &err);
	check_ok(lb_repo_refresh(b, &err), &err);
	check_err(lb_key_may_add(b, ALL, &err), ERR_AUTH, "its time is over");
	lb_repo_close(a);
	lb_repo_close(b);
	lb_memory_free(disk);
}

/* ---- cut off ---- */

enum change { ADD, REMOVE, REPLACE, REPLACE_SAME };

/* Each on a repository with "first" and "second", both full. */
static enum err_code change(struct lb_repo *repo, enum change what, struct err *err)
{
	struct lb_key_plan plan = plan_of(what == REPLACE_SAME ? "first" : "new", ALL);
	struct lb_key_info *keys = NULL;
	struct lb_id16 id;
	size_t count = 0;
	size_t at = 0;
	enum err_code rc;

	switch (what) {
	case ADD:
		return lb_key_add(repo, &plan, &id, err);
	case REPLACE:
	case REPLACE_SAME:
		return lb_key_replace(repo, &plan, &id, err);
	case REMOVE:
		break;
	}
	rc = lb_keys_list(repo, &keys, &count, err);
	if (rc == ERR_OK)
		rc = lb_keys_find(keys, count, span_str("second"), &at, err);
	if (rc == ERR_OK)
		rc = lb_key_remove(repo, &keys[at].slot, err);
	mem_free(keys);
	return rc;
}

/* The key in use before, or else the new one; then the change is completed or undone, and
 * nothing unfinished is left. */
static void check_usable(struct lb_memory *disk, enum change what, const char *when)
{
	struct lb_repo *repo = NULL;
	struct lb_key_info *keys = NULL;
	struct err err = ERR_INIT;
	size_t count = 0;

	if (try_open(disk, "first", &repo, &err) != ERR_OK)
		check_true(what == REPLACE, "%s: \"first\" must open: %s", when, err.msg);
	if (!repo && try_open(disk, "new", &repo, &err) != ERR_OK)
		check_true(false, "%s: nothing opens: %s", when, err.msg);
	check_ok(lb_keys_list(repo, &keys, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		if (keys[i].standing != LB_KEY_GOOD)
			check_ok(lb_key_remove(repo, &keys[i].slot, &err), &err);
	mem_free(keys);
	(void)add(repo, "after", ALL);
	check_size_eq(count_keys(repo, LB_KEY_UNFINISHED) +
	                      count_keys(repo, LB_KEY_LEFT_OVER) +
	                      count_keys(repo, LB_KEY_NO_SLOT),
	              0, "%s: all is tidy", when);
	lb_repo_close(repo);
	if (what != REMOVE)
		lb_repo_close(open_with(disk, "second"));
	lb_repo_close(open_with(disk, "after"));
}

static struct lb_memory *make_two(void)
{
	struct lb_memory *disk = make();
	struct lb_repo *repo = open_with(disk, "first");

	(void)add(repo, "second", ALL);
	lb_repo_close(repo);
	return disk;
}

Test(job_key, a_crash_at_any_step_leaves_a_key)
{
	size_t cuts = 0;

	for (enum change what = ADD; what <= REPLACE_SAME; what++) {
		struct lb_memory *disk = make_two();
		struct lb_repo *repo = open_with(disk, "first");
		struct err err = ERR_INIT;

		check_ok(lb_memory_record(disk, &err), &err);
		check_ok(change(repo, what, &err), &err);
		lb_repo_close(repo);
		for (size_t cut = 0; cut <= lb_memory_cuts(disk); cut++)
			for (uint64_t seed = 0; seed < 5; seed++) {
				struct lb_memory *after = NULL;
				char when[64];

				snprintf(when, sizeof when, "change %d, cut %zu, seed %d",
				         (int)what, cut, (int)seed);
				check_ok(lb_memory_crash(&after, disk, cut, seed, &err),
				         &err);
				check_usable(after, what, when);
				lb_memory_free(after);
				cuts++;
			}
		lb_memory_free(disk);
	}
	printf("%zu cut points\n", cuts);
	check_true(cuts > 100, "only %zu cut points", cuts);
}

/* With a connection on which the n-th operation meets the fault; false when there was no
 * n-th. */
static bool change_faulty(struct lb_memory *disk, enum change what, enum lb_fault fault,
                          uint64_t n)
{
	struct lb_faulty_nth nth = { .n = UINT64_MAX, .fault = fault };
	struct lb_unlock how = password("first");
	struct lb_backend *inner = NULL;
	struct lb_backend *faulty = NULL;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	uint64_t before;
	bool reached;

	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_faulty_new(&faulty, inner, lb_faulty_choose_nth, &nth, &err), &err);
	check_ok(lb_repo_open(&repo, faulty, &how, NULL, &err), &err);
	before = lb_faulty_operations(faulty);
	nth.n = before + n;
	(void)!change(repo, what, &err); /* it may succeed in spite of the fault */
	reached = lb_faulty_operations(faulty) >= nth.n;
	while (lb_faulty_pending(faulty) > 0)
		check_true(lb_faulty_deliver(faulty, 0, false), "delivered late");
	lb_repo_close(repo);
	lb_backend_close(inner);
	return reached;
}

Test(job_key, a_fault_at_any_operation_leaves_a_key)
{
	static const enum lb_fault faults[] = { LB_FAULT_FAIL, LB_FAULT_LOSE,
		                                LB_FAULT_DELAY, LB_FAULT_DIE,
		                                LB_FAULT_DIE_AFTER };
	size_t runs = 0;

	for (enum change what = ADD; what <= REPLACE_SAME; what++)
		for (size_t f = 0; f < sizeof faults / sizeof *faults; f++)
			for (uint64_t n = 1;; n++) {
				struct lb_memory *disk = make_two();
				char when[64];
				bool reached = change_faulty(disk, what, faults[f], n);

				snprintf(when, sizeof when, "change %d, fault %d at %d",
				         (int)what, (int)faults[f], (int)n);
				check_usable(disk, what, when);
				lb_memory_free(disk);
				runs++;
				if (!reached)
					break;
			}
	printf("%zu runs\n", runs);
	check_true(runs > 100, "only %zu runs", runs);
}
