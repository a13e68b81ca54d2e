// SPDX-License-Identifier: Apache-2.0
#include "property/properties.h"
#include "verdict/delta.h"

#include <stdlib.h>

/* What one run scores more than another is put down to evidence, policy and caps:
 * exactly, and as printed. */

static struct gate_assessment *assess(const struct random_case *c)
{
	struct gate_assessment *a = NULL;

	if (gate_assess(&a, &c->policy, &c->evidence, NULL) != ERR_OK)
		abort();
	return a;
}

/* Another state of the same project, more or less. */
static void change(struct random_case *to, const struct random_case *from, struct dice *d)
{
	if (dice_percent(d, 40)) {
		case_random(to, d);
		return;
	}
	case_copy(to, from);
	if (to->evidence.record_count > 0 && dice_percent(d, 50))
		case_drop_record(to, dice_below(d, to->evidence.record_count));
	if (to->policy.check_count > 1 && dice_percent(d, 30))
		case_drop_check(to, dice_below(d, to->policy.check_count));
	if (to->policy.check_count > 0 && dice_percent(d, 30))
		to->checks[dice_below(d, to->policy.check_count)].weight =
			dice_below(d, 9);
}

static const char *sums_of(const struct gate_delta *x)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	struct gate_ratio off = GATE_RATIO_INIT;
	const char *fault = NULL;
	int64_t tenths = 0;

	for (size_t i = 0; i < x->count; i++) {
		const struct gate_delta_item *item = &x->items[i];
		const int64_t floored = gate_ratio_floor(&item->points, 10);

		gate_ratio_add(&sum, &sum, &item->points);
		tenths += item->tenths;
		if (item->tenths < floored || item->tenths > floored + 1)
			fault = "a printed term is another than the exact one";
		if (gate_ratio_sign(&item->points) == 0)
			fault = "a term is 0";
	}
	gate_ratio_sub(&off, &x->total, &sum);
	if (gate_ratio_sign(&off) != 0)
		fault = "the terms do not add up to the change";
	if (tenths != x->tenths || x->term_tenths[GATE_TERM_EVIDENCE] +
	                                           x->term_tenths[GATE_TERM_POLICY] +
	                                           x->term_tenths[GATE_TERM_CAP] !=
	                                   tenths)
		fault = "the printed terms do not add up";
	gate_ratio_fini(&sum);
	gate_ratio_fini(&off);
	return fault;
}

/* Terms are where they belong: a value that did not change is no evidence, a share that
 * did not is no policy. */
static const char *places_of(const struct gate_delta *x)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct gate_delta_item *item = &x->items[i];
		const struct gate_scored_check *a = item->before;
		const struct gate_scored_check *b = item->after;

		if (item->term == GATE_TERM_POLICY && x->comparable)
			return "runs that are comparable have a policy term";
		if (item->term == GATE_TERM_EVIDENCE &&
		    (a == NULL || b == NULL || a->state == GATE_NOT_APPLICABLE ||
		     b->state == GATE_NOT_APPLICABLE ||
		     gate_ratio_cmp(&a->low, &b->low) == 0))
			return "evidence that did not change has a term";
		if (item->term == GATE_TERM_POLICY && a != NULL && b != NULL &&
		    gate_ratio_cmp(&a->share, &b->share) == 0)
			return "a share that did not change has a term";
	}
	return NULL;
}

static const char *judge(const struct gate_assessment *a, const struct gate_assessment *b,
                         bool same)
{
	struct arena arena = ARENA_INIT;
	struct gate_scored x;
	struct gate_scored y;
	struct gate_delta d;
	const char *fault = NULL;

	if (!gate_scored_of(&x, a, &arena) || !gate_scored_of(&y, b, &arena))
		abort();
	if (gate_delta_make(&d, &x, &y, NULL) != ERR_OK)
		fault = "the change cannot be accounted for";
	if (fault == NULL)
		fault = sums_of(&d);
	if (fault == NULL)
		fault = places_of(&d);
	if (fault == NULL && same && (d.count > 0 || !d.comparable))
		fault = "a run differs from itself";
	if (fault == NULL && d.tenths != b->final_tenths - a->final_tenths)
		fault = "the printed change is not that of the printed scores";
	gate_delta_fini(&d);
	arena_fini(&arena);
	return fault;
}

const char *changes_are_accounted_for(const struct random_case *c,
                                      const struct gate_assessment *a, struct dice *d)
{
	struct random_case other;
	struct gate_assessment *b;
	const char *fault = judge(a, a, true);

	change(&other, c, d);
	b = assess(&other);
	if (fault == NULL)
		fault = judge(a, b, false);
	if (fault == NULL)
		fault = judge(b, a, false);
	gate_assessment_free(b);
	return fault;
}
