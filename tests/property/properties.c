// SPDX-License-Identifier: Apache-2.0
#include "property/properties.h"

#include "base/mem.h"
#include "base/str.h"
#include "verdict/possible.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct gate_assessment *assess(const struct random_case *c)
{
	struct gate_assessment *a = NULL;
	struct err err = ERR_INIT;

	if (gate_assess(&a, &c->policy, &c->evidence, &err) != ERR_OK) {
		fprintf(stderr, "assessment failed: %s\n", err.msg);
		case_print(c, stderr);
		abort();
	}
	return a;
}

static bool lower(const struct gate_ratio *a, const struct gate_ratio *b)
{
	return gate_ratio_cmp(a, b) < 0;
}

static bool equal(const struct gate_ratio *a, const struct gate_ratio *b)
{
	return gate_ratio_cmp(a, b) == 0;
}

/* What must not get worse from `a` to `b`. */
static const char *worse(const struct gate_assessment *a, const struct gate_assessment *b)
{
	if (lower(&b->final, &a->final))
		return "S fell";
	if (b->decision > a->decision)
		return "the decision got worse";
	return NULL;
}

static const char *differs(const struct gate_assessment *a,
                           const struct gate_assessment *b)
{
	if (!equal(&a->lower, &b->lower))
		return "L changed";
	if (!equal(&a->upper, &b->upper))
		return "U changed";
	if (!equal(&a->coverage, &b->coverage) ||
	    !equal(&a->coverage_attested, &b->coverage_attested))
		return "K changed";
	if (!equal(&a->final, &b->final))
		return "S changed";
	if (a->decision != b->decision)
		return "the decision changed";
	if (gate_assessment_exit(a, false) != gate_assessment_exit(b, false))
		return "the exit code changed";
	if (a->reason_count != b->reason_count ||
	    a->condition_count != b->condition_count)
		return "reasons or conditions changed";
	return NULL;
}

/* ---- changes of evidence ---- */

/*
 * Thresholds of 0 let through what has no evidence at all, but not a policy in which
 * nothing applies: there, and there alone, an unknown may decide better than an n/a.
 */
static bool asks_for_nothing(const struct gate_thresholds *t)
{
	return strcmp(t->conditional, "0") == 0 &&
	       strcmp(t->min_coverage_conditional, "0") == 0;
}

/* Of any record: each is tried. */
static const char *removing_evidence(const struct random_case *c,
                                     const struct gate_assessment *a, struct dice *d)
{
	const char *fault = NULL;

	(void)d;
	if (a->empty && asks_for_nothing(&c->policy.thresholds))
		return NULL;
	for (size_t i = 0; fault == NULL && i < c->evidence.record_count; i++) {
		struct random_case less;
		struct gate_assessment *b;

		case_copy(&less, c);
		case_drop_record(&less, i);
		b = assess(&less);
		if (worse(b, a) != NULL)
			fault = "removing evidence helped";
		else if (b->component_count > 0 && a->components[0].has_score &&
		         lower(&a->components[0].lower, &b->components[0].lower))
			fault = "removing evidence raised a component";
		gate_assessment_free(b);
	}
	return fault;
}

/* Both ends rise and the interval gets no wider: a wider one is less known, and that may
 * cost coverage. */
static bool raise(struct gate_record *r, struct dice *d)
{
	size_t low;
	size_t high;
	size_t width;
	size_t least;

	if (r->low == NULL || r->high == NULL)
		return false;
	low = case_step(r->low);
	high = case_step(r->high);
	if (low > high || strcmp(case_value(low), r->low) != 0)
		return false;
	width = high - low;
	low += dice_below(d, CASE_STEPS + 1 - low);
	least = low > high ? low : high;
	high = low + width > CASE_STEPS ? CASE_STEPS : low + width;
	high = least + dice_below(d, high - least + 1);
	r->low = case_value(low);
	r->high = case_value(high);
	return true;
}

static const char *raising_a_value(const struct random_case *c,
                                   const struct gate_assessment *a, struct dice *d)
{
	struct random_case more;
	struct gate_assessment *b;
	const char *fault;

	if (c->evidence.record_count == 0)
		return NULL;
	case_copy(&more, c);
	if (!raise(&more.records[dice_below(d, c->evidence.record_count)], d))
		return NULL;
	b = assess(&more);
	fault = worse(a, b);
	if (fault == NULL && lower(&b->upper, &a->upper))
		fault = "U fell";
	gate_assessment_free(b);
	return fault;
}

