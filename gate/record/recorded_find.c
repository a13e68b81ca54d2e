// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "base/str.h"
#include "os/walk.h"
#include "record/record_json.h"
#include "record/store.h"

#include <stdlib.h>
#include <string.h>

/* Runs live in ROOT/.seaworthy/runs/<id>; ids sort by time. */

struct candidates {
	struct arena arena;
	const char *prefix;
	const char *latest; /* greatest id that matches */
	const char *first;  /* for the message of an ambiguous prefix */
	size_t count;
	struct os_dir runs;
	bool complete_only;
};

static bool is_complete(const struct os_dir *runs, const char *id)
{
	struct os_dir dir = { -1 };
	struct buf text = BUF_INIT;
	bool complete;

	/* A shard is a part of a run. */
	complete = os_dir_open(&dir, runs, id, NULL) == ERR_OK &&
	           os_dir_read(&dir, "shard.json", UINT64_MAX, &text, NULL, NULL) ==
	                   ERR_NOT_FOUND &&
	           os_dir_read(&dir, "run.json", UINT64_C(1) << 20, &text, NULL, NULL) ==
	                   ERR_OK;
	os_dir_close(&dir);
	buf_fini(&text);
	return complete;
}

static enum err_code consider(const struct os_entry *entry, void *context,
                              struct err *err)
{
	struct candidates *c = context;
	const char *name;

	if (entry->type != OS_DIR || !gate_record_id_ok(entry->name) ||
	    !str_starts(entry->name, c->prefix))
		return ERR_OK;
	if (c->complete_only && !is_complete(&c->runs, entry->name))
		return ERR_OK;
	name = arena_str(&c->arena, entry->name);
	if (name == NULL)
		return err_nomem(err);
	c->count++;
	if (c->latest == NULL || span_cmp(span_str(name), span_str(c->latest)) > 0)
		c->latest = name;
	if (c->first == NULL || span_cmp(span_str(name), span_str(c->first)) < 0)
		c->first = name;
	return ERR_OK;
}

static enum err_code list_runs(const char *root, struct candidates *c, struct err *err)
{
	const char *path = arena_printf(&c->arena, "%s/.seaworthy/runs", root);
	enum err_code rc;

	if (path == NULL)
		return err_nomem(err);
	rc = os_dir_open(&c->runs, NULL, path, err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	rc = os_dir_each(&c->runs, consider, c, err);
	os_dir_close(&c->runs);
	return rc;
}

struct listing {
	struct arena *arena;
	const char *runs;
	const char **dirs;
	size_t count;
	size_t cap;
};

static enum err_code note(const struct os_entry *entry, void *context, struct err *err)
{
	struct listing *l = context;
	const char **slot;

	if (entry->type != OS_DIR || !gate_record_id_ok(entry->name))
		return ERR_OK;
	slot = arena_push(l->arena, &l->dirs, &l->count, &l->cap, sizeof(*slot));
	if (slot != NULL)
		*slot = arena_printf(l->arena, "%s/%s", l->runs, entry->name);
	return arena_err(l->arena, err);
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(*(const char *const *)b, *(const char *const *)a);
}

enum err_code gate_recorded_list(const char *root, struct arena *arena,
                                 const char ***dirs, size_t *count, struct err *err)
{
	struct listing l = { .arena = arena };
	struct os_dir runs;
	enum err_code rc;

	*count = 0;
	l.runs = arena_printf(arena, "%s/.seaworthy/runs", root);
	if (l.runs == NULL)
		return err_nomem(err);
	rc = os_dir_open(&runs, NULL, l.runs, err);
	if (rc != ERR_OK)
		return rc == ERR_NOT_FOUND ? ERR_OK : rc;
	rc = os_dir_each(&runs, note, &l, err);
	os_dir_close(&runs);
	if (rc == ERR_OK && l.count > 0)
		qsort(l.dirs, l.count, sizeof(*l.dirs), newest_first);
	*dirs = l.dirs;
	*count = l.count;
	return rc;
}

const char *gate_recorded_project(struct arena *arena, const char *dir, struct span *id)
{
	static const char place[] = ".seaworthy/runs";
	struct span path = span_str(dir);
	size_t slash;

	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	slash = span_rfind_byte(path, '/');
	if (slash >= path.len)
		return NULL;
	*id = span_from(path, slash + 1);
	path.len = slash;
	if (!span_ends(path, SPAN_LIT(place)))
		return NULL;
	path.len -= sizeof place - 1;
	return path.len == 0 ? "." : arena_dup(arena, path);
}

static void put_run(struct buf *dir, const char *root, const char *id)
{
	buf_clear(dir);
	buf_printf(dir, "%s/.seaworthy/runs/%s", root, id);
}

/* The run that .seaworthy/last names, if its folder is still there. */
static bool find_noted_last(const char *root, struct buf *dir)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	const char *id;
	bool found = false;

	buf_printf(&path, "%s/.seaworthy/last", root);
	if (buf_ok(&path) && os_read_file(buf_str(&path), 4096, &text, NULL) == ERR_OK &&
	    text.len > 0) {
		buf_truncate(&text, span_trim(buf_span(&text)).len);
		id = buf_str(&text);
		if (gate_record_id_ok(id)) {
			put_run(dir, root, id);
			found = buf_ok(dir) && os_type_of(buf_str(dir)) == OS_DIR;
		}
	}
	buf_fini(&path);
	buf_fini(&text);
	return found;
}

static enum err_code find_last(const char *root, struct buf *dir, struct err *err)
{
	struct candidates c = { .arena = ARENA_INIT,
		                .prefix = "",
		                .complete_only = true };
	enum err_code rc = ERR_OK;

	if (find_noted_last(root, dir))
		return ERR_OK;
	rc = list_runs(root, &c, err);
	if (rc == ERR_OK && c.latest == NULL)
		rc = err_set(err, ERR_NOT_FOUND,
		             "%s: no recorded run; make one with: seaworthy run", root);
	if (rc == ERR_OK) {
		put_run(dir, root, c.latest);
		rc = buf_err(dir, err);
	}
	arena_fini(&c.arena);
	return rc;
}

static enum err_code find_by_prefix(const char *root, const char *what, struct buf *dir,
                                    struct err *err)
{
	struct candidates c = { .arena = ARENA_INIT, .prefix = what };
	enum err_code rc = list_runs(root, &c, err);

	if (rc == ERR_OK && c.count == 0)
		rc = err_set(err, ERR_NOT_FOUND,
		             "\"%.100s\" is neither a folder nor a recorded run", what);
	else if (rc == ERR_OK && c.count > 1 && !str_eq(c.first, what))
		rc = err_set(err, ERR_USAGE,
		             "\"%.100s\" could be any of %zu runs, from %s to %s", what,
		             c.count, c.first, c.latest);
	if (rc == ERR_OK) {
		/* An id that is also a prefix of others sorts before them. */
		put_run(dir, root, c.first);
		rc = buf_err(dir, err);
	}
	arena_fini(&c.arena);
	return rc;
}

enum err_code gate_recorded_find(const char *root, const char *what, struct buf *dir,
                                 struct err *err)
{
	buf_clear(dir);
	if (what == NULL)
		return find_last(root, dir, err);
	if (os_type_of(what) == OS_DIR) {
		buf_puts(dir, what);
		return buf_err(dir, err);
	}
	if (!gate_record_id_ok(what))
		return err_set(err, ERR_NOT_FOUND, "\"%.100s\": no such folder", what);
	return find_by_prefix(root, what, dir, err);
}
