// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_index.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_index_read.h"
#include "os/fs.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_COLUMNS = 80 };

struct vcs_index {
	struct buf file;            /* paths are in it */
	struct vcs_index_data data; /* entries sorted by path, as bytes */
	int64_t mtime_ns;           /* of the file */
};

static int compare(const void *a, const void *b)
{
	const struct vcs_entry *x = a;
	const struct vcs_entry *y = b;

	return strcmp(x->path, y->path);
}

/* Git sorts, but who wrote this one is not known. */
static void sort(struct vcs_index_data *d)
{
	for (size_t i = 1; i < d->count; i++)
		if (compare(&d->entries[i - 1], &d->entries[i]) > 0) {
			qsort(d->entries, d->count, sizeof(*d->entries), compare);
			d->folder_count = 0;
			return;
		}
}

static enum err_code load(struct vcs_index *x, const char *path, struct err *err)
{
	struct os_stat st = { .size = 0 };
	enum err_code rc = os_lstat(path, &st, err);

	if (rc != ERR_OK)
		return rc == ERR_NOT_FOUND ? ERR_OK : rc;
	if (st.type != OS_FILE)
		return err_set(err, ERR_CORRUPT, "the git index is no regular file");
	if (st.size > VCS_INDEX_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "the git index is larger than 512 MiB");
	x->mtime_ns = st.mtime_ns;
	rc = os_read_file(path, VCS_INDEX_MAX_BYTES, &x->file, err);
	if (rc == ERR_OK)
		rc = vcs_index_read(&x->data, buf_span(&x->file), err);
	if (rc == ERR_OK)
		sort(&x->data);
	return rc;
}

enum err_code vcs_index_load_file(struct vcs_index **out, const char *path,
                                  struct err *err)
{
	struct vcs_index *x = mem_new(sizeof(*x));
	struct buf shown = BUF_INIT;
	enum err_code rc = x != NULL ? load(x, path, err) : err_nomem(err);

	*out = NULL;
	if (rc == ERR_OK) {
		*out = x;
		x = NULL;
	} else if (rc != ERR_NOMEM) {
		str_display_cut(&shown, span_str(path), SHOWN_COLUMNS);
		(void)err_wrap(err, rc, "%s", buf_str(&shown));
	}
	vcs_index_free(x);
	buf_fini(&shown);
	return rc;
}

enum err_code vcs_index_load(struct vcs_index **out, const char *git, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	*out = NULL;
	os_join(&path, git, "index");
	rc = buf_ok(&path) ? vcs_index_load_file(out, buf_str(&path), err)
	                   : err_nomem(err);
	buf_fini(&path);
	return rc;
}

void vcs_index_free(struct vcs_index *x)
{
	if (x == NULL)
		return;
	arena_fini(&x->data.arena);
	buf_fini(&x->file);
	mem_free(x);
}

const struct vcs_index_data *vcs_index_data(const struct vcs_index *x)
{
	return &x->data;
}

/* An entry whose path begins with this one and has `end` behind it, NULL if there is
 * none. Those that do lie side by side. */
static const struct vcs_entry *find(const struct vcs_index *x, struct span path, char end)
{
	size_t low = 0;
	size_t high = x->data.count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const char *at = x->data.entries[middle].path;
		int order = strncmp(at, path.ptr, path.len);

		if (order == 0)
			order = (unsigned char)at[path.len] - (unsigned char)end;
		if (order == 0)
			return &x->data.entries[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Is it in a folder that is one entry? Then what it has is in a tree that nobody reads
 * for this: all may be tracked. */
static bool is_in_sparse(const struct vcs_index *x, struct span path)
{
	for (size_t i = 0; x->data.sparse && i < path.len; i++) {
		const struct vcs_entry *e;

		if (path.ptr[i] != '/')
			continue;
		e = find(x, span_sub(path, 0, i), '/');
		if (e != NULL && e->path[i + 1] == '\0')
			return true;
	}
	return false;
}

bool vcs_index_has(const struct vcs_index *x, struct span path)
{
	return find(x, path, '\0') != NULL || is_in_sparse(x, path);
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
	return find(x, folder, '/') != NULL || is_in_sparse(x, folder);
}
