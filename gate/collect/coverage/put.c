// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/verdict.h"
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

/* What is written of a measurement: the object of reports, and the tracefile. */

enum { WORST_SHOWN = 20, UNNAMED_SHOWN = 50, OPEN_SHOWN = 200, RANGES_SHOWN = 100 };

static void put_percents(struct json_writer *w, const struct gate_cov_row *r)
{
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;
	char text[GATE_VALUE_TEXT];

	if (r->sum.total == 0) {
		json_field_null(w, "percent");
		json_field_null(w, "at_least");
		return;
	}
	gate_coverage_share(&low, &high, r);
	gate_value_text(&high, 2, text);
	json_field_number(w, "percent", text);
	gate_value_text(&low, 2, text);
	json_field_number(w, "at_least", text);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
}

static void put_sums(struct json_writer *w, const struct gate_cov_row *r)
{
	json_field_u64(w, "files", r->files);
	json_field_u64(w, "hit", r->sum.hit);
	json_field_u64(w, "total", r->sum.total);
	put_percents(w, r);
	json_field_u64(w, "unnamed_files", r->unnamed_files);
	json_field_u64(w, "unnamed_code", r->unnamed_code);
}

static void put_rows(struct json_writer *w, const struct gate_cov_measured *m)
{
	json_put_key(w, "components");
	json_open(w, '[');
	for (size_t i = 0; i < m->row_count; i++) {
		const struct gate_cov_row *r = &m->rows[i];

		json_open(w, '{');
		json_field_str(w, "name", r->name);
		json_field_str(w, "by", r->is_owner ? "owner" : "component");
		json_field_str(w, "owner",
		               r->owner != NULL && r->owner[0] != '\0' ? r->owner : NULL);
		json_field_bool(w, "critical", r->critical);
		put_sums(w, r);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static uint64_t open_of(const struct gate_cov_file_sum *f)
{
	return f->sum.total - f->sum.hit;
}

static int by_open(const void *a, const void *b)
{
	const struct gate_cov_file_sum *x = *(const struct gate_cov_file_sum *const *)a;
	const struct gate_cov_file_sum *y = *(const struct gate_cov_file_sum *const *)b;

	if (open_of(x) != open_of(y))
		return open_of(x) < open_of(y) ? 1 : -1;
	return x < y ? -1 : x > y; /* as sorted by path */
}

static void put_file(struct json_writer *w, const struct gate_cov_file_sum *f)
{
	struct buf ranges = BUF_INIT;

	gate_cov_put_ranges(&ranges, f, RANGES_SHOWN);
	json_open(w, '{');
	json_field_path(w, "path", span_str(f->source->path));
	json_field_u64(w, "hit", f->sum.hit);
	json_field_u64(w, "total", f->sum.total);
	json_field_span(w, "not_run", buf_span(&ranges));
	json_close(w, '}');
	buf_fini(&ranges);
}

/* The files with most that did not run; of new code all of them. */
static void put_worst(struct json_writer *w, const struct gate_check *check,
                      const struct gate_cov_measured *m)
{
	size_t most = check->coverage_new_code ? OPEN_SHOWN : WORST_SHOWN;
	const struct gate_cov_file_sum **order = NULL;
	struct arena scratch = ARENA_INIT;
	size_t count = 0;

	arena_init(&scratch);
	order = arena_array(&scratch, m->file_count + 1, sizeof(*order));
	for (size_t i = 0; order != NULL && i < m->file_count; i++)
		if (m->files[i].open_count > 0)
			order[count++] = &m->files[i];
	if (count > 1)
		qsort(order, count, sizeof(*order), by_open);
	json_field_u64(w, "files_not_run", count);
	json_put_key(w, "worst");
	json_open(w, '[');
	for (size_t i = 0; i < count && i < most; i++)
		put_file(w, order[i]);
	json_close(w, ']');
	arena_fini(&scratch);
}

static void put_unnamed(struct json_writer *w, const struct gate_cov_measured *m)
{
	size_t shown = 0;

	json_put_key(w, "unnamed");
	json_open(w, '[');
	for (size_t i = 0; i < m->file_count && shown < UNNAMED_SHOWN; i++) {
		const struct gate_cov_file_sum *f = &m->files[i];

		if (f->file != NULL)
			continue;
		shown++;
		json_open(w, '{');
		json_field_path(w, "path", span_str(f->source->path));
		json_field_u64(w, "code", f->code);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_parts(struct json_writer *w, const struct gate_cov_part *parts,
                      size_t count)
{
	json_put_key(w, "suites");
	json_open(w, '[');
	for (size_t i = 0; i < count; i++) {
		const struct gate_cov_gathered *g = parts[i].gathered;

		json_open(w, '{');
		json_field_str(w, "id", parts[i].suite);
		json_field_u64(w, "reports", g != NULL ? g->reports : 0);
		json_field_bool(w, "complete",
		                parts[i].complete && g != NULL && g->set != NULL &&
		                        !g->partial);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_lost(struct json_writer *w, const struct gate_cov_measured *m)
{
	json_field_u64(w, "other_scope", m->left_out);
	json_field_u64(w, "outside", m->outside);
	json_field_u64(w, "lost", m->lost_count);
	json_put_key(w, "lost_names");
	json_open(w, '[');
	for (size_t i = 0; i < m->lost_count && i < GATE_COV_LOST_SHOWN; i++)
		json_put_string(w, span_str(m->lost[i]));
	json_close(w, ']');
}

void gate_coverage_put(struct buf *out, const struct gate_check *check, const char *base,
                       const struct gate_cov_measured *m,
                       const struct gate_cov_part *parts, size_t count)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "check", check->id);
	json_field_str(&w, "measure", gate_cov_kind_names[check->coverage_measure]);
	json_field_bool(&w, "new_code", check->coverage_new_code);
	json_field_str(&w, "base", check->coverage_new_code ? base : NULL);
	put_sums(&w, &m->all);
	json_field_u64(&w, "lines", m->all.lines);
	json_field_u64(&w, "more", m->all.more);
	json_field_bool(&w, "named", m->named);
	json_field_bool(&w, "partial", m->partial);
	put_rows(&w, m);
	put_worst(&w, check, m);
	put_unnamed(&w, m);
	put_parts(&w, parts, count);
	put_lost(&w, m);
	json_close(&w, '}');
}

/* ---- the tracefile ---- */

static void put_line_points(struct buf *out, const struct gate_cov_file *f)
{
	const struct gate_cov_points *p = &f->of[GATE_COV_LINES];

	for (size_t i = 0; i < p->count; i++)
		buf_printf(out, "DA:%lu,%lu\n", (unsigned long)p->items[i].line,
		           (unsigned long)p->items[i].hits);
}

static void put_other_points(struct buf *out, const struct gate_cov_file *f)
{
	const struct gate_cov_points *functions = &f->of[GATE_COV_FUNCTIONS];
	const struct gate_cov_points *branches = &f->of[GATE_COV_BRANCHES];
	const struct gate_cov_points *statements = &f->of[GATE_COV_STATEMENTS];

	for (size_t i = 0; i < functions->count; i++) {
		const struct gate_cov_point *p = &functions->items[i];

		buf_printf(out, "FN:%lu,f%lu_%08lx\nFNDA:%lu,f%lu_%08lx\n",
		           (unsigned long)p->line, (unsigned long)p->line,
		           (unsigned long)p->id, (unsigned long)p->hits,
		           (unsigned long)p->line, (unsigned long)p->id);
	}
	for (size_t i = 0; i < branches->count; i++)
		buf_printf(out, "BRDA:%lu,0,%lu,%lu\n",
		           (unsigned long)branches->items[i].line,
		           (unsigned long)branches->items[i].id,
		           (unsigned long)branches->items[i].hits);
	for (size_t i = 0; i < statements->count; i++) {
		const struct gate_cov_point *p = &statements->items[i];

		buf_printf(out, "#statement:%lu,%lu,%lu,%lu\n", (unsigned long)p->line,
		           (unsigned long)p->id, (unsigned long)p->hits,
		           (unsigned long)p->weight);
	}
}

/* A line ends there, so none can name such a file. */
static bool is_nameless(const struct gate_cov_file *f)
{
	return strpbrk(f->path, "\n\r") != NULL;
}

static void put_record(struct buf *out, const struct gate_cov_file *f, int detail)
{
	struct gate_cov_sum sum = { 0, 0 };

	if (is_nameless(f))
		return;
	gate_coverage_count(f, GATE_COV_LINES, &sum);
	buf_printf(out, "TN:\nSF:%s\n", f->path);
	if (detail > 1)
		put_other_points(out, f);
	if (detail > 0)
		put_line_points(out, f);
	buf_printf(out, "LF:%llu\nLH:%llu\nend_of_record\n",
	           (unsigned long long)sum.total, (unsigned long long)sum.hit);
}

static void put_head(struct buf *out, const struct gate_coverage *set, int detail)
{
	bool cut = detail < 2;

	for (size_t i = 0; i < set->count && !cut; i++)
		cut = is_nameless(set->files[i]);
	buf_puts(out, cut ? GATE_COV_CUT "\n" GATE_COV_OURS : GATE_COV_OURS);
	for (int k = 0; k < GATE_COV_KINDS; k++)
		if (set->names[k])
			buf_printf(out, " %s", gate_cov_kind_names[k]);
	buf_putc(out, '\n');
}

void gate_coverage_tracefile(struct buf *out, const struct gate_coverage *set, size_t max)
{
	size_t start = out->len;

	for (int detail = 2; detail >= 0; detail--) {
		size_t i = 0;

		buf_truncate(out, start);
		put_head(out, set, detail);
		for (; i < set->count && out->len - start <= max; i++)
			put_record(out, set->files[i], detail);
		if (i == set->count && out->len - start <= max)
			return;
	}
	buf_truncate(out, start);
	put_head(out, set, 0);
}
