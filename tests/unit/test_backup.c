// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE /* SEEK_DATA, syscall */
/* Backups into a store in memory, with what may come between. */
#include "job/backup.h"

#include "backend/faulty.h"
#include "backend/patience_internal.h"
#include "backend/retry.h"
#include "base/mem.h"
#include "job/prune.h"
#include "repo_fixture.h"
#include "support/check.h"
#include "support/project.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

TestSuite(backup, .timeout = 110);

#define FILES 5

/* ---- lseek fails where a test wants it to ---- */

static uint64_t bad_size;

static bool is_bad(int fd)
{
	off_t end = (off_t)syscall(SYS_lseek, fd, (off_t)0, SEEK_END);

	return bad_size > 0 && end == (off_t)bad_size;
}

/* In place of the C library's. */
off_t lseek(int fd, off_t offset, int whence)
{
	if (whence == SEEK_DATA && is_bad(fd)) {
		errno = EIO;
		return -1;
	}
	return (off_t)syscall(SYS_lseek, fd, offset, whence);
}

/* ---- sources ---- */

/* Files of 1,000, 2,000, .. bytes, and one that the filter leaves out. */
static void fill(const struct project *p)
{
	char text[FILES * 1000 + 1];

	for (size_t i = 1; i <= FILES; i++) {
		char name[32];

		memset(text, 'a' + (int)i, i * 1000);
		text[i * 1000] = '\0';
		(void)snprintf(name, sizeof name, "d%zu/f%zu", i % 2, i);
		project_put(p, name, text);
	}
	project_put(p, "d1/left.o", "out");
}

static struct lb_filter *without_objects(void)
{
	struct lb_filter *f;
	struct err err = ERR_INIT;

	check_ok(lb_filter_new(&f, &err), &err);
	check_ok(lb_filter_add(f, LB_FILTER_EXCLUDE, span_str("*.o"), false, &err), &err);
	return f;
}

/* One thread: the same each time. */
static enum err_code back_up(struct lb_repo *repo, const struct project *p,
                             const struct lb_filter *filter,
                             const struct lb_events *events, struct lb_backup_result *r,
                             struct err *err)
{
	const char *path = buf_str(&p->root);
	struct lb_backup_options o = { .paths = &path,
		                       .path_count = 1,
		                       .filter = filter,
		                       .events = events,
		                       .threads = 1 };

	return lb_backup(repo, &o, r, err);
}

/* ---- prunes meanwhile ---- */

struct meanwhile {
	struct lb_repo *other;
	uint64_t removed;
};

/* A prune by somebody else, right after the first file was found to be stored already. */
static void prune_once(void *context, const char *what, struct span path, uint64_t bytes)
{
	struct meanwhile *m = context;
	struct lb_prune_options all = { .max_repack = UINT64_MAX };
	struct lb_pruned done;
	struct err err = ERR_INIT;

	(void)what;
	(void)path;
	(void)bytes;
	if (!m->other)
		return;
	check_ok(lb_prune(m->other, &all, &done, &err), &err);
	m->removed = done.removed;
	lb_repo_close(m->other);
	m->other = NULL;
}

Test(backup, stores_again_what_a_prune_took)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct meanwhile m = { 0 };
	struct lb_events events = { .context = &m, .action = prune_once };
	struct lb_backup_result r;
	struct project p;
	struct lb_id16 id;
	struct err err = ERR_INIT;

	project_init(&p);
	fill(&p);
	id = fixture_back_up(repo, &p);
	fixture_forget(repo, &id);
	m.other = fixture_open(disk);
	check_ok(back_up(repo, &p, NULL, &events, &r, &err), &err);
	check_true(m.removed > 0, "the prune took packs");
	check_u64_eq(r.figures.files, FILES + 1, "files, counted once");
	check_size_eq(fixture_read_all(repo, "after the prune", NULL), 1, "snapshots");
	lb_repo_close(repo);
	lb_memory_free(disk);
	project_fini(&p);
}

/* ---- one client, several backups ---- */

Test(backup, after_a_dry_run_all_is_still_to_be_stored)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct lb_backup_options dry = { .path_count = 1, .threads = 1, .dry_run = true };
	struct lb_backup_result r;
	struct project p;
	const char *path;
	struct err err = ERR_INIT;

	project_init(&p);
	fill(&p);
	path = buf_str(&p.root);
	dry.paths = &path;
	check_ok(lb_backup(repo, &dry, &r, &err), &err);
	fixture_back_up(repo, &p);
	lb_repo_close(repo);
	repo = fixture_open(disk);
	check_size_eq(fixture_read_all(repo, "after a dry run", NULL), 1, "snapshots");
	lb_repo_close(repo);
	lb_memory_free(disk);
	project_fini(&p);
}

