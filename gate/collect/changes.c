// SPDX-License-Identifier: Apache-2.0
#include "collect/changes.h"

#include "base/map.h"
#include "base/mem.h"
#include "os/clock.h"
#include "os/watch.h"
#include "scanners/tracked.h"
#include "scanners/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A save of an editor is several changes within some milliseconds; a checkout takes
 * longer, but not for ever. */
enum { QUIET_MS = 50, UNREST_MS = 2000, POLL_MS = 1000, NS_PER_MS = 1000000 };

/* A file as it was. */
struct seen {
	const char *path; /* from the root */
	uint64_t size;
	int64_t mtime_ns;
	uint64_t ino;
	uint32_t mode;
	bool there; /* at the look that is going on */
};

/* One look at all files. */
struct look {
	struct arena arena;
	struct map by_path;
	size_t count;
};

struct gate_changes {
	const char *root; /* owned by the first arena */
	struct arena arena;
	const struct cancel *cancel;
	struct os_watch *watch; /* NULL: none */
	char polls[160];
	struct look *last;
	struct look *now; /* while looking */
	struct arena told;
	const char **paths;
	size_t path_count;
	size_t path_cap;
};

/* ---- looking ---- */

static void look_free(struct look *l)
{
	if (l == NULL)
		return;
	map_fini(&l->by_path);
	arena_fini(&l->arena);
	mem_free(l);
}

static struct look *look_new(void)
{
	struct look *l = mem_new(sizeof(*l));

	if (l != NULL) {
		arena_init(&l->arena);
		map_init(&l->by_path);
	}
	return l;
}

/* From here on looking from time to time has to do. */
static void give_up_watching(struct gate_changes *c, const struct err *why)
{
	os_watch_free(c->watch);
	c->watch = NULL;
	(void)snprintf(c->polls, sizeof(c->polls), "%.150s", why->msg);
}

/* Watched first and read then: what changes in between is told. */
static enum err_code on_folder(struct span path, size_t worker, void *context,
                               struct err *err)
{
	struct gate_changes *c = context;
	struct err why = ERR_INIT;
	struct buf name = BUF_INIT;
	enum err_code rc = ERR_OK;

	(void)worker;
	if (c->watch == NULL)
		return ERR_OK;
	buf_put(&name, path);
	rc = buf_err(&name, err);
	if (rc == ERR_OK && os_watch_add(c->watch, buf_str(&name), &why) == ERR_LIMIT)
		give_up_watching(c, &why);
	buf_fini(&name);
	return rc;
}

/* Never read: its state is all that matters. */
static bool on_file(struct span path, const struct os_stat *st, size_t worker,
                    void *context)
{
	struct gate_changes *c = context;
	struct look *l = c->now;
	struct seen *s = arena_new(&l->arena, sizeof(*s));
	size_t skip = strlen(c->root) + (strcmp(c->root, "/") != 0);

	(void)worker;
	if (s == NULL)
		return true;
	*s = (struct seen){ .path = arena_dup(&l->arena, span_from(path, skip)),
		            .size = st->size,
		            .mtime_ns = st->mtime_ns,
		            .ino = st->ino,
		            .mode = st->mode };
	/* A failure shows in the arena too: there is no other memory to take. */
	if (s->path != NULL && map_set(&l->by_path, span_str(s->path), s))
		l->count++;
	return true;
}

/* What is no regular file, or cannot be asked for its state, has none. */
static enum err_code on_content(const struct scan_walk_file *f, size_t worker,
                                void *context, struct err *err)
{
	(void)f;
	(void)worker;
	(void)context;
	(void)err;
	return ERR_OK;
}

static enum err_code on_skip(const struct scan_skip *skip, size_t worker, void *context,
                             struct err *err)
{
	(void)skip;
	(void)worker;
	(void)context;
	(void)err;
	return ERR_OK;
}

static enum err_code look_at_all(struct gate_changes *c, struct err *err)
{
	struct scan_tracked tracked;
	struct scan_walk walk = { .path = c->root,
		                  .jobs = 1, /* the callbacks share what they fill */
		                  .max_file = UINT64_MAX,
		                  .cancel = c->cancel,
		                  .tracked = &tracked,
		                  .known = on_file,
		                  .folder = on_folder,
		                  .file = on_content,
		                  .skip = on_skip,
		                  .context = c };
	enum err_code rc = scan_tracked_init(&tracked, c->root, err);