static const char *raising_an_area(const struct random_case *c,
                                   const struct gate_assessment *a, struct dice *d)
{
	struct random_case more;
	struct gate_assessment *b;
	struct gate_area *area;
	const char *fault;

	if (c->policy.component_count == 0)
		return NULL;
	case_copy(&more, c);
	area = &more.areas[dice_below(d, CASE_CHECKS)];
	if (area->low == NULL)
		return NULL;
	area->low = area->high = "1";
	b = assess(&more);
	fault = worse(a, b);
	if (fault == NULL && a->components[0].has_score &&
	    lower(&b->components[0].lower, &a->components[0].lower))
		fault = "the component's score fell";
	if (fault == NULL && !equal(&a->lower, &b->lower))
		fault = "L changed";
	gate_assessment_free(b);
	return fault;
}

/* A fresh record of that value where the check is unknown or in error; NULL where it is
 * neither. */
static struct gate_assessment *learn(const struct random_case *c,
                                     const struct gate_assessment *a, const char *value,
                                     struct dice *d)
{
	struct random_case more;
	struct gate_record *r;
	size_t check;
	size_t record;

	if (c->policy.check_count == 0)
		return NULL;
	check = dice_below(d, c->policy.check_count);
	if (a->checks[check].state != GATE_UNKNOWN &&
	    a->checks[check].state != GATE_ERROR)
		return NULL;
	case_copy(&more, c);
	record = case_record(&more, check);
	if (record < more.evidence.record_count)
		case_drop_record(&more, record);
	r = case_add_record(&more, check);
	r->state = GATE_WARN;
	r->low = value;
	r->high = value;
	return assess(&more);
}

static const char *learning_a_pass(const struct random_case *c,
                                   const struct gate_assessment *a, struct dice *d)
{
	struct gate_assessment *b = learn(c, a, "1", d);
	const char *fault = b != NULL ? worse(a, b) : NULL;

	gate_assessment_free(b);
	return fault;
}

static const char *learning_a_fail(const struct random_case *c,
                                   const struct gate_assessment *a, struct dice *d)
{
	struct gate_assessment *b = learn(c, a, "0", d);
	const char *fault = NULL;

	if (b != NULL && lower(&b->lower, &a->lower))
		fault = "L fell";
	else if (b != NULL && lower(&a->upper, &b->upper))
		fault = "U rose";
	gate_assessment_free(b);
	return fault;
}

/* ---- changes that must not matter ---- */

static void swap_bytes(void *a, void *b, size_t size)
{
	unsigned char *x = a;
	unsigned char *y = b;

	for (size_t i = 0; i < size; i++) {
		unsigned char t = x[i];

		x[i] = y[i];
		y[i] = t;
	}
}

static void swap_categories(struct random_case *c, size_t x, size_t y)
{
	swap_bytes(&c->categories[x], &c->categories[y], sizeof(c->categories[0]));
	for (size_t i = 0; i < c->policy.check_count; i++) {
		struct gate_check *k = &c->checks[i];

		k->category = k->category == x ? y : k->category == y ? x : k->category;
	}
}

static void shuffle(struct random_case *c, struct dice *d)
{
	for (size_t n = c->policy.check_count; n > 1; n--)
		swap_bytes(&c->checks[n - 1], &c->checks[dice_below(d, n)],
		           sizeof(c->checks[0]));
	for (size_t n = c->evidence.record_count; n > 1; n--)
		swap_bytes(&c->records[n - 1], &c->records[dice_below(d, n)],
		           sizeof(c->records[0]));
	for (size_t n = c->policy.waiver_count; n > 1; n--)
		swap_bytes(&c->waivers[n - 1], &c->waivers[dice_below(d, n)],
		           sizeof(c->waivers[0]));
	for (size_t n = c->policy.category_count; n > 1; n--)
		swap_categories(c, n - 1, dice_below(d, n));
}

static const char *permuting_inputs(const struct random_case *c,
                                    const struct gate_assessment *a, struct dice *d)
{
	struct random_case other;
	struct gate_assessment *b;
	const char *fault;

	case_copy(&other, c);
	shuffle(&other, d);
	b = assess(&other);
	fault = differs(a, b);
	gate_assessment_free(b);
	return fault;
}

static bool scale_weights(struct random_case *c, uint64_t categories, uint64_t checks)
{
	for (size_t g = 0; g < c->policy.category_count; g++) {
		if (c->categories[g].weight > UINT64_MAX / categories)
			return false;
		c->categories[g].weight *= categories;
	}
	for (size_t i = 0; i < c->policy.check_count; i++) {
		if (c->checks[i].weight > UINT64_MAX / checks)
			return false;
		c->checks[i].weight *= checks;
	}
	return true;
}

