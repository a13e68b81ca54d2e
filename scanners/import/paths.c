// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include <string.h>

struct span import_folder(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? SPAN_EMPTY : span_sub(path, 0, slash);
}

struct span import_base_name(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

struct span import_stem(struct span path)
{
	struct span name = import_base_name(path);

	return span_sub(name, 0, span_rfind_byte(name, '.'));
}

static bool leave_folder(struct buf *out)
{
	size_t slash = span_rfind_byte(buf_span(out), '/');

	if (out->len == 0)
		return false;
	buf_truncate(out, slash == out->len ? 0 : slash);
	return true;
}

bool import_join(struct buf *out, struct span folder, struct span rest)
{
	struct span part;

	buf_clear(out);
	buf_put(out, folder);
	while (span_split(&rest, '/', &part)) {
		if (part.len == 0 || span_eq_str(part, "."))
			continue;
		if (span_eq_str(part, "..")) {
			if (!leave_folder(out))
				return false;
			continue;
		}
		if (out->len > 0)
			buf_putc(out, '/');
		buf_put(out, part);
	}
	return buf_ok(out);
}

size_t import_find(const struct import_judge *j, struct span path)
{
	return scan_tree_find(j->tree, path);
}

size_t import_find_in(struct import_judge *j, struct span folder, struct span name,
                      const char *suffix)
{
	buf_clear(&j->path);
	buf_put(&j->path, folder);
	if (folder.len > 0)
		buf_putc(&j->path, '/');
	buf_put(&j->path, name);
	buf_puts(&j->path, suffix);
	if (!buf_ok(&j->path)) {
		j->failed = true;
		return j->tree->count;
	}
	return import_find(j, buf_span(&j->path));
}

bool import_is_folder(const struct import_judge *j, struct span path)
{
	return scan_tree_find_below(j->tree, path) < j->tree->count;
}

static struct span name_at(const struct import_judge *j, size_t i)
{
	return j->index->by_name[i].name;
}

/* The first of by_name that does not stand before the name. */
static size_t lower_bound(const struct import_judge *j, struct span name)
{
	size_t low = 0;
	size_t high = j->tree->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_cmp(name_at(j, middle), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t import_named(const struct import_judge *j, struct span name, size_t max,
                    size_t *count)
{
	size_t first = lower_bound(j, name);

	for (*count = 0; *count < max && first + *count < j->tree->count; ++*count)
		if (!span_eq(name_at(j, first + *count), name))
			break;
	return first;
}

/* A slash comes in front of all: a folder's end, too. */
static unsigned rank_of(char c)
{
	return c == '/' ? 0 : (unsigned char)c + 1U;
}

int import_order_back(struct span a, struct span b)
{
	size_t common = a.len < b.len ? a.len : b.len;

	for (size_t i = 1; i <= common; i++) {
		unsigned x = rank_of(a.ptr[a.len - i]);
		unsigned y = rank_of(b.ptr[b.len - i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* Does the folder end in these parts of a path? */
static bool ends_in(struct span folder, struct span parts)
{
	return parts.len == 0 || (span_ends(folder, parts) &&
	                          (folder.len == parts.len ||
	                           folder.ptr[folder.len - parts.len - 1] == '/'));
}

size_t import_ending(const struct import_judge *j, struct span target, size_t *count)
{
	const struct import_name *all = j->index->by_name;
	struct span name = import_base_name(target);
	struct span parts = import_folder(target);
	size_t first = lower_bound(j, name);
	size_t high = j->tree->count;
	size_t low = first;

	/* The first that does not stand before, then the first that does not end so. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_eq(all[middle].name, name) &&
		    import_order_back(all[middle].folder, parts) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	high = j->tree->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_eq(all[middle].name, name) && ends_in(all[middle].folder, parts))
			low = middle + 1;
		else
			high = middle;
	}
	*count = low - first;
	return first;
}

bool import_has_stem(struct import_judge *j, struct span stem)
{
	size_t at = lower_bound(j, stem);

	if (at < j->tree->count && span_eq(name_at(j, at), stem))
		return true;
	buf_clear(&j->path);
	buf_put(&j->path, stem);
	buf_putc(&j->path, '.');
	j->failed = j->failed || !buf_ok(&j->path);
	at = lower_bound(j, buf_span(&j->path));
	return at < j->tree->count && span_starts(name_at(j, at), buf_span(&j->path));
}
