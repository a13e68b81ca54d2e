// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_index.h"

#include "base/arena.h"
#include "base/mem.h"
#include "lib/vcs.h"
#include "os/fs.h"

#include <stdlib.h>
#include <string.h>

struct vcs_index {
	struct arena arena;        /* owns the paths */
	struct vcs_entry *entries; /* owned; sorted by path, as bytes */
	size_t count;
	size_t cap;
	bool unsorted;
	int64_t mtime_ns; /* of the file */
};

static int compare(const void *a, const void *b)
{
	const struct vcs_entry *x = a;
	const struct vcs_entry *y = b;

	return strcmp(x->path, y->path);
}

static enum err_code add(const struct vcs_entry *entry, void *context, struct err *err)
{
	struct vcs_index *x = context;
	const char *copy = arena_str(&x->arena, entry->path);

	if (copy == NULL ||
	    !mem_grow(&x->entries, x->count, &x->cap, sizeof(*x->entries)))
		return err_nomem(err);
	if (x->count > 0 && strcmp(x->entries[x->count - 1].path, copy) > 0)
		x->unsorted = true;
	x->entries[x->count] = *entry;
	x->entries[x->count++].path = copy;
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
	x->mtime_ns = st.mtime_ns;
	rc = vcs_index_each(path, add, x, err);
	if (x->unsorted) /* git sorts, but who wrote this one is not known */
		qsort(x->entries, x->count, sizeof(*x->entries), compare);
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
	mem_free(x->entries);
	arena_fini(&x->arena);
	mem_free(x);
}

/* An entry whose path begins with this one and has `end` behind it, NULL if there is
 * none. Those that do lie side by side. */
static const struct vcs_entry *find(const struct vcs_index *x, struct span path, char end)
{
	size_t low = 0;
	size_t high = x->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const char *at = x->entries[middle].path;
		int order = strncmp(at, path.ptr, path.len);

		if (order == 0)
			order = (unsigned char)at[path.len] - (unsigned char)end;
		if (order == 0)
			return &x->entries[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool vcs_index_has(const struct vcs_index *x, struct span path)
{
	return find(x, path, '\0') != NULL;
}

/* Git's own rule: a file that changed when the index was written, or later, may have been
 * written to again within the same tick of the clock. */
const unsigned char *vcs_index_blob(const struct vcs_index *x, struct span path,
                                    const struct os_stat *st)
{
	const struct vcs_entry *e = find(x, path, '\0');

	if (e == NULL || !e->looked_at || st->type != OS_FILE ||
	    st->mtime_ns != e->mtime_ns || st->ctime_ns != e->ctime_ns ||
	    (uint32_t)st->ino != e->ino || (uint32_t)st->size != e->size ||
	    st->mtime_ns >= x->mtime_ns)
		return NULL;
	return e->id;
}

bool vcs_index_has_below(const struct vcs_index *x, struct span folder)
{
	return find(x, folder, '/') != NULL;
}
