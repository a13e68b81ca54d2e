// SPDX-License-Identifier: Apache-2.0
#include "rollout/criterion.h"

#include "base/when.h"

#include <stdio.h>
#include <string.h>

enum { GAP_STEPS = 3 };

struct window {
	const struct gate_criterion *c;
	int64_t from;
	int64_t to;
	int64_t gap;
};

const char *gate_hold_name(enum gate_hold h)
{
	static const char *const names[] = { "holds", "breached", "unknown" };

	return names[h];
}

/* Is the value on the side that the criterion names? */
static bool meets(const struct gate_criterion *c, double value)
{
	return c->below ? value < c->limit_value : value > c->limit_value;
}

static bool inside(const struct window *w, const struct gate_sample *s)
{
	return s->ms >= w->from && s->ms <= w->to;
}

/* Success asks for the side and abort warns of it, so the worst lies on different ones.
 */
static void note_worst(struct gate_criterion_state *out, double value, bool largest)
{
	if (!out->has_worst || (largest ? value > out->worst : value < out->worst))
		out->worst = value;
	out->has_worst = true;
}

static void say(struct gate_criterion_state *out, enum gate_hold hold, const char *why)
{
	out->hold = hold;
	(void)snprintf(out->why, sizeof(out->why), "%s", why);
}

static void say_breach(struct gate_criterion_state *out, double value, int64_t at,
                       uint64_t lasted)
{
	char when[WHEN_TEXT];
	char length[WHEN_TEXT];

	when_format(at, false, when);
	when_duration(lasted, length);
	out->hold = GATE_BREACHED;
	out->at_ms = at;
	if (lasted > 0)
		(void)snprintf(out->why, sizeof(out->why), "%.6g at %s, for %s by then",
		               value, when, length);
	else
		(void)snprintf(out->why, sizeof(out->why), "%.6g at %s", value, when);
}

static void say_untold(struct gate_criterion_state *out)
{
	char have[WHEN_TEXT];
	char want[WHEN_TEXT];

	when_duration(out->covered_ms, have);
	when_duration(out->wanted_ms, want);
	out->hold = GATE_UNTOLD;
	(void)snprintf(out->why, sizeof(out->why), "samples of %s without a gap, of %s",
	               have, want);
}

/* How long up to the window's end there are samples without a gap. */
static uint64_t covered(const struct window *w, const struct gate_series *s)
{
	int64_t reached = w->to;
	bool any = false;

	for (size_t i = s->count; i-- > 0 && reached > w->from;) {
		if (s->items[i].ms > w->to)
			continue;
		if (reached - s->items[i].ms > w->gap)
			break;
		reached = s->items[i].ms;
		any = true;
	}
	/* The first sample may be younger than the window by less than a gap. */
	if (any && reached - w->from <= w->gap)
		reached = w->from;
	return (uint64_t)(w->to - reached);
}

static void cover(const struct window *w, const struct gate_metric *m,
                  struct gate_criterion_state *out)
{
	out->wanted_ms = (uint64_t)(w->to - w->from);
	out->covered_ms = m != NULL && m->count > 0 ? out->wanted_ms : 0;
	for (size_t i = 0; m != NULL && i < m->count; i++) {
		const uint64_t ms = covered(w, &m->series[i]);

		if (ms < out->covered_ms)
			out->covered_ms = ms;
	}
}

static struct window window_of(const struct gate_criterion *c, int64_t from, int64_t to,
                               uint64_t step_ms)
{
	const int64_t gap = (int64_t)(step_ms < INT64_MAX / GAP_STEPS ? step_ms : 0);

	return (struct window){ .c = c, .from = from, .to = to, .gap = GAP_STEPS * gap };
}

/* In a window of few steps less is a gap: else one sample would stand for all of it. */
static void narrow(struct window *w, uint64_t for_ms, uint64_t step_ms)
{
	const uint64_t quarter = for_ms / 4;
	const uint64_t most = quarter > step_ms ? quarter : step_ms;

	if ((uint64_t)w->gap > most)
		w->gap = (int64_t)most;
}

