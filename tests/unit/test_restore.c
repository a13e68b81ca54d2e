// SPDX-License-Identifier: Apache-2.0
#include "job/restore.h"

#include "backend/memory.h"
#include "base/mem.h"
#include "job/backup.h"
#include "job/check.h"
#include "job/dump.h"
#include "job/find.h"
#include "job/prune.h"
#include "job/snapshots.h"
#include "os/fs.h"
#include "repo/init.h"
#include "repo/repo.h"
#include "support/check.h"

#include <stdio.h>
#include <unistd.h>

TestSuite(restore, .timeout = 100);

/* A repository in memory with one snapshot of a small tree. */
struct place {
	struct buf root;
	struct buf source;
	struct lb_memory *disk;
	struct lb_repo *repo;
	struct lb_snapshots known;
	const struct lb_snapshot *snapshot;
};

static const char key_file[] = "0123456789abcdef0123456789abcdef";

static void put_file(const struct place *p, const char *name, size_t size)
{
	struct buf path = BUF_INIT;
	struct buf data = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&p->source), name);
	buf_fill(&data, 'x', size);
	check_int_eq(os_write_atomic(buf_str(&path), buf_span(&data), 0640, &err), ERR_OK,
	             "write %s: %s", name, err.msg);
	buf_fini(&data);
	buf_fini(&path);
}

static void fill_source(struct place *p)
{
	struct err err = ERR_INIT;
	struct buf folder = BUF_INIT;
	struct buf link = BUF_INIT;
	struct buf file = BUF_INIT;

	os_join(&p->source, buf_str(&p->root), "source");
	os_join(&folder, buf_str(&p->source), "folder");
	check_int_eq(os_mkdirs(buf_str(&folder), 0755, &err), ERR_OK, "%s", err.msg);
	put_file(p, "a", 10);
	put_file(p, "folder/large", 600000);
	put_file(p, "folder/small", 3);
	os_join(&file, buf_str(&p->source), "a");
	os_join(&link, buf_str(&folder), "link");
	check_int_eq(symlink("../a", buf_str(&link)), 0, "a symbolic link");
	buf_clear(&link);
	os_join(&link, buf_str(&folder), "again");
	check_int_eq(linkat(-1, buf_str(&file), -1, buf_str(&link), 0), 0, "a hard link");
	buf_fini(&file);
	buf_fini(&link);
	buf_fini(&folder);
}

