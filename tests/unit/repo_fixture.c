// SPDX-License-Identifier: Apache-2.0
#include "repo_fixture.h"

#include "job/backup.h"
#include "job/forget.h"
#include "pack/reader.h"
#include "snapshot/map_read.h"
#include "snapshot/tree_read.h"
#include "support/check.h"

#include <stdlib.h>

static const char key_file[] = "0123456789abcdef0123456789abcdef";

uint32_t fixture_dice(uint64_t *state, uint32_t sides)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32) % sides;
}

struct lb_unlock fixture_unlock_by(const char *secret)
{
	return (struct lb_unlock){ .kind = LB_SLOT_KEY_FILE, .secret = span_str(secret) };
}

struct lb_unlock fixture_unlock(void)
{
	return fixture_unlock_by(key_file);
}

void fixture_plan(struct lb_repo_plan *plan, const struct lb_unlock *unlock)
{
	lb_repo_plan_default(plan);
	plan->unlock = *unlock;
	plan->label = "test";
	plan->config.pack_size = 65536;
	plan->config.group_size = 16384;
}

struct lb_memory *fixture_disk_of(struct lb_repo_plan *plan)
{
	struct lb_backend *b;
	struct lb_memory *disk;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_memory_new(&disk, &err), &err);
	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_repo_init(b, plan, &err), &err);
	lb_backend_close(b);
	return disk;
}

struct lb_memory *fixture_disk(void)
{
	struct lb_unlock u = fixture_unlock();
	struct lb_repo_plan plan;

	fixture_plan(&plan, &u);
	return fixture_disk_of(&plan);
}

enum err_code fixture_try_open(struct lb_memory *disk, const struct lb_unlock *unlock,
                               struct lb_repo **out, struct err *err)
{
	struct lb_backend *b;

	check_ok(lb_memory_open(&b, disk, err), err);
	return lb_repo_open(out, b, unlock, NULL, err);
}

struct lb_repo *fixture_open_by(struct lb_memory *disk, const struct lb_unlock *unlock)
{
	struct lb_repo *repo;
	struct err err = ERR_INIT;

	check_ok(fixture_try_open(disk, unlock, &repo, &err), &err);
	return repo;
}

struct lb_repo *fixture_open(struct lb_memory *disk)
{
	struct lb_unlock u = fixture_unlock();

	return fixture_open_by(disk, &u);
}

struct lb_memory *fixture_copy(struct lb_memory *disk)
{
	struct lb_memory *copy;
	struct err err = ERR_INIT;

	check_ok(lb_memory_record(disk, &err), &err);
	check_ok(lb_memory_crash(&copy, disk, 0, LB_CRASH_KEEP, &err), &err);
	return copy;
}

void fixture_write(uint64_t *state, const struct project *p, const char *name,
                   size_t size)
{
	char *bytes = malloc(size + 1);

	cr_assert_not_null(bytes, "memory for a file");
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)('!' + fixture_dice(state, 90));
	bytes[size] = '\0';
	project_put(p, name, bytes);
	free(bytes);
}

struct lb_id16 fixture_back_up(struct lb_repo *repo, const struct project *p)
{
	const char *path = buf_str(&p->root);
	struct lb_backup_options o = { .paths = &path, .path_count = 1, .threads = 1 };
	struct lb_backup_result r;
	struct err err = ERR_INIT;

	check_ok(lb_backup(repo, &o, &r, &err), &err);
	return r.snapshot;
}

void fixture_forget(struct lb_repo *repo, const struct lb_id16 *id)
{
	struct lb_forget_options o = { .ids = id, .id_count = 1 };
	struct lb_forgotten done;
	struct err err = ERR_INIT;

	check_ok(lb_forget(repo, &o, &done, &err), &err);
	check_size_eq(done.removed, 1, "the named one");
	lb_forgotten_fini(&done);
}

/* ---- reading all ---- */

struct reading {
	struct lb_reader *reader;
	struct buf chunk;
	struct lb_ids *needed;
};

static enum err_code note(struct reading *r, const struct lb_id *id)
{
	check_true(!r->needed || lb_ids_add(r->needed, id), "memory for ids");
	return ERR_OK;
}

static enum err_code get(const struct lb_id *id, enum lb_chunk_type type, struct buf *out,
                         void *context, struct err *err)
{
	struct reading *r = context;

	(void)note(r, id);
	return lb_reader_get(r->reader, id, (uint8_t)type, out, err);
}

static enum err_code read_piece(enum lb_chunk_type type, const struct lb_id *id,
                                uint64_t length, void *context, struct err *err)
{
	struct reading *r = context;

	(void)length;
	return get(id, type, &r->chunk, r, err);
}

static void read_tree(struct reading *r, const struct lb_id *root, const char *when)
{
	struct lb_tree_source source = { .get = get, .context = r };
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

size_t fixture_read_all(struct lb_repo *repo, const char *when, struct lb_ids *needed)
{
	struct reading r = { .chunk = BUF_INIT, .needed = needed };
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
	if (needed)
		lb_ids_sort(needed);
	count = list.count;
	lb_reader_free(r.reader);
	buf_fini(&r.chunk);
	lb_snapshots_fini(&list);
	return count;
}
