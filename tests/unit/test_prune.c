// SPDX-License-Identifier: Apache-2.0
/* Forget, tag and prune on a store in memory that fails and loses its power. */
#include "job/prune.h"

#include "backend/faulty.h"
#include "backend/memory.h"
#include "job/backup.h"
#include "job/forget.h"
#include "job/mark.h"
#include "job/tag.h"
#include "job/tree_source.h"
#include "os/fs.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "repo/commit.h"
#include "repo/init.h"
#include "repo/repo.h"
#include "snapshot/map_read.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <stdlib.h>

TestSuite(prune, .timeout = 110);

static const char key_file[] = "0123456789abcdef0123456789abcdef";

static uint64_t dice_state;

/* xorshift: the same on every machine */
static uint32_t dice(uint32_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (uint32_t)(dice_state >> 32) % sides;
}

static struct lb_unlock unlock(void)
{
	return (struct lb_unlock){ .kind = LB_SLOT_KEY_FILE,
		                   .secret = span_of(key_file, sizeof key_file - 1) };
}

static struct lb_memory *new_disk(void)
{
	struct lb_repo_plan plan;
	struct lb_backend *b;
	struct lb_memory *disk;
	struct err err = ERR_INIT;

	check_ok(lb_memory_new(&disk, &err), &err);
	check_ok(lb_memory_open(&b, disk, &err), &err);
	lb_repo_plan_default(&plan);
	plan.unlock = unlock();
	plan.label = "test";
	plan.config.pack_size = 65536;
	plan.config.group_size = 16384;
	check_ok(lb_repo_init(b, &plan, &err), &err);
	lb_backend_close(b);
	return disk;
}

static struct lb_repo *open_on(struct lb_memory *disk)
{
	struct lb_unlock u = unlock();
	struct lb_backend *b;
	struct lb_repo *repo;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_repo_open(&repo, b, &u, NULL, &err), &err);
	return repo;
}

/* ---- histories ---- */

static void write_file(const struct project *p, const char *name, size_t size)
{
	char *bytes = malloc(size + 1);

	cr_assert_not_null(bytes, "memory for a file");
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)('!' + dice(90));
	bytes[size] = '\0';
	project_put(p, name, bytes);
	free(bytes);
}

static struct lb_id16 back_up(struct lb_repo *repo, const struct project *p)
{
	const char *path = buf_str(&p->root);
	struct lb_backup_options o = { .paths = &path, .path_count = 1, .threads = 1 };
	struct lb_backup_result r;
	struct err err = ERR_INIT;

	check_ok(lb_backup(repo, &o, &r, &err), &err);
	return r.snapshot;
}

static void forget_one(struct lb_repo *repo, const struct lb_id16 *id)
{
	struct lb_forget_options o = { .ids = id, .id_count = 1 };
	struct lb_forgotten done;
	struct err err = ERR_INIT;

	check_ok(lb_forget(repo, &o, &done, &err), &err);
	check_size_eq(done.removed, 1, "the named one");
	lb_forgotten_fini(&done);
}

/* Three snapshots stay of six; packs are unused, partly used, and small. */
static struct lb_memory *used_disk(void)
{
	struct lb_memory *disk = new_disk();
	struct lb_repo *repo = open_on(disk);
	struct lb_id16 ids[6];
	struct project p;

	dice_state = 88172645463325252u;
	project_init(&p);
	for (size_t i = 0; i < 6; i++) {
		char name[32];

		for (size_t k = 0; k < 4; k++) {
			(void)snprintf(name, sizeof name, "d%u/f%u", dice(2), dice(6));
			write_file(&p, name, 500 + dice(20000));
		}
		ids[i] = back_up(repo, &p);
	}
	for (size_t i = 0; i < 6; i += 2)
		forget_one(repo, &ids[i]);
	project_fini(&p);
	lb_repo_close(repo);
	return disk;
}

/* ---- what must hold ---- */

struct reading {
	struct lb_reader *reader;
	struct buf chunk;
};

static enum err_code read_piece(enum lb_chunk_type type, const struct lb_id *id,
                                uint64_t length, void *context, struct err *err)
{
	struct reading *r = context;

	(void)length;
	return lb_reader_get(r->reader, id, (uint8_t)type, &r->chunk, err);
}

