// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/cli.h"
#include "cli/project.h"
#include "lib/json.h"
#include "record/entry.h"
#include "record/history_index.h"
#include "verdict/change_points.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* `trend`: how a score or a check went on over the runs, and where it changed its level.
 */

enum { RUNS = 1000, NUMBER = 32 };

#define SMALLEST_POINTS 5.0
#define SMALLEST_PART 0.05

struct series {
	struct gate_history_rows rows; /* newest first */
	double *values;                /* oldest first; NaN is a gap */
	size_t count;
	const char *name;
	const char *of;   /* "score", "measured", "value" */
	const char *unit; /* or NULL */
	size_t known;     /* that are no gaps */
	double low, high; /* of these */
	struct gate_change *changes;
	size_t change_count;
};

static const struct gate_history_row *row_of(const struct series *s, size_t i)
{
	return &s->rows.items[s->count - 1 - i];
}

/* ---- values ---- */

static const char *const metrics[] = { "score", "lower", "upper", "coverage" };
enum { METRICS = sizeof metrics / sizeof *metrics };

static double metric_of(const struct gate_history_row *r, size_t metric)
{
	const int64_t tenths[] = { r->final_tenths, r->lower_tenths, r->upper_tenths };

	return metric < METRICS - 1 ? (double)tenths[metric] / 10
	                            : (double)r->coverage_tenthousandths / 100;
}

/* One check of one run. */
struct point {
	bool there;
	double value; /* 0 to 100, NaN if not applicable */
	double measured;
	char unit[NUMBER];
};

static const struct gate_entry_check *find_check(const struct gate_entry *e,
                                                 const char *id)
{
	for (size_t i = 0; i < e->check_count; i++)
		if (str_eq(e->checks[i].id, id))
			return &e->checks[i];
	return NULL;
}

static void take_check(const struct gate_entry_check *c, struct point *out)
{
	out->there = true;
	if (c->measured == NULL || !num_double(span_str(c->measured), &out->measured))
		out->measured = NAN;
	(void)snprintf(out->unit, sizeof out->unit, "%s", c->unit != NULL ? c->unit : "");
	/* What nobody knows is no value of 0. */
	if (c->state == GATE_PASS || c->state == GATE_WARN || c->state == GATE_FAIL)
		out->value = (double)gate_ratio_floor(&c->low, 1000000) / 1e4;
}

static enum err_code read_point(const char *root, const struct gate_history_row *r,
                                const char *id, struct point *out, struct err *err)
{
	const struct gate_entry_check *c;
	struct gate_entry e;
	struct buf text = BUF_INIT;
	bool is_signed = false;
	enum err_code rc =
		gate_history_read(root, r->index, r->offset, &text, &is_signed, err);

	*out = (struct point){ .value = NAN, .measured = NAN };
	if (rc == ERR_OK) {
		rc = gate_entry_open(&e, buf_span(&text), is_signed, err);
		if (rc == ERR_OK && (c = find_check(&e, id)) != NULL)
			take_check(c, out);
		gate_entry_fini(&e);
	}
	buf_fini(&text);
	return rc;
}

/* What was measured, if the newest run that has the check measured something. Another
 * unit is another quantity: a gap. */
static enum err_code fill_from(struct series *s, const struct point *points,
                               struct err *err)
{
	const struct point *newest = NULL;

	for (size_t i = s->count; i > 0 && newest == NULL; i--)
		if (points[i - 1].there)
			newest = &points[i - 1];
	if (newest == NULL)
		return err_set(
			err, ERR_USAGE,
			"\"%.100s\" is neither score, lower, upper or coverage, nor "
			"a check of these runs",
			s->name);
	s->of = isnan(newest->measured) ? "value" : "measured";
	if (isnan(newest->measured))
		s->unit = "%";
	else if (newest->unit[0] != '\0')
		s->unit = arena_str(&s->rows.arena, newest->unit);
	for (size_t i = 0; i < s->count; i++)
		s->values[i] = isnan(newest->measured)                ? points[i].value
		               : str_eq(points[i].unit, newest->unit) ? points[i].measured
		                                                      : NAN;
	return arena_err(&s->rows.arena, err);
}

