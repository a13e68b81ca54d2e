// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_index.h"
#include "lib/vcs_index_read.h"
#include "lib/vcs_internal.h"
#include "lib/vcs_staged.h"
#include "os/fs.h"

#include <string.h>

struct vcs_staged {
	struct vcs_repo *repo;
	struct vcs_index *index;
	const char *top; /* with its slash; the repository's */
};

/* The index of the repository whose top the path is, as it mostly is; `git` is its
 * folder. What cannot be read so is read later, by what git says. */
static void load_ahead(struct vcs_staged *s, const char *path, struct buf *git)
{
	if (os_env("GIT_INDEX_FILE") != NULL)
		return;
	buf_printf(git, "%s/.git/", path);
	if (buf_ok(git) && vcs_index_load(&s->index, buf_str(git), NULL) != ERR_OK)
		s->index = NULL;
}

static enum err_code open_index(struct vcs_staged *s, const char *ahead, struct err *err)
{
	if (s->index != NULL && str_eq(ahead, git_repository_path(s->repo->git)))
		return ERR_OK;
	vcs_index_free(s->index);
	s->index = NULL;
	return vcs_repo_index(s->repo, &s->index, err);
}

enum err_code vcs_staged_open(struct vcs_staged **out, const char *path, struct err *err)
{
	struct vcs_staged *s = mem_new(sizeof(*s));
	struct buf git = BUF_INIT;
	enum err_code rc;

	*out = NULL;
	if (s == NULL)
		return err_nomem(err);
	/* Each takes as long as the other. */
	vcs_start_soon();
	load_ahead(s, path, &git);
	rc = vcs_repo_open(&s->repo, path, err);
	if (rc == ERR_OK && (s->top = vcs_repo_top(s->repo)) == NULL)
		rc = err_set(err, ERR_NOT_FOUND, "a bare repository has no index");
	if (rc == ERR_OK)
		rc = open_index(s, buf_str(&git), err);
	buf_fini(&git);
	if (rc == ERR_OK) {
		*out = s;
		s = NULL;
	}
	vcs_staged_close(s);
	return rc;
}

void vcs_staged_close(struct vcs_staged *s)
{
	if (s == NULL)
		return;
	vcs_index_free(s->index);
	vcs_repo_close(s->repo);
	mem_free(s);
}

const struct vcs_index *vcs_staged_index(const struct vcs_staged *s,
                                         const struct vcs_repo *r)
{
	return s != NULL && str_eq(s->top, vcs_repo_top(r)) ? s->index : NULL;
}

/* Without "." and "..": an index knows no links to folders. */
static void put_plain(struct buf *out, struct span path)
{
	struct span name;

	while (span_split(&path, '/', &name)) {
		if (name.len == 0 || span_eq_str(name, "."))
			continue;
		if (span_eq_str(name, "..")) {
			size_t slash = span_rfind_byte(buf_span(out), '/');

			buf_truncate(out, slash < out->len ? slash : 0);
			continue;
		}
		buf_putc(out, '/');
		buf_put(out, name);
	}
}

/* Is it a file that the index would have? `plain` is its path then. */
static bool is_ours(const struct vcs_staged *s, const char *path, struct buf *plain)
{
	if (s == NULL || path[0] != '/')
		return false;
	put_plain(plain, span_str(path));
	return span_starts(buf_span(plain), span_str(s->top));
}

/* The entry of a path from the top, or of its first side in a conflict. */
static const struct vcs_entry *find(const struct vcs_staged *s, const char *path)
{
	const struct vcs_index_data *all = vcs_index_data(s->index);
	size_t low = 0;
	size_t high = all->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all->entries[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < all->count && str_eq(all->entries[low].path, path)
	               ? &all->entries[low]
	               : NULL;
}

static enum err_code read_entry(struct vcs_staged *s, const char *path, uint64_t max,
                                struct buf *out, struct err *err)
{
	const struct vcs_entry *e = find(s, path);
	uint64_t size = 0;
	enum err_code rc;

	if (e == NULL || e->meant || (e->mode & 0170000) != 0100000)
		return err_set(err, ERR_NOT_FOUND, "%.300s: the git index has none",
		               path);
	if (e->stage != 0)
		return err_set(err, ERR_USAGE,
		               "%.300s is in conflict; `git add` it when "
		               "it is settled",
		               path);
	rc = vcs_blob_read(s->repo, e->id, max, out, &size, err);
	/* Without its blob the file is damaged, and not absent. */
	return rc == ERR_OK ? rc
	                    : err_wrap(err, rc == ERR_NOT_FOUND ? ERR_CORRUPT : rc,
	                               "%.300s in the git index", path);
}

enum err_code vcs_staged_read(struct vcs_staged *s, const char *path, uint64_t max,
                              struct buf *out, struct err *err)
{
	struct buf plain = BUF_INIT;
	enum err_code rc;

	buf_clear(out);
	if (is_ours(s, path, &plain))
		rc = buf_ok(&plain) ? read_entry(s, buf_str(&plain) + strlen(s->top), max,
		                                 out, err)
		                    : err_nomem(err);
	else
		rc = buf_ok(&plain) ? os_read_file(path, max, out, err) : err_nomem(err);
	buf_fini(&plain);
	return rc;
}

enum err_code vcs_staged_identity(const struct vcs_staged *s, const char *path,
                                  struct buf *out, struct err *err)
{
	buf_clear(out);
	if (is_ours(s, path, out))
		return buf_err(out, err);
	buf_clear(out);
	return os_realpath(path, out, err);
}
