// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/measure.h"

#include "base/str.h"
#include "collect/coverage/components.h"

#include <stdlib.h>
#include <string.h>

struct work {
	struct gate_cov_measured *m;
	const struct gate_check *check;
	const struct gate_cov_tree *tree;
	struct gate_components components;
	const struct scan_language *languages[32]; /* that reports tell of */
	size_t language_count;
	struct buf bits;
};

/* ---- one set of all reports, by the paths of the tree ---- */

static enum err_code lose(struct gate_cov_measured *m, const char *name, bool several,
                          struct err *err)
{
	m->ambiguous += several;
	if (m->lost_count++ >= GATE_COV_LOST_SHOWN)
		return ERR_OK;
	if (m->lost == NULL)
		m->lost = arena_array(&m->arena, GATE_COV_LOST_SHOWN, sizeof(*m->lost));
	if (m->lost != NULL)
		m->lost[m->lost_count - 1] = arena_str(&m->arena, name);
	return arena_err(&m->arena, err);
}

static void note_language(struct work *w, const struct scan_language *l)
{
	for (size_t i = 0; i < w->language_count; i++)
		if (w->languages[i] == l)
			return;
	if (w->language_count < sizeof(w->languages) / sizeof(w->languages[0]))
		w->languages[w->language_count++] = l;
}

static bool in_paths(const struct gate_check *k, const char *path)
{
	for (size_t i = 0; i < k->coverage_paths.count; i++)
		if (str_glob(k->coverage_paths.items[i], span_str(path)))
			return true;
	return k->coverage_paths.count == 0;
}

static enum err_code merge_file(struct work *w, const struct gate_cov_file *f,
                                struct err *err)
{
	struct gate_cov_measured *m = w->m;
	struct gate_cov_file *to;
	bool several;
	const struct gate_cov_source *s =
		gate_cov_tree_find(w->tree, span_str(f->path), &several);
	enum err_code rc;

	if (s == NULL)
		return lose(m, f->path, several, err);
	note_language(w, s->language);
	if (s->scope != SCAN_PRODUCTION) {
		m->left_out++;
		return ERR_OK;
	}
	if (!in_paths(w->check, s->path))
		return ERR_OK;
	rc = gate_coverage_file(m->merged, span_str(s->path), &to, err);
	return rc == ERR_OK ? gate_coverage_join(m->merged, to, f, err) : rc;
}

static enum err_code merge_part(struct work *w, const struct gate_cov_part *p,
                                struct err *err)
{
	const struct gate_cov_gathered *g = p->gathered;
	enum err_code rc = ERR_OK;

	if (g == NULL || g->set == NULL || g->partial || !p->complete)
		w->m->partial = true;
	if (g == NULL || g->set == NULL)
		return ERR_OK;
	w->m->reports += g->reports;
	w->m->outside += g->outside;
	w->m->named = w->m->named || g->set->names[w->check->coverage_measure];
	for (size_t i = 0; i < g->set->count && rc == ERR_OK; i++)
		rc = merge_file(w, g->set->files[i], err);
	return rc;
}

/* ---- what is new ---- */

static bool is_new(const struct gate_cov_source *s, uint32_t line)
{
	size_t from = 0;
	size_t to = s->fresh.count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (s->fresh.lines[middle] < line)
			from = middle + 1;
		else
			to = middle;
	}
	return from < s->fresh.count && s->fresh.lines[from] == line;
}

static bool counts(const struct work *w, const struct gate_cov_source *s, uint32_t line)
{
	return !w->check->coverage_new_code || is_new(s, line);
}

/* Lines of code of a source that no report names; only those that count. */
static uint64_t code_of(struct work *w, const struct gate_cov_source *s)
{
	struct gate_cov_code code;

	if (w->check->coverage_new_code && s->fresh.count == 0)
		return 0;
	gate_cov_tree_code(w->tree, s, &w->bits, &code);
	return w->check->coverage_new_code ? code.fresh : code.all;
}

/* ---- files ---- */

static void sum_points(struct work *w, struct gate_cov_file_sum *f)
{
	const struct gate_cov_points *p = &f->file->of[w->check->coverage_measure];
	const struct gate_cov_points *lines = &f->file->of[GATE_COV_LINES];

	f->open = arena_array(&w->m->arena, p->count + 1, sizeof(*f->open));
	for (size_t i = 0; f->open != NULL && i < p->count; i++) {
		const struct gate_cov_point *at = &p->items[i];

		if (!counts(w, f->source, at->line))
			continue;
		f->sum.total += at->weight;
		if (at->hits > 0)
			f->sum.hit += at->weight;
		else if (f->open_count == 0 || f->open[f->open_count - 1] != at->line)
			f->open[f->open_count++] = at->line;
	}
	for (size_t i = 0; i < lines->count; i++)
		f->lines += counts(w, f->source, lines->items[i].line);
}

