// SPDX-License-Identifier: Apache-2.0
#include "job/restore.h"

#include "backend/memory.h"
#include "base/mem.h"
#include "job/backup.h"
#include "job/snapshots.h"
#include "os/fs.h"
#include "repo/init.h"
#include "repo/repo.h"
#include "support/check.h"

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

static void back_up(struct place *p)
{
	const char *path = buf_str(&p->source);
	struct lb_backup_options o = { .paths = &path, .path_count = 1, .threads = 1 };
	struct lb_backup_result made;
	struct err err = ERR_INIT;

	check_int_eq(lb_backup(p->repo, &o, &made, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_repo_refresh(p->repo, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_snapshots_load(&p->known, lb_repo_state(p->repo), false, &err),
	             ERR_OK, "%s", err.msg);
	check_u64_eq(p->known.count, 1, "one snapshot");
	p->snapshot = p->known.refs[0].snapshot;
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
