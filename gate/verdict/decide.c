// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "verdict/assess_internal.h"

#include <stdio.h>

enum gate_priority gate_cap_level(const struct gate_check *c,
                                  const struct gate_assessed_check *s)
{
	bool lacking = s->state == GATE_FAIL || s->state == GATE_UNKNOWN ||
	               s->state == GATE_ERROR;

	if (s->state == GATE_NOT_APPLICABLE || !gate_check_required(c))
		return GATE_NO_BLOCKER;
	if (c->blocker == GATE_P0 && s->waived)
		return GATE_P1; /* whatever its state: withdraw the waiver instead */
	if (!lacking || s->waived)
		return GATE_NO_BLOCKER;
	return c->blocker == GATE_P0 ? GATE_P0 : GATE_P1;
}

static const char *kind_of(const struct gate_check *c)
{
	if (c->blocker == GATE_P0)
		return "P0";
	return c->blocker == GATE_P1 ? "P1" : "required check";
}

static const char *state_words(const struct gate_assessed_check *s)
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
	a->cap_reason = arena_printf(&a->arena, "%s: %s %s%s%s", c->id, kind_of(c),
	                             s->waived ? "waived, " : "", state_words(s), more);
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

/* ---- reasons and conditions ---- */

static void add_reason(struct gate_work *w, const char *text)
{
	struct gate_assessment *a = w->a;
	const char **slot = arena_push(&a->arena, &a->reasons, &a->reason_count,
	                               &w->reason_cap, sizeof(*slot));

	if (slot != NULL)
		*slot = text;
}

/* A condition is a reason too. */
static void add_condition(struct gate_work *w, struct gate_condition condition)
{
	struct gate_assessment *a = w->a;
	struct gate_condition *slot =
		arena_push(&a->arena, &a->conditions, &a->condition_count,
	                   &w->condition_cap, sizeof(*slot));

	if (slot == NULL)
		return;
	*slot = condition;
	add_reason(w, condition.check != NULL
	                      ? arena_printf(&a->arena, "%s: %s", condition.check,
	                                     condition.reason)
	                      : condition.reason);
}

static bool is_below(const struct gate_ratio *value, const char *threshold)
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

static const char *score_reason(struct gate_assessment *a, const char *threshold)
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

static const char *coverage_reason(struct gate_assessment *a, const char *threshold)
{
	char coverage[64];

	gate_ratio_text(&a->coverage, 4, coverage);
	return arena_printf(&a->arena, "the evidence coverage %s is below %s", coverage,
	                    threshold);
}

static const char *floor_reason(struct gate_assessment *a, size_t g, const char *what,
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
			add_reason(w, arena_printf(&w->a->arena, "%s: P0 %s",
			                           p->checks[i].id, state_words(s)));
	}
}

static void no_go_by_floors(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t g = 0; g < p->category_count; g++) {
		const char *floor = p->categories[g].hard_floor;

		if (w->a->categories[g].applicable &&
		    is_below(&w->a->categories[g].score, floor))
			add_reason(w, floor_reason(w->a, g, "hard floor", floor));
	}
}

static void find_no_go(struct gate_work *w)
{
	struct gate_assessment *a = w->a;
	const struct gate_thresholds *t = &a->policy->thresholds;

	if (a->empty)
		add_reason(w, "no applicable check has any weight");
	no_go_by_checks(w);
	if (is_below(&a->final, t->conditional))
		add_reason(w, score_reason(a, t->conditional));
	if (is_below(&a->coverage, t->min_coverage_conditional))
		add_reason(w, coverage_reason(a, t->min_coverage_conditional));
	no_go_by_floors(w);
	if (a->subject->has_dirty && a->subject->dirty && !t->allow_dirty)
		add_reason(w, "the working tree has uncommitted changes");
}

/* ---- rule 2: CONDITIONAL GO ---- */

static void condition_of_waiver(struct gate_work *w, const struct gate_check *c,
                                const struct gate_assessed_check *s)
{
	struct gate_condition k = { .check = c->id, .owner = s->waiver->owner };

	k.reason = arena_printf(&w->a->arena, "%s %s, waived: %s", kind_of(c),
	                        state_words(s), s->waiver->reason);
	k.has_deadline = true;
	k.deadline_ms = s->waiver->expires_ms;
	add_condition(w, k);
}

/* The deadline is when the attestation becomes too old. */
static void condition_of_attestation(struct gate_work *w, const struct gate_check *c,
                                     const struct gate_assessed_check *s)
{
	struct gate_condition k = { .check = c->id, .owner = c->attest_role };

	k.reason = arena_printf(&w->a->arena, "%s rests on an attestation", kind_of(c));
	k.has_deadline = c->has_max_age && s->record->has_ended &&
	                 c->max_age_ms <= INT64_MAX &&
	                 s->record->ended_ms <= INT64_MAX - (int64_t)c->max_age_ms;
	if (k.has_deadline)
		k.deadline_ms = s->record->ended_ms + (int64_t)c->max_age_ms;
	add_condition(w, k);
}