static const char *scaling_weights(const struct random_case *c,
                                   const struct gate_assessment *a, struct dice *d)
{
	struct random_case other;
	struct gate_assessment *b;
	const char *fault;

	case_copy(&other, c);
	if (!scale_weights(&other, 1 + dice_below(d, 1000), 1 + dice_below(d, 1000)))
		return NULL;
	b = assess(&other);
	fault = differs(a, b);
	gate_assessment_free(b);
	return fault;
}

static const char *dropping_waivers(const struct random_case *c,
                                    const struct gate_assessment *a, struct dice *d)
{
	struct random_case other;
	struct gate_assessment *b;
	const char *fault = NULL;

	(void)d;
	if (c->policy.waiver_count == 0)
		return NULL;
	case_copy(&other, c);
	other.policy.waiver_count = 0;
	b = assess(&other);
	if (!equal(&a->lower, &b->lower) || !equal(&a->upper, &b->upper) ||
	    !equal(&a->coverage, &b->coverage))
		fault = "a waiver changed L, U or K";
	else if (a->decision == GATE_GO && b->decision != GATE_GO)
		fault = "a waiver made it GO";
	gate_assessment_free(b);
	return fault;
}

/* ---- purity ---- */

static bool same_texts(const char *const *a, const char *const *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!str_eq(a[i], b[i]))
			return false;
	return true;
}

static bool same_conditions(const struct gate_assessment *a,
                            const struct gate_assessment *b)
{
	for (size_t i = 0; i < a->condition_count; i++) {
		const struct gate_condition *x = &a->conditions[i];
		const struct gate_condition *y = &b->conditions[i];

		if (!str_eq(x->check, y->check) || !str_eq(x->reason, y->reason) ||
		    !str_eq(x->owner, y->owner) || x->has_deadline != y->has_deadline)
			return false;
		if (x->has_deadline &&
		    x->deadline_ms - a->now_ms != y->deadline_ms - b->now_ms)
			return false;
	}
	return true;
}

static bool same_checks(const struct gate_assessment *a, const struct gate_assessment *b)
{
	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_assessed_check *x = &a->checks[i];
		const struct gate_assessed_check *y = &b->checks[i];

		if (x->state != y->state || x->expired != y->expired ||
		    x->waived != y->waived || x->contribution != y->contribution ||
		    !equal(&x->share, &y->share) || !equal(&x->low, &y->low) ||
		    !equal(&x->high, &y->high))
			return false;
	}
	return true;
}

/* The same input, at another place in memory, gives the same output to the last word. */
static const char *the_same_again(const struct random_case *c,
                                  const struct gate_assessment *a, struct dice *d)
{
	struct random_case before;
	struct random_case other;
	struct gate_assessment *b;
	const char *fault;

	(void)d;
	memcpy(&before, c, sizeof(before));
	case_copy(&other, c);
	b = assess(&other);
	fault = differs(a, b);
	if (fault == NULL &&
	    (!same_checks(a, b) || !same_texts(a->reasons, b->reasons, a->reason_count) ||
	     a->note_count != b->note_count ||
	     !same_texts(a->notes, b->notes, a->note_count) ||
	     !str_eq(a->cap_reason, b->cap_reason) || !same_conditions(a, b)))
		fault = "equal input gave another result";
	gate_assessment_free(b);
	b = assess(c);
	gate_assessment_free(b);
	if (fault == NULL &&
	    memcmp((const char *)&before, (const char *)c, sizeof(before)) != 0)
		fault = "the input was changed";
	return fault;
}

/* Time enters through expiries alone: all times moved together change nothing. */
static const char *moving_all_times(const struct random_case *c,
                                    const struct gate_assessment *a, struct dice *d)
{
	int64_t by = (int64_t)dice_below(d, 1000000000) * 1000 - INT64_C(500000000000);
	struct random_case other;
	struct gate_assessment *b;
	const char *fault;

	case_copy(&other, c);
	case_move_times(&other, by);
	b = assess(&other);
	fault = differs(a, b);
	if (fault == NULL && (!same_checks(a, b) || !same_conditions(a, b)))
		fault = "the clock alone changed the result";
	gate_assessment_free(b);
	return fault;
}

/* ---- a check more ---- */

/* Did both limits drop the same checks? */
static bool same_states(const struct gate_assessment *a, const struct gate_assessment *b)
{
	for (size_t i = 0; i < a->policy->check_count; i++)
		if (a->checks[i].state != b->checks[i].state)
			return false;
	return true;
}

static const char *adding_a_worthless_check(const struct random_case *c,
                                            const struct gate_assessment *a,
                                            struct dice *d)
{
	struct random_case more;
	struct gate_assessment *b;
	struct gate_check *k;
	const char *fault = NULL;

