// SPDX-License-Identifier: Apache-2.0
#include "claims/around.h"

#include "base/ascii.h"
#include "base/str.h"
#include "os/fs.h"
#include "os/walk.h"
#include "scanners/ignore_above.h"

enum { NAMES_MAX = 200000, DEPTH_MAX = 40 };

static char there;

/* "curl-7.88.1", or what Debian, CPAN and crates.io pack. */
static bool is_archive(struct claims_around *a)
{
	static const char *const marks[] = {
		"debian/changelog",     "PKG-INFO", "META.json", "META.yml",
		".cargo_vcs_info.json", "configure"
	};
	struct span name = claims_name_of(span_str(a->root));
	size_t hyphen = span_rfind_byte(name, '-');

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (claims_exists(a, span_str(marks[i])))
			return true;
	/* Documents of an installed package. */
	if (span_find(span_str(a->root), SPAN_LIT("/share/doc/")) < strlen(a->root))
		return true;
	return hyphen + 1 < name.len && ascii_is_digit(name.ptr[hyphen + 1]) &&
	       span_find_byte(name, '.') < name.len;
}

void claims_around_init(struct claims_around *a, const char *root, bool whole)
{
	*a = (struct claims_around){ .root = root, .whole = whole };
	map_init(&a->names);
	a->archive = !whole && is_archive(a);
}

void claims_around_fini(struct claims_around *a)
{
	map_fini(&a->names);
	buf_fini(&a->path);
	buf_fini(&a->full);
}

static bool skips(const char *name)
{
	return str_eq(name, ".git") || str_eq(name, "node_modules") ||
	       str_eq(name, ".seaworthy");
}

struct walk {
	struct claims_around *a;
	const struct os_dir *dir;
	unsigned depth;
};

static void walk(struct claims_around *a, const struct os_dir *dir, unsigned depth);

static enum err_code on_entry(const struct os_entry *entry, void *context,
                              struct err *err)
{
	const struct walk *in = context;
	struct claims_around *a = in->a;
	struct os_dir below;

	(void)err;
	if (++a->count > NAMES_MAX || in->depth > DEPTH_MAX) {
		a->all_names = false;
		return ERR_LIMIT;
	}
	if (!map_set(&a->names, span_str(entry->name), &there)) {
		a->failed = true;
		return ERR_NOMEM;
	}
	if (entry->type != OS_DIR || skips(entry->name))
		return ERR_OK;
	if (os_dir_open(&below, in->dir, entry->name, NULL) != ERR_OK) {
		a->all_names = false;
		return ERR_OK;
	}
	walk(a, &below, in->depth + 1);
	os_dir_close(&below);
	return a->all_names ? ERR_OK : ERR_LIMIT;
}

static void walk(struct claims_around *a, const struct os_dir *dir, unsigned depth)
{
	struct walk in = { a, dir, depth };

	if (os_dir_each(dir, on_entry, &in, NULL) != ERR_OK)
		a->all_names = false;
}

bool claims_is_anywhere(struct claims_around *a, struct span name)
{
	struct os_dir top;

	if (!a->has_names) {
		a->has_names = true;
		a->all_names = true;
		if (os_dir_open(&top, NULL, a->root, NULL) == ERR_OK) {
			walk(a, &top, 0);
			os_dir_close(&top);
		} else {
			a->all_names = false;
		}
	}
	return !a->all_names || map_has(&a->names, name);
}

const char *claims_full(struct claims_around *a, struct span path)
{
	buf_clear(&a->full);
	buf_puts(&a->full, a->root);
	buf_putc(&a->full, '/');
	buf_put(&a->full, path);
	if (!buf_ok(&a->full))
		a->failed = true;
	return buf_str(&a->full);
}

bool claims_exists(struct claims_around *a, struct span path)
{
	return os_type_of(claims_full(a, path)) != OS_NONE;
}

struct span claims_name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

bool claims_resolve(struct claims_around *a, struct span folder, struct span to)
{
	struct span part;

	buf_clear(&a->path);
	buf_put(&a->path, folder);
	while (to.len > 0) {
		part = span_sub(to, 0, span_find_byte(to, '/'));
		to = span_from(to, part.len + 1);
		if (part.len == 0 || span_eq_str(part, "."))
			continue;
		if (span_eq_str(part, "..")) {
			struct span path = buf_span(&a->path);
			size_t up = span_rfind_byte(path, '/');

			if (path.len == 0)
				return false;
			buf_truncate(&a->path, up == path.len ? 0 : up);
			continue;
		}
		if (a->path.len > 0)
			buf_putc(&a->path, '/');
		buf_put(&a->path, part);
	}
	return buf_ok(&a->path);
}

static bool matches(const struct scan_ignore *set, struct span path, size_t root)
{
	for (size_t i = root + 1; i < path.len; i++)
		if (path.ptr[i] == '/' &&
		    scan_ignore_match(set, span_sub(path, 0, i), true))
			return true;
	return scan_ignore_match(set, path, false) || scan_ignore_match(set, path, true);
}

bool claims_is_ignored(struct claims_around *a, struct span path)
{
	struct scan_ignore_above above = SCAN_IGNORE_ABOVE_INIT;
	const char *full = claims_full(a, path);
	bool is = false;

	if (a->failed)
		return false;
	if (scan_ignore_above_load(&above, full, NULL, NULL, NULL) == ERR_OK)
		is = matches(scan_ignore_above_get(&above), span_str(full),
		             strlen(a->root));
	scan_ignore_above_fini(&above);
	return is;
}

bool claims_is_made(struct claims_around *a, struct span path)
{
	static const char *const ends[] = { ".in",   ".tmpl",   ".template", ".tpl",
		                            ".dist", ".sample", ".example",  ".am" };
	struct buf of = BUF_INIT;
	bool is = false;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends) && !is; i++) {
		buf_clear(&of);
		buf_put(&of, path);
		buf_puts(&of, ends[i]);
		is = claims_exists(a, buf_span(&of));
	}
	a->failed = a->failed || !buf_ok(&of);
	buf_fini(&of);
	return is;
}
