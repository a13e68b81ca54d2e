// SPDX-License-Identifier: Apache-2.0
#include "ignore_above.h"

#include "base/mem.h"
#include "os/fs.h"

enum { GITDIR_MAX = 8192 };

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

static enum err_code above_add(struct scan_ignore_above *a, const char *path,
                               size_t folder, struct err *err)
{
	struct scan_ignore *set;
	enum err_code rc;

	if (!mem_grow(&a->sets, a->count, &a->cap, sizeof(struct scan_ignore *)))
		return err_nomem(err);
	rc = load_file(&set, scan_ignore_above_get(a), path, folder, err);
	if (rc == ERR_OK && set != NULL)
		a->sets[a->count++] = set;
	return rc;
}

/* Reads a file with one path in it ("gitdir: ../x", "../.."), and joins it to `dir`. */
static bool read_pointer(const char *path, const char *prefix, const char *dir,
                         struct buf *out)
{
	struct buf text = BUF_INIT;
	struct span line;
	bool found = false;

	if (os_read_file(path, GITDIR_MAX, &text, NULL) != ERR_OK)
		goto out;
	line = span_trim(buf_span(&text));
	if (!span_starts(line, span_str(prefix)))
		goto out;
	line = span_trim(span_from(line, span_str(prefix).len));
	buf_clear(out);
	if (line.len > 0 && line.ptr[0] != '/')
		buf_printf(out, "%s/", dir);
	buf_put(out, line);
	found = line.len > 0 && buf_ok(out);
out:
	buf_fini(&text);
	return found;
}

/* The path of info/exclude: a worktree's .git is a file that names another folder, which
 * may name the one that all worktrees share. */
static void exclude_path(const char *top, struct buf *out)
{
	struct buf git = BUF_INIT;
	struct buf common = BUF_INIT;
	struct buf pointer = BUF_INIT;

	os_join(&git, top, ".git");
	if (os_type_of(buf_str(&git)) == OS_FILE &&
	    read_pointer(buf_str(&git), "gitdir:", top, &pointer)) {
		buf_clear(&git);
		buf_put(&git, buf_span(&pointer));
	}
	os_join(&common, buf_str(&git), "commondir");
	if (!read_pointer(buf_str(&common), "", buf_str(&git), &pointer)) {
		buf_clear(&pointer);
		buf_put(&pointer, buf_span(&git));
	}
	os_join(out, buf_str(&pointer), "info/exclude");
	buf_fini(&git);
	buf_fini(&common);
	buf_fini(&pointer);
}

/* Length of the path of the closest folder, at or above, that holds a ".git"; 0 if none.
 */
static size_t find_top(struct span folder)
{
	struct buf path = BUF_INIT;
	size_t len = folder.len;

	while (len > 0) {
		buf_clear(&path);
		buf_put(&path, span_sub(folder, 0, len));
		buf_puts(&path, "/.git");
		if (os_type_of(buf_str(&path)) != OS_NONE)
			break;
		len = span_rfind_byte(span_sub(folder, 0, len), '/');
	}
	buf_fini(&path);
	return len;
}

enum err_code scan_ignore_above_load(struct scan_ignore_above *a, const char *folder,
                                     struct err *err)
{
	struct span whole = span_str(folder);
	size_t top = find_top(whole);
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (top == 0)
		goto out;
	buf_put(&dir, span_sub(whole, 0, top));
	exclude_path(buf_str(&dir), &path);
	rc = above_add(a, buf_str(&path), folder_bytes(buf_span(&dir)), err);
	while (rc == ERR_OK && top < whole.len) {
		buf_clear(&path);
		os_join(&path, buf_str(&dir), ".gitignore");
		rc = above_add(a, buf_str(&path), folder_bytes(buf_span(&dir)), err);
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
