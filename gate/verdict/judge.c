// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "verdict/assess_internal.h"

/*
 * Freshness comes first: what is too old or of another tree is unknown whatever it says.
 * Then the numbers rule over the word: pass is low = 1, fail is high = 0, else warn.
 */

static void set_unknown(struct gate_assessed_check *s, enum gate_state state,
                        const char *message)
{
	s->state = state;
	s->message = message;
	gate_ratio_set_u64(&s->low, 0, 1);
	gate_ratio_set_u64(&s->high, 1, 1);
}

static bool older_than(int64_t now_ms, int64_t ended_ms, uint64_t max_age_ms)
{
	return now_ms > ended_ms && (uint64_t)now_ms - (uint64_t)ended_ms > max_age_ms;
}

/* Clocks of machines that work together differ by less. */
#define SKEW_MS 60000

static bool in_future(int64_t now_ms, int64_t ended_ms)
{
	return ended_ms > now_ms && (uint64_t)ended_ms - (uint64_t)now_ms > SKEW_MS;
}

/* Why the evidence is not fresh, or NULL. Without a time, or with one that no clock has
 * shown yet, it cannot be shown to be. */
static const char *age_fault(struct gate_work *w, const struct gate_check *c,
                             const struct gate_record *r)
{
	char age[WHEN_TEXT];
	char limit[WHEN_TEXT];

	if (!c->has_max_age)
		return NULL;
	when_duration(c->max_age_ms, limit);
	if (!r->has_ended)
		return arena_printf(
			&w->a->arena,
			"the evidence does not say when it ended; max_age is %s", limit);
	if (in_future(w->a->now_ms, r->ended_ms)) {
		when_format(r->ended_ms, false, age);
		return arena_printf(&w->a->arena,
		                    "the evidence ended in the future, at %s: mend the "
		                    "clock and run it again",
		                    age);
	}
	if (!older_than(w->a->now_ms, r->ended_ms, c->max_age_ms))
		return NULL;
	when_duration((uint64_t)w->a->now_ms - (uint64_t)r->ended_ms, age);
	return arena_printf(&w->a->arena, "the evidence is %s old; max_age is %s", age,
	                    limit);
}

/* Why the evidence is of another tree, or NULL. Without version control neither side
 * names a tree, and that is the same tree. */
static const char *tree_fault(struct gate_work *w, const struct gate_check *c,
                              const struct gate_record *r)
{
	const char *tree = w->a->subject->tree;

	if (!c->same_tree || str_eq(r->tree, tree))
		return NULL;
	return arena_printf(
		&w->a->arena, "the evidence is of tree %.12s, the subject is %.12s",
		r->tree != NULL ? r->tree : "(none)", tree != NULL ? tree : "(none)");
}

static const char *values_fault(struct gate_work *w, struct gate_assessed_check *s)
{
	const struct gate_record *r = s->record;
	struct gate_ratio one = GATE_RATIO_INIT;
	bool ordered;

	if (r->low == NULL || r->high == NULL)
		return arena_printf(
			&w->a->arena,
			"the record says %s without low and high; run it again",
			gate_state_name(r->state));
	if (!gate_ratio_set_decimal(&s->low, span_str(r->low)) ||
	    !gate_ratio_set_decimal(&s->high, span_str(r->high)))
		return arena_printf(&w->a->arena,
		                    "low \"%.64s\" and high \"%.64s\" must be decimals",
		                    r->low, r->high);
	gate_ratio_set_u64(&one, 1, 1);
	ordered = gate_ratio_sign(&s->low) >= 0 &&
	          gate_ratio_cmp(&s->low, &s->high) <= 0 &&
	          gate_ratio_cmp(&s->high, &one) <= 0;
	gate_ratio_fini(&one);
	if (!ordered)
		return arena_printf(
			&w->a->arena,
			"low %.64s and high %.64s must be 0 <= low <= high <= 1", r->low,
			r->high);
	return NULL;
}

static void judge_values(struct gate_work *w, struct gate_assessed_check *s)
{
	const char *fault = values_fault(w, s);
	struct gate_ratio one = GATE_RATIO_INIT;

	if (fault != NULL) {
		set_unknown(s, GATE_ERROR, fault);
		return;
	}
	gate_ratio_set_u64(&one, 1, 1);
	if (gate_ratio_cmp(&s->low, &one) == 0)
		s->state = GATE_PASS;
	else if (gate_ratio_sign(&s->high) == 0)
		s->state = GATE_FAIL;
	else
		s->state = GATE_WARN;
	s->message = s->record->message;
	gate_ratio_fini(&one);
}

static void judge_record(struct gate_work *w, const struct gate_check *c,
                         struct gate_assessed_check *s)
{
	const struct gate_record *r = s->record;
	const char *fault = NULL;

	/* An unknown stays unknown, and its own message says more than its age. */
	if (r->state != GATE_UNKNOWN && !r->unreadable) {
		fault = age_fault(w, c, r);
		if (fault == NULL)
			fault = tree_fault(w, c, r);
	}
	if (fault != NULL) {
		s->expired = true;
		set_unknown(s, GATE_UNKNOWN, fault);
	} else if (r->state == GATE_UNKNOWN || r->state == GATE_ERROR ||
	           r->state == GATE_NOT_APPLICABLE) {
		set_unknown(s, r->state, r->message);
	} else {
		judge_values(w, s);
	}
}

static void judge_attestation(struct gate_work *w, size_t i)
{
	struct gate_assessed_check *s = &w->a->checks[i];
	const char *fault;

	if (s->state != GATE_PASS && s->state != GATE_WARN && s->state != GATE_FAIL)
		return;
	fault = gate_attestation_fault(w, i, &s->expired);
	if (fault != NULL)
		set_unknown(s, GATE_UNKNOWN, fault);
}

static void judge_check(struct gate_work *w, size_t i)
{
	const struct gate_check *c = &w->a->policy->checks[i];
	struct gate_assessed_check *s = &w->a->checks[i];

	s->attested = c->collector == GATE_COLLECT_ATTEST;
	s->warns_only = c->has_warns_until && w->a->now_ms < c->warns_until_ms;
	if (c->not_applicable_reason != NULL)
		set_unknown(s, GATE_NOT_APPLICABLE,
		            arena_printf(&w->a->arena,
		                         "by the policy: %s (approved by %s)",
		                         c->not_applicable_reason,
		                         c->not_applicable_approver != NULL
		                                 ? c->not_applicable_approver
		                                 : "nobody"));
	else if (s->record == NULL)
		set_unknown(s, GATE_UNKNOWN, "there is no evidence");
	else
		judge_record(w, c, s);
	if (s->attested)
		judge_attestation(w, i);
}

void gate_judge_checks(struct gate_work *w)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->check_count; i++)
		judge_check(w, i);
}
