// SPDX-License-Identifier: Apache-2.0
#include "collect/inputs.h"

#include "base/str.h"
#include "lib/vcs_repo.h"
#include "os/fs.h"

#include <string.h>

/* ---- what a suite reads ---- */

/* What has no wild characters may be the name of a folder: then all below it is meant. */
static bool names_folder_of(const char *glob, struct span path)
{
	size_t len = strcspn(glob, "*?[{\\");

	if (glob[len] != '\0')
		return false;
	while (len > 0 && glob[len - 1] == '/')
		len--;
	return len > 0 && len <= path.len && memcmp(glob, path.ptr, len) == 0 &&
	       (len == path.len || path.ptr[len] == '/');
}

bool gate_inputs_match(const struct gate_strings *globs, struct span path)
{
	for (size_t i = 0; i < globs->count; i++)
		if (str_glob(globs->items[i], path) ||
		    names_folder_of(globs->items[i], path))
			return true;
	return false;
}

/* By what the glob says before its first wild character: too much rather than too little.
 */
static bool may_be_below(const char *glob, struct span folder)
{
	size_t fixed = strcspn(glob, "*?[{\\");
	size_t common = fixed < folder.len ? fixed : folder.len;

	if (names_folder_of(glob, folder))
		return true;
	if (strncmp(glob, folder.ptr, common) != 0)
		return false;
	if (fixed > folder.len)
		return glob[folder.len] == '/';
	/* `*` stays within one name. */
	return strpbrk(glob + fixed, "/{") != NULL || strstr(glob + fixed, "**") != NULL;
}

bool gate_inputs_below(const struct gate_strings *globs, struct span folder)
{
	for (size_t i = 0; i < globs->count; i++)
		if (may_be_below(globs->items[i], folder))
			return true;
	return false;
}

bool gate_inputs_have(const struct gate_suite *s, struct span path, bool whole)
{
	return s->inputs.count == 0 || gate_inputs_match(&s->inputs, path) ||
	       (whole && gate_inputs_below(&s->inputs, path));
}

/* ---- what has changed ---- */

struct since {
	const struct gate_policy *policy;
	struct span prefix; /* of the project within the working tree: "" or "a/b/" */
	struct gate_strings policy_files; /* from the top; NULL: elsewhere */
	const char **left_out;
};

static bool is_policy(const struct since *x, const char *path)
{
	for (size_t i = 0; i < x->policy_files.count; i++)
		if (str_eq(path, x->policy_files.items[i]))
			return true;
	return false;
}

static enum err_code consider(const char *path, bool whole, void *context,
                              struct err *err)
{
	const struct since *x = context;
	struct span name = span_str(path);
	bool all = is_policy(x, path);

	(void)err;
	while (whole && name.len > 0 && name.ptr[name.len - 1] == '/')
		name.len--;
	if (!all && !span_starts(name, x->prefix))
		return ERR_OK;
	for (size_t i = 0; i < x->policy->suite_count; i++)
		if (all || gate_inputs_have(&x->policy->suites[i],
		                            span_from(name, x->prefix.len), whole))
			x->left_out[i] = NULL;
	return ERR_OK;
}

/* `path` as seen from the top of the working tree, in the arena; NULL if it is not below.
 */
static const char *from_top(const struct vcs_repo *repo, const char *path,
                            struct arena *arena)
{
	const char *top = vcs_repo_top(repo);
	struct buf real = BUF_INIT;
	struct buf real_top = BUF_INIT;
	const char *result = NULL;

	if (top == NULL || os_realpath(top, &real_top, NULL) != ERR_OK ||
	    os_realpath(path, &real, NULL) != ERR_OK)
		goto out;
	if (buf_span(&real).len == real_top.len)
		result = "";
	else if (str_starts(buf_str(&real), buf_str(&real_top)) &&
	         buf_str(&real)[real_top.len] == '/')
		result = arena_str(arena, buf_str(&real) + real_top.len + 1);
out:
	buf_fini(&real_top);
	buf_fini(&real);
	return result;
}

static enum err_code find_changed(struct since *x, struct vcs_repo *repo,
                                  const char *root, const char *base, struct arena *arena,
                                  struct err *err)
{
	const char *below = from_top(repo, root, arena);
	const char **files;

	if (below == NULL)
		return err_set(err, ERR_USAGE, "%.300s is in no working tree", root);
	if (*below != '\0')
		below = arena_printf(arena, "%s/", below);
	files = arena_array(arena, x->policy->files.count + 1, sizeof(*files));
	for (size_t i = 0; files != NULL && i < x->policy->files.count; i++)
		files[i] = from_top(repo, x->policy->files.items[i], arena);
	x->policy_files = (struct gate_strings){ files, x->policy->files.count };
	if (!arena_ok(arena))
		return err_nomem(err);
	x->prefix = span_str(below);
	return vcs_changed_each(repo, base, consider, x, err);
}

enum err_code gate_inputs_since(const struct gate_policy *p, const char *root,
                                const char *base, struct arena *arena,
                                const char ***left_out, struct err *err)
{
	struct since x = { .policy = p };
	struct vcs_repo *repo = NULL;
	const char *why =
		arena_printf(arena, "not selected: no input changed since %s", base);
	enum err_code rc = vcs_repo_open(&repo, root, err);

	x.left_out = arena_array(arena, p->suite_count + 1, sizeof(*x.left_out));
	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, ERR_USAGE, "%.300s is in no git repository", root);
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	for (size_t i = 0; rc == ERR_OK && i < p->suite_count; i++)
		x.left_out[i] = p->suites[i].inputs.count > 0 ? why : NULL;
	if (rc == ERR_OK)
		rc = find_changed(&x, repo, root, base, arena, err);
	vcs_repo_close(repo);
	*left_out = x.left_out;
	return rc;
}
