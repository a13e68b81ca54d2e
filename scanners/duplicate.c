// SPDX-License-Identifier: Apache-2.0
#include "duplicate.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "lib/json.h"
#include "same_files.h"
#include "scope.h"

#include <stdlib.h>
#include <string.h>

/* Less than this is no copy that anybody would have to keep equal. */
enum { TREE_BYTES_MIN = 4096, TREE_FILES_MIN = 2 };

struct folder {
	struct span path;
	size_t depth;
	size_t first; /* of its files, which follow one another */
	size_t files;
	uint64_t bytes;
	uint64_t weight; /* of the scopes of its files */
	uint64_t sum;    /* of all names and contents below, in whatever order */
	const struct folder *copy_of;
};

struct scan_copies {
	struct scan_tree *t; /* while they are looked for */
	struct scan_same same;
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

/* ---- folders ---- */

/* The folders that the file in hand is in, from the top. */
struct way {
	size_t *folders; /* indexes */
	size_t depth;
	size_t cap;
};

/* What something called so adds to the sum of its folder, which depends on no order. */
static uint64_t share_of(struct span name, uint64_t content)
{
	return map_hash(name) * (2 * content + 1);
}

static struct span behind(struct span path, size_t len)
{
	return span_from(path, len + (len > 0 ? 1 : 0));
}

/* Leaves the last folder of the way, all of which is known now. */
static void leave_folder(struct scan_copies *j, struct way *w)
{
	const struct folder *f = &j->folders[w->folders[--w->depth]];
	struct folder *above;

	if (w->depth == 0)
		return;
	above = &j->folders[w->folders[w->depth - 1]];
	above->files += f->files;
	above->bytes += f->bytes;
	above->weight += f->weight;
	above->sum += share_of(behind(f->path, above->path.len), f->sum);
}

static bool enter_folder(struct scan_copies *j, struct way *w, struct span path,
                         size_t file)
{
	if (!mem_grow(&j->folders, j->folder_count, &j->folder_cap,
	              sizeof(*j->folders)) ||
	    !mem_grow(&w->folders, w->depth, &w->cap, sizeof(*w->folders)))
		return false;
	j->folders[j->folder_count] =
		(struct folder){ .path = path, .depth = w->depth, .first = file };
	w->folders[w->depth++] = j->folder_count++;
	return true;
}

/* Bytes of the path that the last folder of the way has. */
static size_t reached(const struct scan_copies *j, const struct way *w)
{
	return w->depth > 0 ? j->folders[w->folders[w->depth - 1]].path.len : 0;
}

static bool holds(struct span folder, struct span path)
{
	return path.len > folder.len && path.ptr[folder.len] == '/' &&
	       span_starts(path, folder);
}

/* Files come in the order of their paths: what of the way is still theirs is its front.
 */
static bool add_file(struct scan_copies *j, size_t file, struct way *w)
{
	const struct scan_seen *seen = &j->t->files[file];
	struct folder *f;
	struct span rest;
	size_t slash;

	while (w->depth > 0 &&
	       !holds(j->folders[w->folders[w->depth - 1]].path, seen->path))
		leave_folder(j, w);
	rest = behind(seen->path, reached(j, w));
	while ((slash = span_find_byte(rest, '/')) < rest.len) {
		rest = span_from(rest, slash + 1);
		if (!enter_folder(j, w,
		                  span_sub(seen->path, 0, seen->path.len - rest.len - 1),
		                  file))
			return false;
	}
	if (w->depth == 0)
		return true;
	f = &j->folders[w->folders[w->depth - 1]];
	f->files++;
	f->bytes += seen->bytes;
	f->weight += (uint64_t)scan_scope_weight(seen->scope);
	f->sum += share_of(rest, j->same.class[file]);
	return true;
}

static void gather_folders(struct scan_copies *j)
{
	struct way w = { .folders = NULL };

	for (size_t i = 0; i < j->t->count && j->t->rc == ERR_OK; i++)
		if (!add_file(j, i, &w))
			j->t->rc = ERR_NOMEM;
	while (w.depth > 0)
		leave_folder(j, &w);
	mem_free(w.folders);
}

static int compare_folders(const void *a, const void *b)
{
	const struct folder *x = *(struct folder *const *)a;
	const struct folder *y = *(struct folder *const *)b;

	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return span_cmp(x->path, y->path);
}

/* Sums may be equal by chance. */
static bool is_equal(const struct scan_copies *j, const struct folder *a,
                     const struct folder *b)
{
	if (a->files != b->files)
		return false;
	for (size_t i = 0; i < a->files; i++) {
		struct span x = j->t->files[a->first + i].path;
		struct span y = j->t->files[b->first + i].path;

		if (j->same.class[a->first + i] != j->same.class[b->first + i] ||
		    !span_eq(span_from(x, a->path.len), span_from(y, b->path.len)))
			return false;
	}
	return true;
}

/* The sum by the contents of all its files. */
static void settle(struct scan_copies *j, struct folder *f)
{
	f->sum = 0;
	for (size_t i = 0; i < f->files && scan_tree_goes_on(j->t); i++) {
		size_t file = f->first + i;

		scan_same_settle(&j->same, file);
		f->sum += share_of(behind(j->t->files[file].path, f->path.len),
		                   j->same.class[file]);
	}
}

/* Of those whose files have equal names and sizes, from `first` to `end`, the ones that
 * are equal follow one another once their contents are known, the original first. */
static void find_copies_of(struct scan_copies *j, size_t first, size_t end)
{
	struct folder *original = NULL;

	for (size_t i = first; i < end; i++)
		settle(j, j->order[i]);
	qsort(j->order + first, end - first, sizeof(struct folder *), compare_folders);
	for (size_t i = first; i < end; i++) {
		struct folder *f = j->order[i];

		if (original == NULL || original->sum != f->sum)
			original = f;
		else if (is_equal(j, original, f))
			f->copy_of = original;
	}
}

static void find_copies(struct scan_copies *j)
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
		if (end - i > 1 && first->bytes >= TREE_BYTES_MIN &&
		    first->files >= TREE_FILES_MIN)
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

static void report(struct scan_copies *j, size_t file, size_t rule, struct span copy,
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
static void report_trees(struct scan_copies *j)
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

static void report_files(struct scan_copies *j)
{
	for (size_t i = 0; i < j->t->count && j->files && j->t->rc == ERR_OK; i++) {
		const struct scan_seen *f = &j->t->files[i];

		size_t class = j->same.class[i];

		if (class != i && j->copy[i] == NULL && !scan_same_is_own(f))
			report(j, i, j->file_rule, f->path, j->t->files[class].path);
	}
}

/* The original of a file in a copied folder: they hold the same names in the same order.
 */
static size_t original_of(const struct scan_copies *j, size_t file)
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
static void mark(const struct scan_copies *j, struct scan_tree *t, struct scan_sink *sink,
                 struct scan_finding *f)
{
	size_t file = scan_tree_find(t, f->path);
	struct scan_tree_copy c;
	size_t original;

	if (file == t->count || j->copy[file] == NULL)
		return;
	original = original_of(j, file);
	if (j->copy[original] != NULL)
		return;
	c = (struct scan_tree_copy){ t->files[file].path, t->files[original].path,
		                     t->files[original].scope };
	if (!note_copy(t, &c) || !scan_tree_mark_copy(sink, f, &c))
		t->rc = ERR_NOMEM;
}

void scan_duplicate_mark(const struct scan_copies *c, struct scan_tree *t,
                         struct scan_sink *const *sinks, size_t count)
{
	for (size_t i = 0; c != NULL && c->trees && i < count; i++)
		for (size_t k = 0; k < sinks[i]->count && t->rc == ERR_OK; k++)
			mark(c, t, sinks[i], &sinks[i]->findings[k]);
}

static bool runs(const struct scan_selection *rules, const char *id, size_t *rule)
{
	*rule = scan_rule_find(rules->rules, rules->count, id);
	return *rule < rules->count && rules->on[*rule];
}

static void find_and_report(struct scan_copies *j)
{
	struct scan_tree *t = j->t;

	j->copy = mem_new(t->count * sizeof(const struct folder *));
	if (j->copy == NULL)
		t->rc = ERR_NOMEM;
	else
		scan_same_init(&j->same, t, j->trees ? j->tree_rule : j->file_rule);
	if (scan_tree_goes_on(t))
		gather_folders(j);
	if (t->rc == ERR_OK)
		find_copies(j);
	if (t->rc == ERR_OK)
		report_trees(j);
	if (t->rc == ERR_OK)
		report_files(j);
}

void scan_duplicate_judge(struct scan_tree *t, struct scan_copies **out)
{
	struct scan_copies *j;
	size_t tree_rule;
	size_t file_rule;
	bool trees = runs(t->rules, "duplicate.tree", &tree_rule);
	bool files = runs(t->rules, "duplicate.file", &file_rule);

	*out = NULL;
	if ((!trees && !files) || t->count == 0)
		return;
	j = mem_new(sizeof(*j));
	if (j == NULL) {
		t->rc = ERR_NOMEM;
		return;
	}
	j->t = t;
	j->tree_rule = tree_rule;
	j->file_rule = file_rule;
	j->trees = trees;
	j->files = files;
	find_and_report(j);
	if (t->rc == ERR_OK)
		*out = j;
	else
		scan_copies_free(j);
}

void scan_copies_free(struct scan_copies *c)
{
	if (c == NULL)
		return;
	scan_same_fini(&c->same);
	mem_free(c->copy);
	mem_free(c->folders);
	mem_free(c->order);
	mem_free(c);
}
