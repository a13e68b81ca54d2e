// SPDX-License-Identifier: Apache-2.0
/*
 * The scorecard as JSON Lines: one object a line that says with `type` what it is, the
 * scorecard's own first, in the order of the report. All findings are there, which the
 * one object of json.c only counts.
 */
#include "findings.h"
#include "json_internal.h"
#include "writers.h"

static void open_line(struct json_writer *w, struct buf *out, const char *type)
{
	json_writer_init(w, out, 0);
	json_open(w, '{');
	json_field_str(w, "type", type);
}

static void close_line(struct json_writer *w)
{
	json_close(w, '}');
	buf_putc(w->out, '\n');
}

static void put_card(struct buf *out, const struct rep_scorecard *s)
{
	struct json_writer w;

	open_line(&w, out, "scorecard");
	rep_json_head(&w, s);
	rep_json_signoffs(&w, s);
	rep_json_waivers(&w, s);
	rep_json_findings(&w, s);
	rep_json_times(&w, s);
	close_line(&w);
}

static void put_located(struct buf *out, const struct rep_located *f)
{
	struct json_writer w;

	open_line(&w, out, "finding");
	json_field_str(&w, "rule", f->rule);
	json_field_path(&w, "path", f->path);
	json_field_u64(&w, "line", f->line);
	json_field_u64(&w, "column", f->column);
	json_field_u64(&w, "end_line", f->end_line);
	json_field_u64(&w, "end_column", f->end_column);
	json_field_str(&w, "severity", f->severity);
	json_field_str(&w, "message", f->message);
	json_field_str(&w, "scope", f->scope);
	json_field_str(&w, "fingerprint", f->fingerprint);
	if (f->state[0] != '\0')
		json_field_str(&w, "state", f->state);
	close_line(&w);
}

static void put_missed(struct buf *out, const struct rep_missed *m)
{
	struct json_writer w;

	open_line(&w, out, "not_scanned");
	json_field_path(&w, "path", m->path);
	json_field_str(&w, "reason", m->reason);
	json_field_bool(&w, "failed", m->failed);
	close_line(&w);
}

#define LINES(type, items, count, put)         \
	for (size_t i = 0; i < (count); i++) { \
		struct json_writer w;          \
                                               \
		open_line(&w, out, type);      \
		put(&w, &(items)[i]);          \
		close_line(&w);                \
	}

enum err_code rep_write_jsonl(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err)
{
	enum err_code rc = rep_check_sums(s, err);

	(void)style; /* for people only */
	if (rc != ERR_OK)
		return rc;
	put_card(out, s);
	LINES("condition", s->conditions, s->condition_count, rep_json_condition)
	LINES("blocker", s->blockers, s->blocker_count, rep_json_blocker)
	LINES("category", s->categories, s->category_count, rep_json_category)
	LINES("component", s->components, s->component_count, rep_json_component)
	LINES("owner", s->owners, s->owner_count, rep_json_owner)
	LINES("check", s->checks, s->check_count, rep_json_check)
	LINES("gain", s->gains, s->gain_count, rep_json_gain)
	LINES("suite", s->suites, s->suite_count, rep_json_suite)
	for (size_t i = 0; s->located != NULL && i < s->located->count; i++)
		put_located(out, &s->located->items[i]);
	for (size_t i = 0; s->located != NULL && i < s->located->missed_count; i++)
		put_missed(out, &s->located->missed[i]);
	return buf_err(out, err);
}