/* ---- sources that fail ---- */

Test(backup, a_file_that_fails_leaves_the_others)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct lb_backup_result r;
	struct project p;
	struct err err = ERR_INIT;

	project_init(&p);
	fill(&p);
	bad_size = 3000;
	check_ok(back_up(repo, &p, NULL, NULL, &r, &err), &err);
	bad_size = 0;
	check_u64_eq(r.figures.errors, 1, "one file is told");
	check_u64_eq(r.figures.files, FILES + 1, "it is kept as far as it was read");
	check_size_eq(fixture_read_all(repo, "without one file", NULL), 1, "snapshots");
	lb_repo_close(repo);
	lb_memory_free(disk);
	project_fini(&p);
}

/* ---- faults ---- */

/* Whatever has failed: what was kept is there, and the next backup succeeds. */
static void check_next(struct lb_memory *disk, const struct project *p, size_t kept,
                       const char *when)
{
	struct lb_repo *repo = fixture_open(disk);

	check_size_eq(fixture_read_all(repo, when, NULL), kept, "%s: snapshots", when);
	fixture_back_up(repo, p);
	check_size_eq(fixture_read_all(repo, when, NULL), kept + 1, "%s: the next", when);
	lb_repo_close(repo);
}

/* False once there are fewer requests than n; `*done` when success was told. */
static bool fails_at(struct lb_memory *disk, const struct project *p, uint64_t n,
                     enum lb_fault fault, bool *done)
{
	struct lb_faulty_nth nth = { n, fault };
	struct lb_unlock u = fixture_unlock();
	struct lb_backend *inner;
	struct lb_backend *faulty;
	struct lb_repo *repo = NULL;
	struct lb_backup_result r;
	struct err err = ERR_INIT;
	bool met = true;

	*done = false;
	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_faulty_new(&faulty, inner, lb_faulty_choose_nth, &nth, &err), &err);
	if (lb_repo_open(&repo, faulty, &u, NULL, &err) == ERR_OK) {
		*done = back_up(repo, p, NULL, NULL, &r, &err) == ERR_OK;
		met = lb_faulty_operations(faulty) >= n;
		check_true(met || *done, "without a fault: %s", err.msg);
	}
	lb_repo_close(repo);
	lb_backend_close(inner);
	return met;
}

static size_t snapshots_on(struct lb_memory *disk, const char *when)
{
	struct lb_repo *repo = fixture_open(disk);
	size_t count = fixture_read_all(repo, when, NULL);

	lb_repo_close(repo);
	return count;
}

/* One answer of four is lost, after the request took effect. */
static enum lb_fault lose_some(const struct lb_operation *op, void *context)
{
	(void)context;
	return op->number % 4 == 1 ? LB_FAULT_LOSE : LB_FAULT_NONE;
}

static void wait_for_nothing(uint64_t ticks_ns, const struct cancel *cancel)
{
	(void)ticks_ns;
	(void)cancel;
}

Test(backup, goes_on_where_a_request_can_be_made_again)
{
	const struct lb_retry_options none = { .cancel = NULL };
	struct lb_memory *disk = fixture_disk();
	struct lb_unlock u = fixture_unlock();
	struct lb_backend *inner;
	struct lb_backend *b;
	struct lb_repo *repo = NULL;
	struct lb_backup_result r;
	struct project p;
	struct err err = ERR_INIT;

	project_init(&p);
	fill(&p);
	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_faulty_new(&b, inner, lose_some, NULL, &err), &err);
	check_ok(lb_retry_new(&b, b, &none, &err), &err);
	lb_retry_set_patience(b, (struct lb_patience){ os_ticks_ns, wait_for_nothing });
	check_ok(lb_repo_open(&repo, b, &u, NULL, &err), &err);
	check_ok(back_up(repo, &p, NULL, NULL, &r, &err), &err);
	check_u64_eq(r.figures.errors, 0, "nothing is missing");
	check_size_eq(fixture_read_all(repo, "by the same way", NULL), 1, "snapshots");
	lb_repo_close(repo);
	lb_backend_close(inner);
	check_size_eq(snapshots_on(disk, "afterwards"), 1, "snapshots");
	lb_memory_free(disk);
	project_fini(&p);
}

