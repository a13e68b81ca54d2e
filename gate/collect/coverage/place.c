// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/place.h"

#include "base/str.h"
#include "os/fs.h"

#include <string.h>

enum { GO_MOD_MAX = 1 << 20, DEPTH_MAX = 64 };

/* Takes the last name off, down to `floor`. */
static void step_up(struct buf *out, size_t floor)
{
	while (out->len > floor && out->ptr[out->len - 1] != '/')
		out->len--;
	if (out->len > floor)
		out->len--;
	if (out->ptr != NULL)
		out->ptr[out->len] = '\0';
}

void gate_cov_path_clean(struct span path, struct buf *out)
{
	bool absolute = path.len > 0 && path.ptr[0] == '/';
	size_t floor = out->len;
	struct span part;

	while (span_split(&path, '/', &part)) {
		if (part.len == 0 || span_eq_str(part, "."))
			continue;
		if (span_eq_str(part, "..")) {
			step_up(out, floor);
			continue;
		}
		if (absolute || out->len > floor)
			buf_putc(out, '/');
		buf_put(out, part);
	}
}

/* What a tool of Windows wrote: "C:\a\b", "a\b". */
static bool has_backslashes(struct span name)
{
	bool drive = name.len > 2 && name.ptr[1] == ':' &&
	             (name.ptr[2] == '\\' || name.ptr[2] == '/');

	return drive || (span_find_byte(name, '/') == name.len &&
	                 span_find_byte(name, '\\') < name.len);
}

static void put_slashes(struct span name, struct buf *out)
{
	bool windows = has_backslashes(name);

	buf_put(out, name);
	for (size_t i = 0; windows && i < out->len; i++)
		if (out->ptr[i] == '\\')
			out->ptr[i] = '/';
}

/* Offset of what is below the folder, 0 if it is not. */
static size_t below(const char *folder, struct span path)
{
	size_t n = strlen(folder);

	return path.len > n + 1 && path.ptr[n] == '/' &&
	                       span_starts(path, span_str(folder))
	               ? n + 1
	               : 0;
}

static bool is_file(const char *folder, struct span relative)
{
	struct buf path = BUF_INIT;
	bool found;

	buf_printf(&path, "%s/", folder);
	buf_put(&path, relative);
	found = os_type_of(buf_str(&path)) == OS_FILE;
	buf_fini(&path);
	return found;
}

/* The part below root or copy, by text, then by where links lead. */
static bool strip(const struct gate_cov_place *p, struct span path, struct buf *out)
{
	struct buf copy = BUF_INIT;
	struct buf real = BUF_INIT;
	size_t at = below(p->seen, path);

	if (at == 0)
		at = below(p->root, path);
	if (at > 0) {
		buf_clear(out);
		buf_put(out, span_from(path, at));
		return true;
	}
	buf_put(&copy, path);
	if (os_realpath(buf_str(&copy), &real, NULL) == ERR_OK) {
		at = below(p->seen, buf_span(&real));
		if (at == 0)
			at = below(p->root, buf_span(&real));
		if (at > 0) {
			buf_clear(out);
			buf_put(out, span_from(buf_span(&real), at));
		}
	}
	buf_fini(&copy);
	buf_fini(&real);
	return at > 0;
}

/* The name below a folder, which may be relative to where the suite ran. */
static bool try_folder(const struct gate_cov_place *p, const char *folder,
                       struct span name, struct buf *out)
{
	struct buf joined = BUF_INIT;
	struct buf clean = BUF_INIT;
	bool found = false;

	if (folder[0] != '/')
		buf_printf(&joined, "%s/", p->dir);
	buf_printf(&joined, "%s/", folder);
	buf_put(&joined, name);
	gate_cov_path_clean(buf_span(&joined), &clean);
	if (strip(p, buf_span(&clean), out))
		found = is_file(p->root, buf_span(out)) ||
		        is_file(p->seen, buf_span(out));
	buf_fini(&joined);
	buf_fini(&clean);
	return found;
}

/* ---- Go ---- */

/* The path behind `module` in go.mod. */
static bool module_of(const char *folder, struct buf *module)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;

	buf_clear(module);
	buf_printf(&path, "%s/go.mod", folder);
	if (os_read_file(buf_str(&path), GO_MOD_MAX, &text, NULL) == ERR_OK) {
		rest = buf_span(&text);
		while (module->len == 0 && span_line(&rest, &line)) {
			line = span_trim(
				span_sub(line, 0, span_find(line, SPAN_LIT("//"))));
			if (!span_starts(line, SPAN_LIT("module ")))
				continue;
			line = span_trim(span_from(line, 7));
			if (line.len > 1 && line.ptr[0] == '"')
				line = span_sub(line, 1, line.len - 2);
			buf_put(module, line);
		}
	}
	buf_fini(&path);
	buf_fini(&text);
	return module->len > 0;
}

/* From the suite's folder upward: the module that the name is of. */
static bool try_modules(const struct gate_cov_place *p, struct span name, struct buf *out)
{
	struct buf folder = BUF_INIT;
	struct buf module = BUF_INIT;
	bool found = false;

	buf_puts(&folder, p->dir);
	for (int i = 0; i < DEPTH_MAX && !found && folder.len >= strlen(p->seen); i++) {
		if (module_of(buf_str(&folder), &module) &&
		    below(buf_str(&module), name) > 0)
			found = try_folder(p, buf_str(&folder),
			                   span_from(name, module.len + 1), out);
		step_up(&folder, 0);
	}
	buf_fini(&folder);
	buf_fini(&module);
	return found;
}

/* ---- any name ---- */

static enum gate_cov_where place_absolute(const struct gate_cov_place *p,
                                          struct span name, struct buf *out)
{
	struct buf clean = BUF_INIT;
	enum gate_cov_where where = GATE_COV_INSIDE;

	gate_cov_path_clean(name, &clean);
	if (!strip(p, buf_span(&clean), out)) {
		where = os_type_of(buf_str(&clean)) == OS_FILE ? GATE_COV_OUTSIDE
		                                               : GATE_COV_NOWHERE;
		buf_clear(out);
		buf_put(out, buf_span(&clean));
	}
	buf_fini(&clean);
	return where;
}

static bool try_folders(const struct gate_cov_place *p, struct span name, struct buf *out)
{
	const char *const usual[] = { p->dir, p->seen, p->own };

	for (size_t i = 0; i < p->folder_count; i++)
		if (try_folder(p, p->folders[i], name, out))
			return true;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (try_folder(p, usual[i], name, out))
			return true;
	return false;
}

enum gate_cov_where gate_cov_place_of(const struct gate_cov_place *p, struct span name,
                                      struct buf *out)
{
	struct buf slashes = BUF_INIT;
	enum gate_cov_where where = GATE_COV_INSIDE;

	buf_clear(out);
	put_slashes(name, &slashes);
	name = buf_span(&slashes);
	if (name.len > 0 && name.ptr[0] == '/') {
		where = place_absolute(p, name, out);
	} else if (!(p->go && try_modules(p, name, out)) && !try_folders(p, name, out)) {
		where = GATE_COV_NOWHERE;
		buf_clear(out);
		gate_cov_path_clean(name, out);
	}
	buf_fini(&slashes);
	return where;
}
