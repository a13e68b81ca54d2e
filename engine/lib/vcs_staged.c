// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_index.h"
#include "lib/vcs_index_read.h"
#include "lib/vcs_internal.h"
#include "os/fs.h"

#include <stdlib.h>
#include <string.h>

/*
 * The index against the tree of HEAD, folder by folder. The index says which folders were
 * as in a tree when git last wrote one, so only trees on the way to what is staged are
 * read; without that all are.
 */

enum { DEPTH_MAX = 256 };

struct staged {
	struct vcs_repo *repo;
	const struct vcs_index_data *index;
	vcs_each_change *each;
	void *context;
	struct buf name;
};

/* A folder: its entries, its tree, and what the index knows of it. */
struct side {
	size_t first; /* entries */
	size_t end;
	size_t prefix;                   /* bytes of their paths in front of names */
	git_tree *tree;                  /* NULL: HEAD has no such folder */
	const struct vcs_folder *folder; /* NULL: not known */
	const struct vcs_folder **below; /* those in it, by name; owned */
	size_t below_count;
	int depth;
};

/* ---- folders that the index knows ---- */

static int by_name(const void *a, const void *b)
{
	const struct vcs_folder *const *x = a;
	const struct vcs_folder *const *y = b;

	return span_cmp((*x)->name, (*y)->name);
}

static enum err_code list_below(const struct staged *s, struct side *d, struct err *err)
{
	const struct vcs_folder *all = s->index->folders;
	size_t cap = 0;

	if (d->folder == NULL)
		return ERR_OK;
	for (size_t i = (size_t)(d->folder - all) + 1; i < d->folder->behind;
	     i = all[i].behind) {
		if (!mem_grow(&d->below, d->below_count, &cap, sizeof(*d->below)))
			return err_nomem(err);
		d->below[d->below_count++] = &all[i];
	}
	if (d->below_count > 0)
		qsort(d->below, d->below_count, sizeof(*d->below), by_name);
	return ERR_OK;
}

static const struct vcs_folder *find_below(const struct side *d, struct span name)
{
	const struct vcs_folder wanted = { .name = name };
	const struct vcs_folder *key = &wanted;
	const struct vcs_folder **found = NULL;

	if (d->below_count > 0)
		found = bsearch(&key, d->below, d->below_count, sizeof(*d->below),
		                by_name);
	return found != NULL ? *found : NULL;
}

/* ---- one folder ---- */

static enum err_code compare(struct staged *s, struct side *d, struct err *err);

static const git_tree_entry *in_tree(struct staged *s, const struct side *d,
                                     struct span name)
{
	buf_clear(&s->name);
	buf_put(&s->name, name);
	return d->tree != NULL && buf_ok(&s->name)
	               ? git_tree_entry_byname(d->tree, buf_str(&s->name))
	               : NULL;
}

