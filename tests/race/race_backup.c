// SPDX-License-Identifier: Apache-2.0
/* Backups of a tree by several workers, for ThreadSanitizer: a first one, an unchanged
 * one and one after changes, into a repository in memory. */
#include "backend/memory.h"
#include "job/backup.h"
#include "os/fs.h"
#include "repo/init.h"
#include "repo/repo.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS = 12, FILES = 60, LARGE = 3 << 20, THREADS = 4 };

static void require(bool truth, const char *what, const struct err *err)
{
	if (truth)
		return;
	(void)fprintf(stderr, "race_backup: %s: %s\n", what, err->msg);
	exit(1);
}

static void put_file(const char *path, size_t size, unsigned seed)
{
	struct err err = ERR_INIT;
	FILE *f = fopen(path, "wb");

	require(f != NULL, path, &err);
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1103515245u + 12345u;
		(void)fputc((int)(seed >> 24), f);
	}
	require(fclose(f) == 0, path, &err);
}

/* Small files of which some are equal, and one large file in every folder. */
static void make_tree(const char *top, unsigned seed)
{
	char path[4096];

	for (unsigned d = 0; d < FOLDERS; d++) {
		(void)snprintf(path, sizeof(path), "%s/d%u", top, d);
		(void)mkdir(path, 0700);
		for (unsigned i = 0; i < FILES; i++) {
			(void)snprintf(path, sizeof(path), "%s/d%u/f%u", top, d, i);
			put_file(path, 100 + (size_t)i * 37, i % 7 == 0 ? 1 : seed + i);
		}
		(void)snprintf(path, sizeof(path), "%s/d%u/large", top, d);
		put_file(path, LARGE, d / 2);
	}
}

/* Progress, whose totals the forecast's thread finds. */
static void look(void *context, const struct lb_progress *p)
{
	(void)context;
	require(p->files_total == 0 || p->files_done <= p->files_total,
	        "no more than there is", &(struct err)ERR_INIT);
}

static void backup(struct lb_repo *repo, const char *top, uint64_t unchanged)
{
	const uint64_t files = (uint64_t)FOLDERS * (FILES + 1);
	struct lb_backup_result result;
	struct err err = ERR_INIT;
	const struct lb_events events = { .progress = look };
	struct lb_backup_options o = { .paths = &top,
		                       .path_count = 1,
		                       .forecast = true,
		                       .events = &events,
		                       .threads = THREADS };

	require(lb_backup(repo, &o, &result, &err) == ERR_OK, "backup", &err);
	require(result.figures.files == files, "all files are stored", &err);
	require(result.figures.errors == 0, "without trouble", &err);
	require(result.unchanged <= unchanged, "what changed was read", &err);
}

static void run(struct lb_memory *disk, const char *top, const char *cache)
{
	struct lb_backend *backend = NULL;
	struct lb_repo *repo = NULL;
	struct lb_repo_plan plan;
	struct err err = ERR_INIT;

	lb_repo_plan_default(&plan);
	plan.unlock.kind = LB_SLOT_PASSWORD;
	plan.unlock.secret = SPAN_LIT("race");
	plan.label = "race";
	require(lb_memory_open(&backend, disk, &err) == ERR_OK, "open", &err);
	require(lb_repo_init(backend, &plan, &err) == ERR_OK, "init", &err);
	require(lb_repo_open(&repo, backend, &plan.unlock, cache, &err) == ERR_OK,
	        "open the repository", &err);
	make_tree(top, 1);
	backup(repo, top, 0);
	backup(repo, top, UINT64_MAX);
	make_tree(top, 2);
	backup(repo, top, UINT64_MAX);
	lb_repo_close(repo);
}

int main(void)
{
	struct lb_memory *disk = NULL;
	struct buf top = BUF_INIT;
	struct buf cache = BUF_INIT;
	struct err err = ERR_INIT;

	require(os_mkdtemp(NULL, "race-", &top, &err) == ERR_OK, "folder", &err);
	require(os_mkdtemp(NULL, "race-", &cache, &err) == ERR_OK, "folder", &err);
	require(lb_memory_new(&disk, &err) == ERR_OK, "disk", &err);
	run(disk, buf_str(&top), buf_str(&cache));
	lb_memory_free(disk);
	require(os_remove_tree(buf_str(&top), &err) == ERR_OK, "clean", &err);
	require(os_remove_tree(buf_str(&cache), &err) == ERR_OK, "clean", &err);
	buf_fini(&top);
	buf_fini(&cache);
	return 0;
}
