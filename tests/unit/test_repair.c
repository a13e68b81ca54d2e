// SPDX-License-Identifier: Apache-2.0
#include "job/repair.h"

#include "backend/memory.h"
#include "job/backup.h"
#include "job/prune.h"
#include "job/snapshots.h"
#include "os/fs.h"
#include "repo/init.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(repair, .timeout = 200);

/* A repository in memory with a snapshot of two files. */
struct place {
	struct buf root;
	struct lb_memory *disk;
};

static const char key_file[] = "0123456789abcdef0123456789abcdef";

static struct lb_unlock unlock(void)
{
	return (struct lb_unlock){ .kind = LB_SLOT_KEY_FILE,
		                   .secret = span_str(key_file) };
}

static struct lb_repo *open_disk(struct lb_memory *disk, struct lb_repo_faults *faults)
{
	struct lb_unlock how = unlock();
	struct lb_backend *b = NULL;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_repo_open_damaged(&repo, b, &how, NULL, faults, &err), &err);
	return repo;
}

/* Bytes that no compression makes smaller, the same each time. */
static void put_file(const struct place *p, const char *name, size_t size)
{
	uint64_t state = size;
	struct buf path = BUF_INIT;
	struct buf data = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&p->root), name);
	for (size_t i = 0; i < size; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		buf_putc(&data, (char)(state >> 56));
	}
	check_ok(os_write_atomic(buf_str(&path), buf_span(&data), 0640, &err), &err);
	buf_fini(&data);
	buf_fini(&path);
}

static void fill(struct place *p)
{
	struct lb_repo_faults faults;
	struct lb_repo *repo = open_disk(p->disk, &faults);
	const char *path = buf_str(&p->root);
	struct lb_backup_options o = { .paths = &path, .path_count = 1, .threads = 1 };
	struct lb_backup_result made;
	struct err err = ERR_INIT;

	put_file(p, "a", 10);
	put_file(p, "b", 100000);
	check_ok(lb_backup(repo, &o, &made, &err), &err);
	lb_repo_close(repo);
}

static void place_init(struct place *p)
{
	struct lb_repo_plan plan;
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	*p = (struct place){ .root = BUF_INIT };
	check_ok(os_mkdtemp(NULL, "repair", &p->root, &err), &err);
	check_ok(lb_memory_new(&p->disk, &err), &err);
	check_ok(lb_memory_open(&b, p->disk, &err), &err);
	lb_repo_plan_default(&plan);
	plan.unlock = unlock();
	plan.label = "test";
	check_ok(lb_repo_init(b, &plan, &err), &err);
	lb_backend_close(b);
	fill(p);
}

static void place_fini(struct place *p)
{
	struct err err = ERR_INIT;

	lb_memory_free(p->disk);
	check_ok(os_remove_tree(buf_str(&p->root), &err), &err);
	buf_fini(&p->root);
}

static uint64_t damage_of(struct lb_memory *disk)
{
	struct lb_repo_faults faults;
	struct lb_repo *repo = open_disk(disk, &faults);
	struct lb_check_options o = { .data = LB_CHECK_ALL,
		                      .threads = 1,
		                      .faults = &faults };
	struct lb_check_result r;
	struct err err = ERR_INIT;
	uint64_t damage;

	check_ok(lb_check_run(repo, &o, &r, &err), &err);
	damage = r.findings.total[LB_FINDING_DAMAGE];
	check_u64_eq(r.findings.total[LB_FINDING_SKIPPED], 0, "all was looked at");
	lb_check_result_fini(&r);
	lb_repo_close(repo);
	return damage;
}

typedef enum err_code repair(struct lb_repo *repo, const struct lb_repair_options *o,
                             struct lb_repair_result *result, struct err *err);

static uint64_t run(struct lb_memory *disk, repair *what)
{
	struct lb_repo_faults faults;
	struct lb_repo *repo = open_disk(disk, &faults);
	struct lb_repair_options o = { .read_data = true,
		                       .threads = 1,
		                       .faults = &faults };
	struct lb_repair_result r;
	struct err err = ERR_INIT;
	uint64_t mended;

	check_ok(what(repo, &o, &r, &err), &err);
	mended = r.mended;
	lb_repair_fini(&r);
	lb_repo_close(repo);
	return mended;
}

static enum err_code drop(const char *key, uint64_t size, void *context, struct err *err)
{
	(void)size;
	return lb_backend_delete(context, key, err);
}

static void drop_all(struct lb_memory *disk, const char *folder)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_backend_list(b, folder, drop, b, &err), &err);
	check_ok(lb_backend_sync(b, &err), &err);
	lb_backend_close(b);
}

/* What is left to do after the repair that was cut; then nothing is damaged. */
typedef void finish_fn(const struct place *p, struct lb_memory *disk, const char *when);

static void nothing_more(const struct place *p, struct lb_memory *disk, const char *when)
{
	(void)p;
	(void)disk;
	(void)when;
}