static void read_tree(struct reading *r, const struct lb_id *root, const char *when)
{
	struct lb_tree_source source = lb_tree_source_of(r->reader);
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	struct lb_tree_walk *walk;
	struct lb_map_iter *map;
	struct err err = ERR_INIT;

	check_ok(lb_tree_walk_new(&walk, &source, &err), &err);
	check_ok(lb_map_iter_new(&map, &source, &err), &err);
	lb_tree_walk_start(walk, root);
	while (step.event != LB_WALK_END) {
		check_int_eq(lb_tree_walk_next(walk, &step, &err), ERR_OK, "%s: %s", when,
		             err.msg);
		if (step.event == LB_WALK_ENTRY && step.entry.type == LB_ENTRY_FILE)
			check_int_eq(lb_map_each(map, &step.entry, read_piece, r, &err),
			             ERR_OK, "%s: %s", when, err.msg);
	}
	lb_map_iter_free(map);
	lb_tree_walk_free(walk);
}

/* Every chunk of every snapshot comes back with its id. */
static size_t read_all(struct lb_repo *repo, const char *when)
{
	struct reading r = { .chunk = BUF_INIT };
	struct lb_snapshots list;
	struct err err = ERR_INIT;
	size_t count;

	check_ok(lb_repo_refresh(repo, &err), &err);
	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	check_ok(lb_reader_new(&r.reader, lb_repo_index(repo), lb_repo_backend(repo),
	                       lb_repo_keyring(repo), &err),
	         &err);
	for (size_t i = 0; i < list.count; i++)
		read_tree(&r, &list.refs[i].snapshot->root, when);
	count = list.count;
	lb_reader_free(r.reader);
	buf_fini(&r.chunk);
	lb_snapshots_fini(&list);
	return count;
}

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
	struct lb_repo *repo = open_on(disk);
	struct lb_pruned done;
	struct err err = ERR_INIT;

	check_size_eq(read_all(repo, when), 3, "%s: snapshots", when);
	check_int_eq(lb_prune(repo, &all, &done, &err), ERR_OK, "%s: %s", when, err.msg);
	check_u64_eq(done.after.unused, 0, "%s: waste", when);
	check_u64_eq(done.after.packs, objects(repo, "packs"), "%s: garbage", when);
	check_size_eq(read_all(repo, when), 3, "%s: after the next prune", when);
	lb_repo_close(repo);
}

/* ---- faults ---- */

/* One prune whose n-th request meets the fault; false once there are not so many. */
static bool prune_with(struct lb_memory *disk, uint64_t n, enum lb_fault fault)
{
	struct lb_faulty_nth nth = { n, fault };
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_unlock u = unlock();
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

	check_ok(lb_memory_record(start, &err), &err);
	for (uint64_t n = 1; met; n++) {
		struct lb_memory *disk;
		char when[64];

		(void)snprintf(when, sizeof when, "fault %d at request %llu", (int)fault,
		               (unsigned long long)n);
		check_ok(lb_memory_crash(&disk, start, 0, LB_CRASH_KEEP, &err), &err);
		met = prune_with(disk, n, fault);
		check_whole(disk, when);
		lb_memory_free(disk);
	}
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
	struct lb_repo *repo = open_on(start);
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
	lb_memory_free(start);
}

/* ---- forget ---- */

struct made {
	struct lb_snapshot snapshot;
};

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	const struct made *m = context;

	(void)c;
	(void)s;
	return lb_snapshot_encode(&m->snapshot, &r->private_part, err);
}

/* A snapshot without files, at some time of some host. */
static void make_snapshot(struct lb_repo *repo, int64_t now_ns)
{
	static const char *const hosts[] = { "mars", "venus" };
	struct span tag = span_str("keep");
	struct made m = { .snapshot = { .host = span_str(hosts[dice(2)]),
		                        .tags = &tag,
		                        .tag_count = dice(5) == 0,
		                        .pinned = dice(8) == 0,
		                        .partial = dice(10) == 0 } };
	struct lb_commit_job job = { .context = &m, .fill = fill };
	struct lb_commit *c;
	struct lb_id16 id;
	struct err err = ERR_INIT;
	uint64_t slot;

	m.snapshot.start_ns = now_ns - (int64_t)dice(400 * 24) * 3600 * 1000000000;
	m.snapshot.end_ns = m.snapshot.start_ns;
	m.snapshot.root.b[0] = 1;
	check_ok(lb_commit_new(&c, lb_repo_log(repo), &err), &err);
	check_ok(lb_commit_append(c, &job, &slot, &id, &err), &err);
	lb_commit_free(c);
}

