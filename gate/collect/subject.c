// SPDX-License-Identifier: Apache-2.0
#include "collect/subject.h"

#include "lib/vcs.h"
#include "os/fs.h"

/* A CI system checks out a commit, and says in its environment of which branch. */
static const char *branch_of(const struct vcs_state *state)
{
	static const char *const names[] = {
		"GITHUB_HEAD_REF", /* of a pull request */
		"GITHUB_REF_NAME",  "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
		"CI_COMMIT_BRANCH", "BUILD_SOURCEBRANCHNAME",
		"BRANCH_NAME",
	};
	const char *found = NULL;

	if (state->branch[0] != '\0')
		return state->branch;
	for (size_t i = 0; found == NULL && i < sizeof names / sizeof *names; i++)
		found = os_env(names[i]);
	return found;
}

static void fill(struct gate_subject *out, struct arena *arena, const char *path,
                 const struct vcs_state *state)
{
	*out = (struct gate_subject){ .path = arena_str(arena, path) };
	if (!state->present)
		return;
	out->commit = state->commit[0] != '\0' ? arena_str(arena, state->commit) : NULL;
	out->tree = state->tree[0] != '\0' ? arena_str(arena, state->tree) : NULL;
	out->branch = arena_str(arena, branch_of(state));
	out->has_dirty = true;
	out->dirty = state->dirty;
}

enum err_code gate_subject_load(struct gate_subject *out, struct arena *arena,
                                const char *root, struct err *err)
{
	struct buf path = BUF_INIT;
	struct vcs_state state;
	enum err_code rc;

	if ((rc = os_realpath(root, &path, err)) != ERR_OK)
		goto out;
	if ((rc = vcs_state_load(buf_str(&path), ".seaworthy/", &state, err)) != ERR_OK)
		goto out;
	fill(out, arena, buf_str(&path), &state);
	rc = arena_err(arena, err);
out:
	buf_fini(&path);
	return rc;
}
