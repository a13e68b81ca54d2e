// SPDX-License-Identifier: Apache-2.0
#include "cli/shown.h"

#include "base/str.h"
#include "base/when.h"
#include "collect/summary.h"
#include "lib/json.h"

#include <stdio.h>

static const char *state_word(enum gate_run_state state, enum term_style *style)
{
	switch (state) {
	case GATE_RUN_PASS:
		*style = TERM_GREEN;
		return "pass";
	case GATE_RUN_FAIL:
		*style = TERM_RED;
		return "FAIL";
	case GATE_RUN_UNKNOWN:
		*style = TERM_YELLOW;
		return "unknown";
	}
	*style = TERM_PLAIN;
	return "";
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

void shown_end(const struct shown *s, const char *id, const struct gate_run *r)
{
	struct buf line = BUF_INIT;
	char time[WHEN_TEXT];
	enum term_style style;
	uint64_t passed = r->cases.passed + r->cases.flaky;
	const char *word = state_word(r->state, &style);

	when_duration((uint64_t)(r->ended_ms - r->started_ms), time);
	buf_puts(&line, "  ");
	term_put(&line, s->terminal->color, style, span_str(word));
	buf_fill(&line, ' ', 9 - span_str(word).len);
	buf_printf(&line, "%s  ", id);
	if (r->cases.count > 0)
		buf_printf(&line, "%llu passed, %llu failed, %llu skipped  ",
		           (unsigned long long)passed,
		           (unsigned long long)r->cases.failed,
		           (unsigned long long)r->cases.skipped);
	buf_puts(&line, r->reused[0] != '\0' ? r->reused : time);
	progress_line(s->progress, buf_span(&line));
	buf_fini(&line);
	show_remark(s, "", r->reason);
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

void shown_put(struct buf *out, const char *id, const char *left_out,
               const struct gate_run *r)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "id", id);
	json_field_str(&w, "state", gate_run_state_name(r->state));
	json_field_str(&w, "left_out", left_out);
	json_field_str(&w, "reason", r->reason);
	json_field_str(&w, "warning", r->warning);
	json_field_str(&w, "reused", r->reused);
	json_field_u64(&w, "cases", r->cases.count);
	json_field_u64(&w, "passed", r->cases.passed);
	json_field_u64(&w, "failed", r->cases.failed);
	json_field_u64(&w, "skipped", r->cases.skipped);
	json_field_u64(&w, "flaky", r->cases.flaky);
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
	r->cases.count =
		(size_t)cases; /* there are no items: only the counts are shown */
	r->ended_ms = (int64_t)ms;
	return true;
}
