// SPDX-License-Identifier: Apache-2.0
#include "job/source.h"

#include "base/mem.h"
#include "os/fs.h"

#include <string.h>

/* A path as its names; `absolute` says where it starts. */
struct cleaned {
	struct span *names;
	size_t count;
	size_t cap;
	bool absolute;
	bool leaves; /* a relative path that climbs out by ".." */
};

static bool clean(struct arena *a, const char *path, struct cleaned *out)
{
	struct span rest = span_str(path);
	struct span name;

	*out = (struct cleaned){ .absolute = path[0] == '/' };
	while (span_split(&rest, '/', &name)) {
		struct span *slot;

		if (name.len == 0 || span_eq_str(name, "."))
			continue;
		if (span_eq_str(name, "..")) {
			if (out->count > 0)
				out->count--;
			else if (!out->absolute)
				out->leaves = true;
			continue;
		}
		slot = arena_push(a, &out->names, &out->count, &out->cap, sizeof *slot);
		if (!slot)
			return false;
		*slot = name;
	}
	return true;
}

/* The child's place in the sorted list: its index if it is there, else where it would be.
 */
static size_t place(const struct lb_source *s, struct span name, bool *found)
{
	size_t low = 0;
	size_t high = s->count;

	*found = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = span_cmp(span_str(s->children[mid]->name), name);

		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct lb_source *child_new(struct arena *a, const struct lb_source *parent,
                                   struct span name, bool absolute)
{
	struct lb_source *s = arena_new(a, sizeof *s);
	const char *base = parent->path;

	if (!s)
		return NULL;
	s->name = arena_dup(a, name);
	if (parent->name[0] == '\0' && !absolute)
		s->path = s->name;
	else if (parent->name[0] == '\0')
		s->path = arena_printf(a, "/%s", s->name);
	else
		s->path = arena_printf(a, "%s/%s", base, s->name);
	return arena_ok(a) ? s : NULL;
}

static struct lb_source *child_get(struct arena *a, struct lb_source *parent,
                                   struct span name, bool absolute)
{
	bool found;
	size_t at = place(parent, name, &found);
	struct lb_source *s;

	if (found)
		return parent->children[at];
	s = child_new(a, parent, name, absolute);
	if (!s || !arena_push(a, &parent->children, &parent->count, &parent->cap,
	                      sizeof *parent->children))
		return NULL;
	memmove(&parent->children[at + 1], &parent->children[at],
	        (parent->count - 1 - at) * sizeof *parent->children);
	parent->children[at] = s;
	return s;
}

/* "." becomes the whole current folder, and a path that climbs out becomes absolute. */
static enum err_code resolve(struct arena *a, const char *path, struct cleaned *c,
                             struct err *err)
{
	struct buf cwd = BUF_INIT;
	const char *joined;
	enum err_code rc;

	if (path[0] == '\0')
		return err_set(err, ERR_USAGE, "a source path is empty");
	if (!clean(a, path, c))
		return err_nomem(err);
	if (!c->leaves)
		return ERR_OK;
	rc = os_cwd(&cwd, err);
	if (rc != ERR_OK)
		goto out;
	joined = arena_printf(a, "%s/%s", buf_str(&cwd), path);
	if (!joined || !clean(a, joined, c))
		rc = err_nomem(err);
out:
	buf_fini(&cwd);
	return rc;
}

static enum err_code add(struct arena *a, struct lb_source *root, const char *path,
                         struct err *err)
{
	struct lb_source *at = root;
	struct cleaned c;
	enum err_code rc = resolve(a, path, &c, err);

	if (rc != ERR_OK)
		return rc;
	if (root->path[0] == '\0')
		root->path = c.absolute ? "/" : ".";
	if (root->whole && c.absolute != (root->path[0] == '/'))
		return err_set(err, ERR_USAGE,
		               "\"%s\" beside \"%s\": both would be the root", path,
		               root->path);
	for (size_t i = 0; i < c.count; i++) {
		if (at->whole) {
			at->inner = true;
			return ERR_OK;
		}
		at = child_get(a, at, c.names[i], c.absolute);
		if (!at)
			return err_nomem(err);
		if (i == 0 && (at->path[0] == '/') != c.absolute)
			return err_set(err, ERR_USAGE,
			               "\"%s\": an absolute and a relative source "
			               "would both be stored as \"%s\"; give one "
			               "form of path",
			               path, at->name);
	}
	if (c.count == 0 && (root->path[0] == '/') != c.absolute)
		return err_set(err, ERR_USAGE,
		               "\"%s\" beside \"%s\": both start at the root", path,
		               root->children[0]->path);
	at->whole = true;
	at->inner = at->inner || at->count > 0;
	at->count = 0;
	return ERR_OK;
}

enum err_code lb_source_tree(struct lb_source **root, struct arena *arena,
                             const char *const *paths, size_t count, struct err *err)
{
	struct lb_source *r = arena_new(arena, sizeof *r);
	enum err_code rc = ERR_OK;

	if (!r)
		return err_nomem(err);
	r->name = "";
	r->path = "";
	if (count == 0)
		return err_set(err, ERR_USAGE, "no source paths");
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = add(arena, r, paths[i], err);
	if (rc == ERR_OK)
		*root = r;
	return rc;
}

bool lb_source_is_relative(const struct lb_source *root, struct span path)
{
	const struct span first = span_sub(path, 0, span_find_byte(path, '/'));
	bool found;
	size_t at;

	if (root->whole)
		return root->path[0] != '/';
	at = place(root, first, &found);
	return found && root->children[at]->path[0] != '/';
}
