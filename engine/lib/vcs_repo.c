// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_repo.h"

#include "base/mem.h"
#include "lib/vcs_internal.h"
#include "os/fs.h"

#include <string.h>

enum err_code vcs_repo_open(struct vcs_repo **out, const char *path, struct err *err)
{
	struct vcs_repo *r = mem_new(sizeof(*r));
	enum err_code rc = r != NULL ? vcs_open(&r->git, path, err) : err_nomem(err);

	*out = NULL;
	if (rc == ERR_OK && r->git == NULL)
		rc = err_set(err, ERR_NOT_FOUND, "no git repository here");
	if (rc == ERR_OK) {
		*out = r;
		r = NULL;
	}
	vcs_repo_close(r);
	return rc;
}

void vcs_repo_close(struct vcs_repo *r)
{
	if (r == NULL)
		return;
	git_odb_free(r->odb);
	git_repository_free(r->git);
	mem_free(r);
}

const char *vcs_repo_top(const struct vcs_repo *r)
{
	return git_repository_workdir(r->git);
}

bool vcs_repo_is_shallow(const struct vcs_repo *r)
{
	return git_repository_is_shallow(r->git) == 1;
}

enum err_code vcs_odb(struct vcs_repo *r, git_odb **out, struct err *err)
{
	if (r->odb == NULL && git_repository_odb(&r->odb, r->git) != 0)
		return vcs_failed(err, ERR_IO, "open the git objects");
	*out = r->odb;
	return ERR_OK;
}

/* ---- blobs ---- */

static enum err_code failed_object(struct err *err, int code)
{
	return vcs_failed(err, code == GIT_ENOTFOUND ? ERR_NOT_FOUND : ERR_CORRUPT,
	                  "read a git object");
}

enum err_code vcs_blob_read(struct vcs_repo *r, const unsigned char id[VCS_ID],
                            uint64_t max, struct buf *out, uint64_t *size,
                            struct err *err)
{
	git_odb_object *object = NULL;
	git_odb *odb = NULL;
	git_object_t type = GIT_OBJECT_INVALID;
	size_t len = 0;
	git_oid oid;
	int code;
	enum err_code rc = vcs_odb(r, &odb, err);

	buf_clear(out);
	if (rc != ERR_OK)
		return rc;
	memcpy(oid.id, id, VCS_ID);
	code = git_odb_read_header(&len, &type, odb, &oid);
	if (code != 0)
		return failed_object(err, code);
	*size = len;
	if (type != GIT_OBJECT_BLOB)
		return err_set(err, ERR_CORRUPT, "a git object is no blob");
	if (len > max)
		return err_set(err, ERR_LIMIT, "a git object is too large");
	code = git_odb_read(&object, odb, &oid);
	if (code != 0)
		return failed_object(err, code);
	buf_put(out, span_of(git_odb_object_data(object), git_odb_object_size(object)));
	git_odb_object_free(object);
	return buf_err(out, err);
}

/* ---- what differs ---- */

static bool is_file(uint16_t mode)
{
	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static void change_from(struct vcs_change *out, const git_diff_delta *d)
{
	*out = (struct vcs_change){
		.path = d->new_file.path,
		.old_path = d->old_file.path,
		.in_conflict = d->status == GIT_DELTA_CONFLICTED,
		.in_tree = true,
		.is_new = !is_file(d->old_file.mode),
	};
	memcpy(out->id, d->new_file.id.id, VCS_ID);
	memcpy(out->old_id, d->old_file.id.id, VCS_ID);
}

/* ---- against a base ---- */

/* A ref is tried first: the library would lose memory over one that leads nowhere, which
 * is damage, and no mistake of who named it. */
static enum err_code find_commit(struct vcs_repo *r, const char *name, git_oid *out,
                                 struct err *err)
{
	git_reference *ref = NULL;
	git_object *object = NULL;
	git_object *commit = NULL;
	enum err_code rc = ERR_OK;

	if (name[0] != '\0' && git_reference_dwim(&ref, r->git, name) == 0) {
		if (git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) != 0)
			rc = err_wrap(err, vcs_failed(err, ERR_CORRUPT, "read the base"),
			              "%.200s", name);
	} else if (git_revparse_single(&object, r->git, name) != 0 ||
	           git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0) {
		rc = err_set(err, ERR_USAGE, "%.200s: names no commit here", name);
	}
	if (rc == ERR_OK)
		*out = *git_object_id(commit);
	git_object_free(commit);
	git_object_free(object);
	git_reference_free(ref);
	return rc;
}

