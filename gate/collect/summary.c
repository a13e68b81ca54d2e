// SPDX-License-Identifier: Apache-2.0
#include "collect/summary.h"

#include "base/num.h"
#include "collect/command.h"
#include "lib/json.h"

#include <stdio.h>

enum { SLOWEST_MAX = 5, FAILURES_MAX = 50, MESSAGE_MAX = 4000 };

const char *gate_run_state_name(enum gate_run_state s)
{
	switch (s) {
	case GATE_RUN_PASS:
		return "pass";
	case GATE_RUN_FAIL:
		return "fail";
	case GATE_RUN_UNKNOWN:
		break;
	}
	return "unknown";
}

static void put_seconds(struct json_writer *w, const char *key, uint64_t microseconds)
{
	char text[48];

	(void)snprintf(text, sizeof(text), "%llu.%06llu",
	               (unsigned long long)(microseconds / 1000000),
	               (unsigned long long)(microseconds % 1000000));
	json_field_number(w, key, text);
}

/* Sorts the longest cases into `top`, longest first; ties in the order of the file. */
static size_t find_slowest(const struct gate_cases *c,
                           const struct gate_case *top[SLOWEST_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct gate_case *item = &c->items[i];
		size_t at = count;

		while (at > 0 && top[at - 1]->duration_us < item->duration_us)
			at--;
		if (at == SLOWEST_MAX || item->duration_us == 0)
			continue;
		if (count < SLOWEST_MAX)
			count++;
		for (size_t k = count - 1; k > at; k--)
			top[k] = top[k - 1];
		top[at] = item;
	}
	return count;
}

static void put_slowest(struct json_writer *w, const struct gate_cases *c)
{
	const struct gate_case *top[SLOWEST_MAX];
	size_t count = find_slowest(c, top);

	json_put_key(w, "slowest");
	json_open(w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(w, '{');
		json_field_str(w, "name", top[i]->name);
		put_seconds(w, "duration_s", top[i]->duration_us);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_case_attempts(struct json_writer *w, const struct gate_case *item)
{
	if (item->attempts == NULL)
		return;
	json_put_key(w, "attempts");
	json_open(w, '[');
	for (const struct gate_case_attempt *a = item->attempts; a != NULL; a = a->next) {
		json_open(w, '{');
		json_field_str(w, "state", gate_case_state_name(a->state));
		if (a->duration_us > 0)
			put_seconds(w, "duration_s", a->duration_us);
		json_field_str(w, "message", a->message);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_test(struct json_writer *w, const struct gate_case *item)
{
	json_open(w, '{');
	json_field_str(w, "name", item->name);
	json_field_str(w, "state", gate_case_state_name(item->state));
	if (item->file != NULL)
		json_field_path(w, "file", span_str(item->file));
	if (item->line > 0)
		json_field_u64(w, "line", item->line);
	json_put_key(w, "message");
	json_put_string(w, span_sub(span_str(item->message), 0, MESSAGE_MAX));
	put_case_attempts(w, item);
	json_close(w, '}');
}

/* The first cases of two states (which may be the same). */
static void put_tests(struct json_writer *w, const char *key, const struct gate_cases *c,
                      enum gate_case_state one, enum gate_case_state other)
{
	size_t shown = 0;

	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < c->count && shown < FAILURES_MAX; i++) {
		const struct gate_case *item = &c->items[i];

		if (item->state != one && item->state != other)
			continue;
		shown++;
		put_test(w, item);
	}
	json_close(w, ']');
}

/* Those before the one that counts. */
static void put_attempts(struct json_writer *w, const struct gate_run *r)
{
	if (r->earlier_count == 0)
		return;
	json_put_key(w, "attempts");
	json_open(w, '[');
	for (size_t i = 0; i < r->earlier_count; i++) {
		const struct gate_attempt *a = &r->earlier[i];
		struct span names = buf_span(&a->failures);
		struct span name;

		json_open(w, '{');
		json_field_str(w, "state", gate_run_state_name(a->state));
		json_field_str(w, "reason", a->reason);
		put_seconds(w, "duration_s",
		            (uint64_t)(a->ended_ms - a->started_ms) * 1000);
		json_put_key(w, "failed");
		json_open(w, '[');
		while (span_line(&names, &name))
			json_put_string(w, name);
		json_close(w, ']');
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_leaked(struct json_writer *w, const struct gate_run *r)
{
	struct span names = span_str(r->leaked_names);
	struct span name;

	json_field_bool(w, "leaky", r->leaky);
	json_field_u64(w, "leaked", r->leaked);
	json_put_key(w, "leaked_processes");
	json_open(w, '[');
	while (span_line(&names, &name))
		json_put_string(w, name);
	json_close(w, ']');
}

void gate_summary_suite(struct buf *out, const struct gate_suite *s,
                        const struct gate_run *r)
{
	struct buf command = BUF_INIT;
	struct json_writer w;

	gate_command_text(&command, &s->run);
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "id", s->id);
	json_field_str(&w, "command", buf_str(&command));
	json_field_str(&w, "dir", s->dir != NULL ? s->dir : ".");
	json_field_str(&w, "format", gate_format_name(s->format));
	json_field_str(&w, "state", gate_run_state_name(r->state));
	json_field_str(&w, "reason", r->reason[0] != '\0' ? r->reason : NULL);
	json_field_u64(&w, "passed", r->cases.passed);
	json_field_u64(&w, "failed", r->cases.failed);
	json_field_u64(&w, "skipped", r->cases.skipped);
	json_field_u64(&w, "flaky", r->cases.flaky);
	json_field_u64(&w, "quarantined", r->cases.quarantined);
	put_seconds(&w, "duration_s", (uint64_t)(r->ended_ms - r->started_ms) * 1000);
	json_field_str(&w, "reused", r->reused[0] != '\0' ? r->reused : NULL);
	if (r->incomplete)
		json_field_bool(&w, "incomplete", true);
	put_leaked(&w, r);
	put_attempts(&w, r);
	put_slowest(&w, &r->cases);
	put_tests(&w, "failures", &r->cases, GATE_CASE_FAILED, GATE_CASE_ERROR);
	put_tests(&w, "flaky_tests", &r->cases, GATE_CASE_FLAKY, GATE_CASE_FLAKY);
	json_close(&w, '}');
	buf_fini(&command);
}
