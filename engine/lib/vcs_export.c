// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_export.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_internal.h"
#include "os/fs.h"

#include <string.h>

enum { FOLDER_MODE = 0700 };

/* ---- commits ---- */

enum err_code vcs_common_commit(struct vcs_repo *r, const char *name,
                                char out[VCS_COMMIT_TEXT], struct err *err)
{
	git_oid common;
	enum err_code rc = vcs_merge_base(r, name, &common, err);

	if (rc == ERR_OK)
		(void)git_oid_tostr(out, VCS_COMMIT_TEXT, &common);
	return rc;
}

static bool has_digit(const char *name)
{
	return strpbrk(name, "0123456789") != NULL;
}

struct tags {
	git_repository *git;
	struct map names; /* of commits in hex: owned text */
	bool failed;
};

/* Of several tags of a commit the first by name, whatever order they come in. */
static void note_tag(struct tags *t, const char *hex, const char *name)
{
	char *before = map_get(&t->names, span_str(hex));
	char *kept;

	if (before != NULL && strcmp(before, name) <= 0)
		return;
	kept = mem_strdup(name);
	if (kept == NULL || !map_set(&t->names, span_str(hex), kept)) {
		mem_free(kept);
		t->failed = true;
		return;
	}
	mem_free(before);
}

static int on_tag(const char *name, git_oid *id, void *payload)
{
	struct tags *t = payload;
	char hex[VCS_COMMIT_TEXT];
	git_object *object = NULL;
	git_object *commit = NULL;

	if (str_starts(name, "refs/tags/"))
		name += strlen("refs/tags/");
	if (has_digit(name) &&
	    git_object_lookup(&object, t->git, id, GIT_OBJECT_ANY) == 0 &&
	    git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0)
		note_tag(t, git_oid_tostr(hex, sizeof(hex), git_object_id(commit)), name);
	git_object_free(commit);
	git_object_free(object);
	return t->failed ? GIT_EUSER : 0;
}

static void free_tags(struct tags *t)
{
	struct span key;
	size_t at = 0;
	void *value;

	while (map_next(&t->names, &at, &key, &value))
		mem_free(value);
	map_fini(&t->names);
}

/* Walks back from HEAD, newest first, to the first that has a tag. */
static enum err_code find_tagged(const struct tags *t, char out[VCS_COMMIT_TEXT],
                                 struct buf *name, struct err *err)
{
	git_revwalk *walk = NULL;
	git_oid head;
	git_oid id;
	enum err_code rc = ERR_OK;
	const bool shallow = git_repository_is_shallow(t->git) == 1;
	/* By time alone it stops at the first release, before that end. */
	const unsigned order =
		shallow ? GIT_SORT_TIME : GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME;
	int code = git_reference_name_to_id(&head, t->git, "HEAD");

	if (code == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no commit yet");
	if (code == 0)
		code = git_revwalk_new(&walk, t->git);
	if (code == 0)
		code = git_revwalk_sorting(walk, order);
	if (code == 0)
		code = git_revwalk_push(walk, &head);
	while (code == 0 && (code = git_revwalk_next(&id, walk)) == 0) {
		const char *tag;

		if (git_oid_equal(&id, &head))
			continue;
		(void)git_oid_tostr(out, VCS_COMMIT_TEXT, &id);
		tag = map_get(&t->names, span_str(out));
		if (tag == NULL)
			continue;
		buf_puts(name, tag);
		rc = buf_err(name, err);
		goto out;
	}
	/* The library does not know where a shallow clone ends: a parent is missing. */
	rc = code == GIT_ITEROVER || (shallow && code == GIT_ENOTFOUND)
	             ? err_set(err, ERR_NOT_FOUND,
	                       "no commit before this one has the tag of a release")
	             : vcs_failed(err, ERR_CORRUPT, "look for the last release");
out:
	git_revwalk_free(walk);
	return rc;
}

enum err_code vcs_last_release(struct vcs_repo *r, char out[VCS_COMMIT_TEXT],
                               struct buf *name, struct err *err)
{
	struct tags t = { .git = r->git, .names = MAP_INIT };
	enum err_code rc;

	map_init(&t.names);
	if (git_tag_foreach(r->git, on_tag, &t) != 0)
		rc = t.failed ? err_nomem(err) : vcs_failed(err, ERR_IO, "read the tags");
	else
		rc = find_tagged(&t, out, name, err);
	if (rc == ERR_NOT_FOUND && vcs_repo_is_shallow(r))
		rc = err_wrap(
			err, rc,
			"this clone is shallow: `git fetch --unshallow --tags` gets "
			"what is missing");
	free_tags(&t);
	return rc;
}

/* ---- files ---- */

enum err_code vcs_checkout(git_repository *git, const char *commit, const char *dir,
                           struct err *err)
{
	git_checkout_options options;
	git_object *object = NULL;
	enum err_code rc = os_mkdirs(dir, FOLDER_MODE, err);

