// SPDX-License-Identifier: Apache-2.0
/* Tag and prune on a store in memory that fails and loses its power. */
#include "job/prune_internal.h"

#include "backend/faulty.h"
#include "job/backup.h"
#include "job/forget.h"
#include "job/mark.h"
#include "job/tag.h"
#include "job/tree_source.h"
#include "os/fs.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "repo/objects.h"
#include "repo_fixture.h"
#include "snapshot/map_read.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <stdlib.h>

TestSuite(prune, .timeout = 110);

static uint64_t dice_state;

static uint32_t dice(uint32_t sides)
{
	return fixture_dice(&dice_state, sides);
}

/* ---- histories ---- */

/* Three snapshots stay of six; packs are unused, partly used, and small. */
static struct lb_memory *used_disk(void)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct lb_id16 ids[6];
	struct project p;

	dice_state = 88172645463325252u;
	project_init(&p);
	for (size_t i = 0; i < 6; i++) {
		char name[32];

		for (size_t k = 0; k < 4; k++) {
			(void)snprintf(name, sizeof name, "d%u/f%u", dice(2), dice(6));
			fixture_write(&dice_state, &p, name, 500 + dice(20000));
		}
		ids[i] = fixture_back_up(repo, &p);
	}
	for (size_t i = 0; i < 6; i += 2)
		fixture_forget(repo, &ids[i]);
	project_fini(&p);
	lb_repo_close(repo);
	return disk;
}

/* ---- what must hold ---- */

static enum err_code count_object(const char *key, uint64_t size, void *context,
                                  struct err *err)
{
	size_t *count = context;

	(void)key;
	(void)size;
	(void)err;
	(*count)++;
	return ERR_OK;
}

static size_t objects(struct lb_repo *repo, const char *folder)
{
	struct err err = ERR_INIT;
	size_t count = 0;

	check_ok(lb_backend_list(lb_repo_backend(repo), folder, count_object, &count,
	                         &err),
	         &err);
	return count;
}

/* All that is needed is there, and after one more prune nothing else is. */
static void check_whole(struct lb_memory *disk, const char *when)
{
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_repo *repo = fixture_open(disk);
	struct lb_pruned done;
	struct err err = ERR_INIT;

	check_size_eq(fixture_read_all(repo, when, NULL), 3, "%s: snapshots", when);
	check_int_eq(lb_prune(repo, &all, &done, &err), ERR_OK, "%s: %s", when, err.msg);
	check_u64_eq(done.after.unused, 0, "%s: waste", when);
	check_u64_eq(done.after.packs, objects(repo, "packs"), "%s: garbage", when);
	check_size_eq(fixture_read_all(repo, when, NULL), 3, "%s: after the next prune",
	              when);
	lb_repo_close(repo);
}

/* ---- faults ---- */

/* One prune whose n-th request meets the fault; false once there are not so many. */
static bool prune_with(struct lb_memory *disk, uint64_t n, enum lb_fault fault)
{
	struct lb_faulty_nth nth = { n, fault };
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_unlock u = fixture_unlock();
	struct lb_backend *inner;
	struct lb_backend *faulty;
	struct lb_repo *repo = NULL;
	struct lb_pruned done;
	struct err err = ERR_INIT;
	bool met = true;

	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_faulty_new(&faulty, inner, lb_faulty_choose_nth, &nth, &err), &err);
	if (lb_repo_open(&repo, faulty, &u, NULL, &err) == ERR_OK) {
		enum err_code rc = lb_prune(repo, &all, &done, &err);

		met = lb_faulty_operations(faulty) >= n;
		check_true(met || rc == ERR_OK, "without a fault: %s", err.msg);
	}
	lb_repo_close(repo);
	lb_backend_close(inner);
	return met;
}

static void fail_every_request(enum lb_fault fault)
{
	struct lb_memory *start = used_disk();
	struct err err = ERR_INIT;
	bool met = true;
	uint64_t n;

	check_ok(lb_memory_record(start, &err), &err);
	for (n = 1; met; n++) {
		struct lb_memory *disk;
		char when[64];

		(void)snprintf(when, sizeof when, "fault %d at request %llu", (int)fault,
		               (unsigned long long)n);
		check_ok(lb_memory_crash(&disk, start, 0, LB_CRASH_KEEP, &err), &err);
		met = prune_with(disk, n, fault);
		check_whole(disk, when);
		lb_memory_free(disk);
	}
	printf("prune: fault %d at each of %llu requests\n", (int)fault,
	       (unsigned long long)n - 2);
	lb_memory_free(start);
}

