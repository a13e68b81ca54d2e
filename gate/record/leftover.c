// SPDX-License-Identifier: Apache-2.0
#include "record/leftover.h"

#include "base/str.h"
#include "os/dir.h"
#include "os/walk.h"
#include "record/store.h"

#include <string.h>

struct search {
	const char *path; /* of the folder with all runs */
	const char *before;
	struct os_dir runs;
};

/* Nobody holds the run, and it is not complete. On true `run` holds its lock. */
static bool is_dead(const struct search *s, const char *name, struct os_dir *run)
{
	struct os_stat st;

	return os_dir_open(run, &s->runs, name, NULL) == ERR_OK &&
	       os_dir_lock(run, NULL) == ERR_OK &&
	       os_dir_stat(run, "run.json", &st, NULL) == ERR_NOT_FOUND;
}

static enum err_code consider(const struct os_entry *entry, void *context,
                              struct err *err)
{
	const struct search *s = context;
	struct os_dir run = { -1 };
	struct buf path = BUF_INIT;

	(void)err;
	if (entry->type != OS_DIR || !gate_run_id_ok(entry->name) ||
	    strcmp(entry->name, s->before) >= 0)
		return ERR_OK;
	if (is_dead(s, entry->name, &run)) {
		os_join(&path, s->path, entry->name);
		if (buf_ok(&path)) /* what stays is tried again by the next run */
			(void)!os_remove_tree(buf_str(&path), NULL);
		buf_fini(&path);
	}
	os_dir_close(&run);
	return ERR_OK;
}

void gate_leftover_remove(const char *runs, const char *before)
{
	struct search s = { .path = runs, .before = before, .runs = { -1 } };

	if (os_dir_open(&s.runs, NULL, runs, NULL) == ERR_OK)
		(void)!os_dir_each(&s.runs, consider, &s, NULL);
	os_dir_close(&s.runs);
}