static bool is_file(git_filemode_t mode)
{
	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static enum err_code compare_file(struct staged *s, const struct side *d, size_t at,
                                  struct err *err)
{
	const struct vcs_entry *e = &s->index->entries[at];
	struct vcs_change change = { .path = e->path,
		                     .old_path = e->path,
		                     .in_conflict = e->stage != 0 };
	const git_tree_entry *old;

	if (e->meant || (e->mode & 0170000) != 0100000)
		return ERR_OK;
	if (e->stage != 0 && at > d->first &&
	    str_eq(s->index->entries[at - 1].path, e->path))
		return ERR_OK; /* the other sides of a conflict */
	old = in_tree(s, d, span_str(e->path + d->prefix));
	change.is_new = old == NULL || !is_file(git_tree_entry_filemode(old));
	if (!change.is_new)
		memcpy(change.old_id, git_tree_entry_id(old)->id, VCS_ID);
	if (!change.is_new && e->stage == 0 && memcmp(change.old_id, e->id, VCS_ID) == 0)
		return ERR_OK;
	memcpy(change.id, e->id, VCS_ID);
	return s->each(&change, s->context, err);
}

/* ---- folders that a sparse index has as one entry ---- */

/* What a tree has and the other one has not. */
static enum err_code compare_trees(struct staged *s, const git_oid *id,
                                   const git_oid *old_id, struct buf *path, int depth,
                                   struct err *err);

static enum err_code compare_entry(struct staged *s, const git_tree_entry *e,
                                   const git_tree *old, struct buf *path, int depth,
                                   struct err *err)
{
	const git_oid *id = git_tree_entry_id(e);
	const git_tree_entry *was =
		old != NULL ? git_tree_entry_byname(old, git_tree_entry_name(e)) : NULL;
	const bool was_tree = was != NULL && git_tree_entry_type(was) == GIT_OBJECT_TREE;
	const bool was_file = was != NULL && is_file(git_tree_entry_filemode(was));
	struct vcs_change change = { .is_new = !was_file };

	buf_puts(path, git_tree_entry_name(e));
	if (!buf_ok(path))
		return err_nomem(err);
	if (git_tree_entry_type(e) == GIT_OBJECT_TREE) {
		buf_putc(path, '/');
		return compare_trees(s, id, was_tree ? git_tree_entry_id(was) : NULL,
		                     path, depth + 1, err);
	}
	if (!is_file(git_tree_entry_filemode(e)) ||
	    (was_file && git_oid_equal(id, git_tree_entry_id(was))))
		return ERR_OK;
	change.path = change.old_path = buf_str(path);
	memcpy(change.id, id->id, VCS_ID);
	if (was_file)
		memcpy(change.old_id, git_tree_entry_id(was)->id, VCS_ID);
	return s->each(&change, s->context, err);
}

static enum err_code compare_trees(struct staged *s, const git_oid *id,
                                   const git_oid *old_id, struct buf *path, int depth,
                                   struct err *err)
{
	size_t before = path->len;
	git_tree *tree = NULL;
	git_tree *old = NULL;
	enum err_code rc = ERR_OK;

	if (old_id != NULL && git_oid_equal(id, old_id))
		return ERR_OK;
	if (depth > DEPTH_MAX)
		return err_set(err, ERR_LIMIT,
		               "the git index nests deeper than 256 folders");
	if (git_tree_lookup(&tree, s->repo->git, id) != 0)
		rc = vcs_failed(err, ERR_CORRUPT, "read a tree of the git index");
	else if (old_id != NULL && git_tree_lookup(&old, s->repo->git, old_id) != 0)
		rc = vcs_failed(err, ERR_CORRUPT, "read a tree of HEAD");
	for (size_t i = 0; rc == ERR_OK && i < git_tree_entrycount(tree); i++) {
		rc = compare_entry(s, git_tree_entry_byindex(tree, i), old, path, depth,
		                   err);
		buf_truncate(path, before);
	}
	git_tree_free(old);
	git_tree_free(tree);
	return rc;
}

static enum err_code compare_sparse(struct staged *s, const struct vcs_entry *e,
                                    const git_tree_entry *old, int depth, struct err *err)
{
	struct buf path = BUF_INIT;
	git_oid id;
	enum err_code rc;

	memcpy(id.id, e->id, VCS_ID);
	buf_puts(&path, e->path);
	rc = compare_trees(s, &id, old != NULL ? git_tree_entry_id(old) : NULL, &path,
	                   depth, err);
	buf_fini(&path);
	return rc;
}

/* ---- all that a folder has ---- */

static enum err_code compare_folder(struct staged *s, const struct side *d, size_t first,
                                    size_t end, size_t length, struct err *err)
{
	struct span name = span_of(s->index->entries[first].path + d->prefix, length);
	const git_tree_entry *old = in_tree(s, d, name);
	struct side below = { .first = first,
		              .end = end,
		              .prefix = d->prefix + length + 1,
		              .folder = find_below(d, name),
		              .depth = d->depth + 1 };
	enum err_code rc;

	if (old != NULL && git_tree_entry_type(old) != GIT_OBJECT_TREE)
		old = NULL;
	if (s->index->entries[first].path[below.prefix] == '\0')
		return compare_sparse(s, &s->index->entries[first], old, below.depth,
		                      err);
	if (old != NULL && below.folder != NULL && below.folder->id != NULL &&
	    memcmp(below.folder->id, git_tree_entry_id(old)->id, VCS_ID) == 0)
		return ERR_OK;
	if (below.depth > DEPTH_MAX)
		return err_set(err, ERR_LIMIT,
		               "the git index nests deeper than 256 folders");
	if (old != NULL &&
	    git_tree_lookup(&below.tree, s->repo->git, git_tree_entry_id(old)) != 0)
		return vcs_failed(err, ERR_CORRUPT, "read a tree of HEAD");
	rc = compare(s, &below, err);
	git_tree_free(below.tree);
	return rc;
}

/* Behind the entries that begin as this one does, up to and with the slash. */
static size_t end_of(const struct staged *s, const struct side *d, size_t first,
                     size_t length)
{
	const struct vcs_entry *e = s->index->entries;
	size_t end = first + 1;

	while (end < d->end &&
	       strncmp(e[end].path, e[first].path, d->prefix + length + 1) == 0)
		end++;
	return end;
}

static enum err_code compare(struct staged *s, struct side *d, struct err *err)
{
	enum err_code rc = list_below(s, d, err);
	size_t at = d->first;

	while (rc == ERR_OK && at < d->end) {
		const char *name = s->index->entries[at].path + d->prefix;
		const char *slash = strchr(name, '/');
		size_t end = at + 1;

		if (slash == NULL) {
			rc = compare_file(s, d, at, err);
		} else {
			end = end_of(s, d, at, (size_t)(slash - name));
			rc = compare_folder(s, d, at, end, (size_t)(slash - name), err);
		}
		at = end;
	}
	mem_free(d->below);
	return rc;
}

/* ---- all of it ---- */

/* The tree of HEAD; NULL before the first commit. */
static enum err_code head_tree(struct vcs_repo *r, git_tree **out, struct err *err)
{
	git_object *object = NULL;
	git_reference *head = NULL;
	int code = git_repository_head(&head, r->git);

	*out = NULL;
	if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND)
		return ERR_OK;
	if (code == 0)
		code = git_reference_peel(&object, head, GIT_OBJECT_TREE);
	git_reference_free(head);
	if (code != 0)
		return vcs_failed(err, ERR_CORRUPT, "read HEAD");
	*out = (git_tree *)object;
	return ERR_OK;
}

