// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "vcs_blame_internal.h"

#include <string.h>

/* Which files differ between two commits. Folders that are the same are not opened. */

enum { DEPTH_MAX = 512 };

static bool is_regular(const git_tree_entry *e)
{
	git_filemode_t mode = e != NULL ? git_tree_entry_filemode(e) : 0;

	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static bool is_folder(const git_tree_entry *e)
{
	return e != NULL && git_tree_entry_type(e) == GIT_OBJECT_TREE;
}

static void add(struct blame *b, size_t file, const git_tree_entry *e, bool broken)
{
	struct blame_change *c;

	if (!mem_grow(&b->changes, b->change_count, &b->change_cap, sizeof(*c))) {
		b->nomem = true;
		return;
	}
	c = &b->changes[b->change_count++];
	*c = (struct blame_change){ .file = file, .broken = broken };
	if (!broken && is_regular(e)) {
		c->found = true;
		c->blob = *git_tree_entry_id(e);
	}
}

static void add_all(struct blame *b, size_t from, size_t to, bool broken)
{
	for (size_t i = from; i < to; i++)
		add(b, i, NULL, broken);
}

struct range {
	size_t prefix; /* bytes of the paths that lead to the two folders */
	size_t from;
	size_t to;
	unsigned depth;
};

static void compare(struct blame *b, const struct blame_set *s, const git_tree *own,
                    const git_tree *parent, struct range r);

/* The folder that a part of the range lies in differs: opens both sides. */
static void compare_folder(struct blame *b, const struct blame_set *s,
                           const git_tree_entry *own, const git_tree_entry *parent,
                           struct range r)
{
	git_tree *x = NULL;
	git_tree *y = NULL;

	if (!is_folder(parent)) {
		add_all(b, r.from, r.to, false);
		return;
	}
	if (r.depth > DEPTH_MAX ||
	    git_tree_lookup(&x, b->repo, git_tree_entry_id(own)) != 0 ||
	    git_tree_lookup(&y, b->repo, git_tree_entry_id(parent)) != 0)
		add_all(b, r.from, r.to, true);
	else
		compare(b, s, x, y, r);
	git_tree_free(x);
	git_tree_free(y);
}

/* The end of the files that go on with the part of a path in b->name. */
static size_t group_end(const struct blame *b, const struct blame_set *s, struct range r,
                        size_t length)
{
	size_t low = r.from + 1;
	size_t high = r.to;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(s->files[middle]->path + r.prefix, b->name, length) == 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void compare_file(struct blame *b, const struct blame_set *s, size_t at,
                         const git_tree_entry *parent)
{
	if (!is_regular(parent) ||
	    !git_oid_equal(git_tree_entry_id(parent), &s->files[at]->blob))
		add(b, at, parent, false);
}

/* The files of one name, or of one folder; gives the index behind them. */
static size_t compare_group(struct blame *b, const struct blame_set *s,
                            const git_tree *own, const git_tree *parent, struct range r)
{
	const char *path = s->files[r.from]->path + r.prefix;
	const char *slash = strchr(path, '/');
	size_t length = slash != NULL ? (size_t)(slash - path) : strlen(path);
	const git_tree_entry *x;
	const git_tree_entry *y;

	if (length + 2 > sizeof(b->name)) {
		add(b, r.from, NULL, true);
		return r.from + 1;
	}
	memcpy(b->name, path, length);
	b->name[length] = '\0';
	y = git_tree_entry_byname(parent, b->name);
	if (slash == NULL) {
		compare_file(b, s, r.from, y);
		return r.from + 1;
	}
	x = git_tree_entry_byname(own, b->name);
	b->name[length] = '/';
	r.to = group_end(b, s, r, length + 1);
	r.prefix += length + 1;
	r.depth++;
	if (!is_folder(x))
		add_all(b, r.from, r.to, true);
	else if (!is_folder(y) ||
	         !git_oid_equal(git_tree_entry_id(x), git_tree_entry_id(y)))
		compare_folder(b, s, x, y, r);
	return r.to;
}

static void compare(struct blame *b, const struct blame_set *s, const git_tree *own,
                    const git_tree *parent, struct range r)
{
	while (r.from < r.to && !b->nomem)
		r.from = compare_group(b, s, own, parent, r);
}

void blame_compare(struct blame *b, const struct blame_set *s, const git_tree *own,
                   const git_tree *parent)
{
	b->change_count = 0;
	if (!git_oid_equal(git_tree_id(own), git_tree_id(parent)))
		compare(b, s, own, parent, (struct range){ .to = s->count });
}

/* What the part of a path is; steps into a folder: *at is freed, and the new one owned.
 */
static enum blame_found step_into(struct blame *b, const git_tree *tree, git_tree **at,
                                  bool last, git_oid *out)
{
	const git_tree_entry *e = git_tree_entry_byname(tree, b->name);
	git_tree *below = NULL;

	if (e == NULL || (!last && git_tree_entry_type(e) == GIT_OBJECT_BLOB))
		return BLAME_ABSENT;
	if (last && is_regular(e)) {
		*out = *git_tree_entry_id(e);
		return BLAME_THERE;
	}
	if (last || !is_folder(e))
		return BLAME_OTHER;
	if (git_tree_lookup(&below, b->repo, git_tree_entry_id(e)) != 0)
		return BLAME_BROKEN;
	git_tree_free(*at);
	*at = below;
	return BLAME_THERE;
}

enum blame_found blame_look_up(struct blame *b, const git_tree *tree, const char *path,
                               git_oid *out)
{
	enum blame_found found = BLAME_THERE;
	git_tree *at = NULL;
	bool last = false;

	while (found == BLAME_THERE && !last) {
		const char *slash = strchr(path, '/');
		size_t length = slash != NULL ? (size_t)(slash - path) : strlen(path);

		last = slash == NULL;
		if (length + 1 > sizeof(b->name)) {
			found = BLAME_BROKEN;
			break;
		}
		memcpy(b->name, path, length);
		b->name[length] = '\0';
		found = step_into(b, at != NULL ? at : tree, &at, last, out);
		path += length + 1;
	}
	git_tree_free(at);
	return found;
}

git_diff *blame_renames(struct blame *b, git_tree *from, git_tree *to)
{
	git_diff_options options;
	git_diff_find_options find;
	git_diff *d = NULL;

	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0 ||
	    git_diff_find_options_init(&find, GIT_DIFF_FIND_OPTIONS_VERSION) != 0)
		return NULL;
	options.flags = GIT_DIFF_SKIP_BINARY_CHECK;
	find.flags = GIT_DIFF_FIND_RENAMES;
	if (git_diff_tree_to_tree(&d, b->repo, from, to, &options) != 0)
		return NULL;
	if (git_diff_find_similar(d, &find) == 0)
		return d;
	git_diff_free(d);
	return NULL;
}

const git_diff_delta *blame_renamed(const git_diff *d, const char *path)
{
	for (size_t i = 0; d != NULL && i < git_diff_num_deltas(d); i++) {
		const git_diff_delta *delta = git_diff_get_delta(d, i);

		if (delta->status == GIT_DELTA_RENAMED &&
		    strcmp(delta->new_file.path, path) == 0)
			return delta;
	}
	return NULL;
}
