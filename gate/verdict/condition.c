// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "verdict/assess_internal.h"

/*
 * Rule 2 of the decision: what keeps it from a plain GO, and who has to do what until
 * when. The nearest that knows says who and when: the waiver or attestation itself, the
 * check, its category, the policy. Deadlines count from the decision, whose time is
 * recorded.
 */

static int64_t later(int64_t ms, uint64_t by)
{
	return by > INT64_MAX || ms > INT64_MAX - (int64_t)by ? INT64_MAX
	                                                      : ms + (int64_t)by;
}

/* Index of the check, or the count. */
static size_t check_index(const struct gate_policy *p, const char *id)
{
	size_t i = 0;

	while (i < p->check_count && id != NULL && p->checks[i].id != id)
		i++;
	return id != NULL ? i : p->check_count;
}

static bool is_whole(const char *low)
{
	struct gate_ratio one = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	bool whole;

	gate_ratio_set_u64(&one, 1, 1);
	whole = low != NULL && gate_ratio_set_decimal(&v, span_str(low)) &&
	        gate_ratio_cmp(&v, &one) >= 0;
	gate_ratio_fini(&one);
	gate_ratio_fini(&v);
	return whole;
}

enum { OWNERS_NAMED = 3 };

/* Whose files, by CODEOWNERS, keep the check from its full value; NULL if none are known
 * or they are too many to answer for it. */
static const char *owners_of_loss(struct gate_assessment *a, size_t check)
{
	const struct gate_record *r = a->checks[check].record;
	const char *names = NULL;
	size_t count = 0;

	for (size_t i = 0; r != NULL && i < r->area_count; i++) {
		if (r->areas[i].owner == NULL || is_whole(r->areas[i].low))
			continue;
		if (count++ == OWNERS_NAMED)
			return NULL;
		names = names == NULL ? r->areas[i].owner
		                      : arena_printf(&a->arena, "%s %s", names,
		                                     r->areas[i].owner);
	}
	return names;
}

static void complete(struct gate_condition *k, struct gate_assessment *a)
{
	const struct gate_policy *p = a->policy;
	size_t i = check_index(p, k->check);
	const struct gate_check *c = i < p->check_count ? &p->checks[i] : NULL;
	const struct gate_category *g = c != NULL ? &p->categories[c->category] : NULL;
	uint64_t within = p->thresholds.deadline_ms;

	if (k->owner == NULL && c != NULL)
		k->owner = c->owner != NULL ? c->owner : g->owner;
	if (k->owner == NULL && c != NULL)
		k->owner = owners_of_loss(a, i);
	if (k->has_deadline)
		return;
	if (c != NULL && c->has_deadline)
		within = c->deadline_ms;
	else if (g != NULL && g->has_deadline)
		within = g->deadline_ms;
	k->has_deadline = true;
	k->deadline_ms = later(a->now_ms, within);
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
	complete(&condition, a);
	*slot = condition;
	gate_add_reason(w, condition.check != NULL && !condition.of_sum
	                           ? arena_printf(&a->arena, "%s: %s", condition.check,
	                                          condition.reason)
	                           : condition.reason);
}

static void condition_of_waiver(struct gate_work *w, const struct gate_check *c,
                                const struct gate_assessed_check *s)
{
	struct gate_condition k = { .check = c->id, .owner = s->waiver->owner };

	k.reason = arena_printf(&w->a->arena, "%s %s, waived: %s", gate_check_kind(c),
	                        gate_state_words(s), s->waiver->reason);
	k.has_deadline = true;
	k.deadline_ms = s->waiver->expires_ms;
	add_condition(w, k);
}

/* The deadline is when the attestation ends or becomes too old, if it ever does. */
static void condition_of_attestation(struct gate_work *w, const struct gate_check *c,
                                     const struct gate_assessed_check *s)
{
	struct gate_condition k = { .check = c->id, .owner = c->attest_role };

	k.reason = arena_printf(&w->a->arena, "%s rests on an attestation",
	                        gate_check_kind(c));
	k.has_deadline = c->has_max_age && s->record->has_ended;
	if (k.has_deadline)
		k.deadline_ms = later(s->record->ended_ms, c->max_age_ms);
	if (c->has_attest_expires &&
	    (!k.has_deadline || c->attest_expires_ms < k.deadline_ms)) {
		k.has_deadline = true;
		k.deadline_ms = c->attest_expires_ms;
	}
	add_condition(w, k);
}

