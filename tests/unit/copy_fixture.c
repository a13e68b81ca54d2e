// SPDX-License-Identifier: Apache-2.0
#include "copy_fixture.h"

#include "crypto/digest.h"
#include "job/backup.h"
#include "job/tree_source.h"
#include "pack/reader.h"
#include "repo_fixture.h"
#include "snapshot/map_read.h"
#include "support/check.h"

/* ---- two stores ---- */

const char copy_source_key[] = "0123456789abcdef0123456789abcdef";
const char copy_target_key[] = "fedcba9876543210fedcba9876543210";

static uint64_t dice = 88172645463325252u;

struct lb_memory *copy_disk(const char *key)
{
	struct lb_unlock u = fixture_unlock_by(key);
	struct lb_repo_plan plan;

	fixture_plan(&plan, &u);
	plan.config.chunker.smallest = 4096;
	plan.config.chunker.average = 8192;
	plan.config.chunker.largest = 32768;
	return fixture_disk_of(&plan);
}

struct lb_repo *copy_open(struct lb_memory *disk, const char *key)
{
	struct lb_unlock u = fixture_unlock_by(key);

	return fixture_open_by(disk, &u);
}

static struct lb_id16 back_up(struct lb_repo *repo, const struct project *p)
{
	const char *path = buf_str(&p->root);
	struct span tag = SPAN_LIT("tag");
	struct lb_backup_options o = { .paths = &path,
		                       .path_count = 1,
		                       .threads = 1,
		                       .host = "mars",
		                       .tags = &tag,
		                       .tag_count = 1,
		                       .description = SPAN_LIT("text") };
	struct lb_backup_result r;
	struct err err = ERR_INIT;

	check_ok(lb_backup(repo, &o, &r, &err), &err);
	return r.snapshot;
}

/* Three snapshots with files in common; `large`: one file needs a map. */
struct lb_memory *copy_filled(bool large)
{
	struct lb_memory *disk = copy_disk(copy_source_key);
	struct lb_repo *repo = copy_open(disk, copy_source_key);
	struct project p;

	project_init(&p);
	fixture_write(&dice, &p, "kept/one", 9000);
	fixture_write(&dice, &p, "kept/deeper/two", 700);
	if (large)
		fixture_write(&dice, &p, "large", 1200000);
	for (size_t i = 0; i < 3; i++) {
		fixture_write(&dice, &p, "changed", 20000);
		fixture_write(&dice, &p, i % 2 ? "kept/odd" : "new/even", 3000);
		(void)back_up(repo, &p);
	}
	project_fini(&p);
	lb_repo_close(repo);
	return disk;
}

struct lb_copy_result copy_everything(struct lb_repo *from, struct lb_repo *to,
                                      const struct lb_copy_options *options)
{
	struct lb_copy_options o = { .threads = 1, .level = 1 };
	struct lb_copy_result r;
	struct err err = ERR_INIT;

	check_ok(lb_copy(from, to, options ? options : &o, &r, &err), &err);
	return r;
}

struct lb_snapshots copy_snapshots(struct lb_repo *repo)
{
	struct lb_snapshots list;
	struct err err = ERR_INIT;

	check_ok(lb_repo_refresh(repo, &err), &err);
	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	return list;
}

/* ---- what is in a tree, as text ---- */

struct seen {
	struct lb_reader *reader;
	struct digest *content;
	struct buf chunk;
};

static enum err_code see_piece(enum lb_chunk_type type, const struct lb_id *id,
                               uint64_t length, void *context, struct err *err)
{
	struct seen *s = context;
	enum err_code rc = lb_reader_get(s->reader, id, (uint8_t)type, &s->chunk, err);

	(void)length;
	if (rc != ERR_OK || type != LB_CHUNK_DATA)
		return rc;
	return digest_add(s->content, buf_span(&s->chunk), err);
}

static void see_entry(struct seen *s, struct lb_map_iter *map,
                      const struct lb_walk_step *step, struct buf *out)
{
	const struct lb_entry *e = &step->entry;
	char hex[DIGEST_HEX];
	struct err err = ERR_INIT;

	check_ok(digest_new(&s->content, &err), &err);
	if (e->type == LB_ENTRY_FILE)
		check_ok(lb_map_each(map, e, see_piece, s, &err), &err);
	check_ok(digest_finish(s->content, hex, &err), &err);
	buf_put(out, step->path);
	buf_printf(out, " %d %o %u:%u %lld.%u %llu %d %s\n", (int)e->type, e->perm,
	           e->uid, e->gid, (long long)e->mtime_s, e->mtime_ns,
	           (unsigned long long)e->size, (int)e->mapped, hex);
}

static struct buf tree_text(struct lb_repo *repo, const struct lb_id *root)
{
	struct seen s = { .chunk = BUF_INIT };
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	struct lb_tree_source source;
	struct lb_tree_walk *walk;
	struct lb_map_iter *map;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_reader_new(&s.reader, lb_repo_index(repo), lb_repo_backend(repo),
	                       lb_repo_keyring(repo), &err),
	         &err);
	source = lb_tree_source_of(s.reader);
	check_ok(lb_tree_walk_new(&walk, &source, &err), &err);
	check_ok(lb_map_iter_new(&map, &source, &err), &err);
	lb_tree_walk_start(walk, root);
	while (step.event != LB_WALK_END) {
		check_ok(lb_tree_walk_next(walk, &step, &err), &err);
		if (step.event == LB_WALK_ENTRY)
			see_entry(&s, map, &step, &out);
	}
	lb_map_iter_free(map);
	lb_tree_walk_free(walk);
	lb_reader_free(s.reader);
	buf_fini(&s.chunk);
	return out;
}

static const struct lb_snapshot_ref *copy_of(const struct lb_snapshots *list,
                                             const struct lb_id16 *id)
{
	const struct lb_snapshot_ref *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct lb_snapshot_ref *r = &list->refs[i];

		if (!r->snapshot->has_original || !lb_id16_eq(&r->snapshot->original, id))
			continue;
		check_null(found, "copied once");
		found = r;
	}
	return found;
}

/* `count` snapshots were copied, each once, and are all that they were. */
void copy_check(struct lb_repo *from, struct lb_repo *to, size_t count, const char *when)
{
	struct lb_snapshots a = copy_snapshots(from);
	struct lb_snapshots b = copy_snapshots(to);
	size_t found = 0;

	for (size_t i = 0; i < a.count; i++) {
		const struct lb_snapshot_ref *r = copy_of(&b, &a.refs[i].id);
		struct buf x;
		struct buf y;

		if (!r)
			continue;
		found++;
		x = tree_text(from, &a.refs[i].snapshot->root);
		y = tree_text(to, &r->snapshot->root);
		check_true(x.len > 0 && span_eq(buf_span(&x), buf_span(&y)),
		           "%s: snapshot %zu", when, i);
		buf_fini(&x);
		buf_fini(&y);
	}
	check_size_eq(found, count, "%s: copies", when);
	lb_snapshots_fini(&a);
	lb_snapshots_fini(&b);
}