/* Cut at every step, the repair can be run again, and then all is whole. */
static void survives(const struct place *p, repair *what, const char *name,
                     finish_fn *finish)
{
	static const uint64_t seeds[] = { LB_CRASH_LOSE, LB_CRASH_KEEP, 77 };
	struct err err = ERR_INIT;
	size_t cuts;

	check_ok(lb_memory_record(p->disk, &err), &err);
	check_true(run(p->disk, what) > 0, "something was mended");
	cuts = lb_memory_cuts(p->disk);
	check_true(cuts > 0, "steps were noted");
	for (size_t i = 0; i < 3 * (cuts + 1); i++) {
		struct lb_memory *after = NULL;
		char when[64];

		(void)snprintf(when, sizeof when, "cut %zu of %zu, seed %zu", i / 3, cuts,
		               i % 3);
		check_ok(lb_memory_crash(&after, p->disk, i / 3, seeds[i % 3], &err),
		         &err);
		(void)run(after, what);
		finish(p, after, when);
		check_u64_eq(damage_of(after), 0, "%s", when);
		lb_memory_free(after);
	}
	printf("repair %s: %zu cut points, %zu seeds each\n", name, cuts + 1,
	       sizeof seeds / sizeof *seeds);
}

Test(repair, a_lost_index_is_rebuilt_whenever_the_power_goes)
{
	struct place p;

	place_init(&p);
	check_u64_eq(damage_of(p.disk), 0, "whole at first");
	drop_all(p.disk, "index");
	check_true(damage_of(p.disk) > 0, "the loss is found");
	survives(&p, lb_repair_index, "index", nothing_more);
	place_fini(&p);
}

Test(repair, a_lost_configuration_comes_back_whenever_the_power_goes)
{
	struct place p;
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	place_init(&p);
	check_ok(lb_memory_open(&b, p.disk, &err), &err);
	check_ok(lb_backend_delete(b, "config", &err), &err);
	lb_backend_close(b);
	check_u64_eq(damage_of(p.disk), 1, "the loss is found");
	survives(&p, lb_repair_config, "config", nothing_more);
	place_fini(&p);
}

Test(repair, packs_that_are_gone_are_condemned_and_a_backup_stores_them_again)
{
	struct place p;

	place_init(&p);
	drop_all(p.disk, "packs");
	check_true(damage_of(p.disk) > 0, "the loss is found");
	check_true(run(p.disk, lb_repair_packs) > 0, "condemned");
	check_u64_eq(run(p.disk, lb_repair_snapshots), 0, "no root, nothing to replace");
	fill(&p);
	check_u64_eq(run(p.disk, lb_repair_snapshots), 0,
	             "whole again, so nothing to do");
	place_fini(&p);
}

/* ---- packs of which a part is lost ---- */

struct largest {
	char key[128];
	uint64_t size;
};

static enum err_code note_largest(const char *key, uint64_t size, void *context,
                                  struct err *err)
{
	struct largest *l = context;

	(void)err;
	if (size > l->size) {
		(void)snprintf(l->key, sizeof l->key, "%s", key);
		l->size = size;
	}
	return ERR_OK;
}

/* A bit in the middle of the largest pack: file b loses it, file a does not. */
static void break_largest_pack(struct lb_memory *disk)
{
	struct largest l = { .size = 0 };
	struct lb_backend *b = NULL;
	struct buf bytes = BUF_INIT;
	struct span span;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_backend_list(b, "packs", note_largest, &l, &err), &err);
	check_ok(lb_backend_get(b, l.key, UINT32_MAX, &bytes, &err), &err);
	bytes.ptr[l.size / 2] ^= 1;
	check_ok(lb_backend_delete(b, l.key, &err), &err);
	span = buf_span(&bytes);
	check_ok(lb_backend_put(b, l.key, &span, 1, &err), &err);
	check_ok(lb_backend_sync(b, &err), &err);
	lb_backend_close(b);
	buf_fini(&bytes);
}

static void prune(struct lb_memory *disk, const char *when)
{
	struct lb_prune_options o = { .max_repack = UINT64_MAX };
	struct lb_repo_faults faults;
	struct lb_repo *repo = open_disk(disk, &faults);
	struct lb_snapshots list;
	struct lb_pruned done;
	struct err err = ERR_INIT;

	check_int_eq(lb_prune(repo, &o, &done, &err), ERR_OK, "%s: %s", when, err.msg);
	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), false, &err), &err);
	check_true(list.count > 0, "%s: a snapshot is left", when);
	lb_snapshots_fini(&list);
	lb_repo_close(repo);
}

/* What was lost is in the source still: a backup stores it, and snapshots are whole. */
static void back_up_again(const struct place *p, struct lb_memory *disk, const char *when)
{
	struct place after = *p;

	after.disk = disk;
	fill(&after);
	check_u64_eq(run(disk, lb_repair_snapshots), 0, "%s: no snapshot lost anything",
	             when);
	prune(disk, when);
}

static void without_what_is_lost(const struct place *p, struct lb_memory *disk,
                                 const char *when)
{
	(void)p;
	prune(disk, when);
}

Test(repair, a_broken_pack_is_left_whenever_the_power_goes)
{
	struct place p;

	place_init(&p);
	break_largest_pack(p.disk);
	check_true(damage_of(p.disk) > 0, "the damage is found");
	survives(&p, lb_repair_packs, "packs", back_up_again);
	place_fini(&p);
}

Test(repair, snapshots_are_replaced_whenever_the_power_goes)
{
	struct place p;

	place_init(&p);
	break_largest_pack(p.disk);
	check_true(run(p.disk, lb_repair_packs) > 0, "condemned");
	survives(&p, lb_repair_snapshots, "snapshots", without_what_is_lost);
	place_fini(&p);
}
