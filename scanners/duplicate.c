// SPDX-License-Identifier: Apache-2.0
#include "duplicate.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "os/fs.h"
#include "scope.h"

#include <stdlib.h>
#include <string.h>

/* Less than this is no copy that anybody would have to keep equal. */
enum { FILE_BYTES_MIN = 1024, TREE_BYTES_MIN = 4096, TREE_FILES_MIN = 2 };
#define READ_MAX ((uint64_t)64 << 20)

struct one {
	size_t file;
	struct span name; /* without its folder */
	uint64_t bytes;
	int weight; /* of its scope */
	size_t depth;
	char hex[DIGEST_HEX]; /* zeros as long as it is not read */
	bool read;
};

struct folder {
	struct span path;
	size_t first; /* of its files, which follow one another */
	size_t files;
	uint64_t bytes;
	uint64_t weight; /* of the scopes of its files */
	uint64_t sum;    /* of all names and contents below, in whatever order */
	const struct folder *copy_of;
};

struct judge {
	struct scan_tree *t;
	size_t *class; /* of each file: that of the first that is equal to it */
	struct folder *folders;
	size_t folder_count;
	size_t folder_cap;
	struct folder **order;
	const struct folder **copy; /* of each file: the folder that is a copy; NULL */
	size_t tree_rule;
	size_t file_rule;
	bool trees;
	bool files;
};

/* ---- which files are equal ---- */

static size_t depth_of(struct span path)
{
	size_t depth = 0;

	for (size_t i = 0; i < path.len; i++)
		depth += path.ptr[i] == '/';
	return depth;
}

/* Of equal ones the original is the one that counts most, and of these the one nearest to
 * the top: what is found in copies is not counted. */
static int compare_ones(const void *a, const void *b)
{
	const struct one *x = a;
	const struct one *y = b;
	int order = span_cmp(x->name, y->name);

	if (order == 0)
		order = memcmp(x->hex, y->hex, sizeof x->hex);
	if (order == 0)
		order = (x->weight < y->weight) - (x->weight > y->weight);
	if (order == 0)
		order = (x->depth > y->depth) - (x->depth < y->depth);
	if (order == 0)
		order = (x->file > y->file) - (x->file < y->file);
	return order;
}

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

/* One that cannot be read again is equal to none. */
static void read_one(struct judge *j, struct one *o)
{
	struct buf path = BUF_INIT;
	struct buf data = BUF_INIT;
	enum err_code rc;

	buf_puts(&path, j->t->top);
	buf_put(&path, j->t->files[o->file].path);
	rc = buf_ok(&path) ? os_read_file(buf_str(&path), READ_MAX, &data, NULL)
	                   : ERR_NOMEM;
	if (rc == ERR_OK && data.len == j->t->files[o->file].bytes)
		rc = digest_hex(buf_span(&data), o->hex, NULL);
	else if (rc == ERR_OK)
		rc = ERR_CORRUPT; /* changed meanwhile */
	o->read = rc == ERR_OK;
	if (!o->read)
		memset(o->hex, 0, sizeof o->hex);
	if (rc == ERR_NOMEM)
		j->t->rc = rc;
	buf_fini(&path);
	buf_fini(&data);
}

/* Gives those of one name and size their classes. */
static void class_group(struct judge *j, struct one *ones, size_t count)
{
	for (size_t i = 0; i < count && scan_tree_goes_on(j->t); i++)
		read_one(j, &ones[i]);
	qsort(ones, count, sizeof(*ones), compare_ones);
	for (size_t i = 1; i < count; i++)
		if (ones[i].read && ones[i - 1].read &&
		    memcmp(ones[i].hex, ones[i - 1].hex, sizeof ones[i].hex) == 0)
			j->class[ones[i].file] = j->class[ones[i - 1].file];
}

/* Small ones count as equal until a folder depends on it (is_equal): they are many. */
static void class_small(struct judge *j, const struct one *ones, size_t count)
{
	for (size_t i = 1; i < count; i++)
		j->class[ones[i].file] = ones[0].file;
}

