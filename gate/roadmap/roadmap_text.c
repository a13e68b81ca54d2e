// SPDX-License-Identifier: Apache-2.0
#include "base/term.h"
#include "roadmap/roadmap.h"
#include "verdict/gain.h"
#include "verdict/possible.h"

#include <inttypes.h>
#include <stdio.h>

/* The roadmap for people: a block a phase, the way to the next target, the risks. */

struct page {
	const struct gate_roadmap *r;
	struct buf *out;
	bool color;
	const int64_t *possible; /* of each check, in tenths */
};

static void put(const struct page *p, enum term_style style, const char *text)
{
	term_put(p->out, p->color, style, span_str(text));
}

static void put_tenths(const struct page *p, const struct gate_ratio *x)
{
	char digits[64];

	gate_ratio_text(x, 1, digits);
	buf_puts(p->out, digits);
}

/* "Score 59.0 (raw 71.2, capped at 59: security.secrets: P0 failed)" */
static void put_score(const struct page *p)
{
	const struct gate_assessment *a = p->r->assessment;

	buf_puts(p->out, "Score ");
	put_tenths(p, &a->final);
	if (a->cap != NULL) {
		buf_puts(p->out, " (raw ");
		put_tenths(p, &a->lower);
		buf_printf(p->out, ", capped at %s: %s)", a->cap, a->cap_reason);
	}
	buf_puts(p->out, "\n");
}

/* ---- tasks ---- */

static enum term_style style_of(enum gate_task_state s)
{
	switch (s) {
	case GATE_TASK_DONE:
		return TERM_GREEN;
	case GATE_TASK_READY:
		return TERM_YELLOW;
	case GATE_TASK_BLOCKED:
	case GATE_TASK_UNMEASURED:
		break;
	}
	return TERM_DIM;
}

static void put_missing(const struct page *p, const struct gate_task *t)
{
	const struct gate_assessment *a = p->r->assessment;

	for (size_t i = 0; i < t->accept_count; i++) {
		const struct gate_assessed_check *c = &a->checks[t->accept[i]];

		if (c->state == GATE_PASS)
			continue;
		buf_printf(p->out, "               %s: %s",
		           a->policy->checks[t->accept[i]].id, gate_state_name(c->state));
		if (c->state == GATE_NOT_APPLICABLE)
			buf_puts(p->out, ", so it cannot show that this is done");
		else if (c->message != NULL)
			buf_printf(p->out, ", %s", c->message);
		buf_puts(p->out, "\n");
	}
	if (t->accept_count == 0)
		buf_puts(p->out,
		         "               it names no check in `accept`, so nothing "
		         "can show that it is done\n");
}

static void put_blockers(const struct page *p, const struct gate_task *t)
{
	const char *before = "               needs ";

	for (size_t i = 0; i < t->need_count; i++) {
		const struct gate_task *need = &p->r->tasks[t->needs[i]];

		if (need->state == GATE_TASK_DONE)
			continue;
		buf_printf(p->out, "%s%s", before, need->id);
		before = ", ";
	}
	buf_puts(p->out, "\n");
}

static void put_task(const struct page *p, const struct gate_task *t)
{
	char state[16];

	(void)snprintf(state, sizeof(state), "%-10s", gate_task_state_name(t->state));
	buf_puts(p->out, "  ");
	put(p, style_of(t->state), state);
	buf_printf(p->out, " P%u %s", t->priority, t->id);
	if (t->title != t->id)
		buf_printf(p->out, "  %s", t->title);
	if (t->owner != NULL)
		buf_printf(p->out, "  (%s)", t->owner);
	buf_puts(p->out, "\n");
	if (t->state == GATE_TASK_BLOCKED)
		put_blockers(p, t);
	else if (t->state != GATE_TASK_DONE)
		put_missing(p, t);
}