static void open_repo(struct place *p)
{
	struct lb_unlock unlock = { .kind = LB_SLOT_KEY_FILE,
		                    .secret = span_str(key_file) };
	struct lb_backend *backend = NULL;
	struct lb_repo_plan plan;
	struct err err = ERR_INIT;

	check_int_eq(lb_memory_new(&p->disk, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_memory_open(&backend, p->disk, &err), ERR_OK, "%s", err.msg);
	lb_repo_plan_default(&plan);
	plan.unlock = unlock;
	plan.label = "test";
	check_int_eq(lb_repo_init(backend, &plan, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_repo_open(&p->repo, backend, &unlock, NULL, &err), ERR_OK, "%s",
	             err.msg);
}

static void store(struct place *p)
{
	const char *path = buf_str(&p->source);
	struct lb_backup_options o = { .paths = &path, .path_count = 1, .threads = 1 };
	struct lb_backup_result made;
	struct err err = ERR_INIT;

	check_int_eq(lb_backup(p->repo, &o, &made, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_repo_refresh(p->repo, &err), ERR_OK, "%s", err.msg);
}

/* The newest snapshot is the one to work with. */
static void load_known(struct place *p)
{
	struct err err = ERR_INIT;

	lb_snapshots_fini(&p->known);
	check_int_eq(lb_snapshots_load(&p->known, lb_repo_state(p->repo), false, &err),
	             ERR_OK, "%s", err.msg);
	check_true(p->known.count > 0, "a snapshot");
	p->snapshot = p->known.refs[p->known.count - 1].snapshot;
}

static void back_up(struct place *p)
{
	store(p);
	load_known(p);
}

static void place_init(struct place *p)
{
	struct err err = ERR_INIT;

	*p = (struct place){ .root = BUF_INIT, .source = BUF_INIT };
	check_int_eq(os_mkdtemp(NULL, "restore", &p->root, &err), ERR_OK, "%s", err.msg);
	fill_source(p);
	open_repo(p);
	back_up(p);
}

static void place_fini(struct place *p)
{
	struct err err = ERR_INIT;

	lb_snapshots_fini(&p->known);
	lb_repo_close(p->repo);
	lb_memory_free(p->disk);
	check_int_eq(os_remove_tree(buf_str(&p->root), &err), ERR_OK, "%s", err.msg);
	buf_fini(&p->root);
	buf_fini(&p->source);
}

/* Into a new folder; the result of an attempt that may lack memory. */
static enum err_code attempt(struct place *p, uint64_t n, struct lb_restore_result *r)
{
	struct buf target = BUF_INIT;
	struct lb_restore_options o = { .snapshot = p->snapshot, .threads = 1 };
	struct err err = ERR_INIT;
	enum err_code rc;

	os_join(&target, buf_str(&p->root), "target");
	o.target = buf_str(&target);
	mem_fail_after(n);
	rc = lb_restore(p->repo, &o, r, &err);
	mem_fail_after(0);
	check_int_eq(os_remove_tree(buf_str(&target), &err), ERR_OK, "%s", err.msg);
	buf_fini(&target);
	return rc;
}

Test(restore, counts_what_it_restores)
{
	struct lb_restore_result r;
	struct place p;

	place_init(&p);
	check_int_eq(attempt(&p, 0, &r), ERR_OK, "a restore");
	check_u64_eq(r.files, 4, "files, the hard link too");
	check_u64_eq(r.others, 1, "the symbolic link");
	check_u64_eq(r.bytes, 600023, "sizes");
	check_u64_eq(r.written, 600013, "content is written once");
	check_u64_eq(r.errors, 0, "errors");
	place_fini(&p);
}

/* What it has not come to would look like something extra. */
Test(restore, deletes_nothing_for_an_unfinished_backup)
{
	struct lb_restore_options o = { .delete_extra = true, .threads = 1 };
	struct lb_snapshot partial;
	struct lb_restore_result r;
	struct err err = ERR_INIT;
	struct place p;

	place_init(&p);
	partial = *p.snapshot;
	partial.partial = true;
	o.snapshot = &partial;
	o.target = buf_str(&p.source);
	check_int_eq(lb_restore(p.repo, &o, &r, &err), ERR_USAGE, "refused: %s", err.msg);
	place_fini(&p);
}

/* ---- beside a prune ---- */

enum { SMALL_BACKUPS = 10 };

/* Another program puts all that the small packs hold into one, and they go. */
static void prune_elsewhere(struct place *p)
{
	struct lb_unlock unlock = { .kind = LB_SLOT_KEY_FILE,
		                    .secret = span_str(key_file) };
	struct lb_prune_options o = { .max_unused = 0, .max_repack = UINT64_MAX };
	struct lb_backend *backend = NULL;
	struct lb_repo *repo = NULL;
	struct lb_pruned pruned;
	struct err err = ERR_INIT;

	check_int_eq(lb_memory_open(&backend, p->disk, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_repo_open(&repo, backend, &unlock, NULL, &err), ERR_OK, "%s",
	             err.msg);
	check_int_eq(lb_prune(repo, &o, &pruned, &err), ERR_OK, "%s", err.msg);
	check_true(pruned.removed > SMALL_BACKUPS, "packs went away: %d",
	           (int)pruned.removed);
	lb_repo_close(repo);
}

static enum err_code count_bytes(struct span bytes, void *context, struct err *err)
{
	(void)err;
	*(uint64_t *)context += bytes.len;
	return ERR_OK;
}

static enum err_code count_hit(void *context, const struct lb_snapshot_ref *in,
                               struct span path, const struct lb_entry *e,
                               struct err *err)
{
	(void)in;
	(void)path;
	(void)e;
	(void)err;
	++*(uint64_t *)context;
	return ERR_OK;
}

static void dump_and_find(struct place *p)
{
	uint64_t bytes = 0;
	uint64_t hits = 0;
	uint64_t damaged = 0;
	struct buf path = BUF_INIT;
	struct lb_dump_result dumped;
	struct lb_dump_options d = { .snapshot = p->snapshot,
		                     .sink = count_bytes,
		                     .sink_context = &bytes };
	struct lb_find_options f = { .glob_count = 0 };
	struct lb_glob *glob = NULL;
	struct err err = ERR_INIT;

	buf_printf(&path, "%s/folder/large", buf_str(&p->source));
	d.path = buf_span(&path);
	check_int_eq(lb_dump(p->repo, &d, &dumped, &err), ERR_OK, "dump: %s", err.msg);
	check_u64_eq(bytes, 600000, "the file");
	check_int_eq(lb_glob_new(&glob, SPAN_LIT("large"), false, &err), ERR_OK, "%s",
	             err.msg);
	f.globs = &glob;
	f.glob_count = 1;
	check_int_eq(lb_find(p->repo, p->known.refs, p->known.count, &f, count_hit, &hits,
	                     &damaged, &err),
	             ERR_OK, "find: %s", err.msg);
	check_u64_eq(hits, p->known.count, "one in each snapshot");
	check_u64_eq(damaged, 0, "nothing is damaged");
	lb_glob_free(glob);
	buf_fini(&path);
}

/* Each reader begins with what it knew before. */
static void beside_a_prune(void (*reader)(struct place *p), bool before)
{
	struct err err = ERR_INIT;
	struct place p;

	place_init(&p);
	for (int i = 0; i < SMALL_BACKUPS; i++) {
		char name[16];

		snprintf(name, sizeof name, "more%d", i);
		put_file(&p, name, 100 + (size_t)i);
		store(&p);
	}
	load_known(&p);
	check_int_eq(lb_repo_refresh(p.repo, &err), ERR_OK, "%s", err.msg);
	if (before)
		prune_elsewhere(&p);
	reader(&p);
	place_fini(&p);
}

static void restore_all(struct place *p)
{
	struct lb_restore_result r;

	check_int_eq(attempt(p, 0, &r), ERR_OK, "a restore");
	check_u64_eq(r.errors, 0, "errors");
	check_u64_eq(r.files, 4 + SMALL_BACKUPS, "files");
}

struct meanwhile {
	struct place *place;
	bool done;
};

/* In the middle of the check. */
static void prune_meanwhile(void *context, const struct lb_progress *progress)
{
	struct meanwhile *m = context;

	(void)progress;
	if (!m->done)
		prune_elsewhere(m->place);
	m->done = true;
}

static void check_it(struct place *p)
{
	struct meanwhile m = { .place = p };
	struct lb_events events = { .context = &m, .progress = prune_meanwhile };
	struct lb_check_options o = { .data = LB_CHECK_ALL,
		                      .threads = 1,
		                      .events = &events };
	struct lb_check_result r;
	struct err err = ERR_INIT;

	check_int_eq(lb_check_run(p->repo, &o, &r, &err), ERR_OK, "%s", err.msg);
	check_u64_eq(r.findings.total[LB_FINDING_DAMAGE], 0, "nothing is damaged");
	check_true(m.done && r.packs_read > 0, "it has looked again at what there is");
	lb_check_result_fini(&r);
}

Test(restore, readers_read_on_where_a_prune_took_a_pack)
{
	beside_a_prune(restore_all, true);
	beside_a_prune(dump_and_find, true);
	beside_a_prune(check_it, false);
}

/* However far it comes: an error, or everything, and never silently less. */
Test(restore, running_out_of_memory_is_told)
{
	struct place p;
	bool whole = false;

	place_init(&p);
	for (uint64_t n = 1; !whole; n++) {
		struct lb_restore_result r;
		enum err_code rc = attempt(&p, n, &r);

		check_true(n < 100000, "it ends");
		check_true(rc == ERR_OK || rc == ERR_NOMEM, "allocation %d: code %d",
		           (int)n, (int)rc);
		whole = rc == ERR_OK && r.errors == 0;
		check_true(!whole || r.files == 4, "allocation %d: %d files", (int)n,
		           (int)r.files);
	}
	place_fini(&p);
}