static int compare_candidates(const void *a, const void *b)
{
	const struct one *x = a;
	const struct one *y = b;

	return x->bytes != y->bytes ? (x->bytes > y->bytes) - (x->bytes < y->bytes)
	                            : compare_ones(a, b);
}

static void class_files(struct judge *j)
{
	const struct scan_seen *files = j->t->files;
	size_t count = j->t->count;
	struct one *ones = mem_new(count * sizeof(*ones));
	size_t end;

	if (ones == NULL) {
		j->t->rc = ERR_NOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		ones[i] = (struct one){ .file = i,
			                .name = name_of(files[i].path),
			                .bytes = files[i].bytes,
			                .weight = scan_scope_weight(files[i].scope),
			                .depth = depth_of(files[i].path) };
		j->class[i] = i;
	}
	qsort(ones, count, sizeof(*ones), compare_candidates);
	for (size_t i = 0; i < count && scan_tree_goes_on(j->t); i = end) {
		for (end = i + 1;
		     end < count && span_eq(ones[i].name, ones[end].name) &&
		     files[ones[i].file].bytes == files[ones[end].file].bytes;)
			end++;
		if (ones[i].bytes < FILE_BYTES_MIN)
			class_small(j, ones + i, end - i);
		else if (end - i > 1)
			class_group(j, ones + i, end - i);
	}
	mem_free(ones);
}

/* ---- folders ---- */

/* Adds a file to the folder; the sum does not depend on the order. */
static void add_to(struct judge *j, struct folder *f, size_t file)
{
	struct span path = j->t->files[file].path;
	struct span below = span_from(path, f->path.len + 1);

	f->files++;
	f->bytes += j->t->files[file].bytes;
	f->weight += (uint64_t)scan_scope_weight(j->t->files[file].scope);
	f->sum += map_hash(below) * (2 * (uint64_t)j->class[file] + 1);
}

/* The folders of the file; `stack` holds the indexes of those of the file before. */
static bool add_file(struct judge *j, size_t file, size_t *stack, size_t depth[1],
                     size_t max)
{
	struct span path = j->t->files[file].path;
	size_t level = 0;

	for (size_t at = 0; at < path.len && level < max; at++) {
		struct span folder = span_sub(path, 0, at);

		if (path.ptr[at] != '/')
			continue;
		if (level < *depth && span_eq(j->folders[stack[level]].path, folder)) {
			add_to(j, &j->folders[stack[level++]], file);
			continue;
		}
		if (!mem_grow(&j->folders, j->folder_count, &j->folder_cap,
		              sizeof(*j->folders)))
			return false;
		j->folders[j->folder_count] =
			(struct folder){ .path = folder, .first = file };
		stack[level++] = j->folder_count++;
		*depth = level;
		add_to(j, &j->folders[j->folder_count - 1], file);
	}
	*depth = level;
	return true;
}

static void gather_folders(struct judge *j)
{
	enum { DEPTH = 256 };
	size_t stack[DEPTH];
	size_t depth = 0;

	for (size_t i = 0; i < j->t->count; i++)
		if (!add_file(j, i, stack, &depth, DEPTH)) {
			j->t->rc = ERR_NOMEM;
			return;
		}
}

static int compare_folders(const void *a, const void *b)
{
	const struct folder *x = *(struct folder *const *)a;
	const struct folder *y = *(struct folder *const *)b;

	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (depth_of(x->path) != depth_of(y->path))
		return depth_of(x->path) < depth_of(y->path) ? -1 : 1;
	return span_cmp(x->path, y->path);
}

static bool same_small(struct judge *j, size_t a, size_t b)
{
	struct one x = { .file = a };
	struct one y = { .file = b };

	if (j->t->files[a].bytes == 0)
		return true;
	read_one(j, &x);
	read_one(j, &y);
	return x.read && y.read && memcmp(x.hex, y.hex, sizeof x.hex) == 0;
}