static enum err_code fill_check(struct series *s, const char *root, struct err *err)
{
	struct point *points = NULL;
	enum err_code rc = ERR_OK;

	if (!mem_array(&points, s->count + 1, sizeof *points))
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < s->count; i++)
		rc = read_point(root, row_of(s, i), s->name, &points[i], err);
	if (rc == ERR_OK)
		rc = fill_from(s, points, err);
	mem_free(points);
	return rc;
}

static enum err_code fill(struct series *s, const char *root, struct err *err)
{
	size_t metric = 0;

	if (!mem_array(&s->values, s->count + 1, sizeof *s->values))
		return err_nomem(err);
	while (metric < METRICS && !str_eq(s->name, metrics[metric]))
		metric++;
	if (metric == METRICS)
		return fill_check(s, root, err);
	s->of = "score";
	s->unit = metric == METRICS - 1 ? "%" : NULL;
	for (size_t i = 0; i < s->count; i++)
		s->values[i] = metric_of(row_of(s, i), metric);
	return ERR_OK;
}

static void find_range(struct series *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const double v = s->values[i];

		if (isnan(v))
			continue;
		s->low = s->known == 0 || v < s->low ? v : s->low;
		s->high = s->known == 0 || v > s->high ? v : s->high;
		s->known++;
	}
}

/* Scores and percentages change by points, times and sizes by a factor, and what can be 0
 * by a part of its range. */
static enum err_code find_changes(struct series *s, struct err *err)
{
	struct gate_change_rules rules = GATE_CHANGE_RULES;
	const bool points = str_eq(s->of, "score") || str_eq(s->unit, "%");
	const struct gate_series series = { s->values, s->count, !points && s->low > 0 };

	if (points)
		rules.least = SMALLEST_POINTS;
	else if (!series.ratio)
		rules.least = SMALLEST_PART * (s->high - s->low);
	return gate_change_points(&series, &rules, &s->changes, &s->change_count)
	               ? ERR_OK
	               : err_nomem(err);
}

static enum err_code load(struct series *s, const struct program_call *call,
                          const char *root, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	/* A run of a part has the score of that part. */
	const struct gate_history_query query = {
		.branch = o->branch,
		.limit = o->limit > 0 ? o->limit : RUNS,
		.whole = true,
	};
	enum err_code rc = gate_history_list(&s->rows, root, &query, err);

	if (rc == ERR_OK && s->rows.count == 0)
		rc = err_set(err, ERR_USAGE,
		             "no recorded run like that; make one with: seaworthy run");
	s->count = s->rows.count;
	if (rc == ERR_OK)
		rc = fill(s, root, err);
	if (rc == ERR_OK) {
		find_range(s);
		rc = find_changes(s, err);
	}
	return rc;
}

/* ---- printing ---- */

/* At most six decimals, and none that say nothing. */
static void number(double v, char out[64])
{
	size_t len;

	(void)snprintf(out, 64, "%.6f", v);
	len = span_str(out).len;
	while (len > 0 && out[len - 1] == '0')
		out[--len] = '\0';
	if (len > 0 && out[len - 1] == '.')
		out[len - 1] = '\0';
}

static void put_sparkline(struct buf *out, const struct series *s, size_t columns)
{
	static const char *const blocks[] = { "\u2581", "\u2582", "\u2583", "\u2584",
		                              "\u2585", "\u2586", "\u2587", "\u2588" };
	const double range = s->high > s->low ? s->high - s->low : 1;

	for (size_t i = s->count > columns ? s->count - columns : 0; i < s->count; i++) {
		const double v = s->values[i];

		buf_puts(out, isnan(v) ? " " : blocks[(int)((v - s->low) / range * 7.0)]);
	}
	buf_putc(out, '\n');
}

static void put_change(struct buf *out, const struct series *s,
                       const struct gate_change *c)
{
	const struct gate_history_row *r = row_of(s, c->at);
	char time[WHEN_TEXT];
	char before[64];
	char after[64];

	when_format(r->started_ms, false, time);
	number(c->before, before);
	number(c->after, after);
	buf_printf(out, "  %s  %-8.8s  %s -> %s, for %zu runs\n", time,
	           r->commit != NULL ? r->commit : "-", before, after, c->values);
}

