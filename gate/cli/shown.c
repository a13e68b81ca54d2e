// SPDX-License-Identifier: Apache-2.0
#include "cli/shown.h"

#include "base/str.h"
#include "base/when.h"
#include "collect/doubt.h"
#include "collect/summary.h"
#include "lib/json.h"

#include <stdio.h>

/* A failure is to be seen. */
static const char *state_word(const struct gate_run *r, enum term_style *style)
{
	const char *word = gate_doubt_word(r);

	*style = r->state == GATE_RUN_FAIL ? TERM_RED : TERM_YELLOW;
	if (r->state == GATE_RUN_FAIL)
		return "FAIL";
	if (str_eq(word, "pass"))
		*style = TERM_GREEN;
	return word;
}

/* The end of a failed unit's output, so that nobody has to look for a log. */
static void show_tail(const struct shown *s, const struct gate_run *r)
{
	struct span text = span_trim(buf_span(&r->output));
	struct span rest;
	struct span line;
	size_t from = text.len;

	for (size_t lines = 0; from > 0 && (text.ptr[from - 1] != '\n' || ++lines < 12);)
		from--;
	rest = span_from(text, from);
	while (span_line(&rest, &line)) {
		struct buf shown = BUF_INIT;

		buf_puts(&shown, "    | ");
		str_display_cut(&shown, line,
		                s->terminal->columns > 8 ? s->terminal->columns - 6 : 74);
		progress_line(s->progress, buf_span(&shown));
		buf_fini(&shown);
	}
}

/* A line below that of the unit. */
static void show_remark(const struct shown *s, const char *what, const char *text)
{
	struct buf line = BUF_INIT;

	if (*text == '\0')
		return;
	buf_printf(&line, "           %s", what);
	str_display_cut(&line, span_str(text), 200);
	progress_line(s->progress, buf_span(&line));
	buf_fini(&line);
}

void shown_counts(struct buf *out, const struct shown_sum *sum)
{
	const unsigned long long passed = sum->passed + sum->flaky;

	buf_printf(out, "%llu passed", passed);
	if (sum->flaky > 0)
		buf_printf(out, " (%llu flaky)", (unsigned long long)sum->flaky);
	buf_printf(out, ", %llu failed, %llu skipped", (unsigned long long)sum->failed,
	           (unsigned long long)sum->skipped);
	if (sum->quarantined > 0)
		buf_printf(out, ", %llu quarantined",
		           (unsigned long long)sum->quarantined);
}

void shown_end(const struct shown *s, const char *id, const struct gate_run *r)
{
	struct buf line = BUF_INIT;
	char time[WHEN_TEXT];
	enum term_style style;
	const char *word = state_word(r, &style);

	when_duration((uint64_t)(r->ended_ms - r->started_ms), time);
	buf_puts(&line, "  ");
	term_put(&line, s->terminal->color, style, span_str(word));
	buf_fill(&line, ' ', 9 - span_str(word).len);
	buf_printf(&line, "%s  ", id);
	if (r->cases.count > 0)
		shown_counts(&line,
		             &(struct shown_sum){ .passed = r->cases.passed,
		                                  .failed = r->cases.failed,
		                                  .skipped = r->cases.skipped,
		                                  .flaky = r->cases.flaky,
		                                  .quarantined = r->cases.quarantined });
	if (r->cases.count > 0)
		buf_puts(&line, "  ");
	buf_puts(&line, r->reused[0] != '\0' ? r->reused : time);
	progress_line(s->progress, buf_span(&line));
	buf_fini(&line);
	show_remark(s, "", r->reason);
	show_remark(s, "warning: ", r->doubt);
	show_remark(s, "warning: ", r->warning);
	if (r->state != GATE_RUN_PASS && !s->no_output)
		show_tail(s, r);
}

