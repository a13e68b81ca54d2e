// SPDX-License-Identifier: Apache-2.0
#include "collect/subject.h"

#include "base/str.h"
#include "lib/vcs.h"
#include "os/fs.h"

#include <string.h>

/* Our own folder as version control sees it: "sub/.seaworthy/" where the project is a
 * folder of a larger repository. */
static enum err_code own_folder(struct buf *out, const char *path, struct err *err)
{
	struct buf top = BUF_INIT;
	enum err_code rc = vcs_root(path, &top, NULL);
	size_t length = top.len;

	if (rc == ERR_OK) {
		while (length > 0 && top.ptr[length - 1] == '/')
			length--;
		if (strncmp(path, buf_str(&top), length) == 0 && path[length] == '/')
			buf_printf(out, "%s/", path + length + 1);
	}
	buf_puts(out, ".seaworthy/");
	buf_fini(&top);
	return buf_err(out, err);
}

static void fill(struct gate_subject *out, struct arena *arena, const char *path,
                 const struct vcs_state *state)
{
	*out = (struct gate_subject){ .path = arena_str(arena, path) };
	if (!state->present)
		return;
	out->commit = state->commit[0] != '\0' ? arena_str(arena, state->commit) : NULL;
	out->tree = state->tree[0] != '\0' ? arena_str(arena, state->tree) : NULL;
	out->has_dirty = true;
	out->dirty = state->dirty;
}

enum err_code gate_subject_load(struct gate_subject *out, struct arena *arena,
                                const char *root, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf own = BUF_INIT;
	struct vcs_state state;
	enum err_code rc;

	if ((rc = os_realpath(root, &path, err)) != ERR_OK)
		goto out;
	if ((rc = own_folder(&own, buf_str(&path), err)) != ERR_OK)
		goto out;
	if ((rc = vcs_state_load(buf_str(&path), buf_str(&own), &state, err)) != ERR_OK)
		goto out;
	fill(out, arena, buf_str(&path), &state);
	rc = arena_err(arena, err);
out:
	buf_fini(&own);
	buf_fini(&path);
	return rc;
}