	case_copy(&more, c);
	k = &more.checks[more.policy.check_count];
	memset(k, 0, sizeof(*k));
	k->id = "new";
	k->suite = "*";
	k->category = dice_below(d, more.policy.category_count);
	k->weight = dice_below(d, 5);
	more.policy.check_count++;
	if (dice_percent(d, 50)) {
		struct gate_record *r =
			case_add_record(&more, more.policy.check_count - 1);

		r->state = GATE_WARN;
		r->low = "0";
		r->high = case_value(dice_below(d, CASE_STEPS + 1));
	}
	b = assess(&more);
	if (same_states(a, b) && lower(&a->lower, &b->lower))
		fault = "L rose";
	gate_assessment_free(b);
	return fault;
}

/* ---- what every single assessment must satisfy ---- */

/* What rows can contribute adds up, and none contributes more. */
static const char *possible_sums(const struct gate_assessment *a,
                                 const int64_t *categories, const int64_t *checks)
{
	const struct gate_policy *p = a->policy;
	int64_t all = 0;

	for (size_t g = 0; g < p->category_count; g++) {
		int64_t sum = 0;

		all += categories[g];
		for (size_t i = 0; i < p->check_count; i++)
			if (p->checks[i].category == g)
				sum += checks[i];
		if (sum != categories[g])
			return "what checks can contribute does not add up";
	}
	for (size_t i = 0; i < p->check_count; i++)
		if (checks[i] < a->checks[i].contribution)
			return "a check contributes more than it can";
	return all != (a->empty ? 0 : 1000) ? "the shares are not 100.0" : NULL;
}

static const char *possible_fault(const struct gate_assessment *a)
{
	int64_t *categories = NULL;
	int64_t *checks = NULL;
	const char *fault = "no memory";

	if (mem_array(&categories, a->policy->category_count + 1, sizeof(*categories)) &&
	    mem_array(&checks, a->policy->check_count + 1, sizeof(*checks)) &&
	    gate_possible(a, categories, checks, NULL) == ERR_OK)
		fault = possible_sums(a, categories, checks);
	mem_free(categories);
	mem_free(checks);
	return fault;
}

static const char *contributions_fault(const struct gate_assessment *a)
{
	const struct gate_policy *p = a->policy;
	int64_t all = 0;

	for (size_t g = 0; g < p->category_count; g++) {
		int64_t sum = 0;

		all += a->categories[g].contribution;
		for (size_t i = 0; i < p->check_count; i++)
			if (p->checks[i].category == g)
				sum += a->checks[i].contribution;
		if (sum != a->categories[g].contribution)
			return "the checks of a category do not add up to it";
	}
	for (size_t i = 0; i < p->check_count; i++)
		if (a->checks[i].contribution != 0 &&
		    (a->checks[i].state == GATE_UNKNOWN ||
		     a->checks[i].state == GATE_ERROR ||
		     a->checks[i].state == GATE_NOT_APPLICABLE ||
		     a->checks[i].state == GATE_FAIL))
			return "a check without value contributes";
	return all != a->lower_tenths ? "the categories do not add up to L" : NULL;
}

static bool within(const struct gate_ratio *v, uint64_t max)
{
	struct gate_ratio limit = GATE_RATIO_INIT;
	bool ok;

	gate_ratio_set_u64(&limit, max, 1);
	ok = gate_ratio_sign(v) >= 0 && gate_ratio_cmp(v, &limit) <= 0;
	gate_ratio_fini(&limit);
	return ok;
}

/* U - L + 100 K = 100 */
static bool identity(const struct gate_assessment *a)
{
	struct gate_ratio left = GATE_RATIO_INIT;
	struct gate_ratio hundred = GATE_RATIO_INIT;
	bool holds;

	gate_ratio_set_u64(&hundred, 100, 1);
	gate_ratio_mul(&left, &a->coverage, &hundred);
	gate_ratio_add(&left, &left, &a->upper);
	gate_ratio_sub(&left, &left, &a->lower);
	holds = equal(&left, &hundred);
	gate_ratio_fini(&left);
	gate_ratio_fini(&hundred);
	return holds;
}

static bool shares_add_up(const struct gate_assessment *a)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	bool ok;

	for (size_t i = 0; i < a->policy->check_count; i++)
		gate_ratio_add(&sum, &sum, &a->checks[i].share);
	ok = gate_ratio_floor(&sum, 1) == (a->empty ? 0 : 100) && within(&sum, 100);
	gate_ratio_fini(&sum);
	return ok;
}