/* Sums may be equal by chance. */
static bool is_equal(struct judge *j, const struct folder *a, const struct folder *b)
{
	if (a->files != b->files)
		return false;
	for (size_t i = 0; i < a->files; i++) {
		struct span x = j->t->files[a->first + i].path;
		struct span y = j->t->files[b->first + i].path;

		if (j->class[a->first + i] != j->class[b->first + i] ||
		    !span_eq(span_from(x, a->path.len), span_from(y, b->path.len)))
			return false;
	}
	for (size_t i = 0; i < a->files; i++)
		if (scan_tree_goes_on(j->t) &&
		    j->t->files[a->first + i].bytes < FILE_BYTES_MIN &&
		    !same_small(j, a->first + i, b->first + i))
			return false;
	return true;
}

/* Those of one sum, from `first` to `end`: each is held against the originals so far, of
 * which there is nearly always one. */
static void find_copies_of(struct judge *j, size_t first, size_t end)
{
	enum { ORIGINALS_MAX = 16 };
	struct folder *originals[ORIGINALS_MAX];
	size_t count = 0;

	for (size_t i = first; i < end; i++) {
		struct folder *f = j->order[i];

		for (size_t k = 0; k < count && f->copy_of == NULL; k++)
			if (is_equal(j, originals[k], f))
				f->copy_of = originals[k];
		if (f->copy_of == NULL && count < ORIGINALS_MAX)
			originals[count++] = f;
	}
}

static void find_copies(struct judge *j)
{
	size_t end;

	j->order = mem_new((j->folder_count + 1) * sizeof(struct folder *));
	if (j->order == NULL) {
		j->t->rc = ERR_NOMEM;
		return;
	}
	for (size_t i = 0; i < j->folder_count; i++)
		j->order[i] = &j->folders[i];
	qsort(j->order, j->folder_count, sizeof(struct folder *), compare_folders);
	for (size_t i = 0; i < j->folder_count; i = end) {
		const struct folder *first = j->order[i];

		end = i + 1;
		while (end < j->folder_count && j->order[end]->sum == first->sum)
			end++;
		if (first->bytes >= TREE_BYTES_MIN && first->files >= TREE_FILES_MIN)
			find_copies_of(j, i, end);
	}
}

/* ---- findings ---- */

static void put_of(struct buf *out, struct span original, const char *rest)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_path(&w, "duplicate_of", original);
	json_close(&w, '}');
	/* The members of the object that was there follow. */
	if (rest != NULL && strcmp(rest, "{}") != 0) {
		buf_truncate(out, out->len - 1);
		buf_putc(out, ',');
		buf_puts(out, rest + 1);
	}
}

static void report(struct judge *j, size_t file, size_t rule, struct span copy,
                   struct span original)
{
	struct buf message = BUF_INIT;
	struct buf details = BUF_INIT;

	buf_put(&message, copy);
	buf_puts(&message, " is a copy of ");
	buf_put(&message, original);
	put_of(&details, original, NULL);
	if (buf_ok(&message) && buf_ok(&details))
		scan_tree_report(j->t,
		                 &(struct scan_tree_report){ .file = file,
		                                             .rule = rule,
		                                             .message = buf_str(&message),
		                                             .details = buf_str(&details),
		                                             .identity = copy });
	else
		j->t->rc = ERR_NOMEM;
	buf_fini(&message);
	buf_fini(&details);
}

/* The topmost copies: folders come before those below them. */
static void report_trees(struct judge *j)
{
	for (size_t i = 0; i < j->folder_count && j->t->rc == ERR_OK; i++) {
		const struct folder *f = &j->folders[i];

		if (f->copy_of == NULL || j->copy[f->first] != NULL)
			continue;
		for (size_t k = 0; k < f->files; k++)
			j->copy[f->first + k] = f;
		if (j->trees)
			report(j, f->first, j->tree_rule, f->path, f->copy_of->path);
	}
}

/* Of these every folder may have its own. */
static bool is_own(const struct scan_seen *f)
{
	static const char *const stems[] = { "LICENSE*", "LICENCE*", "COPYING*",
		                             "NOTICE*",  "PKG-INFO", "AUTHORS*",
		                             "*.lock",   "go.sum",   "*.svg",
		                             NULL };

	for (size_t i = 0; stems[i] != NULL; i++)
		if (str_glob(stems[i], name_of(f->path)))
			return true;
	return f->binary || f->bytes < FILE_BYTES_MIN || f->scope == SCAN_GENERATED;
}