static int64_t before(int64_t at, uint64_t ms)
{
	return ms > (uint64_t)INT64_MAX || at < INT64_MIN + (int64_t)ms
	               ? INT64_MIN
	               : at - (int64_t)ms;
}

static bool has_trouble(const struct gate_metric *m, struct gate_criterion_state *out)
{
	if (m == NULL || (m->count == 0 && m->trouble[0] == '\0'))
		say(out, GATE_UNTOLD, "no samples");
	else if (m->trouble[0] != '\0')
		say(out, GATE_UNTOLD, m->trouble);
	else
		return false;
	return true;
}

void gate_criterion_success(const struct gate_criterion *c, const struct gate_metric *m,
                            int64_t since_ms, int64_t now_ms, uint64_t step_ms,
                            struct gate_criterion_state *out)
{
	const int64_t wanted = before(now_ms, c->for_ms);
	struct window seen =
		window_of(c, wanted > since_ms ? wanted : since_ms, now_ms, step_ms);
	const struct window whole = window_of(c, wanted, now_ms, step_ms);

	memset(out, 0, sizeof(*out));
	narrow(&seen, c->for_ms, step_ms);
	for (size_t i = 0; m != NULL && i < m->count; i++)
		for (size_t k = 0; k < m->series[i].count; k++) {
			const struct gate_sample *s = &m->series[i].items[k];

			if (!inside(&seen, s))
				continue;
			out->samples++;
			note_worst(out, s->value, c->below);
			if (!meets(c, s->value) && out->hold != GATE_BREACHED)
				say_breach(out, s->value, s->ms, 0);
		}
	cover(&seen, m, out);
	out->wanted_ms = (uint64_t)(whole.to - whole.from);
	if (out->hold == GATE_BREACHED || has_trouble(m, out))
		return;
	out->waiting = out->samples > 0 && wanted < since_ms &&
	               out->covered_ms >= (uint64_t)(seen.to - seen.from);
	if (out->samples == 0)
		say(out, GATE_UNTOLD, "no samples");
	else if (wanted < since_ms || out->covered_ms < (uint64_t)(seen.to - seen.from))
		say_untold(out);
}

/* The first time at which it has held for long enough. */
static void look_for_abort(const struct window *w, const struct gate_series *s,
                           struct gate_criterion_state *out)
{
	const struct gate_sample *first = NULL; /* of the run of samples that meet it */
	const struct gate_sample *last = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct gate_sample *p = &s->items[i];

		if (!inside(w, p))
			continue;
		out->samples++;
		note_worst(out, p->value, !w->c->below);
		if (!meets(w->c, p->value)) {
			first = NULL;
			continue;
		}
		if (first == NULL || p->ms - last->ms > w->gap)
			first = p;
		last = p;
		if ((uint64_t)(p->ms - first->ms) >= w->c->for_ms &&
		    (out->hold != GATE_BREACHED || p->ms < out->at_ms)) {
			say_breach(out, p->value, p->ms, (uint64_t)(p->ms - first->ms));
			return;
		}
	}
}

void gate_criterion_abort(const struct gate_criterion *c, const struct gate_metric *m,
                          int64_t since_ms, int64_t now_ms, uint64_t step_ms,
                          struct gate_criterion_state *out)
{
	const struct window w =
		window_of(c, since_ms < now_ms ? since_ms : now_ms, now_ms, step_ms);

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; m != NULL && i < m->count; i++)
		look_for_abort(&w, &m->series[i], out);
	cover(&w, m, out);
	if (out->hold == GATE_BREACHED || has_trouble(m, out))
		return;
	if (out->samples == 0)
		say(out, GATE_UNTOLD, "no samples");
	else if (out->covered_ms < out->wanted_ms)
		say_untold(out);
}