/* A record whose answer was lost may be there although success was not told. */
static void fail_every_request(enum lb_fault fault)
{
	struct lb_memory *start = fixture_disk();
	struct lb_repo *repo = fixture_open(start);
	struct project p;
	struct err err = ERR_INIT;
	bool met = true;

	project_init(&p);
	fill(&p);
	fixture_back_up(repo, &p);
	lb_repo_close(repo);
	project_put(&p, "d0/more", "more");
	check_ok(lb_memory_record(start, &err), &err);
	for (uint64_t n = 1; met; n++) {
		struct lb_memory *disk;
		char when[64];
		size_t kept;
		bool done;

		(void)snprintf(when, sizeof when, "fault %d at request %llu", (int)fault,
		               (unsigned long long)n);
		check_ok(lb_memory_crash(&disk, start, 0, LB_CRASH_KEEP, &err), &err);
		met = fails_at(disk, &p, n, fault, &done);
		kept = snapshots_on(disk, when);
		check_true(kept == 2 || (kept == 1 && !done), "%s: %zu snapshots", when,
		           kept);
		check_next(disk, &p, kept, when);
		lb_memory_free(disk);
	}
	lb_memory_free(start);
	project_fini(&p);
}

Test(backup, any_request_may_fail)
{
	fail_every_request(LB_FAULT_FAIL);
}

Test(backup, any_answer_may_be_lost)
{
	fail_every_request(LB_FAULT_LOSE);
}

/* Without memory it fails, or it is whole: never a snapshot that lacks something. */
Test(backup, running_out_of_memory_is_told)
{
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct lb_filter *filter = without_objects();
	struct project p;
	enum err_code rc = ERR_NOMEM;

	project_init(&p);
	fill(&p);
	for (uint64_t n = 1; rc != ERR_OK; n++) {
		struct lb_backup_result r;
		struct err err = ERR_INIT;

		mem_fail_after(n);
		rc = back_up(repo, &p, filter, NULL, &r, &err);
		mem_fail_after(0);
		check_true(rc == ERR_OK || rc == ERR_NOMEM, "allocation %llu: %s",
		           (unsigned long long)n, err.msg);
		if (rc == ERR_OK) {
			check_u64_eq(r.figures.files, FILES, "files but the excluded");
			check_u64_eq(r.figures.errors, 0, "nothing left out");
		}
	}
	lb_filter_free(filter);
	lb_repo_close(repo);
	check_true(snapshots_on(disk, "in the end") >= 1, "a snapshot");
	lb_memory_free(disk);
	project_fini(&p);
}

/* A walk of hours whose snapshot could not be written would be for nothing. */
Test(backup, too_long_a_list_of_sources_is_told_before_the_walk)
{
	enum { COUNT = 700 };
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	static char names[COUNT][128];
	const char *paths[COUNT];
	struct lb_backup_options o = { .paths = paths, .path_count = COUNT };
	struct lb_backup_result r;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT; i++) {
		(void)snprintf(names[i], sizeof names[i], "/no such folder/%0100zu", i);
		paths[i] = names[i];
	}
	check_err(lb_backup(repo, &o, &r, &err), ERR_LIMIT, "before it is missed");
	check_str_contains(err.msg, "64000", "how much there may be");
	lb_repo_close(repo);
	lb_memory_free(disk);
}

static enum err_code count_pack(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	(void)key;
	(void)size;
	(void)err;
	++*(size_t *)context;
	return ERR_OK;
}

/* The figures take up to 82 bytes, and are known at the end only. */
Test(backup, what_fits_before_the_walk_fits_after_it)
{
	enum { FROM = 63700, TO = 64000, STEP = 9 };
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	static char text[TO];
	size_t before = 0, fitting = 0;
	struct err err = ERR_INIT;
	struct project p;

	project_init(&p);
	memset(text, 'x', sizeof text - 1);
	for (size_t len = FROM; len < TO; len += STEP) {
		const char *path = buf_str(&p.root);
		struct lb_backup_options o = { .paths = &path,
			                       .path_count = 1,
			                       .threads = 1,
			                       .description = span_of(text, len) };
		struct lb_backup_result r;
		size_t packs = 0;
		enum err_code rc;

		project_put(&p, "file", text + len); /* new each time */
		rc = lb_backup(repo, &o, &r, &err);
		check_ok(lb_backend_list(lb_repo_backend(repo), "packs", count_pack,
		                         &packs, &err),
		         &err);
		check_true(rc == ERR_OK || rc == ERR_LIMIT, "%zu: %s", len, err.msg);
		check_true(rc == ERR_OK || packs == before, "%zu: told too late", len);
		before = packs;
		fitting += rc == ERR_OK;
	}
	check_true(fitting > 0 && fitting < (TO - FROM) / STEP, "%zu fit", fitting);
	project_fini(&p);
	lb_repo_close(repo);
	lb_memory_free(disk);
}
