// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs.h"

#include "base/str.h"
#include "lib/vcs_internal.h"
#include "os/fs.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_COLUMNS = 160 };

/* The library keeps its last message a thread and reuses it: copied at once. */
enum err_code vcs_failed(struct err *err, enum err_code code, const char *what)
{
	const git_error *last = git_error_last();

	return err_set(err, code, "%s: %s", what,
	               last != NULL && last->message != NULL ? last->message
	                                                     : "unknown error");
}

static enum err_code failed(struct err *err, const char *what)
{
	return vcs_failed(err, ERR_IO, what);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int starts; /* what git_libgit2_init said: its count, or an error */

static void start(void)
{
	starts = git_libgit2_init();
}

static pthread_t starter;
static bool has_starter;

static void *start_aside(void *context)
{
	(void)pthread_once(&once, start);
	return context;
}

void vcs_start_soon(void)
{
	if (!has_starter)
		has_starter = pthread_create(&starter, NULL, start_aside, NULL) == 0;
}

void vcs_fini(void)
{
	if (has_starter)
		(void)pthread_join(starter, NULL);
	has_starter = false;
	if (starts > 0)
		(void)git_libgit2_shutdown();
	starts = 0;
}

static enum err_code start_once(struct err *err)
{
	if (pthread_once(&once, start) != 0 || starts < 0)
		return failed(err, "start libgit2");
	return ERR_OK;
}

/*
 * A repository of another user is refused by the library. 1.5.1 says so with "not found"
 * and a message about its configuration, later releases with a code of their own.
 */
static bool belongs_to_another(int code)
{
	const git_error *last = git_error_last();

	return code == GIT_EOWNER ||
	       (code == GIT_ENOTFOUND && last != NULL && last->message != NULL &&
	        strstr(last->message, "safe.directory") != NULL);
}

/* The folder that git would have to be told to trust: the top that `path` lies in. */
static void find_refused(const char *path, struct buf *out)
{
	static const char inner[] = "/.git/";
	git_buf found = GIT_BUF_INIT;
	struct span top;

	if (git_repository_discover(&found, path, 0, NULL) == 0) {
		top = span_of(found.ptr, found.size);
		top.len -= span_ends(top, span_str(inner)) ? strlen(inner) : 1;
		str_display_cut(out, top, SHOWN_COLUMNS);
	} else {
		str_display_cut(out, span_str(path), SHOWN_COLUMNS);
	}
	git_buf_dispose(&found);
}

static enum err_code refuse_owner(const char *path, struct err *err)
{
	struct buf shown = BUF_INIT;

	find_refused(path, &shown);
	(void)err_set(
		err, ERR_AUTH,
		"the git repository at %s belongs to another user; if you trust it: "
		"git config --global --add safe.directory '%s'",
		buf_str(&shown), buf_str(&shown));
	buf_fini(&shown);
	return ERR_AUTH;
}

/* The library does not open anything if it cannot tell what the user configured: what is
 * ignored, and whom to trust, may stand there. Typical of a change of user without one of
 * HOME. */
static enum err_code refuse_home(const char *home, struct err *err)
{
	return err_set(err, ERR_AUTH,
	               "the git configuration in %.160s cannot be read by this user; set "
	               "HOME to a folder of its own",
	               home);
}

static bool is_closed(const char *home)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc;

	os_join(&path, home, ".gitconfig");
	rc = os_read_file(buf_str(&path), 1 << 20, &text, NULL);
	buf_fini(&path);
	buf_fini(&text);
	return rc == ERR_AUTH;
}

enum err_code vcs_open(git_repository **out, const char *path, struct err *err)
{
	enum err_code rc = start_once(err);
	int code;

	*out = NULL;
	if (rc != ERR_OK)
		return rc;
	code = git_repository_open_ext(out, path, 0, NULL);
	if (code == 0)
		return ERR_OK;
	*out = NULL;
	if (belongs_to_another(code))
		return refuse_owner(path, err);
	if (code == GIT_ENOTFOUND)
		return ERR_OK;
	if (os_env("HOME") != NULL && is_closed(os_env("HOME")))
		return refuse_home(os_env("HOME"), err);
	rc = failed(err, "open the git repository");
	return err_wrap(err, rc, "%.200s", path);
}

/* HEAD of a repository without commits still names its branch. */
static enum err_code load_unborn(git_repository *repo, struct vcs_state *out,
                                 struct err *err)
{
	static const char prefix[] = "refs/heads/";
	git_reference *head = NULL;
	const char *target;

	if (git_reference_lookup(&head, repo, "HEAD") != 0)
		return failed(err, "read HEAD");
	target = git_reference_symbolic_target(head);
	if (target != NULL && str_starts(target, prefix))
		(void)snprintf(out->branch, sizeof(out->branch), "%s",
		               target + strlen(prefix));
	git_reference_free(head);
	return ERR_OK;
}

