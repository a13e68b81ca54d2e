// SPDX-License-Identifier: Apache-2.0
#include "verdict/way.h"

#include "base/mem.h"
#include "verdict/assess_internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_below(const char *cap, const struct gate_ratio *target)
{
	struct gate_ratio limit = GATE_RATIO_INIT;
	bool below;

	gate_ratio_from_policy(&limit, cap);
	below = gate_ratio_cmp(&limit, target) < 0;
	gate_ratio_fini(&limit);
	return below;
}

/* Does this check's state hold S below the target? */
static bool caps(const struct gate_assessment *a, size_t i,
                 const struct gate_ratio *target)
{
	const struct gate_thresholds *t = &a->policy->thresholds;

	switch (gate_cap_level(&a->policy->checks[i], &a->checks[i])) {
	case GATE_P0:
		return is_below(t->cap_p0, target);
	case GATE_P1:
		return is_below(t->cap_p1, target);
	case GATE_NO_BLOCKER:
		break;
	}
	return false;
}

/* Passing does not lift the cap of a waived P0: only withdrawing the waiver does. */
static bool is_waived_cap(const struct gate_assessment *a, size_t i, bool cap)
{
	return cap && a->checks[i].waived && a->policy->checks[i].blocker == GATE_P0;
}

static void measure(struct gate_step *s, const struct gate_assessment *a, size_t i)
{
	struct gate_ratio lost = GATE_RATIO_INIT;

	gate_ratio_set_u64(&lost, 1, 1);
	gate_ratio_sub(&lost, &lost, &a->checks[i].low);
	gate_ratio_mul(&s->gain, &a->checks[i].share, &lost);
	gate_ratio_fini(&lost);
}

static int caps_first(const void *a, const void *b)
{
	const struct gate_step *x = a;
	const struct gate_step *y = b;
	int c;

	if (x->cap != y->cap)
		return x->cap ? -1 : 1;
	c = gate_ratio_cmp(&y->gain, &x->gain);
	return c != 0 ? c : (x->check > y->check) - (x->check < y->check);
}

static void step_fini(struct gate_step *s)
{
	gate_ratio_fini(&s->gain);
	gate_ratio_fini(&s->lower);
}

/* Every check that could bring something. */
static void list_steps(struct gate_way *w, const struct gate_assessment *a,
                       const struct gate_ratio *target)
{
	for (size_t i = 0; i < a->policy->check_count; i++) {
		struct gate_step *s = &w->steps[w->count];

		*s = (struct gate_step){ .check = i, .cap = caps(a, i, target) };
		if (is_waived_cap(a, i, s->cap) && w->possible) {
			w->possible = false;
			w->waived = i;
		}
		if (is_waived_cap(a, i, s->cap))
			s->cap = false;
		if (a->checks[i].applicable)
			measure(s, a, i);
		if (s->cap || gate_ratio_sign(&s->gain) > 0)
			w->count++;
		else
			step_fini(s);
	}
}

/* Keeps the steps up to where the sum is enough. */
static void cut(struct gate_way *w, const struct gate_assessment *a,
                const struct gate_ratio *target)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	size_t kept = 0;

	gate_ratio_set(&sum, &a->lower);
	for (; kept < w->count; kept++) {
		struct gate_step *s = &w->steps[kept];

		if (!s->cap && gate_ratio_cmp(&sum, target) >= 0)
			break;
		gate_ratio_add(&sum, &sum, &s->gain);
		gate_ratio_set(&s->lower, &sum);
	}
	for (size_t i = kept; i < w->count; i++)
		step_fini(&w->steps[i]);
	w->count = kept;
	gate_ratio_fini(&sum);
}

enum err_code gate_way_find(struct gate_way *out, const struct gate_assessment *a,
                            const struct gate_ratio *target, struct err *err)
{
	memset(out, 0, sizeof(*out));
	out->possible = true;
	out->reached = !a->empty && gate_ratio_cmp(&a->final, target) >= 0;
	if (out->reached)
		return ERR_OK;
	if (!mem_array(&out->steps, a->policy->check_count + 1, sizeof(*out->steps)))
		return err_nomem(err);
	list_steps(out, a, target);
	qsort(out->steps, out->count, sizeof(*out->steps), caps_first);
	cut(out, a, target);
	return ERR_OK;
}

void gate_way_fini(struct gate_way *w)
{
	for (size_t i = 0; i < w->count; i++)
		step_fini(&w->steps[i]);
	mem_free(w->steps);
	w->steps = NULL;
	w->count = 0;
}
