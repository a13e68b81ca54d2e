// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "verdict/assess_internal.h"

/* The sums over categories. */
enum part { LOWER, UPPER, MEASURED, ATTESTED, VALUE, WEIGHT, PARTS };

/* sums[part * categories + g] */
static void add_check(struct gate_ratio *sums, size_t categories,
                      const struct gate_check *c, const struct gate_assessed_check *s)
{
	struct gate_ratio t = GATE_RATIO_INIT;
	struct gate_ratio *of[PARTS];

	for (size_t i = 0; i < PARTS; i++)
		of[i] = &sums[i * categories + c->category];
	gate_ratio_mul(&t, &s->share, &s->low);
	gate_ratio_add(of[LOWER], of[LOWER], &t);
	gate_ratio_mul(&t, &s->share, &s->high);
	gate_ratio_add(of[UPPER], of[UPPER], &t);

	gate_ratio_set_u64(&t, 1, 1);
	gate_ratio_sub(&t, &t, &s->high);
	gate_ratio_add(&t, &t, &s->low);
	gate_ratio_mul(&t, &t, &s->share);
	gate_ratio_add(of[s->attested ? ATTESTED : MEASURED],
	               of[s->attested ? ATTESTED : MEASURED], &t);

	gate_ratio_set_u64(&t, gate_weight_now(c, s), 1);
	gate_ratio_add(of[WEIGHT], of[WEIGHT], &t);
	gate_ratio_mul(&t, &t, &s->low);
	gate_ratio_add(of[VALUE], of[VALUE], &t);
	gate_ratio_fini(&t);
}

static enum err_code total(struct gate_ratio *out, const struct gate_ratio *items,
                           size_t count, struct err *err)
{
	const struct gate_ratio **list = NULL;

	if (!mem_array(&list, count + 1, sizeof(*list)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		list[i] = &items[i];
	gate_ratio_sum(out, list, count);
	mem_free(list);
	return ERR_OK;
}

static int band_of(const struct gate_thresholds *t, const struct gate_ratio *score)
{
	struct gate_ratio limit = GATE_RATIO_INIT;
	int band = 3;

	gate_ratio_from_policy(&limit, t->band_yellow);
	if (gate_ratio_cmp(score, &limit) >= 0)
		band = 2;
	gate_ratio_from_policy(&limit, t->band_green);
	if (gate_ratio_cmp(score, &limit) >= 0)
		band = 1;
	gate_ratio_fini(&limit);
	return band;
}

/* The score is over check weights alone: a category of weight 0 has one too. */
static void score_category(const struct gate_assessment *a,
                           struct gate_assessed_category *g,
                           const struct gate_ratio *value,
                           const struct gate_ratio *weight)
{
	struct gate_ratio hundred = GATE_RATIO_INIT;

	if (!g->applicable)
		return;
	gate_ratio_set_u64(&hundred, 100, 1);
	gate_ratio_div(&g->score, value, weight);
	gate_ratio_mul(&g->score, &g->score, &hundred);
	g->band = band_of(&a->policy->thresholds, &g->score);
	gate_ratio_fini(&hundred);
}

/* The identity is recomputed from the printed quantities, not from their parts. */
static bool identity_holds(const struct gate_assessment *a)
{
	struct gate_ratio left = GATE_RATIO_INIT;
	struct gate_ratio right = GATE_RATIO_INIT;
	struct gate_ratio hundred = GATE_RATIO_INIT;
	bool holds;

	gate_ratio_sub(&left, &a->upper, &a->lower);
	gate_ratio_set_u64(&hundred, 100, 1);
	gate_ratio_set_u64(&right, 1, 1);
	gate_ratio_sub(&right, &right, &a->coverage);
	gate_ratio_mul(&right, &right, &hundred);
	holds = gate_ratio_cmp(&left, &right) == 0;
	gate_ratio_fini(&left);
	gate_ratio_fini(&right);
	gate_ratio_fini(&hundred);
	return holds;
}

static enum err_code sum_totals(struct gate_assessment *a, const struct gate_ratio *sums,
                                struct err *err)
{
	size_t n = a->policy->category_count;
	struct gate_ratio hundred = GATE_RATIO_INIT;
	enum err_code rc;

	gate_ratio_set_u64(&hundred, 100, 1);
	rc = total(&a->lower, sums + LOWER * n, n, err);
	if (rc == ERR_OK)
		rc = total(&a->upper, sums + UPPER * n, n, err);
	if (rc == ERR_OK)
		rc = total(&a->coverage_measured, sums + MEASURED * n, n, err);
	if (rc == ERR_OK)
		rc = total(&a->coverage_attested, sums + ATTESTED * n, n, err);
	gate_ratio_div(&a->coverage_measured, &a->coverage_measured, &hundred);
	gate_ratio_div(&a->coverage_attested, &a->coverage_attested, &hundred);
	gate_ratio_add(&a->coverage, &a->coverage_measured, &a->coverage_attested);
	if (a->empty)
		gate_ratio_set(&a->upper, &hundred);
	gate_ratio_fini(&hundred);
	if (rc == ERR_OK && !identity_holds(a))
		rc = err_set(err, ERR_CORRUPT,
		             "internal fault: U - L is not 100 (1 - K)");
	return rc;
}

enum err_code gate_sum(struct gate_assessment *a, struct err *err)
{
	const struct gate_policy *p = a->policy;
	size_t n = p->category_count;
	struct gate_ratio *sums = gate_ratios_new(n * PARTS);
	enum err_code rc;

	if (sums == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < p->check_count; i++)
		if (a->checks[i].applicable)
			add_check(sums, n, &p->checks[i], &a->checks[i]);
	for (size_t g = 0; g < n; g++) {
		gate_ratio_set(&a->categories[g].lower, &sums[LOWER * n + g]);
		score_category(a, &a->categories[g], &sums[VALUE * n + g],
		               &sums[WEIGHT * n + g]);
	}
	rc = sum_totals(a, sums, err);
	gate_ratios_free(sums, n * PARTS);
	return rc;
}