Test(prune, any_request_may_fail)
{
	fail_every_request(LB_FAULT_FAIL);
}

Test(prune, any_answer_may_be_lost)
{
	fail_every_request(LB_FAULT_LOSE);
}

Test(prune, a_crash_at_any_step_loses_nothing)
{
	static const uint64_t seeds[] = { LB_CRASH_LOSE, LB_CRASH_KEEP, 77 };
	struct lb_memory *start = used_disk();
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_repo *repo = fixture_open(start);
	struct lb_pruned done;
	struct err err = ERR_INIT;

	check_ok(lb_memory_record(start, &err), &err);
	check_ok(lb_prune(repo, &all, &done, &err), &err);
	check_true(done.repacked > 0 && done.merged > 0 && done.removed > done.repacked,
	           "the prune has all kinds of work");
	lb_repo_close(repo);
	for (size_t cut = 0; cut <= lb_memory_cuts(start); cut++) {
		for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
			struct lb_memory *disk;
			char when[64];

			(void)snprintf(when, sizeof when, "cut %zu, seed %zu", cut, i);
			check_ok(lb_memory_crash(&disk, start, cut, seeds[i], &err),
			         &err);
			check_whole(disk, when);
			lb_memory_free(disk);
		}
	}
	printf("prune: %zu cut points, %zu seeds each\n", lb_memory_cuts(start) + 1,
	       sizeof seeds / sizeof *seeds);
	lb_memory_free(start);
}

Test(prune, tags_are_edited_once)
{
	struct lb_memory *disk = used_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct span add[] = { span_str("b"), span_str("a") };
	struct lb_tag_edit edit = {
		.add = add, .add_count = 2, .set_pinned = true, .pinned = true
	};
	struct lb_snapshots list;
	struct lb_id16 id;
	struct err err = ERR_INIT;
	bool changed;

	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	id = list.refs[0].id;
	lb_snapshots_fini(&list);
	check_ok(lb_tag(repo, &id, &edit, true, &changed, &err), &err);
	check_true(changed, "it would");
	check_ok(lb_tag(repo, &id, &edit, false, &changed, &err), &err);
	check_true(changed, "it does");
	check_ok(lb_tag(repo, &id, &edit, false, &changed, &err), &err);
	check_true(!changed, "nothing is left to change");
	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	check_size_eq(list.refs[0].snapshot->tag_count, 2, "tags");
	check_true(list.refs[0].snapshot->pinned, "pinned");
	lb_snapshots_fini(&list);
	lb_repo_close(repo);
	lb_memory_free(disk);
}

/* Packs that ended because of their many small chunks stay so, however often one prunes.
 */
Test(prune, a_pack_of_very_small_chunks_is_not_small)
{
	enum { SIZE = 1 << 25, FEW = LB_OBJECTS_PACK_CHUNKS / 4 - 1 };
	static const struct {
		struct lb_prune_pack pack;
		bool small;
	} cases[] = {
		{ { .size = SIZE / 4 - 1, .used = 1, .chunks = FEW }, true },
		{ { .size = 1, .used = 1, .chunks = 1 }, true },
		{ { .size = SIZE / 4 - 1, .used = 1, .chunks = FEW + 1 }, false },
		{ { .size = 1 << 20, .used = 1, .chunks = LB_OBJECTS_PACK_CHUNKS },
		  false },
		{ { .size = SIZE / 4, .used = 1, .chunks = 1 }, false },
		{ { .size = 1000, .used = 0, .chunks = 1 }, false },
		{ { .size = 0, .used = 1, .chunks = 1 }, false },
		{ { .size = 1000, .used = 1, .chunks = 1, .taken = true }, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_int_eq(lb_prune_small(&cases[i].pack, SIZE), cases[i].small,
		             "case %zu", i);
}