static void condition_of_state(struct gate_work *w, const struct gate_check *c,
                               const struct gate_assessed_check *s)
{
	struct gate_condition k = { .check = c->id };

	k.reason = arena_printf(&w->a->arena, "%s %s", gate_check_kind(c),
	                        gate_state_words(s));
	add_condition(w, k);
}

static bool has_value(const struct gate_assessed_check *s)
{
	return s->state == GATE_PASS || s->state == GATE_WARN || s->state == GATE_FAIL;
}

static void conditions_of_check(struct gate_work *w, const struct gate_check *c,
                                const struct gate_assessed_check *s)
{
	if (!gate_required_now(c, s))
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
		struct gate_condition k = { .of_sum = true };

		if (!w->a->categories[g].applicable ||
		    !gate_is_below(&w->a->categories[g].score, floor))
			continue;
		k.check = biggest_loss(w->a, &g, false);
		k.reason = gate_floor_reason(w->a, g, "floor", floor);
		add_condition(w, k);
	}
}

static void conditions_of_signoffs(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->signoff_count; i++) {
		struct gate_condition k = { .owner = p->signoffs[i].role };

		k.reason = gate_signoff_missing(w->a, i);
		if (k.reason != NULL)
			add_condition(w, k);
	}
}

static void conditions_of_sums(struct gate_work *w)
{
	struct gate_assessment *a = w->a;
	const struct gate_thresholds *t = &a->policy->thresholds;
	struct gate_condition k = { .of_sum = true };

	if (gate_is_below(&a->final, t->go)) {
		k.check = biggest_loss(a, NULL, false);
		k.reason = gate_score_reason(a, t->go);
		add_condition(w, k);
	}
	if (gate_is_below(&a->coverage, t->min_coverage_go)) {
		k.check = biggest_loss(a, NULL, true);
		k.reason = gate_coverage_reason(a, t->min_coverage_go);
		add_condition(w, k);
	}
}

static void conditions_of_components(struct gate_work *w)
{
	struct gate_assessment *a = w->a;
	const char *least = a->policy->thresholds.go;

	for (size_t k = 0; k < a->component_count; k++) {
		const struct gate_assessed_area *area = &a->components[k];
		struct gate_condition c = { .of_sum = true, .owner = area->owner };

		if (!area->critical ||
		    (area->has_score && !gate_is_below(&area->lower, least)))
			continue;
		c.check = gate_area_biggest_loss(a, k);
		c.reason = area->has_score
		                   ? gate_area_reason(a, k, least)
		                   : arena_printf(&a->arena,
		                                  "component %s: no check speaks of it",
		                                  area->name);
		add_condition(w, c);
	}
}

/* A check that the suites of the glob are asked for; NULL if none is. */
static const char *check_of_suite(const struct gate_policy *p, const char *suite)
{
	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *c = &p->checks[i];

		if (c->collector == GATE_COLLECT_SUITE &&
		    !str_starts(c->suite, "builds:") &&
		    (str_eq(c->suite, "*") || str_eq(c->suite, suite) ||
		     str_glob(suite, span_str(c->suite))))
			return c->id;
	}
	return NULL;
}

/*
 * The entry in force is the condition, required or not, and whether or not its tests ran:
 * if it were what a run found of them, taking that run's evidence away would close it.
 */
static void conditions_of_quarantine(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->quarantine_count; i++) {
		const struct gate_quarantine *q = &p->quarantine[i];
		struct gate_condition k = { .check = check_of_suite(p, q->suite),
			                    .owner = q->owner,
			                    .has_deadline = true,
			                    .deadline_ms = q->expires_ms };

		if (q->expires_ms <= w->a->now_ms)
			continue;
		k.reason = arena_printf(&w->a->arena, "quarantined: %s (%s)", q->test,
		                        q->issue);
		add_condition(w, k);
	}
}

void gate_conditions_find(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->check_count; i++)
		conditions_of_check(w, &p->checks[i], &w->a->checks[i]);
	conditions_of_sums(w);
	conditions_of_floors(w);
	conditions_of_components(w);
	conditions_of_quarantine(w);
	conditions_of_signoffs(w);
}
