// SPDX-License-Identifier: Apache-2.0
#include "scan_cache_sweep.h"

#include "base/arena.h"
#include "base/str.h"
#include "os/dir.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT_BEHIND_MS = 3600 * 1000 };

struct aged {
	const char *name;
	int64_t mtime_ns;
};

struct sweep {
	const struct os_dir *dir;
	int64_t now_ms;
	struct arena arena;
	struct aged *files;
	size_t count;
	size_t cap;
};

static enum err_code note(const struct os_entry *e, void *context, struct err *err)
{
	struct sweep *s = context;
	struct os_stat st;
	struct aged *one;

	if (!str_starts(e->name, SCAN_CACHE_PREFIX) ||
	    os_dir_stat(s->dir, e->name, &st, NULL) != ERR_OK || st.type != OS_FILE)
		return ERR_OK;
	if (span_ends(span_str(e->name), SPAN_LIT(".tmp"))) {
		if (st.mtime_ns / 1000000 < s->now_ms - LEFT_BEHIND_MS)
			(void)!os_dir_unlink(s->dir, e->name, NULL);
		return ERR_OK;
	}
	one = arena_push(&s->arena, &s->files, &s->count, &s->cap, sizeof(*one));
	if (one != NULL)
		*one = (struct aged){ arena_str(&s->arena, e->name), st.mtime_ns };
	return arena_err(&s->arena, err);
}

static int newest_first(const void *a, const void *b)
{
	const struct aged *x = a;
	const struct aged *y = b;

	return (x->mtime_ns < y->mtime_ns) - (x->mtime_ns > y->mtime_ns);
}

enum err_code scan_cache_sweep(const char *folder, int64_t now_ms, struct err *err)
{
	struct os_dir dir;
	struct sweep s = { .dir = &dir, .now_ms = now_ms, .arena = ARENA_INIT };
	enum err_code rc = os_dir_open(&dir, NULL, folder, err);

	if (rc != ERR_OK)
		return rc;
	rc = os_dir_each(&dir, note, &s, err);
	if (rc == ERR_OK && s.count > SCAN_CACHE_FILES)
		qsort(s.files, s.count, sizeof(*s.files), newest_first);
	/* Another scan may have removed it meanwhile. */
	for (size_t i = SCAN_CACHE_FILES; rc == ERR_OK && i < s.count; i++)
		(void)!os_dir_unlink(&dir, s.files[i].name, NULL);
	arena_fini(&s.arena);
	os_dir_close(&dir);
	return rc;
}
