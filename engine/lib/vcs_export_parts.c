// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/vcs_export.h"
#include "lib/vcs_internal.h"
#include "os/fs.h"
#include "os/mapped.h"

#include <stdio.h>
#include <string.h>

/* What a checkout by libgit2 leaves out: submodules, and the content behind the pointers
 * of git-lfs. Both are taken from what this clone has; nothing is fetched. */

enum { POINTER_MIN = 100, POINTER_MAX = 1024, DIGITS = 64, DEPTH_MAX = 20, SHOWN = 12 };

struct parts {
	git_repository *git;
	const char *commit;
	const char *dir;
	unsigned depth; /* submodules of submodules */
	struct buf path;
	struct err *err;
	enum err_code rc;
};

static enum err_code set_path(struct parts *p, const char *below, const char *root,
                              const char *name)
{
	buf_clear(&p->path);
	buf_printf(&p->path, "%s%s%s%s", below, str_ends(below, "/") ? "" : "/", root,
	           name);
	return buf_err(&p->path, p->err);
}

/* ---- submodules ---- */

static enum err_code export_of(git_repository *git, const char *commit, const char *dir,
                               unsigned depth, struct err *err);

/* One that is not checked out stays an empty folder, as in the working tree. */
static enum err_code export_submodule(struct parts *p, const char *root,
                                      const git_tree_entry *e)
{
	const char *top = git_repository_workdir(p->git);
	const char *name = git_tree_entry_name(e);
	char commit[VCS_COMMIT_TEXT];
	git_repository *sub = NULL;
	git_object *object = NULL;
	enum err_code rc = top != NULL ? set_path(p, top, root, name) : ERR_OK;

	if (top == NULL || rc != ERR_OK ||
	    git_repository_open(&sub, buf_str(&p->path)) != 0)
		return rc;
	(void)git_oid_tostr(commit, sizeof(commit), git_tree_entry_id(e));
	if (p->depth == DEPTH_MAX)
		rc = err_set(p->err, ERR_LIMIT, "%s%s: too many submodules in another",
		             root, name);
	else if (git_object_lookup(&object, sub, git_tree_entry_id(e),
	                           GIT_OBJECT_COMMIT) != 0)
		rc = err_set(p->err, ERR_NOT_FOUND,
		             "the submodule %s%s does not have its commit %.*s; `git -C "
		             "%s%s fetch` gets it",
		             root, name, SHOWN, commit, root, name);
	else if ((rc = set_path(p, p->dir, root, name)) == ERR_OK)
		rc = export_of(sub, commit, buf_str(&p->path), p->depth + 1, p->err);
	git_object_free(object);
	git_repository_free(sub);
	return rc;
}

/* ---- git-lfs ---- */

/* The digest that a pointer names; false for what is none. */
static bool read_pointer(const char *path, struct buf *text, struct span *digest)
{
	const struct span mark = SPAN_LIT("\noid sha256:");
	struct os_stat st;
	size_t at;

	if (os_lstat(path, &st, NULL) != ERR_OK || st.type != OS_FILE ||
	    st.size < POINTER_MIN || st.size > POINTER_MAX ||
	    os_read_file(path, POINTER_MAX, text, NULL) != ERR_OK ||
	    !span_starts(buf_span(text),
	                 /* seaworthy:allow hardcoded.url how pointers begin */
	                 SPAN_LIT("version https://git-lfs.github.com/spec/")))
		return false;
	at = span_find(buf_span(text), mark);
	if (at == text->len || text->len - at < mark.len + DIGITS)
		return false;
	*digest = span_sub(buf_span(text), at + mark.len, DIGITS);
	for (size_t i = 0; i < DIGITS; i++)
		if (strchr("0123456789abcdef", digest->ptr[i]) == NULL)
			return false;
	return true;
}

/* Copied beside it by its digest, and over it by a rename. */
static enum err_code put_content(struct parts *p, const char *shown, struct span digest)
{
	struct buf store = BUF_INIT;
	struct buf copy = BUF_INIT;
	char name[DIGITS + 1] = { 0 };
	enum err_code rc;

	memcpy(name, digest.ptr, DIGITS);
	buf_printf(&store, "%slfs/objects/%.2s/%.2s/%s", git_repository_commondir(p->git),
	           name, name + 2, name);
	buf_put(&copy, span_sub(buf_span(&p->path), 0,
	                        span_rfind_byte(buf_span(&p->path), '/')));
	if ((rc = buf_err(&store, p->err)) != ERR_OK ||
	    (rc = buf_err(&copy, p->err)) != ERR_OK)
		goto out;
	if (os_type_of(buf_str(&store)) != OS_FILE) {
		rc = err_set(p->err, ERR_NOT_FOUND,
		             "git-lfs keeps %s, and its content is not here; `git lfs "
		             "fetch origin %.*s` gets it",
		             shown, SHOWN, p->commit);
		goto out;
	}
	buf_truncate(&store, store.len - DIGITS - 1);
	rc = os_copy_entry(buf_str(&store), buf_str(&copy), name, p->err);
	buf_printf(&copy, "/%s", name);
	if (rc == ERR_OK && (rc = buf_err(&copy, p->err)) == ERR_OK)
		rc = os_rename(buf_str(&copy), buf_str(&p->path), p->err);
out:
	buf_fini(&store);
	buf_fini(&copy);
	return rc;
}

static enum err_code resolve_pointer(struct parts *p, const char *root, const char *name)
{
	struct buf text = BUF_INIT;
	struct buf shown = BUF_INIT;
	struct span digest;
	enum err_code rc = set_path(p, p->dir, root, name);

	if (rc == ERR_OK && read_pointer(buf_str(&p->path), &text, &digest)) {
		buf_printf(&shown, "%s%s", root, name);
		rc = put_content(p, buf_str(&shown), digest);
	}
	buf_fini(&text);
	buf_fini(&shown);
	return rc;
}

/* ---- all ---- */

static int on_entry(const char *root, const git_tree_entry *e, void *payload)
{
	struct parts *p = payload;
	const git_filemode_t mode = git_tree_entry_filemode(e);

	if (mode == GIT_FILEMODE_COMMIT)
		p->rc = export_submodule(p, root, e);
	else if (mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE)
		p->rc = resolve_pointer(p, root, git_tree_entry_name(e));
	return p->rc == ERR_OK ? 0 : GIT_EUSER;
}

/* The files of a commit, with its parts. */
static enum err_code export_of(git_repository *git, const char *commit, const char *dir,
                               unsigned depth, struct err *err)
{
	struct parts p = { .git = git,
		           .commit = commit,
		           .dir = dir,
		           .depth = depth,
		           .path = BUF_INIT,
		           .err = err };
	git_object *tree = NULL;
	char name[VCS_COMMIT_TEXT + sizeof("^{tree}")];

	if ((p.rc = vcs_checkout(git, commit, dir, err)) != ERR_OK)
		return p.rc;
	(void)snprintf(name, sizeof(name), "%s^{tree}", commit);
	if (git_revparse_single(&tree, git, name) != 0)
		return vcs_failed(err, ERR_CORRUPT, "read the commit");
	if (git_tree_walk((git_tree *)tree, GIT_TREEWALK_PRE, on_entry, &p) != 0 &&
	    p.rc == ERR_OK)
		p.rc = vcs_failed(err, ERR_CORRUPT, "read the files of the commit");
	git_object_free(tree);
	buf_fini(&p.path);
	return p.rc;
}

enum err_code vcs_export(struct vcs_repo *r, const char *commit, const char *dir,
                         struct err *err)
{
	return export_of(r->git, commit, dir, 0, err);
}
