// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"
#include "lib/json.h"
#include "os/fs.h"

#include <string.h>

/* What an import names, and the tree does not hold. */

/* Patterns of ignore files that all missing paths together are held against. */
enum { PATTERNS_MAX = 10000000 };

/* Is it on the disk, though not in the tree: ignored, or a link? */
static bool is_on_disk(struct import_judge *j, struct span path,
                       const char *const *suffixes)
{
	struct buf full = BUF_INIT;
	bool found = false;

	for (size_t i = 0; !found && suffixes[i] != NULL; i++) {
		buf_clear(&full);
		buf_put(&full, path);
		buf_puts(&full, suffixes[i]);
		j->failed = j->failed || !buf_ok(&full);
		found = j->failed || scan_tree_is_there(j->tree, buf_span(&full));
	}
	buf_fini(&full);
	return found;
}

/* The deepest folder above the path that the tree has. */
static struct span folder_of(const struct import_judge *j, struct span path)
{
	struct span folder = import_folder(path);

	while (folder.len > 0 && !import_is_folder(j, folder))
		folder = import_folder(folder);
	return folder;
}

/* Would the path or a folder above it be ignored? Then something makes it. */
static bool matches(struct import_judge *j, const struct scan_ignore *set,
                    struct span path, const char *const *suffixes)
{
	struct buf full = BUF_INIT;
	size_t top = strlen(j->tree->top);
	bool ignored;
	size_t len;

	buf_puts(&full, j->tree->top);
	buf_put(&full, path);
	len = full.len;
	ignored = !buf_ok(&full);
	for (size_t at = top; !ignored && at < len; at++)
		if (full.ptr[at] == '/')
			ignored = scan_ignore_match(set, span_sub(buf_span(&full), 0, at),
			                            true);
	ignored = ignored || scan_ignore_match(set, buf_span(&full), true);
	for (size_t i = 0; !ignored && suffixes[i] != NULL; i++) {
		buf_truncate(&full, len);
		buf_puts(&full, suffixes[i]);
		ignored =
			!buf_ok(&full) || scan_ignore_match(set, buf_span(&full), false);
	}
	j->failed = j->failed || !buf_ok(&full);
	buf_fini(&full);
	return ignored;
}

static void tell_read(const char *path, void *context)
{
	struct import_judge *j = context;

	scan_tree_note_read(j->tree, path);
}

/* How often it is held against each pattern. */
static size_t questions(struct span path, const char *const *suffixes)
{
	size_t n = 1;

	for (size_t i = 0; suffixes[i] != NULL; i++)
		n++;
	for (size_t i = 0; i < path.len; i++)
		n += path.ptr[i] == '/';
	return n;
}

static bool would_be_ignored(struct import_judge *j, size_t file, struct span path,
                             const char *const *suffixes)
{
	struct scan_ignore_rules rules;
	size_t work;

	if (scan_ignore_below_get(&j->ignores, folder_of(j, path), tell_read, j, &rules,
	                          NULL) != ERR_OK) {
		j->failed = true;
		return true;
	}
	work = questions(path, suffixes) * rules.patterns;
	if (work > PATTERNS_MAX - j->asked) {
		if (j->unasked != file + 1)
			scan_tree_skip(j->tree, file, j->unresolved_rule,
			               "not fully scanned: too many ignore patterns for "
			               "imports that are not there");
		j->unasked = file + 1;
		return true;
	}
	j->asked += work;
	return matches(j, rules.set, path, suffixes);
}

/* Each path is looked for once; those that are there, or could be, are remembered. */
static bool is_absent(struct import_judge *j, size_t file, struct span path,
                      const char *const *suffixes)
{
	static char yes, no;
	struct buf key = BUF_INIT;
	const void *known;

	buf_put(&key, path);
	buf_printf(&key, "\n%p", (const void *)suffixes);
	known = map_get(&j->absent, buf_span(&key));
	if (known == NULL) {
		known = is_on_disk(j, path, suffixes) ||
		                        would_be_ignored(j, file, path, suffixes)
		                ? &no
		                : &yes;
		if (!buf_ok(&key) ||
		    !map_set(&j->absent, buf_span(&key), known == &yes ? &yes : &no))
			j->failed = true;
	}
	buf_fini(&key);
	return known == &yes && !j->failed;
}

void import_missing(struct import_judge *j, size_t file, const struct scan_fact *at,
                    struct span path, const char *const *suffixes)
{
	struct import_fact f = import_fact_of(at);
	struct buf message = BUF_INIT;
	struct buf details = BUF_INIT;
	struct json_writer w;

	if (!j->unresolved || !is_absent(j, file, path, suffixes))
		return;
	buf_puts(&message, "not there: ");
	buf_put(&message, f.target);
	json_writer_init(&w, &details, 0);
	json_open(&w, '{');
	json_field_path(&w, "target", f.target);
	json_field_path(&w, "expected", path);
	json_close(&w, '}');
	if (buf_ok(&message) && buf_ok(&details))
		scan_tree_report(j->tree,
		                 &(struct scan_tree_report){ .file = file,
		                                             .at = at,
		                                             .rule = j->unresolved_rule,
		                                             .message = buf_str(&message),
		                                             .details = buf_str(&details),
		                                             .identity = f.target });
	else
		j->failed = true;
	buf_fini(&message);
	buf_fini(&details);
}
