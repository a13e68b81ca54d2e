// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_internal.h"

#include <string.h>

/* Moved files are not looked for: where they were has changed as well. */

static bool stands_for_all_below(const git_diff_file *f)
{
	size_t len = strlen(f->path);

	return f->mode == GIT_FILEMODE_COMMIT || (len > 0 && f->path[len - 1] == '/');
}

static enum err_code tell(const git_diff_delta *d, vcs_each_path *each, void *context,
                          struct err *err)
{
	const git_diff_file *old = &d->old_file;
	const git_diff_file *new = &d->new_file;
	enum err_code rc = ERR_OK;

	if (new->path != NULL)
		rc = each(new->path, stands_for_all_below(new), context, err);
	if (rc == ERR_OK && old->path != NULL &&
	    (new->path == NULL || strcmp(old->path, new->path) != 0))
		rc = each(old->path, stands_for_all_below(old), context, err);
	return rc;
}

enum err_code vcs_changed_each(struct vcs_repo *r, const char *base, vcs_each_path *each,
                               void *context, struct err *err)
{
	git_diff *diff = NULL;
	enum err_code rc = vcs_diff_base(r, base, GIT_SUBMODULE_IGNORE_NONE, &diff, err);

	for (size_t i = 0; rc == ERR_OK && i < git_diff_num_deltas(diff); i++)
		rc = tell(git_diff_get_delta(diff, i), each, context, err);
	git_diff_free(diff);
	return rc;
}