	if (rc != ERR_OK)
		return rc;
	if (git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION) != 0 ||
	    git_revparse_single(&object, git, commit) != 0)
		return vcs_failed(err, ERR_USAGE, "read the commit");
	options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_RECREATE_MISSING |
	                            GIT_CHECKOUT_DONT_UPDATE_INDEX |
	                            GIT_CHECKOUT_NO_REFRESH;
	options.target_directory = dir;
	if (git_checkout_tree(git, object, &options) != 0)
		rc = vcs_failed(err, ERR_IO, "write the files of the commit");
	git_object_free(object);
	return rc;
}

struct overlay {
	struct vcs_repo *repo;
	const char *dir;
	const char *but;
	struct buf from;
	struct buf to;
	struct err *err;
};

/* Cuts the last name off, and returns it. */
static const char *split_path(struct buf *path, const char *relative)
{
	const char *slash = strrchr(relative, '/');
	const char *name = slash != NULL ? slash + 1 : relative;

	buf_truncate(path, path->len - strlen(name));
	return name;
}

static enum err_code remove_one(struct overlay *o, const char *path)
{
	buf_clear(&o->to);
	os_join(&o->to, o->dir, path);
	if (!buf_ok(&o->to))
		return err_nomem(o->err);
	return os_remove_tree(buf_str(&o->to), o->err);
}

static enum err_code copy_one(struct overlay *o, const char *path)
{
	struct os_stat st;
	const char *name;
	enum err_code rc;

	buf_clear(&o->from);
	buf_clear(&o->to);
	os_join(&o->from, git_repository_workdir(o->repo->git), path);
	os_join(&o->to, o->dir, path);
	if (!buf_ok(&o->from) || !buf_ok(&o->to))
		return err_nomem(o->err);
	rc = os_lstat(buf_str(&o->from), &st, o->err);
	if (rc == ERR_NOT_FOUND || (rc == ERR_OK && st.type == OS_DIR))
		return ERR_OK; /* gone meanwhile, or a repository of its own */
	if (rc != ERR_OK)
		return rc;
	(void)split_path(&o->from, path);
	name = split_path(&o->to, path);
	if ((rc = os_mkdirs(buf_str(&o->to), FOLDER_MODE, o->err)) != ERR_OK)
		return rc;
	return os_copy_entry(buf_str(&o->from), buf_str(&o->to), name, o->err);
}

/* First all that was there otherwise goes, links to elsewhere among it; then what is
 * there now comes. */
static enum err_code lay_over(struct overlay *o, git_diff *diff)
{
	enum err_code rc = ERR_OK;

	for (int copy = 0; copy < 2; copy++)
		for (size_t i = 0; rc == ERR_OK && i < git_diff_num_deltas(diff); i++) {
			const git_diff_delta *d = git_diff_get_delta(diff, i);
			const char *path = d->new_file.path != NULL ? d->new_file.path
			                                            : d->old_file.path;

			if (o->but != NULL && str_starts(path, o->but))
				continue;
			if (copy == 0)
				rc = remove_one(o, path);
			else if (d->status != GIT_DELTA_DELETED)
				rc = copy_one(o, path);
		}
	return rc;
}

enum err_code vcs_export_changes(struct vcs_repo *r, const char *dir, const char *but,
                                 struct err *err)
{
	struct overlay o = { .repo = r, .dir = dir, .but = but, .err = err };
	git_diff_options options;
	git_object *head = NULL; /* a tree */
	git_diff *diff = NULL;
	enum err_code rc = ERR_OK;

	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
		return vcs_failed(err, ERR_IO, "compare");
	options.flags = GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_INCLUDE_TYPECHANGE |
	                GIT_DIFF_INCLUDE_TYPECHANGE_TREES | GIT_DIFF_INCLUDE_UNTRACKED |
	                GIT_DIFF_RECURSE_UNTRACKED_DIRS;
	options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
	if (git_revparse_single(&head, r->git, "HEAD^{tree}") != 0 ||
	    git_diff_tree_to_workdir_with_index(&diff, r->git, (git_tree *)head,
	                                        &options) != 0)
		rc = vcs_failed(err, ERR_IO, "compare the working tree with HEAD");
	if (rc == ERR_OK)
		rc = lay_over(&o, diff);
	git_diff_free(diff);
	git_object_free(head);
	buf_fini(&o.from);
	buf_fini(&o.to);
	return rc;
}