static void condition_of_state(struct gate_work *w, const struct gate_check *c,
                               const struct gate_assessed_check *s)
{
	struct gate_condition k = { .check = c->id };

	k.reason = arena_printf(&w->a->arena, "%s %s", kind_of(c), state_words(s));
	add_condition(w, k);
}

static bool has_value(const struct gate_assessed_check *s)
{
	return s->state == GATE_PASS || s->state == GATE_WARN || s->state == GATE_FAIL;
}

static void conditions_of_check(struct gate_work *w, const struct gate_check *c,
                                const struct gate_assessed_check *s)
{
	if (!gate_check_required(c))
		return;
	if (s->waived)
		condition_of_waiver(w, c, s);
	if (s->attested && has_value(s))
		condition_of_attestation(w, c, s);
	if (!s->waived && s->state != GATE_PASS && s->state != GATE_NOT_APPLICABLE)
		condition_of_state(w, c, s);
}

/*
 * The check that would close a condition on a sum: the one that loses most, in points
 * below full value, or (for coverage) in what is not known. Of all categories, or of one.
 */
static const char *biggest_loss(const struct gate_assessment *a, const size_t *category,
                                bool of_knowledge)
{
	struct gate_ratio most = GATE_RATIO_INIT;
	struct gate_ratio loss = GATE_RATIO_INIT;
	const char *id = NULL;

	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_assessed_check *s = &a->checks[i];

		if (!s->applicable ||
		    (category != NULL && a->policy->checks[i].category != *category))
			continue;
		if (of_knowledge)
			gate_ratio_set(&loss, &s->high);
		else
			gate_ratio_set_u64(&loss, 1, 1);
		gate_ratio_sub(&loss, &loss, &s->low);
		gate_ratio_mul(&loss, &loss, &s->share);
		if (gate_ratio_cmp(&loss, &most) > 0) {
			gate_ratio_set(&most, &loss);
			id = a->policy->checks[i].id;
		}
	}
	gate_ratio_fini(&most);
	gate_ratio_fini(&loss);
	return id;
}

static void conditions_of_floors(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t g = 0; g < p->category_count; g++) {
		const char *floor = p->categories[g].floor;
		struct gate_condition k = { .check = NULL };

		if (!w->a->categories[g].applicable ||
		    !is_below(&w->a->categories[g].score, floor))
			continue;
		k.check = biggest_loss(w->a, &g, false);
		k.reason = floor_reason(w->a, g, "floor", floor);
		add_condition(w, k);
	}
}

/* A sign-off is a file beside the evidence; while none matches, every rule that needs
 * somebody is open. */
static void conditions_of_signoffs(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->signoff_count; i++) {
		struct gate_condition k = { .owner = p->signoffs[i].role };

		if (p->signoffs[i].need == 0)
			continue;
		k.reason = arena_printf(&w->a->arena, "missing sign-off: %s", k.owner);
		add_condition(w, k);
	}
}

static void conditions_of_sums(struct gate_work *w)
{
	struct gate_assessment *a = w->a;
	const struct gate_thresholds *t = &a->policy->thresholds;
	struct gate_condition k = { .check = NULL };

	if (is_below(&a->final, t->go)) {
		k.check = biggest_loss(a, NULL, false);
		k.reason = score_reason(a, t->go);
		add_condition(w, k);
	}
	if (is_below(&a->coverage, t->min_coverage_go)) {
		k.check = biggest_loss(a, NULL, true);
		k.reason = coverage_reason(a, t->min_coverage_go);
		add_condition(w, k);
	}
}

static void find_conditions(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->check_count; i++)
		conditions_of_check(w, &p->checks[i], &w->a->checks[i]);
	conditions_of_sums(w);
	conditions_of_floors(w);
	conditions_of_signoffs(w);
}

static bool has_required_error(const struct gate_assessment *a)
{
	for (size_t i = 0; i < a->policy->check_count; i++)
		if (a->checks[i].state == GATE_ERROR &&
		    gate_check_required(&a->policy->checks[i]))
			return true;
	return false;
}

void gate_decide(struct gate_work *w)
{
	struct gate_assessment *a = w->a;

	cap_score(a);
	a->required_error = has_required_error(a);
	a->too_little =
		a->empty ||
		is_below(&a->coverage, a->policy->thresholds.min_coverage_conditional);
	find_no_go(w);
	if (a->reason_count > 0) {
		a->decision = GATE_NO_GO;
		return;
	}
	find_conditions(w);
	a->decision = a->reason_count > 0 ? GATE_CONDITIONAL_GO : GATE_GO;
}
