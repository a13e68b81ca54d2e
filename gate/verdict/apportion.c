// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "verdict/assess_internal.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Printed contributions are whole tenths that add up. A quota with no fraction never gets
 * the extra tenth: what is left over is less than the number of quotas that have one (for
 * the checks of a category, which may itself have been rounded up: no more than it).
 */

struct remainder {
	struct gate_ratio fraction;
	size_t index;
};

static int largest_first(const void *a, const void *b)
{
	const struct remainder *x = a;
	const struct remainder *y = b;
	int c = gate_ratio_cmp(&y->fraction, &x->fraction);

	return c != 0 ? c : (x->index > y->index) - (x->index < y->index);
}

static int64_t take_floors(const struct gate_ratio *quotas, size_t count, int64_t *out,
                           struct remainder *rest)
{
	struct gate_ratio whole = GATE_RATIO_INIT;
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		out[i] = gate_ratio_floor(&quotas[i], 1);
		sum += out[i];
		gate_ratio_set_u64(&whole, (uint64_t)out[i], 1);
		rest[i].index = i;
		gate_ratio_sub(&rest[i].fraction, &quotas[i], &whole);
	}
	gate_ratio_fini(&whole);
	return sum;
}

enum err_code gate_apportion_list(const struct gate_ratio *quotas, size_t count,
                                  int64_t total, int64_t *out, struct err *err)
{
	struct remainder *rest = NULL;
	int64_t left;

	if (count == 0)
		return ERR_OK;
	if (!mem_array(&rest, count, sizeof(*rest)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		gate_ratio_init(&rest[i].fraction);
	left = total - take_floors(quotas, count, out, rest);
	assert(left >= 0 && (uint64_t)left <= count);
	if (left > 0)
		qsort(rest, count, sizeof(*rest), largest_first);
	for (size_t i = 0; i < (size_t)left; i++)
		out[rest[i].index]++;
	for (size_t i = 0; i < count; i++)
		gate_ratio_fini(&rest[i].fraction);
	mem_free(rest);
	return ERR_OK;
}

static enum err_code apportion_categories(struct gate_assessment *a, struct err *err)
{
	size_t n = a->policy->category_count;
	struct gate_ratio *quotas = gate_ratios_new(n);
	struct gate_ratio ten = GATE_RATIO_INIT;
	int64_t *out = NULL;
	enum err_code rc;

	if (quotas == NULL || !mem_array(&out, n + 1, sizeof(*out))) {
		rc = err_nomem(err);
		goto out;
	}
	gate_ratio_set_u64(&ten, 10, 1);
	for (size_t g = 0; g < n; g++)
		gate_ratio_mul(&quotas[g], &a->categories[g].lower, &ten);
	rc = gate_apportion_list(quotas, n, a->lower_tenths, out, err);
	for (size_t g = 0; rc == ERR_OK && g < n; g++)
		a->categories[g].contribution = out[g];
out:
	gate_ratio_fini(&ten);
	gate_ratios_free(quotas, n);
	mem_free(out);
	return rc;
}

/* The checks ordered by category, policy order within: start[g] .. start[g + 1]. */
struct grouped {
	size_t *start;
	size_t *checks;
	struct gate_ratio *quotas;
	int64_t *out;
};

static void group(const struct gate_assessment *a, struct grouped *by)
{
	const struct gate_policy *p = a->policy;
	struct gate_ratio ten = GATE_RATIO_INIT;

	for (size_t g = 0; g <= p->category_count; g++)
		by->start[g] = 0;
	for (size_t i = 0; i < p->check_count; i++)
		by->start[p->checks[i].category + 1]++;
	for (size_t g = 0; g < p->category_count; g++)
		by->start[g + 1] += by->start[g];
	gate_ratio_set_u64(&ten, 10, 1);
	for (size_t i = 0; i < p->check_count; i++) {
		/* start[g] serves as the cursor of g, and ends at the start of g + 1 */
		size_t at = by->start[p->checks[i].category]++;

		by->checks[at] = i;
		if (a->checks[i].applicable) {
			gate_ratio_mul(&by->quotas[at], &a->checks[i].share,
			               &a->checks[i].low);
			gate_ratio_mul(&by->quotas[at], &by->quotas[at], &ten);
		}
	}
	for (size_t g = p->category_count; g > 0; g--)
		by->start[g] = by->start[g - 1];
	by->start[0] = 0;
	gate_ratio_fini(&ten);
}

static enum err_code apportion_checks(struct gate_assessment *a, struct err *err)
{
	const struct gate_policy *p = a->policy;
	struct grouped by = { NULL, NULL, gate_ratios_new(p->check_count), NULL };
	enum err_code rc = ERR_OK;

	if (by.quotas == NULL ||
	    !mem_array(&by.start, p->category_count + 1, sizeof(*by.start)) ||
	    !mem_array(&by.checks, p->check_count + 1, sizeof(*by.checks)) ||
	    !mem_array(&by.out, p->check_count + 1, sizeof(*by.out))) {
		rc = err_nomem(err);
		goto out;
	}
	group(a, &by);
	for (size_t g = 0; rc == ERR_OK && g < p->category_count; g++)
		rc = gate_apportion_list(
			by.quotas + by.start[g], by.start[g + 1] - by.start[g],
			a->categories[g].contribution, by.out + by.start[g], err);
	for (size_t at = 0; rc == ERR_OK && at < p->check_count; at++)
		a->checks[by.checks[at]].contribution = by.out[at];
out:
	mem_free(by.start);
	mem_free(by.checks);
	mem_free(by.out);
	gate_ratios_free(by.quotas, p->check_count);
	return rc;
}

enum err_code gate_apportion(struct gate_assessment *a, struct err *err)
{
	enum err_code rc = apportion_categories(a, err);

	return rc == ERR_OK ? apportion_checks(a, err) : rc;
}