static enum err_code find_head(struct vcs_repo *r, git_oid *out, struct err *err)
{
	int code = git_reference_name_to_id(out, r->git, "HEAD");

	if (code == GIT_ENOTFOUND)
		return err_set(err, ERR_USAGE,
		               "HEAD: there is no commit yet to compare with");
	return code == 0 ? ERR_OK : vcs_failed(err, ERR_CORRUPT, "read HEAD");
}

enum err_code vcs_merge_base(struct vcs_repo *r, const char *base, git_oid *out,
                             struct err *err)
{
	git_oid named;
	git_oid head;
	enum err_code rc = find_head(r, &head, err);
	int code;

	if (rc == ERR_OK)
		rc = find_commit(r, base, &named, err);
	if (rc != ERR_OK)
		return rc;
	code = git_merge_base(out, r->git, &head, &named);
	if (code == GIT_ENOTFOUND)
		return err_set(err, ERR_USAGE,
		               "%.200s: has no commit in common with HEAD%s", base,
		               vcs_repo_is_shallow(r) ? ", as far as this shallow clone "
		                                        "knows: fetch more of it"
		                                      : "");
	return code == 0 ? ERR_OK : vcs_failed(err, ERR_CORRUPT, "read the base");
}

static enum err_code base_tree(struct vcs_repo *r, const char *base, git_tree **out,
                               struct err *err)
{
	git_commit *commit = NULL;
	git_oid common;
	enum err_code rc = vcs_merge_base(r, base, &common, err);
	int code;

	if (rc != ERR_OK)
		return rc;
	code = git_commit_lookup(&commit, r->git, &common);
	if (code == 0)
		code = git_commit_tree(out, commit);
	git_commit_free(commit);
	return code == 0 ? ERR_OK : vcs_failed(err, ERR_CORRUPT, "read the base");
}

enum err_code vcs_base_check(struct vcs_repo *r, const char *base, struct err *err)
{
	git_tree *tree = NULL;
	enum err_code rc = base_tree(r, base, &tree, err);

	git_tree_free(tree);
	return rc;
}

/* Is there a file, which git would take up? */
static bool is_still_there(struct vcs_repo *r, const char *path, struct buf *full)
{
	int ignored = 0;

	buf_clear(full);
	os_join(full, git_repository_workdir(r->git), path);
	return buf_ok(full) && os_type_of(buf_str(full)) == OS_FILE &&
	       git_ignore_path_is_ignored(&ignored, r->git, path) == 0 && ignored == 0;
}

/* Nothing to tell of it: it is gone, or no file. */
static bool is_none(const git_diff_delta *d)
{
	return d->status == GIT_DELTA_DELETED || d->status == GIT_DELTA_UNREADABLE ||
	       (d->status != GIT_DELTA_CONFLICTED && !is_file(d->new_file.mode));
}

/* What was moved from where a file still is, is a copy of it. */
static enum err_code tell_changes(struct vcs_repo *r, git_diff *diff,
                                  vcs_each_change *each, void *context, struct err *err)
{
	struct buf full = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);
		struct vcs_change change;

		if (is_none(d))
			continue;
		change_from(&change, d);
		if (change.path == NULL)
			change.path = d->old_file.path;
		if (d->status == GIT_DELTA_RENAMED &&
		    is_still_there(r, d->old_file.path, &full))
			change.is_new = true;
		rc = each(&change, context, err);
	}
	if (rc == ERR_OK)
		rc = buf_err(&full, err);
	buf_fini(&full);
	return rc;
}

/* A file that is no longer tracked but lies there all the same: to the library it is
 * gone. */
static enum err_code tell_untracked(struct vcs_repo *r, git_diff *diff,
                                    vcs_each_change *each, void *context, struct err *err)
{
	struct buf full = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);
		struct vcs_change change;

		if (d->status != GIT_DELTA_DELETED || !is_file(d->old_file.mode) ||
		    !is_still_there(r, d->old_file.path, &full))
			continue;
		change_from(&change, d);
		change.path = d->old_file.path;
		rc = each(&change, context, err);
	}
	if (rc == ERR_OK)
		rc = buf_err(&full, err);
	buf_fini(&full);
	return rc;
}

/* A file that was moved is the same file. */
static enum err_code find_moved(git_diff *diff, struct err *err)
{
	git_diff_find_options options;

	if (git_diff_find_options_init(&options, GIT_DIFF_FIND_OPTIONS_VERSION) != 0)
		return vcs_failed(err, ERR_IO, "look for moved files");
	options.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
	if (git_diff_find_similar(diff, &options) != 0)
		return vcs_failed(err, ERR_CORRUPT, "look for moved files");
	return ERR_OK;
}