static void put_phase(const struct page *p, size_t index)
{
	const struct gate_phase *h = &p->r->phases[index];

	buf_puts(p->out, "\n");
	put(p, TERM_BOLD, h->id);
	if (h->title != h->id)
		buf_printf(p->out, "  %s", h->title);
	if (h->target != NULL)
		buf_printf(p->out, ", target %s", h->target);
	buf_printf(p->out, ": %zu of %zu tasks done", h->done, h->task_count);
	if (h->reached)
		put(p, TERM_GREEN, ", reached");
	else if (index == p->r->current)
		put(p, TERM_YELLOW, ", current");
	buf_puts(p->out, "\n");
	for (size_t i = 0; i < h->task_count; i++)
		put_task(p, &p->r->tasks[h->first + i]);
}

/* ---- way ---- */

static void put_step(const struct page *p, const struct gate_step *s, struct arena *arena)
{
	const struct gate_assessment *a = p->r->assessment;
	const struct gate_task *t = gate_roadmap_task_of(p->r, s->check);
	const char *remedy = gate_remedy(a, s->check, arena);
	/* As a scorecard has it, whose rows add up. */
	int64_t gain = p->possible[s->check] - a->checks[s->check].contribution;

	buf_printf(p->out, "  +%" PRId64 ".%" PRId64 "  %s", gain / 10, gain % 10,
	           a->policy->checks[s->check].id);
	if (t != NULL)
		buf_printf(p->out, " (%s%s)", t->id,
		           t->state == GATE_TASK_BLOCKED ? ", blocked" : "");
	if (s->cap)
		buf_puts(p->out, ", which caps the score");
	if (remedy != NULL)
		buf_printf(p->out, ": %s", remedy);
	buf_puts(p->out, "\n");
}

static void put_way(const struct page *p, struct arena *arena)
{
	const struct gate_roadmap *r = p->r;
	const struct gate_way *w = &r->way;

	if (w->reached)
		return;
	buf_puts(p->out, "\n");
	put(p, TERM_BOLD, "Shortest way");
	buf_printf(p->out, " to %s: %zu check%s\n", r->phases[r->current].target,
	           w->count, w->count == 1 ? "" : "s");
	for (size_t i = 0; i < w->count; i++)
		put_step(p, &w->steps[i], arena);
	if (!w->possible)
		buf_printf(p->out,
		           "  and the waiver of %s has to be withdrawn: until then the "
		           "score stays at %s or below\n",
		           r->assessment->policy->checks[w->waived].id,
		           r->assessment->policy->thresholds.cap_p1);
}

static void put_risk(const struct page *p, const struct gate_risk *k)
{
	buf_printf(p->out, "  %-9s  %s", gate_risk_state_name(k->state), k->risk);
	buf_printf(p->out, " (likelihood %s, impact %s", k->likelihood, k->impact);
	if (k->check != NULL)
		buf_printf(p->out, ", watched by %s", k->check);
	buf_puts(p->out, ")\n");
	if (k->mitigation != NULL)
		buf_printf(p->out, "             mitigation: %s\n", k->mitigation);
	if (k->contingency != NULL)
		buf_printf(p->out, "             contingency: %s\n", k->contingency);
}

enum err_code gate_roadmap_text(const struct gate_roadmap *r, bool color, struct buf *out,
                                struct err *err)
{
	const struct gate_assessment *a = r->assessment;
	struct arena arena = ARENA_INIT;
	int64_t *categories =
		arena_array(&arena, a->policy->category_count + 1, sizeof(*categories));
	int64_t *checks =
		arena_array(&arena, a->policy->check_count + 1, sizeof(*checks));
	const struct page p = { r, out, color, checks };
	enum err_code rc;

	if (categories == NULL || checks == NULL)
		rc = err_nomem(err);
	else
		rc = gate_possible(a, categories, checks, err);
	if (rc != ERR_OK)
		goto out;
	put_score(&p);
	for (size_t i = 0; i < r->phase_count; i++)
		put_phase(&p, i);
	put_way(&p, &arena);
	if (r->risk_count > 0) {
		buf_puts(out, "\n");
		put(&p, TERM_BOLD, "Risks");
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < r->risk_count; i++)
		put_risk(&p, &r->risks[i]);
	rc = arena_err(&arena, err);
out:
	arena_fini(&arena);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}