/* Is the current folder in this working tree? */
static bool is_here(const char *top)
{
	struct buf cwd = BUF_INIT;
	bool here = false;

	if (os_realpath(".", &cwd, NULL) == ERR_OK) {
		buf_putc(&cwd, '/');
		here = buf_ok(&cwd) && str_starts(buf_str(&cwd), top);
	}
	buf_fini(&cwd);
	return here;
}

enum err_code vcs_repo_index(struct vcs_repo *r, struct vcs_index **out, struct err *err)
{
	const char *named = os_env("GIT_INDEX_FILE");
	const char *top = vcs_repo_top(r);
	struct buf path = BUF_INIT;
	enum err_code rc;

	if (named == NULL || !is_here(top))
		return vcs_index_load(out, git_repository_path(r->git), err);
	/* Git runs hooks at the top, and names it from there. */
	if (named[0] == '/')
		buf_puts(&path, named);
	else
		os_join(&path, top, named);
	rc = buf_ok(&path) ? vcs_index_load_file(out, buf_str(&path), err)
	                   : err_nomem(err);
	buf_fini(&path);
	return rc;
}

enum err_code vcs_staged_each(struct vcs_repo *r, const struct vcs_staged *known,
                              vcs_each_change *each, void *context, struct err *err)
{
	struct staged s = { .repo = r, .each = each, .context = context };
	const struct vcs_index *index;
	struct vcs_index *own = NULL;
	struct side top = { .first = 0 };
	enum err_code rc = ERR_OK;

	if (git_repository_is_bare(r->git))
		return err_set(err, ERR_USAGE, "a bare repository has no index");
	index = vcs_staged_index(known, r);
	if (index == NULL) {
		rc = vcs_repo_index(r, &own, err);
		index = own;
	}
	if (rc != ERR_OK)
		return rc;
	s.index = vcs_index_data(index);
	top.end = s.index->count;
	if (s.index->folder_count > 0)
		top.folder = &s.index->folders[0];
	rc = head_tree(r, &top.tree, err);
	if (rc == ERR_OK && top.end > 0)
		rc = compare(&s, &top, err);
	git_tree_free(top.tree);
	buf_fini(&s.name);
	vcs_index_free(own);
	return rc;
}
