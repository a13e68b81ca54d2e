// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/history.h"
#include "cli/judged.h"
#include "cli/project.h"
#include "lib/json.h"
#include "record/entry.h"
#include "record/history_index.h"
#include "reports/csv.h"

#include <inttypes.h>
#include <stdio.h>

/* `history`: the runs that were recorded, and whether that is all still true. */

enum { SHOWN = 20, BRANCH = 24 /* columns, at most */ };

/* ---- one run a line ---- */

static void tenths(int64_t v, char out[32])
{
	(void)snprintf(out, 32, "%" PRId64 ".%" PRId64, v / 10, v % 10);
}

/* The log keeps what a run decided; people may have signed since. */
struct listed {
	const struct gate_history_row *row;
	enum gate_decision now;
	bool changed; /* it is there, and not what was recorded */
	bool known;   /* false: its folder is gone, or not what was recorded */
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t branch_width(const struct gate_history_row *r)
{
	return span_str(r->branch != NULL ? r->branch : "-").len;
}

static void put_line(struct buf *out, const struct listed *l, size_t width, bool color)
{
	static const enum term_style styles[] = { TERM_GREEN, TERM_YELLOW, TERM_RED };
	const struct gate_history_row *r = l->row;
	const char *decision = gate_decision_name(l->now);
	char time[WHEN_TEXT];
	char score[32];

	when_format(r->started_ms, false, time);
	tenths(r->final_tenths, score);
	buf_printf(out, "%5" PRIu64 "  %s  %-8.8s  ", r->index, time,
	           r->commit != NULL ? r->commit : "-");
	term_put(out, color, styles[l->now], span_str(decision));
	buf_fill(out, ' ', sizeof "CONDITIONAL GO" - 1 - span_str(decision).len);
	buf_printf(out, "  %5s  %3" PRId64 ".%" PRId64 " %%  ", score,
	           r->coverage_tenthousandths / 100,
	           r->coverage_tenthousandths / 10 % 10);
	str_display(out, span_str(r->branch != NULL ? r->branch : "-"));
	if (l->now != r->decision || r->selection != NULL || l->changed || !r->is_signed)
		buf_fill(out, ' ', width - least(width, branch_width(r)));
	if (l->now != r->decision)
		buf_printf(out, "  %s before sign-offs", gate_decision_name(r->decision));
	if (r->selection != NULL) {
		buf_puts(out, "  a part: ");
		str_display(out, span_str(r->selection));
	}
	if (l->changed)
		buf_puts(out, "  not as recorded");
	if (!r->is_signed)
		buf_puts(out, "  unsigned");
	buf_putc(out, '\n');
}

static void put_human(struct buf *out, const struct gate_history_rows *rows,
                      const struct listed *all, bool color)
{
	size_t width = 6; /* "branch" */

	if (rows->count == 0) {
		buf_puts(out,
		         rows->state.chain.count > 0
		                 ? "no run like that\n"
		                 : "no recorded run; make one with: seaworthy run\n");
		return;
	}
	for (size_t i = 0; i < rows->count; i++)
		if (branch_width(all[i].row) > width)
			width = least(branch_width(all[i].row), BRANCH);
	buf_printf(out, "%5s  %-20s  %-8s  %-14s  %5s  %7s  %-*s  note\n", "#", "when",
	           "commit", "decision", "score", "known", (int)width, "branch");
	for (size_t i = 0; i < rows->count; i++)
		put_line(out, &all[i], width, color);
	if (rows->matching > rows->count)
		buf_printf(out, "and %" PRIu64 " more; --limit N shows N\n",
		           rows->matching - rows->count);
}

static void field_tenths(struct json_writer *w, const char *key, int64_t v)
{
	char text[32];

	tenths(v, text);
	json_field_number(w, key, text);
}

static void put_run(struct json_writer *w, const struct listed *l)
{
	const struct gate_history_row *r = l->row;
	struct {
		const char *key;
		int64_t ms;
	} times[] = { { "started", r->started_ms }, { "ended", r->ended_ms } };
	char text[32];

	json_open(w, '{');
	json_field_u64(w, "index", r->index);
	json_field_str(w, "run", r->run);
	for (size_t i = 0; i < 2; i++) {
		char time[WHEN_TEXT];

		when_format(times[i].ms, true, time);
		json_field_str(w, times[i].key, time);
	}
	json_field_str(w, "branch", r->branch);
	json_field_str(w, "commit", r->commit);
	json_field_str(w, "decision", gate_decision_name(r->decision));
	json_field_str(w, "effective_decision",
	               l->known ? gate_decision_name(l->now) : NULL);
	field_tenths(w, "final", r->final_tenths);
	field_tenths(w, "lower", r->lower_tenths);
	field_tenths(w, "upper", r->upper_tenths);
	(void)snprintf(text, sizeof text, "%" PRId64 ".%04" PRId64,
	               r->coverage_tenthousandths / 10000,
	               r->coverage_tenthousandths % 10000);
	json_field_number(w, "coverage", text);
	json_field_str(w, "cap_reason", r->cap_reason);
	json_field_str(w, "selection", r->selection);
	json_field_str(w, "policy", r->policy);
	json_field_str(w, "denominator", r->denominator);
	json_field_bool(w, "signed", r->is_signed);
	json_field_str(w, "head", r->head);
	json_close(w, '}');
}

static void put_json(struct buf *out, const struct gate_history_rows *rows,
                     const struct listed *all)
{
	const struct gate_history_state *s = &rows->state;
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "repository", s->chain.begun ? s->chain.repository : NULL);
	json_field_u64(&w, "entries", s->chain.count);
	json_field_u64(&w, "matching", rows->matching);
	if (s->broken)
		json_field_u64(&w, "broken_at", s->broken_at);
	else
		json_field_null(&w, "broken_at");
	json_put_key(&w, "runs");
	json_open(&w, '[');
	for (size_t i = 0; i < rows->count; i++)
		put_run(&w, &all[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_jsonl(struct buf *out, const struct gate_history_rows *rows,
                      const struct listed *all)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct json_writer w;

		json_writer_init(&w, out, 0);
		put_run(&w, &all[i]);
		buf_putc(out, '\n');
	}
}

static void put_cell(struct buf *out, const char *text)
{
	buf_putc(out, ',');
	if (text != NULL)
		rep_csv_text(out, text);
}

static void put_csv(struct buf *out, const struct gate_history_rows *rows,
                    const struct listed *all)
{
	buf_puts(out,
	         "index,run,started,branch,commit,decision,final,lower,upper,coverage,"
	         "signed,effective_decision\r\n");
	for (size_t i = 0; i < rows->count; i++) {
		const struct gate_history_row *r = &rows->items[i];
		const int64_t scores[] = { r->final_tenths, r->lower_tenths,
			                   r->upper_tenths };
		char time[WHEN_TEXT];

		when_format(r->started_ms, true, time);
		buf_printf(out, "%" PRIu64, r->index);
		put_cell(out, r->run);
		put_cell(out, time);
		put_cell(out, r->branch);
		put_cell(out, r->commit);
		put_cell(out, gate_decision_name(r->decision));
		for (size_t k = 0; k < sizeof scores / sizeof *scores; k++)
			buf_printf(out, ",%" PRId64 ".%" PRId64, scores[k] / 10,
			           scores[k] % 10);
		buf_printf(out, ",%" PRId64 ".%04" PRId64 ",%s",
		           r->coverage_tenthousandths / 10000,
		           r->coverage_tenthousandths % 10000,
		           r->is_signed ? "true" : "false");
		put_cell(out, all[i].known ? gate_decision_name(all[i].now) : NULL);
		buf_puts(out, "\r\n");
	}
}

/* ---- the command ---- */

static void put_rows(struct buf *out, const struct program_call *call,
                     const struct gate_history_rows *rows, const struct listed *all)
{
	const char *format = cli_options(call)->format;

	if (str_eq(format, "json"))
		put_json(out, rows, all);
	else if (str_eq(format, "jsonl"))
		put_jsonl(out, rows, all);
	else if (str_eq(format, "csv"))
		put_csv(out, rows, all);
	else
		put_human(out, rows, all, call->out.color);
}

static enum err_code judge_rows(struct gate_history_rows *rows, const char *root,
                                const struct listed **out, struct err *err)
{
	struct listed *all = arena_array(&rows->arena, rows->count + 1, sizeof *all);

	for (size_t i = 0; all != NULL && i < rows->count; i++) {
		const struct gate_history_row *r = &rows->items[i];

		all[i] = (struct listed){ .row = r, .now = r->decision };
		all[i].known = judged_row(root, r, &all[i].now);
		all[i].changed = !all[i].known && judged_is_kept(root, r->run);
	}
	*out = all;
	return arena_err(&rows->arena, err);
}

static int list(const struct program_call *call, const char *root)
{
	const struct cli_options *o = cli_options(call);
	const bool people = o->format == NULL || str_eq(o->format, "human");
	const struct gate_history_query query = {
		.branch = o->branch,
		.limit = o->limit > 0 ? o->limit
		         : people     ? SHOWN
		                      : 0,
	};
	struct gate_history_rows rows;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	const struct listed *all = NULL;
	enum err_code rc = gate_history_list(&rows, root, &query, &err);
	int code;

	if (rc == ERR_OK)
		rc = judge_rows(&rows, root, &all, &err);
	if (rc != ERR_OK) {
		gate_history_rows_fini(&rows);
		return program_fail(call, &err);
	}
	put_rows(&out, call, &rows, all);
	code = program_print_take(call, &out);
	if (rows.state.broken && code == CLI_OK) {
		program_note("%s: broken at entry %" PRIu64 ": %s", GATE_HISTORY,
		             rows.state.broken_at, rows.state.why.msg);
		code = CLI_VERIFY;
	}
	gate_history_rows_fini(&rows);
	return code;
}

int cli_history(struct program_call *call)
{
	static const struct {
		const char *name;
		int (*run)(const struct program_call *call, const char *root);
		size_t args;
	} parts[] = {
		{ "anchor", history_anchor, 1 },
		{ "export", history_export, 2 },
		{ "import", history_import, 2 },
		{ "verify", history_verify, 1 },
	};
	const char *what = call->args.count > 0 ? call->args.items[0] : NULL;
	struct buf root = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = lb_crypto_init(&err);
	int code = -1;

	if (rc == ERR_OK)
		rc = project_root(NULL, &root, &err);
	if (rc == ERR_OK && what == NULL)
		code = list(call, buf_str(&root));
	for (size_t i = 0; rc == ERR_OK && code < 0 && i < sizeof parts / sizeof *parts;
	     i++)
		if (str_eq(what, parts[i].name) && call->args.count == parts[i].args)
			code = parts[i].run(call, buf_str(&root));
	if (rc == ERR_OK && code < 0)
		rc = err_set(
			&err, ERR_USAGE,
			"history %.80s: there are verify, anchor, export FILE and import "
			"FILE",
			what);
	if (rc != ERR_OK)
		code = program_fail(call, &err);
	buf_fini(&root);
	return code;
}