void shown_left_out(const struct shown *s, const char *id, const char *why)
{
	struct buf line = BUF_INIT;

	buf_puts(&line, "  ");
	term_put(&line, s->terminal->color, TERM_DIM, span_str("-"));
	buf_printf(&line, "        %s  %s", id, why);
	progress_line(s->progress, buf_span(&line));
	buf_fini(&line);
}

/* ---- kept ---- */

static void put_names(struct json_writer *w, const char *key, const char *lines)
{
	struct span rest = span_str(lines);
	struct span name;

	json_put_key(w, key);
	json_open(w, '[');
	while (span_line(&rest, &name))
		json_put_string(w, name);
	json_close(w, ']');
}

void shown_put(struct buf *out, const char *id, const char *left_out,
               const struct gate_run *r)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "id", id);
	json_field_str(&w, "state", gate_run_state_name(r->state));
	json_field_str(&w, "left_out", left_out);
	json_field_str(&w, "word", gate_doubt_word(r));
	json_field_str(&w, "reason", r->reason);
	json_field_str(&w, "doubt", r->doubt);
	json_field_str(&w, "warning", r->warning);
	json_field_str(&w, "reused", r->reused);
	json_field_u64(&w, "cases", r->cases.count);
	json_field_u64(&w, "passed", r->cases.passed);
	json_field_u64(&w, "failed", r->cases.failed);
	json_field_u64(&w, "skipped", r->cases.skipped);
	json_field_u64(&w, "flaky", r->cases.flaky);
	json_field_u64(&w, "quarantined", r->cases.quarantined);
	json_field_u64(&w, "slow", r->slow);
	json_field_bool(&w, "leaky", r->leaky);
	json_field_u64(&w, "leaked", r->leaked);
	put_names(&w, "leaked_processes", r->leaked_names);
	json_field_u64(&w, "ms", (uint64_t)(r->ended_ms - r->started_ms));
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static bool take_text(const struct json *v, const char *key, char *out, size_t size)
{
	const char *text = json_string(json_get(v, key));

	if (text != NULL)
		(void)snprintf(out, size, "%s", text);
	return text != NULL;
}

static bool take_state(const struct json *v, enum gate_run_state *out)
{
	const char *state = json_string(json_get(v, "state"));

	for (int s = GATE_RUN_PASS; s <= GATE_RUN_UNKNOWN; s++) {
		*out = (enum gate_run_state)s;
		if (str_eq(state, gate_run_state_name(*out)))
			return true;
	}
	return false;
}

/* What earlier versions did not write. */
static void take_doubt(const struct json *v, struct gate_run *r)
{
	(void)take_text(v, "doubt", r->doubt, sizeof(r->doubt));
	(void)json_bool(json_get(v, "leaky"), &r->leaky);
	(void)json_u64(json_get(v, "quarantined"), &r->cases.quarantined);
}

bool shown_take(const struct json *v, struct gate_run *r)
{
	uint64_t cases = 0;
	uint64_t ms = 0;

	if (json_string(json_get(v, "id")) == NULL || !take_state(v, &r->state) ||
	    !take_text(v, "reason", r->reason, sizeof(r->reason)) ||
	    !take_text(v, "warning", r->warning, sizeof(r->warning)) ||
	    !take_text(v, "reused", r->reused, sizeof(r->reused)) ||
	    !json_u64(json_get(v, "cases"), &cases) || cases > GATE_CASES_MAX ||
	    !json_u64(json_get(v, "passed"), &r->cases.passed) ||
	    !json_u64(json_get(v, "failed"), &r->cases.failed) ||
	    !json_u64(json_get(v, "skipped"), &r->cases.skipped) ||
	    !json_u64(json_get(v, "flaky"), &r->cases.flaky) ||
	    !json_u64(json_get(v, "ms"), &ms) || ms > INT64_MAX)
		return false;
	take_doubt(v, r);
	r->cases.count =
		(size_t)cases; /* there are no items: only the counts are shown */
	r->ended_ms = (int64_t)ms;
	return true;
}
