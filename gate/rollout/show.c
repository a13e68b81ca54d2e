// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/term.h"
#include "base/when.h"
#include "lib/json.h"
#include "rollout/rollout.h"

#include <math.h>
#include <stdio.h>

/* ---- for people ---- */

static enum term_style style_of(enum gate_hold h)
{
	switch (h) {
	case GATE_HOLDS:
		return TERM_GREEN;
	case GATE_BREACHED:
		return TERM_RED;
	case GATE_UNTOLD:
	default:
		return TERM_YELLOW;
	}
}

static void put_criterion(struct buf *out, bool color, const char *kind,
                          const struct gate_criterion *c,
                          const struct gate_criterion_state *s)
{
	char length[WHEN_TEXT];

	buf_printf(out, "    %-8s", kind);
	term_put(out, color, style_of(s->hold),
	         span_str(s->waiting ? "waits" : gate_hold_name(s->hold)));
	buf_printf(out, "  %s %s %s", c->metric, c->below ? "below" : "above", c->limit);
	if (c->for_ms > 0) {
		when_duration(c->for_ms, length);
		buf_printf(out, " for %s", length);
	}
	if (s->has_worst)
		buf_printf(out, ", worst %.6g of %zu", s->worst, s->samples);
	if (s->why[0] != '\0')
		buf_printf(out, ": %s", s->why);
	buf_putc(out, '\n');
}

static void put_criteria(const struct gate_rollout *r, bool color, struct buf *out)
{
	const struct gate_stage *s = &r->plan.stages[r->stage];

	if (r->advice == GATE_ROLLOUT_NOTHING)
		return;
	for (size_t i = 0; i < s->success_count; i++)
		put_criterion(out, color, "success", &s->success[i], &r->success[i]);
	for (size_t i = 0; i < s->abort_count; i++)
		put_criterion(out, color, "abort", &s->abort[i], &r->abort[i]);
}

/* What a stage is, seen from the one where the rollout is. */
static const char *mark_of(const struct gate_rollout *r, size_t stage)
{
	if (r->state == GATE_ROLLOUT_DONE)
		return "held";
	if (r->state == GATE_ROLLOUT_NONE || r->state == GATE_ROLLOUT_BACK)
		return "ahead";
	if (stage == r->stage)
		return gate_rollout_state_name(r->state);
	return stage < r->stage ? "held" : "ahead";
}

static void put_stage(const struct gate_rollout *r, size_t i, bool color, struct buf *out)
{
	const struct gate_stage *s = &r->plan.stages[i];
	const char *mark = mark_of(r, i);
	char hold[WHEN_TEXT];

	when_duration(s->hold_ms, hold);
	buf_puts(out, "  ");
	term_put(out, color, str_eq(mark, "ahead") ? TERM_DIM : TERM_BOLD,
	         span_str(s->id));
	if (s->traffic != NULL)
		buf_printf(out, "  %s %%", s->traffic);
	buf_printf(out, "  holds %s  %s\n", hold, mark);
	if (i == r->stage && r->state == GATE_ROLLOUT_AT)
		put_criteria(r, color, out);
}

/* Why it was rolled back, or what failed. */
static void put_reason(const struct gate_rollout *r, struct buf *out)
{
	const char *why = NULL;

	for (size_t i = r->log.count; i-- > 0 && i + 2 >= r->log.count && why == NULL;)
		why = r->log.entries[i].why;
	if (why == NULL || r->state == GATE_ROLLOUT_AT || r->state == GATE_ROLLOUT_DONE)
		return;
	buf_puts(out, "  ");
	str_display(out, span_str(why));
	buf_putc(out, '\n');
}

static void put_head(const struct gate_rollout *r, bool color, struct buf *out)
{
	char when[WHEN_TEXT];
	char left[WHEN_TEXT];

	buf_puts(out, "Rollout ");
	term_put(out, color, TERM_BOLD, span_str(gate_rollout_state_name(r->state)));
	if (r->state != GATE_ROLLOUT_NONE) {
		when_format(r->since_ms, false, when);
		if (r->state != GATE_ROLLOUT_BACK)
			buf_printf(out, " %s", r->plan.stages[r->stage].id);
		buf_printf(out, " since %s", when);
	}
	if (r->commit != NULL)
		buf_printf(out, ", commit %.12s", r->commit);
	buf_putc(out, '\n');
	put_reason(r, out);
	if (r->left_ms > 0 && r->state == GATE_ROLLOUT_AT) {
		when_duration(r->left_ms, left);
		buf_printf(out, "  %s left of the stage\n", left);
	}
	if (r->plan_changed)
		buf_puts(out,
		         "  the policy's rollout is another one by now; this one goes on "
		         "as it began\n");
}