	c->now = look_new();
	if (rc == ERR_OK && c->now == NULL)
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = scan_walk_run(&walk, err);
	if (rc == ERR_OK)
		rc = arena_err(&c->now->arena, err);
	scan_tracked_fini(&tracked);
	return rc;
}

/* ---- comparing ---- */

static bool is_same(const struct seen *a, const struct seen *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ino == b->ino &&
	       a->mode == b->mode;
}

static void tell(struct gate_changes *c, const char *path)
{
	const char **slot = arena_push(&c->told, &c->paths, &c->path_count, &c->path_cap,
	                               sizeof(*slot));

	if (slot != NULL)
		*slot = arena_str(&c->told, path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void compare(struct gate_changes *c)
{
	struct span key;
	size_t at = 0;
	void *value;

	while (map_next(&c->now->by_path, &at, &key, &value)) {
		const struct seen *now = value;
		struct seen *before = map_get(&c->last->by_path, key);

		if (before != NULL)
			before->there = true;
		if (before == NULL || !is_same(before, now))
			tell(c, now->path);
	}
	at = 0;
	while (map_next(&c->last->by_path, &at, &key, &value)) {
		const struct seen *before = value;

		if (!before->there)
			tell(c, before->path);
	}
	if (c->path_count > 1)
		qsort(c->paths, c->path_count, sizeof(*c->paths), by_name);
}

enum err_code gate_changes_look(struct gate_changes *c, const char *const **paths,
                                size_t *count, struct err *err)
{
	enum err_code rc;

	arena_fini(&c->told);
	arena_init(&c->told);
	c->paths = NULL;
	c->path_count = 0;
	c->path_cap = 0;
	if ((rc = look_at_all(c, err)) == ERR_OK) {
		compare(c);
		look_free(c->last);
		c->last = c->now;
		c->now = NULL;
		rc = arena_err(&c->told, err);
	}
	look_free(c->now);
	c->now = NULL;
	*paths = c->paths;
	*count = c->path_count;
	return rc;
}

/* ---- waiting ---- */

/* Until nothing has changed for a moment, or for too long. */
static enum err_code settle(struct gate_changes *c, struct err *err)
{
	uint64_t end = os_ticks_ns() + (uint64_t)UNREST_MS * NS_PER_MS;
	bool more = true;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && more && os_ticks_ns() < end && !cancel_is_set(c->cancel))
		rc = os_watch_wait(c->watch, QUIET_MS, &more, err);
	return rc;
}

enum err_code gate_changes_wait(struct gate_changes *c, const char *const **paths,
                                size_t *count, struct err *err)
{
	enum err_code rc = ERR_OK;
	bool changed;

	*count = 0;
	while (rc == ERR_OK && *count == 0) {
		if (cancel_is_set(c->cancel))
			return err_set(err, ERR_CANCELLED, "interrupted");
		rc = os_watch_wait(c->watch, POLL_MS, &changed, err);
		if (rc == ERR_OK && changed)
			rc = settle(c, err);
		if (rc == ERR_OK && (changed || c->watch == NULL))
			rc = gate_changes_look(c, paths, count, err);
	}
	return rc;
}

/* ---- beginning and end ---- */

enum err_code gate_changes_new(struct gate_changes **out, const char *root,
                               const struct cancel *cancel, struct err *err)
{
	struct gate_changes *c = mem_new(sizeof(*c));
	struct err why = ERR_INIT;
	enum err_code rc;

	if (c == NULL)
		return err_nomem(err);
	arena_init(&c->arena);
	arena_init(&c->told);
	c->cancel = cancel;
	c->root = arena_str(&c->arena, root);
	if (os_watch_new(&c->watch, &why) != ERR_OK)
		give_up_watching(c, &why);
	rc = arena_err(&c->arena, err);
	if (rc == ERR_OK)
		rc = look_at_all(c, err);
	if (rc == ERR_OK) {
		c->last = c->now;
		c->now = NULL;
		*out = c;
		c = NULL;
	}
	gate_changes_free(c);
	return rc;
}

void gate_changes_free(struct gate_changes *c)
{
	if (c == NULL)
		return;
	look_free(c->now);
	look_free(c->last);
	os_watch_free(c->watch);
	arena_fini(&c->told);
	arena_fini(&c->arena);
	mem_free(c);
}

size_t gate_changes_files(const struct gate_changes *c)
{
	return c->last->count;
}

const char *gate_changes_polls(const struct gate_changes *c)
{
	return c->watch == NULL ? c->polls : NULL;
}
