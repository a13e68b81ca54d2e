// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "verdict/assess_internal.h"

/*
 * kappa_c = 100 (W_g / sum W) (w_c / sum of w in g), over the checks that count. A
 * category in which nothing of weight counts leaves the sum of W.
 */

struct gate_ratio *gate_ratios_new(size_t count)
{
	struct gate_ratio *r = NULL;

	if (!mem_array(&r, count > 0 ? count : 1, sizeof(*r)))
		return NULL;
	for (size_t i = 0; i < count; i++)
		gate_ratio_init(&r[i]);
	return r;
}

void gate_ratios_free(struct gate_ratio *r, size_t count)
{
	for (size_t i = 0; r != NULL && i < count; i++)
		gate_ratio_fini(&r[i]);
	mem_free(r);
}

static void add_weight(struct gate_ratio *sum, uint64_t weight)
{
	struct gate_ratio w = GATE_RATIO_INIT;

	gate_ratio_set_u64(&w, weight, 1);
	gate_ratio_add(sum, sum, &w);
	gate_ratio_fini(&w);
}

/* points * weight / sum */
static void portion(struct gate_ratio *out, const struct gate_ratio *points,
                    uint64_t weight, const struct gate_ratio *sum)
{
	struct gate_ratio w = GATE_RATIO_INIT;

	gate_ratio_set_u64(&w, weight, 1);
	gate_ratio_mul(&w, &w, points);
	gate_ratio_div(out, &w, sum);
	gate_ratio_fini(&w);
}

uint64_t gate_weight_now(const struct gate_check *c, const struct gate_assessed_check *s)
{
	return s->warns_only ? 0 : c->weight;
}

static bool counts(const struct gate_assessment *a, size_t check, bool all)
{
	return all || a->checks[check].applicable;
}

/* Sums of check weights by category; `*total` is that of the weights of categories which
 * have any. */
static void sum_weights(const struct gate_assessment *a, bool all,
                        struct gate_ratio *sums, struct gate_ratio *total)
{
	const struct gate_policy *p = a->policy;

	for (size_t i = 0; i < p->check_count; i++)
		if (counts(a, i, all))
			add_weight(&sums[p->checks[i].category],
			           gate_weight_now(&p->checks[i], &a->checks[i]));
	for (size_t g = 0; g < p->category_count; g++)
		if (gate_ratio_sign(&sums[g]) > 0)
			add_weight(total, p->categories[g].weight);
}

/* points[g] = 100 W_g / total, 0 where nothing counts. */
static void share_categories(const struct gate_policy *p, const struct gate_ratio *sums,
                             const struct gate_ratio *total, struct gate_ratio *points)
{
	struct gate_ratio hundred = GATE_RATIO_INIT;

	gate_ratio_set_u64(&hundred, 100, 1);
	for (size_t g = 0; g < p->category_count; g++)
		if (gate_ratio_sign(&sums[g]) > 0 && gate_ratio_sign(total) > 0)
			portion(&points[g], &hundred, p->categories[g].weight, total);
	gate_ratio_fini(&hundred);
}

static void share_checks(struct gate_assessment *a, bool all,
                         const struct gate_ratio *sums, const struct gate_ratio *points)
{
	const struct gate_policy *p = a->policy;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *c = &p->checks[i];
		struct gate_assessed_check *s = &a->checks[i];
		struct gate_ratio *share = all ? &s->share_of_all : &s->share;

		if (counts(a, i, all) && gate_ratio_sign(&sums[c->category]) > 0)
			portion(share, &points[c->category], gate_weight_now(c, s),
			        &sums[c->category]);
		else
			gate_ratio_set_u64(share, 0, 1);
	}
}

static enum err_code share_all_or_applicable(struct gate_assessment *a, bool all,
                                             bool *any, struct err *err)
{
	size_t count = a->policy->category_count;
	struct gate_ratio *sums = gate_ratios_new(count);
	struct gate_ratio *points = gate_ratios_new(count);
	struct gate_ratio total = GATE_RATIO_INIT;
	enum err_code rc = ERR_OK;

	if (sums == NULL || points == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	sum_weights(a, all, sums, &total);
	share_categories(a->policy, sums, &total, points);
	share_checks(a, all, sums, points);
	for (size_t g = 0; !all && g < count; g++) {
		a->categories[g].applicable = gate_ratio_sign(&sums[g]) > 0;
		gate_ratio_set(&a->categories[g].share, &points[g]);
	}
	*any = gate_ratio_sign(&total) > 0;
out:
	gate_ratio_fini(&total);
	gate_ratios_free(points, count);
	gate_ratios_free(sums, count);
	return rc;
}

enum err_code gate_shares_of_all(struct gate_assessment *a, struct err *err)
{
	bool any;

	return share_all_or_applicable(a, true, &any, err);
}

enum err_code gate_shares(struct gate_assessment *a, bool *any, struct err *err)
{
	return share_all_or_applicable(a, false, any, err);
}