static bool is_covered_language(const struct work *w, const struct scan_language *l)
{
	if (w->m->partial && w->m->named)
		return true;
	for (size_t i = 0; i < w->language_count; i++)
		if (gate_cov_same_family(w->languages[i], l))
			return true;
	return false;
}

static void add_to_row(struct gate_cov_row *r, const struct gate_cov_file_sum *f)
{
	if (f->file == NULL) {
		r->unnamed_files++;
		r->unnamed_code += f->code;
		return;
	}
	r->files++;
	r->more += f->more;
	r->sum.total += f->sum.total;
	r->sum.hit += f->sum.hit;
	r->lines += f->lines;
}

static enum err_code measure_source(struct work *w, const struct gate_cov_source *s,
                                    struct err *err)
{
	struct gate_cov_measured *m = w->m;
	struct gate_cov_file_sum sum = { .source = s, .row = SIZE_MAX };
	struct gate_cov_file_sum *kept;

	sum.file = map_get(&m->merged->by_path, span_str(s->path));
	if (sum.file == NULL) {
		if (s->scope != SCAN_PRODUCTION || gate_cov_is_declaration(s) ||
		    !in_paths(w->check, s->path) || !is_covered_language(w, s->language))
			return ERR_OK;
		sum.code = code_of(w, s);
		if (sum.code == 0)
			return buf_err(&w->bits, err);
	} else {
		sum_points(w, &sum);
		sum.code = m->partial ? code_of(w, s) : 0;
		sum.more = sum.code > sum.lines ? sum.code - sum.lines : 0;
		if (w->check->coverage_new_code && sum.sum.total == 0)
			return arena_err(&m->arena, err);
	}
	kept = arena_push(&m->arena, &m->files, &m->file_count, &m->file_cap,
	                  sizeof(*kept));
	if (kept == NULL)
		return err_nomem(err);
	*kept = sum;
	add_to_row(&m->all, kept);
	return gate_components_add(&w->components, m, kept, err);
}

/* ---- all ---- */

static enum err_code measure(struct work *w, const struct gate_cov_part *parts,
                             size_t count, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = merge_part(w, &parts[i], err);
	if (rc != ERR_OK)
		return rc;
	gate_coverage_settle(w->m->merged);
	for (size_t i = 0; i < w->tree->count && rc == ERR_OK; i++)
		rc = measure_source(w, &w->tree->sources[i], err);
	for (size_t i = 0; i < w->m->file_count; i++)
		if (w->m->files[i].row != SIZE_MAX)
			add_to_row(&w->m->rows[w->m->files[i].row], &w->m->files[i]);
	return rc;
}

enum err_code
gate_cov_measure(struct gate_cov_measured *out, const struct gate_policy *policy,
                 const struct gate_check *check, const struct gate_cov_tree *tree,
                 const struct gate_cov_part *parts, size_t count, struct err *err)
{
	struct work w = { .m = out, .check = check, .tree = tree, .bits = BUF_INIT };
	enum err_code rc;

	*out = (struct gate_cov_measured){ .all = { .name = "all" } };
	arena_init(&out->arena);
	rc = gate_components_load(&w.components, policy, tree, err);
	if (rc == ERR_OK)
		rc = gate_coverage_new(&out->merged, err);
	if (rc == ERR_OK)
		rc = measure(&w, parts, count, err);
	gate_components_fini(&w.components);
	buf_fini(&w.bits);
	return rc;
}

void gate_cov_measured_fini(struct gate_cov_measured *m)
{
	gate_coverage_free(m->merged);
	arena_fini(&m->arena);
	*m = (struct gate_cov_measured){ .files = NULL };
}

/* True if the file names no line between the two. */
static bool joins(const struct gate_cov_file *f, uint32_t a, uint32_t b)
{
	const struct gate_cov_points *p = &f->of[GATE_COV_LINES];
	size_t from = 0;
	size_t to = p->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (p->items[middle].line <= a)
			from = middle + 1;
		else
			to = middle;
	}
	return b == a + 1 || (from < p->count && p->items[from].line >= b);
}

void gate_cov_put_ranges(struct buf *out, const struct gate_cov_file_sum *f, size_t max)
{
	size_t ranges = 0;

	for (size_t i = 0; i < f->open_count; ranges++) {
		size_t last = i;

		while (last + 1 < f->open_count &&
		       joins(f->file, f->open[last], f->open[last + 1]))
			last++;
		if (ranges == max) {
			buf_puts(out, " ..");
			return;
		}
		buf_printf(out, "%s%lu", ranges > 0 ? " " : "",
		           (unsigned long)f->open[i]);
		if (last > i)
			buf_printf(out, "-%lu", (unsigned long)f->open[last]);
		i = last + 1;
	}
}
