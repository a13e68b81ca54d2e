// SPDX-License-Identifier: Apache-2.0
/* The power goes at every operation of a backup and of a forget: what was reported as
 * done is there, all earlier snapshots read, the next run completes. Prunes, repairs and
 * changes of keys have the same in their own tests. */
#include "job/prune.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(crash, .timeout = 110);

static const uint64_t seeds[] = { LB_CRASH_LOSE, LB_CRASH_KEEP, 77 };

static uint64_t dice_state = 31;

static void change_files(const struct project *p)
{
	for (unsigned i = 0; i < 4; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "d%u/f%u", i % 2,
		               fixture_dice(&dice_state, 5));
		fixture_write(&dice_state, p, name,
		              2000 + fixture_dice(&dice_state, 60000));
	}
}

/* Nothing is left of what died, once a prune has been through. */
static void check_clean(struct lb_repo *repo, const char *when)
{
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_pruned done;
	struct err err = ERR_INIT;

	check_int_eq(lb_prune(repo, &all, &done, &err), ERR_OK, "%s: %s", when, err.msg);
	check_u64_eq(done.after.unused, 0, "%s: waste", when);
}

/* Opened by the next one: so many snapshots, each of which reads; a backup more. */
static void check_next_run(struct lb_memory *disk, const struct project *p, size_t least,
                           size_t most, const char *when)
{
	struct lb_repo *repo = fixture_open(disk);
	size_t count = fixture_read_all(repo, when, NULL);

	check_true(count >= least && count <= most, "%s: %zu snapshots", when, count);
	(void)fixture_back_up(repo, p);
	check_size_eq(fixture_read_all(repo, when, NULL), count + 1, "%s: one more",
	              when);
	check_clean(repo, when);
	check_size_eq(fixture_read_all(repo, when, NULL), count + 1, "%s: pruned", when);
	lb_repo_close(repo);
}

/* What the recorded job made of `before` snapshots are `after`: one of both numbers is
 * found after each cut, and at the end the second, as the job has reported it. */
static void cut_everywhere(struct lb_memory *disk, const struct project *p,
                           const char *name, size_t before, size_t after)
{
	const size_t cuts = lb_memory_cuts(disk);
	size_t least = before < after ? before : after;
	size_t most = before < after ? after : before;
	struct err err = ERR_INIT;

	check_true(cuts > 0, "%s: steps were noted", name);
	for (size_t cut = 0; cut <= cuts; cut++) {
		for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
			struct lb_memory *left;
			char when[64];

			(void)snprintf(when, sizeof when, "%s, cut %zu of %zu, seed %zu",
			               name, cut, cuts, i);
			check_ok(lb_memory_crash(&left, disk, cut, seeds[i], &err), &err);
			check_next_run(left, p, cut == cuts ? after : least,
			               cut == cuts ? after : most, when);
			lb_memory_free(left);
		}
	}
	printf("%s: %zu cut points, %zu seeds each\n", name, cuts + 1,
	       sizeof seeds / sizeof *seeds);
}

Test(crash, a_backup_may_lose_its_power_anywhere)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct project p;
	struct err err = ERR_INIT;

	project_init(&p);
	change_files(&p);
	(void)fixture_back_up(repo, &p);
	change_files(&p);
	check_ok(lb_memory_record(disk, &err), &err);
	(void)fixture_back_up(repo, &p);
	lb_repo_close(repo);
	cut_everywhere(disk, &p, "backup", 1, 2);
	project_fini(&p);
	lb_memory_free(disk);
}

Test(crash, a_forget_may_lose_its_power_anywhere)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct project p;
	struct lb_id16 first;
	struct err err = ERR_INIT;

	project_init(&p);
	change_files(&p);
	first = fixture_back_up(repo, &p);
	change_files(&p);
	(void)fixture_back_up(repo, &p);
	check_ok(lb_memory_record(disk, &err), &err);
	fixture_forget(repo, &first);
	lb_repo_close(repo);
	cut_everywhere(disk, &p, "forget", 2, 1);
	project_fini(&p);
	lb_memory_free(disk);
}