static void put_text(struct buf *out, const struct series *s, const struct term *t)
{
	char low[64];
	char high[64];

	number(s->low, low);
	number(s->high, high);
	str_display(out, span_str(s->name));
	if (s->known == 0) {
		buf_printf(out, ": known in none of %zu run%s\n", s->count,
		           str_s(s->count));
		return;
	}
	buf_printf(out, ": %zu of %zu runs, from %s to %s", s->known, s->count, low,
	           high);
	if (s->unit != NULL) {
		buf_putc(out, ' ');
		str_display(out, span_str(s->unit));
	}
	buf_putc(out, '\n');
	if (t->tty && t->utf8)
		put_sparkline(out, s, t->columns);
	if (s->change_count == 0)
		buf_puts(out, "no change of level that is certain\n");
	else
		buf_puts(out, "changes of level (for reading; no gate acts on them):\n");
	for (size_t i = 0; i < s->change_count; i++)
		put_change(out, s, &s->changes[i]);
}

static void field_double(struct json_writer *w, const char *key, double v)
{
	char text[64];

	number(v, text);
	if (isnan(v))
		json_field_null(w, key);
	else
		json_field_number(w, key, text);
}

static void put_json(struct buf *out, const struct series *s)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "name", s->name);
	json_field_str(&w, "of", s->of);
	json_field_str(&w, "unit", s->unit);
	json_put_key(&w, "runs");
	json_open(&w, '[');
	for (size_t i = 0; i < s->count; i++) {
		char time[WHEN_TEXT];

		when_format(row_of(s, i)->started_ms, true, time);
		json_open(&w, '{');
		json_field_u64(&w, "index", row_of(s, i)->index);
		json_field_str(&w, "started", time);
		json_field_str(&w, "commit", row_of(s, i)->commit);
		field_double(&w, "value", s->values[i]);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_put_key(&w, "changes");
	json_open(&w, '[');
	for (size_t i = 0; i < s->change_count; i++) {
		json_open(&w, '{');
		json_field_u64(&w, "index", row_of(s, s->changes[i].at)->index);
		field_double(&w, "before", s->changes[i].before);
		field_double(&w, "after", s->changes[i].after);
		json_field_u64(&w, "runs", s->changes[i].values);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_csv(struct buf *out, const struct series *s)
{
	buf_puts(out, "index,started,commit,value\r\n");
	for (size_t i = 0; i < s->count; i++) {
		const struct gate_history_row *r = row_of(s, i);
		char time[WHEN_TEXT];
		char value[64];

		when_format(r->started_ms, true, time);
		number(s->values[i], value);
		buf_printf(out, "%" PRIu64 ",%s,%s,%s\r\n", r->index, time,
		           r->commit != NULL ? r->commit : "",
		           isnan(s->values[i]) ? "" : value);
	}
}

int cli_trend(struct program_call *call)
{
	struct series s = { .name = call->args.count > 0 ? call->args.items[0]
		                                         : metrics[0] };
	const char *format = cli_options(call)->format;
	struct buf root = BUF_INIT;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = lb_crypto_init(&err);
	int code;

	arena_init(&s.rows.arena);
	if (rc == ERR_OK)
		rc = project_root(NULL, &root, &err);
	if (rc == ERR_OK)
		rc = load(&s, call, buf_str(&root), &err);
	if (rc == ERR_OK && str_eq(format, "json"))
		put_json(&out, &s);
	else if (rc == ERR_OK && str_eq(format, "csv"))
		put_csv(&out, &s);
	else if (rc == ERR_OK)
		put_text(&out, &s, &call->out);
	err.code = rc;
	code = rc == ERR_OK ? program_print_take(call, &out) : program_fail(call, &err);
	mem_free(s.values);
	mem_free(s.changes);
	gate_history_rows_fini(&s.rows);
	buf_fini(&root);
	return code;
}