static struct lb_retention some_policy(int64_t now_ns, const struct span *tag)
{
	struct lb_retention p = { .now_ns = now_ns,
		                  .by_host = dice(2) == 0,
		                  .tags = tag,
		                  .tag_count = dice(3) == 0 };

	p.keep[LB_KEEP_LAST] = 1 + dice(3);
	for (size_t i = LB_KEEP_HOURLY; i < LB_KEEP_COUNT; i++)
		p.keep[i] = dice(3) == 0 ? dice(6) : 0;
	if (dice(3) == 0)
		p.within[LB_KEEP_LAST].days = dice(60);
	return p;
}

static void check_same(const struct lb_forgotten *a, const struct lb_forgotten *b,
                       unsigned turn)
{
	check_size_eq(a->list.count, b->list.count, "turn %u: judged", turn);
	check_size_eq(a->removed, b->removed, "turn %u: removed", turn);
	for (size_t i = 0; i < a->list.count; i++) {
		check_true(lb_id16_eq(&a->list.refs[i].id, &b->list.refs[i].id),
		           "turn %u: snapshot %zu", turn, i);
		check_int_eq(a->verdicts[i].keep, b->verdicts[i].keep, "turn %u: verdict",
		             turn);
		check_str_eq(a->verdicts[i].reasons, b->verdicts[i].reasons,
		             "turn %u: reasons", turn);
	}
}

/* What was to stay stays, what was to go is gone, and pinned ones are never among it. */
static void check_effect(struct lb_repo *repo, const struct lb_forgotten *f,
                         unsigned turn)
{
	const struct lb_state *s = lb_repo_state(repo);

	for (size_t i = 0; i < f->list.count; i++) {
		const struct lb_live *live = lb_state_snapshot(s, &f->list.refs[i].id);

		check_true(live && lb_live_at(live, LB_NO_SLOT) == f->verdicts[i].keep,
		           "turn %u: snapshot %zu", turn, i);
		check_true(f->verdicts[i].keep || !f->list.refs[i].snapshot->pinned,
		           "turn %u: a pinned one goes", turn);
	}
}

Test(prune, forget_does_what_its_preview_says)
{
	const int64_t now = (int64_t)1795000000 * 1000000000;
	struct lb_memory *disk = new_disk();
	struct lb_repo *repo = open_on(disk);
	struct span tag = span_str("keep");
	struct err err = ERR_INIT;

	dice_state = 20261122;
	for (unsigned turn = 0; turn < 1000; turn++) {
		struct lb_retention policy = some_policy(now, &tag);
		struct lb_forget_options o = { .policy = &policy, .dry_run = true };
		struct lb_forgotten seen;
		struct lb_forgotten done;

		for (uint32_t n = dice(8); n > 0; n--)
			make_snapshot(repo, now);
		check_ok(lb_forget(repo, &o, &seen, &err), &err);
		o.dry_run = false;
		check_ok(lb_forget(repo, &o, &done, &err), &err);
		check_same(&seen, &done, turn);
		check_effect(repo, &done, turn);
		lb_forgotten_fini(&seen);
		lb_forgotten_fini(&done);
	}
	lb_repo_close(repo);
	lb_memory_free(disk);
}

Test(prune, more_than_a_record_holds_is_forgotten_in_several)
{
	struct lb_memory *disk = new_disk();
	struct lb_repo *repo = open_on(disk);
	struct lb_retention policy = { .now_ns = (int64_t)1795000000 * 1000000000 };
	struct lb_forget_options o = { .policy = &policy };
	struct lb_forgotten done;
	struct err err = ERR_INIT;
	size_t count;
	size_t pinned = 0;

	dice_state = 5;
	for (unsigned i = 0; i < 4000; i++)
		make_snapshot(repo, policy.now_ns);
	policy.keep[LB_KEEP_LAST] = 1;
	check_ok(lb_forget(repo, &o, &done, &err), &err);
	check_true(done.removed > 3000, "more than one record: %zu", done.removed);
	check_effect(repo, &done, 0);
	for (size_t i = 0; i < done.list.count; i++)
		pinned += done.list.refs[i].snapshot->pinned;
	check_true(pinned > 100, "some are pinned");
	(void)lb_state_snapshots(lb_repo_state(repo), &count);
	check_size_eq(count, 4000, "the log remembers them");
	lb_forgotten_fini(&done);
	lb_repo_close(repo);
	lb_memory_free(disk);
}

Test(prune, tags_are_edited_once)
{
	struct lb_memory *disk = used_disk();
	struct lb_repo *repo = open_on(disk);
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
