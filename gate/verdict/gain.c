// SPDX-License-Identifier: Apache-2.0
#include "verdict/gain.h"

#include "base/mem.h"
#include "base/str.h"
#include "verdict/assess_internal.h"

#include <stdlib.h>

/* How many checks are causes of each cap: [GATE_P0], [GATE_P1]. */
struct causes {
	size_t count[3];
};

static struct causes count_causes(const struct gate_assessment *a)
{
	struct causes c = { { 0, 0, 0 } };

	for (size_t i = 0; i < a->policy->check_count; i++)
		c.count[gate_cap_level(&a->policy->checks[i], &a->checks[i])]++;
	return c;
}

static void lower_to(struct gate_ratio *score, const char *cap)
{
	struct gate_ratio limit = GATE_RATIO_INIT;

	gate_ratio_from_policy(&limit, cap);
	if (gate_ratio_cmp(&limit, score) < 0)
		gate_ratio_set(score, &limit);
	gate_ratio_fini(&limit);
}

/* S if this check passed in full. The waiver of a P0 caps until it is withdrawn. */
static void final_with(struct gate_ratio *out, const struct gate_assessment *a, size_t i,
                       struct causes causes, const struct gate_ratio *lower_gain)
{
	const struct gate_thresholds *t = &a->policy->thresholds;

	if (!a->checks[i].waived)
		causes.count[gate_cap_level(&a->policy->checks[i], &a->checks[i])]--;
	gate_ratio_add(out, &a->lower, lower_gain);
	if (causes.count[GATE_P0] > 0)
		lower_to(out, t->cap_p0);
	if (causes.count[GATE_P1] > 0)
		lower_to(out, t->cap_p1);
}

static void find_gain(struct gate_gain *g, const struct gate_assessment *a, size_t i,
                      struct causes causes)
{
	const struct gate_assessed_check *s = &a->checks[i];

	g->check = i;
	gate_ratio_init(&g->lower);
	gate_ratio_init(&g->final);
	if (!s->applicable)
		return;
	gate_ratio_set_u64(&g->lower, 1, 1);
	gate_ratio_sub(&g->lower, &g->lower, &s->low);
	gate_ratio_mul(&g->lower, &g->lower, &s->share);
	final_with(&g->final, a, i, causes, &g->lower);
	gate_ratio_sub(&g->final, &g->final, &a->final);
}

static int biggest_first(const void *a, const void *b)
{
	const struct gate_gain *x = a;
	const struct gate_gain *y = b;
	int c = gate_ratio_cmp(&y->final, &x->final);

	if (c == 0)
		c = gate_ratio_cmp(&y->lower, &x->lower);
	return c != 0 ? c : (x->check > y->check) - (x->check < y->check);
}

static void gain_fini(struct gate_gain *g)
{
	gate_ratio_fini(&g->lower);
	gate_ratio_fini(&g->final);
}

enum err_code gate_gains_find(struct gate_gain **out, size_t *count,
                              const struct gate_assessment *a, struct err *err)
{
	struct causes causes = count_causes(a);
	struct gate_gain *gains = NULL;
	size_t n = 0;

	if (!mem_array(&gains, a->policy->check_count + 1, sizeof(*gains)))
		return err_nomem(err);
	for (size_t i = 0; i < a->policy->check_count; i++) {
		find_gain(&gains[n], a, i, causes);
		if (gate_ratio_sign(&gains[n].lower) > 0 ||
		    gate_ratio_sign(&gains[n].final) > 0)
			n++;
		else
			gain_fini(&gains[n]);
	}
	qsort(gains, n, sizeof(*gains), biggest_first);
	*out = gains;
	*count = n;
	return ERR_OK;
}

int64_t gate_gain_score(const struct gate_assessment *a, const struct gate_gain *g,
                        int64_t raw)
{
	struct gate_ratio then = GATE_RATIO_INIT;
	int64_t tenths;

	/* Without a cap it is the same: then one number, and one way to round it. */
	if (gate_ratio_cmp(&g->lower, &g->final) == 0)
		return raw;
	gate_ratio_add(&then, &a->final, &g->final);
	tenths = gate_ratio_floor(&then, 10) - a->final_tenths;
	gate_ratio_fini(&then);
	return tenths;
}

void gate_gains_free(struct gate_gain *gains, size_t count)
{
	for (size_t i = 0; i < count; i++)
		gain_fini(&gains[i]);
	mem_free(gains);
}

/* ---- remedies ---- */

static const char *remedy_of_unknown(const struct gate_check *c,
                                     const struct gate_assessed_check *s,
                                     struct arena *arena)
{
	if (s->over_limit)
		return s->remedy;
	if (s->attested)
		return arena_printf(arena, "have %s attest it",
		                    c->attest_role != NULL ? c->attest_role : "its role");
	return s->expired ? "run it again: seaworthy run" : "run it: seaworthy run";
}

static const char *remedy_of_value(const struct gate_check *c,
                                   const struct gate_assessed_check *s,
                                   struct arena *arena)
{
	const char *unit = c->scale_unit != NULL ? c->scale_unit : "";

	if (c->has_scale && s->record->measured != NULL)
		return arena_printf(arena, "bring it from %s to %s%s%s",
		                    s->record->measured, c->scale_pass,
		                    unit[0] != '\0' ? " " : "", unit);
	if (c->collector == GATE_COLLECT_SUITE && c->suite != NULL)
		return arena_printf(arena, "make every test of %s pass", c->suite);
	if (c->collector == GATE_COLLECT_SCAN)
		return "resolve its findings";
	if (s->attested)
		return "better what was attested, and attest it again";
	return arena_printf(arena, "make it pass: seaworthy run --only %s", c->id);
}

const char *gate_remedy(const struct gate_assessment *a, size_t check,
                        struct arena *arena)
{
	const struct gate_check *c = &a->policy->checks[check];
	const struct gate_assessed_check *s = &a->checks[check];

	if (s->state == GATE_PASS || s->state == GATE_NOT_APPLICABLE)
		return NULL;
	if (s->record != NULL && s->record->remedy != NULL && !s->expired &&
	    !s->over_limit)
		return s->record->remedy;
	if (s->state == GATE_UNKNOWN)
		return remedy_of_unknown(c, s, arena);
	if (s->state == GATE_ERROR)
		return arena_printf(
			arena, "mend the error, then: seaworthy run --only %s", c->id);
	return remedy_of_value(c, s, arena);
}
