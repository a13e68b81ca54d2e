// SPDX-License-Identifier: Apache-2.0
#include "ignore_above.h"

#include "base/mem.h"
#include "os/fs.h"
#include "repository.h"

/* Bytes of a path that stand for the folder, with the slash behind it. */
static size_t folder_bytes(struct span folder)
{
	return folder.len + (folder.len > 1 ? 1 : 0);
}

/* Reads an ignore file, which git takes only as a regular file, never through a link. */
static enum err_code load_file(struct scan_ignore **out, const struct scan_ignore *above,
                               const char *path, size_t folder, struct err *err)
{
	struct buf text = BUF_INIT;
	struct os_stat st;
	enum err_code rc = ERR_OK;

	*out = NULL;
	if (os_lstat(path, &st, NULL) == ERR_OK && st.type == OS_FILE &&
	    os_read_file(path, SCAN_IGNORE_MAX_BYTES, &text, NULL) == ERR_OK)
		rc = scan_ignore_parse(out, above, buf_span(&text), folder, err);
	buf_fini(&text);
	/* Too many patterns: as unreadable as any other broken ignore file. */
	return rc == ERR_LIMIT ? ERR_OK : rc;
}

const struct scan_ignore *scan_ignore_above_get(const struct scan_ignore_above *a)
{
	return a->count == 0 ? NULL : a->sets[a->count - 1];
}

enum err_code scan_ignore_above_add(struct scan_ignore_above *a,
                                    const struct scan_ignore *above, const char *path,
                                    size_t folder, const struct scan_ignore **out,
                                    struct err *err)
{
	struct scan_ignore *set;
	enum err_code rc;

	*out = above;
	if (!mem_grow(&a->sets, a->count, &a->cap, sizeof(struct scan_ignore *)))
		return err_nomem(err);
	rc = load_file(&set, above, path, folder, err);
	if (rc == ERR_OK && set != NULL) {
		a->sets[a->count++] = set;
		*out = set;
	}
	return rc;
}

/* The path of info/exclude, which all worktrees share. */
static void exclude_path(const char *top, struct buf *out)
{
	struct buf git = BUF_INIT;
	struct buf common = BUF_INIT;

	scan_repository_folder(top, &git);
	scan_repository_common(buf_str(&git), &common);
	os_join(out, buf_str(&common), "info/exclude");
	buf_fini(&git);
	buf_fini(&common);
}

enum err_code scan_ignore_above_load(struct scan_ignore_above *a, const char *folder,
                                     scan_ignore_tell *tell, void *context,
                                     struct err *err)
{
	struct span whole = span_str(folder);
	size_t top = scan_repository_top(whole);
	const struct scan_ignore *last;
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (top == 0)
		goto out;
	buf_put(&dir, span_sub(whole, 0, top));
	exclude_path(buf_str(&dir), &path);
	if (tell != NULL)
		tell(buf_str(&path), context);
	rc = scan_ignore_above_add(a, NULL, buf_str(&path), folder_bytes(buf_span(&dir)),
	                           &last, err);
	while (rc == ERR_OK && top < whole.len) {
		buf_clear(&path);
		os_join(&path, buf_str(&dir), ".gitignore");
		if (tell != NULL)
			tell(buf_str(&path), context);
		rc = scan_ignore_above_add(a, last, buf_str(&path),
		                           folder_bytes(buf_span(&dir)), &last, err);
		top += 1 + span_find_byte(span_from(whole, top + 1), '/');
		buf_clear(&dir);
		buf_put(&dir, span_sub(whole, 0, top));
	}
	if (rc == ERR_OK && (!buf_ok(&dir) || !buf_ok(&path)))
		rc = err_nomem(err);
out:
	buf_fini(&dir);
	buf_fini(&path);
	return rc;
}

void scan_ignore_above_fini(struct scan_ignore_above *a)
{
	for (size_t i = 0; i < a->count; i++)
		scan_ignore_free(a->sets[i]);
	mem_free(a->sets);
	*a = (struct scan_ignore_above)SCAN_IGNORE_ABOVE_INIT;
}