static enum err_code load_commit(git_reference *head, struct vcs_state *out,
                                 struct err *err)
{
	git_object *object = NULL;
	const git_commit *commit;

	if (git_reference_peel(&object, head, GIT_OBJECT_COMMIT) != 0)
		return failed(err, "read the commit of HEAD");
	commit = (const git_commit *)object;
	(void)git_oid_tostr(out->commit, sizeof(out->commit), git_commit_id(commit));
	(void)git_oid_tostr(out->tree, sizeof(out->tree), git_commit_tree_id(commit));
	if (git_reference_is_branch(head))
		(void)snprintf(out->branch, sizeof(out->branch), "%s",
		               git_reference_shorthand(head));
	git_object_free(object);
	return ERR_OK;
}

static enum err_code load_head(git_repository *repo, struct vcs_state *out,
                               struct err *err)
{
	git_reference *head = NULL;
	enum err_code rc;
	const int code = git_repository_head(&head, repo);

	if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND)
		return load_unborn(repo, out, err);
	if (code != 0)
		return failed(err, "read HEAD");
	rc = load_commit(head, out, err);
	git_reference_free(head);
	return rc;
}

/* The prefix as it reads from the top of the working tree, for a project below the top.
 */
static enum err_code prefix_from_top(const char *path, const char *top,
                                     const char *prefix, struct buf *out, struct err *err)
{
	struct buf real_path = BUF_INIT;
	struct buf real_top = BUF_INIT;
	enum err_code rc;

	if ((rc = os_realpath(path, &real_path, err)) != ERR_OK ||
	    (rc = os_realpath(top, &real_top, err)) != ERR_OK)
		goto out;
	if (str_starts(buf_str(&real_path), buf_str(&real_top)) &&
	    buf_str(&real_path)[real_top.len] == '/')
		buf_printf(out, "%s/", buf_str(&real_path) + real_top.len + 1);
	buf_puts(out, prefix);
	rc = buf_err(out, err);
out:
	buf_fini(&real_path);
	buf_fini(&real_top);
	return rc;
}

static bool counts_as_dirt(const git_status_entry *entry, const char *prefix,
                           const char *prefix_below)
{
	const git_diff_delta *delta = entry->index_to_workdir != NULL
	                                      ? entry->index_to_workdir
	                                      : entry->head_to_index;
	const char *path = delta != NULL ? delta->new_file.path : NULL;

	if (prefix == NULL || path == NULL)
		return true;
	return !str_starts(path, prefix) && !str_starts(path, prefix_below);
}

static enum err_code load_dirt(git_repository *repo, const char *prefix,
                               const char *prefix_below, bool *dirty, struct err *err)
{
	git_status_options options;
	git_status_list *list = NULL;
	size_t count;

	if (git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION) != 0)
		return failed(err, "prepare the git status");
	options.flags =
		GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS;
	if (git_status_list_new(&list, repo, &options) != 0)
		return failed(err, "read the git status");
	count = git_status_list_entrycount(list);
	for (size_t i = 0; i < count && !*dirty; i++)
		*dirty =
			counts_as_dirt(git_status_byindex(list, i), prefix, prefix_below);
	git_status_list_free(list);
	return ERR_OK;
}

enum err_code vcs_state_load(const char *path, const char *ignore_prefix,
                             struct vcs_state *out, struct err *err)
{
	git_repository *repo = NULL;
	struct buf below = BUF_INIT;
	enum err_code rc;

	*out = (struct vcs_state){ .present = false };
	if ((rc = vcs_open(&repo, path, err)) != ERR_OK || repo == NULL)
		return rc;
	out->present = true;
	if ((rc = load_head(repo, out, err)) != ERR_OK || git_repository_is_bare(repo))
		goto out;
	if (ignore_prefix != NULL &&
	    (rc = prefix_from_top(path, git_repository_workdir(repo), ignore_prefix,
	                          &below, err)) != ERR_OK)
		goto out;
	rc = load_dirt(repo, ignore_prefix, buf_str(&below), &out->dirty, err);
out:
	buf_fini(&below);
	git_repository_free(repo);
	return rc;
}

enum err_code vcs_root(const char *path, struct buf *out, struct err *err)
{
	git_repository *repo = NULL;
	const char *top;
	enum err_code rc;

	if ((rc = vcs_open(&repo, path, err)) != ERR_OK)
		return rc;
	top = repo != NULL ? git_repository_workdir(repo) : NULL;
	if (top == NULL) {
		git_repository_free(repo);
		return err_set(err, ERR_NOT_FOUND, "no git working tree here");
	}
	buf_clear(out);
	buf_puts(out, top);
	if (buf_ok(out) && out->len > 1 && out->ptr[out->len - 1] == '/')
		buf_truncate(out, out->len - 1);
	git_repository_free(repo);
	return buf_err(out, err);
}