static void report_files(struct judge *j)
{
	for (size_t i = 0; i < j->t->count && j->files && j->t->rc == ERR_OK; i++) {
		const struct scan_seen *f = &j->t->files[i];

		if (j->class[i] != i && j->copy[i] == NULL && !is_own(f))
			report(j, i, j->file_rule, f->path,
			       j->t->files[j->class[i]].path);
	}
}

/* The original of a file in a copied folder: they hold the same names in the same order.
 */
static size_t original_of(const struct judge *j, size_t file)
{
	const struct folder *f = j->copy[file];

	return f->copy_of->first + (file - f->first);
}

bool scan_tree_mark_copy(struct scan_sink *sink, struct scan_finding *f,
                         const struct scan_tree_copy *c)
{
	struct buf details = BUF_INIT;
	const char *kept = NULL;

	if (str_starts(f->rule, "duplicate.") ||
	    scan_scope_weight(f->scope) > scan_scope_weight(c->scope))
		return true;
	put_of(&details, c->original, f->details);
	if (buf_ok(&details))
		kept = arena_dup(&sink->arena, buf_span(&details));
	buf_fini(&details);
	if (kept == NULL)
		return false;
	f->details = kept;
	f->is_copy = true;
	return true;
}

/* Findings of a file follow one another. */
static bool note_copy(struct scan_tree *t, const struct scan_tree_copy *c)
{
	if (t->copy_count > 0 && span_eq(t->copies[t->copy_count - 1].path, c->path))
		return true;
	if (!mem_grow(&t->copies, t->copy_count, &t->copy_cap, sizeof(*t->copies)))
		return false;
	t->copies[t->copy_count++] = *c;
	return true;
}

/* Counted once at least: what is a copy itself is no original. */
static void mark(struct judge *j, struct scan_sink *sink, struct scan_finding *f)
{
	size_t file = scan_tree_find(j->t, f->path);
	struct scan_tree_copy c;
	size_t original;

	if (file == j->t->count || j->copy[file] == NULL)
		return;
	original = original_of(j, file);
	if (j->copy[original] != NULL)
		return;
	c = (struct scan_tree_copy){ j->t->files[file].path, j->t->files[original].path,
		                     j->t->files[original].scope };
	if (!note_copy(j->t, &c) || !scan_tree_mark_copy(sink, f, &c))
		j->t->rc = ERR_NOMEM;
}

static bool runs(const struct scan_selection *rules, const char *id, size_t *rule)
{
	*rule = scan_rule_find(rules->rules, rules->count, id);
	return *rule < rules->count && rules->on[*rule];
}

void scan_duplicate_judge(struct scan_tree *t, struct scan_sink *const *sinks,
                          size_t count)
{
	struct judge j = { .t = t };

	j.trees = runs(t->rules, "duplicate.tree", &j.tree_rule);
	j.files = runs(t->rules, "duplicate.file", &j.file_rule);
	if ((!j.trees && !j.files) || t->count == 0)
		return;
	j.class = mem_new(t->count * sizeof(*j.class));
	j.copy = mem_new(t->count * sizeof(const struct folder *));
	if (j.class == NULL || j.copy == NULL)
		t->rc = ERR_NOMEM;
	if (t->rc == ERR_OK)
		class_files(&j);
	if (t->rc == ERR_OK)
		gather_folders(&j);
	if (t->rc == ERR_OK)
		find_copies(&j);
	if (t->rc == ERR_OK)
		report_trees(&j);
	if (t->rc == ERR_OK)
		report_files(&j);
	for (size_t i = 0; i < count && j.trees; i++)
		for (size_t k = 0; k < sinks[i]->count && t->rc == ERR_OK; k++)
			mark(&j, sinks[i], &sinks[i]->findings[k]);
	mem_free(j.class);
	mem_free(j.copy);
	mem_free(j.folders);
	mem_free(j.order);
}