static void put_advice(const struct gate_rollout *r, struct buf *out)
{
	static const char *const texts[] = {
		[GATE_ROLLOUT_GO_ON] = "ready: seaworthy rollout advance",
		[GATE_ROLLOUT_WAIT] = "all is well so far",
		[GATE_ROLLOUT_UNKNOWN] = "unknown: samples are missing",
		[GATE_ROLLOUT_TURN_BACK] = "abort: seaworthy rollout rollback",
		[GATE_ROLLOUT_STAY] = "not ready: a success criterion is breached",
		[GATE_ROLLOUT_NOTHING] = NULL,
	};

	if (texts[r->advice] != NULL)
		buf_printf(out, "%s\n", texts[r->advice]);
}

void gate_rollout_text(const struct gate_rollout *r, bool color, struct buf *out)
{
	put_head(r, color, out);
	for (size_t i = 0; i < r->plan.stage_count; i++)
		put_stage(r, i, color, out);
	put_advice(r, out);
}

/* ---- JSON ---- */

static void field_time(struct json_writer *w, const char *key, int64_t ms)
{
	char when[WHEN_TEXT];

	when_format(ms, true, when);
	json_field_str(w, key, when);
}

static void json_criterion(struct json_writer *w, const char *kind,
                           const struct gate_criterion *c,
                           const struct gate_criterion_state *s)
{
	char number[40];

	json_open(w, '{');
	json_field_str(w, "kind", kind);
	json_field_str(w, "metric", c->metric);
	json_field_str(w, "query", c->query);
	json_field_number(w, c->below ? "below" : "above", c->limit);
	json_field_u64(w, "for_ms", c->for_ms);
	json_field_str(w, "state", gate_hold_name(s->hold));
	json_field_u64(w, "samples", s->samples);
	json_field_u64(w, "covered_ms", s->covered_ms);
	json_field_u64(w, "wanted_ms", s->wanted_ms);
	(void)snprintf(number, sizeof(number), "%.17g", s->worst);
	if (s->has_worst && isfinite(s->worst))
		json_field_number(w, "worst", number);
	else
		json_field_null(w, "worst");
	json_field_str(w, "why", s->why[0] != '\0' ? s->why : NULL);
	json_close(w, '}');
}

static void json_stage(struct json_writer *w, const struct gate_rollout *r, size_t i)
{
	const struct gate_stage *s = &r->plan.stages[i];
	const bool judged = i == r->stage && r->advice != GATE_ROLLOUT_NOTHING;

	json_open(w, '{');
	json_field_str(w, "id", s->id);
	if (s->traffic != NULL)
		json_field_number(w, "traffic", s->traffic);
	else
		json_field_null(w, "traffic");
	json_field_u64(w, "hold_ms", s->hold_ms);
	json_field_str(w, "state", mark_of(r, i));
	json_put_key(w, "criteria");
	json_open(w, '[');
	for (size_t k = 0; judged && k < s->success_count; k++)
		json_criterion(w, "success", &s->success[k], &r->success[k]);
	for (size_t k = 0; judged && k < s->abort_count; k++)
		json_criterion(w, "abort", &s->abort[k], &r->abort[k]);
	json_close(w, ']');
	json_close(w, '}');
}

static void json_event(struct json_writer *w, const struct gate_rollout_entry *e)
{
	json_open(w, '{');
	field_time(w, "time", e->time_ms);
	json_field_str(w, "event", gate_rollout_event_name(e->event));
	json_field_str(w, "stage", e->stage);
	json_field_str(w, "commit", e->commit);
	json_field_str(w, "run", e->run);
	json_field_str(w, "evidence", e->evidence);
	json_field_str(w, "why", e->why);
	json_close(w, '}');
}

void gate_rollout_json(const struct gate_rollout *r, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "state", gate_rollout_state_name(r->state));
	json_field_str(&w, "stage",
	               r->state == GATE_ROLLOUT_NONE || r->state == GATE_ROLLOUT_BACK
	                       ? NULL
	                       : r->plan.stages[r->stage].id);
	if (r->state == GATE_ROLLOUT_NONE)
		json_field_null(&w, "since");
	else
		field_time(&w, "since", r->since_ms);
	json_field_str(&w, "commit", r->commit);
	json_field_str(&w, "advice", gate_rollout_advice_name(r->advice));
	json_field_u64(&w, "left_ms", r->left_ms);
	json_field_bool(&w, "plan_changed", r->plan_changed);
	json_put_key(&w, "stages");
	json_open(&w, '[');
	for (size_t i = 0; i < r->plan.stage_count; i++)
		json_stage(&w, r, i);
	json_close(&w, ']');
	json_put_key(&w, "events");
	json_open(&w, '[');
	for (size_t i = 0; i < r->log.count; i++)
		json_event(&w, &r->log.entries[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}
