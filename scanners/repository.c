// SPDX-License-Identifier: Apache-2.0
#include "repository.h"

#include "os/fs.h"

enum { GITDIR_MAX = 8192 };

size_t scan_repository_top(struct span folder)
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

bool scan_repository_is(const char *folder)
{
	static const struct {
		const char *name;
		enum os_type type;
	} parts[] = { { "HEAD", OS_FILE }, { "objects", OS_DIR }, { "refs", OS_DIR } };
	struct buf path = BUF_INIT;
	size_t n = 0;

	for (; n < sizeof(parts) / sizeof(parts[0]); n++) {
		buf_clear(&path);
		os_join(&path, folder, parts[n].name);
		if (!buf_ok(&path) || os_type_of(buf_str(&path)) != parts[n].type)
			break;
	}
	buf_fini(&path);
	return n == sizeof(parts) / sizeof(parts[0]);
}

void scan_repository_folder(const char *top, struct buf *out)
{
	struct buf pointer = BUF_INIT;

	os_join(out, top, ".git");
	if (os_type_of(buf_str(out)) == OS_FILE &&
	    read_pointer(buf_str(out), "gitdir:", top, &pointer)) {
		buf_clear(out);
		buf_put(out, buf_span(&pointer));
	}
	buf_fini(&pointer);
}

void scan_repository_common(const char *git, struct buf *out)
{
	struct buf path = BUF_INIT;

	os_join(&path, git, "commondir");
	if (!read_pointer(buf_str(&path), "", git, out)) {
		buf_clear(out);
		buf_puts(out, git);
	}
	buf_fini(&path);
}
