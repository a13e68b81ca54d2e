// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/when.h"
#include "verdict/assess_internal.h"

#include <inttypes.h>
#include <stdio.h>

bool gate_required_now(const struct gate_check *c, const struct gate_assessed_check *s)
{
	return !s->warns_only && gate_check_required(c);
}

enum gate_priority gate_cap_level(const struct gate_check *c,
                                  const struct gate_assessed_check *s)
{
	bool lacking = s->state == GATE_FAIL || s->state == GATE_UNKNOWN ||
	               s->state == GATE_ERROR;

	if (s->state == GATE_NOT_APPLICABLE || !gate_required_now(c, s))
		return GATE_NO_BLOCKER;
	if (c->blocker == GATE_P0 && s->waived)
		return GATE_P1; /* whatever its state: withdraw the waiver instead */
	if (!lacking || s->waived)
		return GATE_NO_BLOCKER;
	return c->blocker == GATE_P0 ? GATE_P0 : GATE_P1;
}

const char *gate_check_kind(const struct gate_check *c)
{
	if (c->blocker == GATE_P0)
		return "P0";
	if (c->blocker == GATE_P1)
		return "P1";
	return c->required ? "required check" : "check";
}

const char *gate_state_words(const struct gate_assessed_check *s)
{
	switch (s->state) {
	case GATE_PASS:
		return "passed";
	case GATE_WARN:
		return "passed in part";
	case GATE_FAIL:
		return "failed";
	case GATE_ERROR:
		return "in error";
	case GATE_NOT_APPLICABLE:
		return "not applicable";
	case GATE_UNKNOWN:
		break;
	}
	return s->expired ? "expired" : "unknown";
}

/* ---- caps ---- */

struct causes {
	size_t first; /* index of the first check, if any */
	size_t count;
};

static struct causes find_causes(const struct gate_assessment *a,
                                 enum gate_priority level)
{
	struct causes found = { 0, 0 };

	for (size_t i = 0; i < a->policy->check_count; i++)
		if (gate_cap_level(&a->policy->checks[i], &a->checks[i]) == level &&
		    found.count++ == 0)
			found.first = i;
	return found;
}

static void apply_cap(struct gate_assessment *a, struct causes by, const char *cap)
{
	const struct gate_check *c = &a->policy->checks[by.first];
	const struct gate_assessed_check *s = &a->checks[by.first];
	struct gate_ratio limit = GATE_RATIO_INIT;
	struct gate_ratio before = GATE_RATIO_INIT;
	const char *more = "";

	if (by.count == 0)
		return;
	gate_ratio_from_policy(&limit, cap);
	if (a->cap != NULL)
		gate_ratio_from_policy(&before, a->cap);
	if (a->cap != NULL && gate_ratio_cmp(&before, &limit) <= 0)
		goto out;
	if (by.count > 1)
		more = arena_printf(&a->arena, ", and %zu more", by.count - 1);
	a->cap = cap;
	a->cap_reason =
		arena_printf(&a->arena, "%s: %s %s%s%s", c->id, gate_check_kind(c),
	                     s->waived ? "waived, " : "", gate_state_words(s), more);
	if (gate_ratio_cmp(&limit, &a->final) < 0)
		gate_ratio_set(&a->final, &limit);
out:
	gate_ratio_fini(&limit);
	gate_ratio_fini(&before);
}

static void cap_score(struct gate_assessment *a)
{
	const struct gate_thresholds *t = &a->policy->thresholds;

	gate_ratio_set(&a->final, &a->lower);
	apply_cap(a, find_causes(a, GATE_P0), t->cap_p0);
	apply_cap(a, find_causes(a, GATE_P1), t->cap_p1);
}

/* ---- reasons ---- */

void gate_add_reason(struct gate_work *w, const char *text)
{
	struct gate_assessment *a = w->a;
	const char **slot = arena_push(&a->arena, &a->reasons, &a->reason_count,
	                               &w->reason_cap, sizeof(*slot));

	if (slot != NULL)
		*slot = text;
}

void gate_add_note(struct gate_work *w, const char *text)
{
	const char **slot = arena_push(&w->a->arena, &w->a->notes, &w->a->note_count,
	                               &w->note_cap, sizeof(*slot));

	if (slot != NULL)
		*slot = text;
}

bool gate_is_below(const struct gate_ratio *value, const char *threshold)
{
	struct gate_ratio limit = GATE_RATIO_INIT;
	bool below;

	if (threshold == NULL)
		return false;
	gate_ratio_from_policy(&limit, threshold);
	below = gate_ratio_cmp(value, &limit) < 0;
	gate_ratio_fini(&limit);
	return below;
}

const char *gate_score_reason(struct gate_assessment *a, const char *threshold)
{
	char final[64];
	char lower[64];

	gate_ratio_text(&a->final, 1, final);
	gate_ratio_text(&a->lower, 1, lower);
	if (gate_ratio_cmp(&a->final, &a->lower) < 0)
		return arena_printf(&a->arena,
		                    "the score %s (raw %s, capped) is below %s", final,
		                    lower, threshold);
	return arena_printf(&a->arena, "the score %s is below %s", final, threshold);
}