static const char *the_numbers_agree(const struct random_case *c,
                                     const struct gate_assessment *a, struct dice *d)
{
	const char *fault;

	(void)c;
	if (!identity(a))
		return "U - L is not 100 (1 - K)";
	if (!within(&a->lower, 100) || !within(&a->upper, 100) ||
	    !within(&a->coverage, 1) || lower(&a->upper, &a->lower))
		return "L, U or K is out of range";
	if (!shares_add_up(a))
		return "the shares do not add up to 100";
	if (lower(&a->lower, &a->final))
		return "S is above L";
	if ((a->cap != NULL) != (a->cap_reason != NULL))
		return "a cap without reason";
	for (size_t i = 0; i < a->condition_count; i++)
		if (!a->conditions[i].has_deadline)
			return "a condition without deadline";
	if ((a->decision == GATE_GO) != (a->reason_count == 0))
		return "reasons and decision disagree";
	if (a->empty && (a->decision != GATE_NO_GO || !a->too_little))
		return "an empty policy must be NO-GO for want of evidence";
	fault = contributions_fault(a);
	/* For some, because it costs as much as the assessment. */
	if (fault == NULL && dice_percent(d, 10))
		fault = possible_fault(a);
	return fault;
}

const struct property properties[] = {
	{ "the numbers agree", the_numbers_agree },
	{ "removing evidence never helps", removing_evidence },
	{ "raising a value never hurts", raising_a_value },
	{ "raising a part's value never hurts", raising_an_area },
	{ "learning a pass never hurts", learning_a_pass },
	{ "learning a fail narrows the interval", learning_a_fail },
	{ "the order of inputs does not matter", permuting_inputs },
	{ "the scale of weights does not matter", scaling_weights },
	{ "equal input gives equal output", the_same_again },
	{ "time enters through expiries alone", moving_all_times },
	{ "waivers change no number but the cap", dropping_waivers },
	{ "a check worth nothing never raises L", adding_a_worthless_check },
	{ "changes are accounted for exactly", changes_are_accounted_for },
};
const size_t property_count = sizeof(properties) / sizeof(properties[0]);

/* ---- running them ---- */

static const char *broken(const struct property *p, const struct random_case *c,
                          uint64_t seed)
{
	struct dice d = { seed };
	struct gate_assessment *a = assess(c);
	const char *fault = p->broken(c, a, &d);

	gate_assessment_free(a);
	return fault;
}

/* Any of a few dice that still breaks it; 0 if none. */
static uint64_t still_broken(const struct property *p, const struct random_case *c)
{
	for (uint64_t seed = 1; seed <= 64; seed++)
		if (broken(p, c, seed) != NULL)
			return seed;
	return 0;
}

static bool try_smaller(const struct property *p, struct random_case *c,
                        const struct random_case *smaller, uint64_t *seed)
{
	uint64_t found = still_broken(p, smaller);

	if (found == 0)
		return false;
	case_copy(c, smaller);
	*seed = found;
	return true;
}

static bool shrink_once(const struct property *p, struct random_case *c, uint64_t *seed)
{
	struct random_case t;

	for (size_t i = 0; i < c->policy.check_count; i++) {
		case_copy(&t, c);
		case_drop_check(&t, i);
		if (try_smaller(p, c, &t, seed))
			return true;
	}
	for (size_t i = 0; i < c->evidence.record_count; i++) {
		case_copy(&t, c);
		case_drop_record(&t, i);
		if (try_smaller(p, c, &t, seed))
			return true;
	}
	if (c->policy.waiver_count == 0)
		return false;
	case_copy(&t, c);
	t.policy.waiver_count--;
	return try_smaller(p, c, &t, seed);
}

static void report(const struct property *p, struct random_case *c, uint64_t seed,
                   uint64_t dice, FILE *out)
{
	while (shrink_once(p, c, &dice))
		continue;
	fprintf(out, "broken: %s: %s (case %" PRIu64 ", dice %" PRIu64 ")\n", p->name,
	        broken(p, c, dice), seed, dice);
	case_print(c, out);
}

bool properties_hold(uint64_t seed, FILE *out)
{
	struct dice d = { seed };
	struct random_case c;
	struct gate_assessment *a;
	bool hold = true;

	case_random(&c, &d);
	a = assess(&c);
	for (size_t i = 0; hold && i < property_count; i++) {
		struct dice own = { seed + i };

		if (properties[i].broken(&c, a, &own) != NULL) {
			report(&properties[i], &c, seed, seed + i, out);
			hold = false;
		}
	}
	gate_assessment_free(a);
	return hold;
}
