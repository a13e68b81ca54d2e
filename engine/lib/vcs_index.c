// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_index.h"

#include "base/arena.h"
#include "base/mem.h"
#include "lib/vcs.h"
#include "os/fs.h"

#include <stdlib.h>
#include <string.h>

struct vcs_index {
	struct arena arena; /* owns the paths */
	const char **paths; /* owned; sorted by bytes */
	size_t count;
	size_t cap;
	bool unsorted;
};

static int compare(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static enum err_code add(const char *path, void *context, struct err *err)
{
	struct vcs_index *x = context;
	const char *copy = arena_str(&x->arena, path);

	if (copy == NULL || !mem_grow(&x->paths, x->count, &x->cap, sizeof(*x->paths)))
		return err_nomem(err);
	if (x->count > 0 && strcmp(x->paths[x->count - 1], copy) > 0)
		x->unsorted = true;
	x->paths[x->count++] = copy;
	return ERR_OK;
}

static enum err_code load(struct vcs_index *x, const char *path, struct err *err)
{
	struct os_stat st = { .size = 0 };
	enum err_code rc = os_lstat(path, &st, err);

	if (rc != ERR_OK)
		return rc == ERR_NOT_FOUND ? ERR_OK : rc;
	/* A FIFO would hang the library, and what it reads has no limit. */
	if (st.type != OS_FILE)
		return err_set(err, ERR_CORRUPT, "the git index is no regular file");
	if (st.size > VCS_INDEX_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "the git index is larger than 512 MiB");
	rc = vcs_index_each(path, add, x, err);
	if (x->unsorted) /* git sorts, but who wrote this one is not known */
		qsort(x->paths, x->count, sizeof(*x->paths), compare);
	return rc;
}

enum err_code vcs_index_load(struct vcs_index **out, const char *git, struct err *err)
{
	struct vcs_index *x = mem_new(sizeof(*x));
	struct buf path = BUF_INIT;
	enum err_code rc;

	*out = NULL;
	os_join(&path, git, "index");
	rc = x != NULL && buf_ok(&path) ? load(x, buf_str(&path), err) : err_nomem(err);
	if (rc == ERR_OK) {
		*out = x;
		x = NULL;
	}
	vcs_index_free(x);
	buf_fini(&path);
	return rc;
}

void vcs_index_free(struct vcs_index *x)
{
	if (x == NULL)
		return;
	mem_free(x->paths);
	arena_fini(&x->arena);
	mem_free(x);
}

/* Is there a path that begins with this one and has `end` behind it? Those that do lie
 * side by side. */
static bool find(const struct vcs_index *x, struct span path, char end)
{
	size_t low = 0;
	size_t high = x->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const char *at = x->paths[middle];
		int order = strncmp(at, path.ptr, path.len);

		if (order == 0)
			order = (unsigned char)at[path.len] - (unsigned char)end;
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool vcs_index_has(const struct vcs_index *x, struct span path)
{
	return find(x, path, '\0');
}

bool vcs_index_has_below(const struct vcs_index *x, struct span folder)
{
	return find(x, folder, '/');
}