const char *gate_coverage_reason(struct gate_assessment *a, const char *threshold)
{
	struct gate_ratio limit = GATE_RATIO_INIT;
	struct gate_ratio hundred = GATE_RATIO_INIT;
	int64_t tenths =
		gate_ratio_floor(&a->coverage, 1000); /* as the headline has it */
	char text[64];

	gate_ratio_from_policy(&limit, threshold);
	gate_ratio_set_u64(&hundred, 100, 1);
	gate_ratio_mul(&limit, &limit, &hundred);
	gate_ratio_text(&limit, 2, text);
	gate_ratio_fini(&hundred);
	gate_ratio_fini(&limit);
	return arena_printf(&a->arena,
	                    "the evidence coverage %" PRId64 ".%" PRId64
	                    " %% is below %s %%",
	                    tenths / 10, tenths % 10, text);
}

const char *gate_floor_reason(struct gate_assessment *a, size_t g, const char *what,
                              const char *floor)
{
	char score[64];

	gate_ratio_text(&a->categories[g].score, 1, score);
	return arena_printf(&a->arena, "category %s: its score %s is below its %s %s",
	                    a->policy->categories[g].id, score, what, floor);
}

/* ---- rule 1: NO-GO ---- */

static void no_go_by_checks(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_assessed_check *s = &w->a->checks[i];

		if (gate_cap_level(&p->checks[i], s) == GATE_P0)
			gate_add_reason(w, arena_printf(&w->a->arena, "%s: P0 %s",
			                                p->checks[i].id,
			                                gate_state_words(s)));
	}
}

static void no_go_by_floors(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t g = 0; g < p->category_count; g++) {
		const char *floor = p->categories[g].hard_floor;

		if (w->a->categories[g].applicable &&
		    gate_is_below(&w->a->categories[g].score, floor))
			gate_add_reason(w,
			                gate_floor_reason(w->a, g, "hard floor", floor));
	}
}

static void no_go_by_people(struct gate_work *w)
{
	struct gate_assessment *a = w->a;

	for (size_t i = 0; i < a->signoff_count; i++)
		if (a->signoffs[i].counts && a->signoffs[i].said->reject)
			gate_add_reason(w, gate_signoff_rejection(a, &a->signoffs[i]));
}

/* The least of the critical components decides as the score does. */
static void no_go_by_components(struct gate_work *w)
{
	const char *least = w->a->policy->thresholds.conditional;

	for (size_t k = 0; k < w->a->component_count; k++)
		if (w->a->components[k].critical && w->a->components[k].has_score &&
		    gate_is_below(&w->a->components[k].lower, least))
			gate_add_reason(w, gate_area_reason(w->a, k, least));
}

static void find_no_go(struct gate_work *w)
{
	struct gate_assessment *a = w->a;
	const struct gate_thresholds *t = &a->policy->thresholds;

	if (a->empty)
		gate_add_reason(w, "no applicable check has any weight");
	no_go_by_checks(w);
	if (gate_is_below(&a->final, t->conditional))
		gate_add_reason(w, gate_score_reason(a, t->conditional));
	if (gate_is_below(&a->coverage, t->min_coverage_conditional))
		gate_add_reason(w, gate_coverage_reason(a, t->min_coverage_conditional));
	no_go_by_floors(w);
	no_go_by_components(w);
	if (a->subject->has_dirty && a->subject->dirty && !t->allow_dirty)
		gate_add_reason(w,
		                "the working tree has uncommitted changes: commit them, "
		                "ignore what is output, or set thresholds.allow_dirty");
	no_go_by_people(w);
}

/* New checks warn: what their state would have meant is told beside the decision. */
static void note_new_checks(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;
	char date[WHEN_TEXT];

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_assessed_check *s = &w->a->checks[i];

		if (!s->warns_only || s->state == GATE_PASS ||
		    s->state == GATE_NOT_APPLICABLE)
			continue;
		when_format(p->checks[i].warns_until_ms, false, date);
		gate_add_note(
			w, arena_printf(&w->a->arena, "%s: %s %s; it only warns until %s",
		                        p->checks[i].id, gate_check_kind(&p->checks[i]),
		                        gate_state_words(s), date));
	}
}

static bool has_required_error(const struct gate_assessment *a)
{
	for (size_t i = 0; i < a->policy->check_count; i++)
		if (a->checks[i].state == GATE_ERROR &&
		    gate_required_now(&a->policy->checks[i], &a->checks[i]))
			return true;
	return false;
}

void gate_decide(struct gate_work *w)
{
	struct gate_assessment *a = w->a;

	cap_score(a);
	note_new_checks(w);
	a->required_error = has_required_error(a);
	a->too_little =
		a->empty || gate_is_below(&a->coverage,
	                                  a->policy->thresholds.min_coverage_conditional);
	find_no_go(w);
	if (a->reason_count > 0) {
		a->decision = GATE_NO_GO;
		return;
	}
	gate_conditions_find(w);
	a->decision = a->reason_count > 0 ? GATE_CONDITIONAL_GO : GATE_GO;
}