/* Of an index that is sparse or split the library knows no more than that it is. */
static enum err_code failed_compare(struct vcs_repo *r, struct err *err)
{
	enum err_code rc = vcs_failed(err, ERR_IO, "compare with the base");

	rc = err_wrap(err, rc, "%.200s", git_repository_workdir(r->git));
	if (err != NULL && strstr(err->msg, "unsupported mandatory extension") != NULL)
		rc = err_set(err, ERR_UNSUPPORTED,
		             "the git index is sparse or split; `git sparse-checkout "
		             "reapply --no-sparse-index` or `git update-index "
		             "--no-split-index` makes it one that can be compared");
	return rc;
}

enum err_code vcs_diff_base(struct vcs_repo *r, const char *base,
                            git_submodule_ignore_t submodules, git_diff **out,
                            struct err *err)
{
	git_diff_options options;
	git_tree *tree = NULL;
	enum err_code rc;

	if (git_repository_is_bare(r->git))
		return err_set(err, ERR_USAGE, "a bare repository has no working tree");
	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
		return vcs_failed(err, ERR_IO, "compare");
	if ((rc = base_tree(r, base, &tree, err)) != ERR_OK)
		return rc;
	options.flags = GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_INCLUDE_TYPECHANGE |
	                GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
	                GIT_DIFF_INCLUDE_UNREADABLE_AS_UNTRACKED;
	options.ignore_submodules = submodules;
	if (git_diff_tree_to_workdir_with_index(out, r->git, tree, &options) != 0)
		rc = failed_compare(r, err);
	git_tree_free(tree);
	return rc;
}

enum err_code vcs_diff_each(struct vcs_repo *r, const char *base, vcs_each_change *each,
                            void *context, struct err *err)
{
	git_diff *diff = NULL;
	enum err_code rc = vcs_diff_base(r, base, GIT_SUBMODULE_IGNORE_ALL, &diff, err);

	if (rc == ERR_OK)
		rc = tell_untracked(r, diff, each, context, err);
	if (rc == ERR_OK)
		rc = find_moved(diff, err);
	if (rc == ERR_OK)
		rc = tell_changes(r, diff, each, context, err);
	git_diff_free(diff);
	return rc;
}

/* ---- lines ---- */

struct new_lines {
	vcs_each_line *each;
	void *context;
};

static int on_line(const git_diff_delta *d, const git_diff_hunk *h,
                   const git_diff_line *line, void *payload)
{
	struct new_lines *n = payload;

	(void)d;
	(void)h;
	if (line->origin != GIT_DIFF_LINE_ADDITION || line->new_lineno < 1)
		return 0;
	return n->each((uint64_t)line->new_lineno, n->context) ? 0 : -1;
}

/* The file as it would be in a blob. No filter takes or makes a line. */
static int undo_filters(struct vcs_repo *r, const char *path, struct span now,
                        git_buf *out)
{
	git_filter_list *filters = NULL;
	int code = git_filter_list_load(&filters, r->git, NULL, path, GIT_FILTER_TO_ODB,
	                                GIT_FILTER_ALLOW_UNSAFE);

	if (code == 0)
		code = git_filter_list_apply_to_buffer(
			out, filters, now.len > 0 ? now.ptr : "", now.len);
	git_filter_list_free(filters);
	return code;
}

enum err_code vcs_new_lines(struct vcs_repo *r, const unsigned char old_id[VCS_ID],
                            const char *path, struct span now, vcs_each_line *each,
                            void *context, struct err *err)
{
	git_diff_options options;
	struct new_lines n = { each, context };
	git_buf clean = GIT_BUF_INIT;
	git_blob *old = NULL;
	git_oid oid;
	int code;

	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
		return vcs_failed(err, ERR_IO, "compare");
	options.context_lines = 0;
	memcpy(oid.id, old_id, VCS_ID);
	code = git_blob_lookup(&old, r->git, &oid);
	if (code == 0)
		code = undo_filters(r, path, now, &clean);
	if (code == 0)
		code = git_diff_blob_to_buffer(old, NULL, clean.size > 0 ? clean.ptr : "",
		                               clean.size, NULL, &options, NULL, NULL,
		                               NULL, on_line, &n);
	git_blob_free(old);
	git_buf_dispose(&clean);
	return code == 0 ? ERR_OK : vcs_failed(err, ERR_IO, "compare with the old file");
}
