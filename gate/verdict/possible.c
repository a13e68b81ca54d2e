// SPDX-License-Identifier: Apache-2.0
#include "verdict/possible.h"

#include "base/mem.h"
#include "verdict/assess_internal.h"

/*
 * A part without a loss never gets a tenth of what is left over, by the argument of
 * apportion.c: the total exceeds the sum of the floors by less than one tenth for each
 * part that has a fraction.
 */

/* What a list of parts has lost, in tenths of a point, and whose they are. */
struct losses {
	struct gate_ratio *quotas;
	size_t *index;
	int64_t *lost;
	size_t count;
};

static enum err_code losses_new(struct losses *l, size_t room, struct err *err)
{
	*l = (struct losses){ .quotas = gate_ratios_new(room) };
	if (l->quotas == NULL || !mem_array(&l->index, room + 1, sizeof(*l->index)) ||
	    !mem_array(&l->lost, room + 1, sizeof(*l->lost)))
		return err_nomem(err);
	return ERR_OK;
}

static void losses_free(struct losses *l, size_t room)
{
	gate_ratios_free(l->quotas, room);
	mem_free(l->index);
	mem_free(l->lost);
}

static void add_loss(struct losses *l, size_t index, const struct gate_ratio *share,
                     const struct gate_ratio *earned)
{
	struct gate_ratio *quota = &l->quotas[l->count];
	struct gate_ratio ten = GATE_RATIO_INIT;

	gate_ratio_set_u64(&ten, 10, 1);
	gate_ratio_sub(quota, share, earned);
	gate_ratio_mul(quota, quota, &ten);
	gate_ratio_fini(&ten);
	l->index[l->count++] = index;
}

static enum err_code possible_categories(const struct gate_assessment *a, int64_t *out,
                                         struct err *err)
{
	size_t n = a->policy->category_count;
	struct losses l;
	enum err_code rc = losses_new(&l, n, err);

	for (size_t g = 0; rc == ERR_OK && g < n; g++)
		add_loss(&l, g, &a->categories[g].share, &a->categories[g].lower);
	if (rc == ERR_OK)
		rc = gate_apportion_list(l.quotas, l.count,
		                         a->empty ? 0 : 1000 - a->lower_tenths, l.lost,
		                         err);
	for (size_t i = 0; rc == ERR_OK && i < l.count; i++)
		out[i] = a->categories[i].contribution + l.lost[i];
	losses_free(&l, n);
	return rc;
}

/* `l` has room for every check and serves one category after the other. */
static enum err_code possible_checks(const struct gate_assessment *a, size_t category,
                                     int64_t possible, int64_t *out, struct losses *l,
                                     struct err *err)
{
	struct gate_ratio earned = GATE_RATIO_INIT;
	enum err_code rc;

	l->count = 0;
	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_assessed_check *c = &a->checks[i];

		if (a->policy->checks[i].category != category || !c->applicable)
			continue;
		gate_ratio_mul(&earned, &c->share, &c->low);
		add_loss(l, i, &c->share, &earned);
	}
	gate_ratio_fini(&earned);
	rc = gate_apportion_list(l->quotas, l->count,
	                         possible - a->categories[category].contribution, l->lost,
	                         err);
	for (size_t i = 0; rc == ERR_OK && i < l->count; i++)
		out[l->index[i]] = a->checks[l->index[i]].contribution + l->lost[i];
	return rc;
}

enum err_code gate_possible(const struct gate_assessment *a, int64_t *categories,
                            int64_t *checks, struct err *err)
{
	size_t n = a->policy->check_count;
	struct losses l;
	enum err_code rc;

	for (size_t i = 0; i < n; i++)
		checks[i] = 0;
	if ((rc = possible_categories(a, categories, err)) != ERR_OK)
		return rc;
	rc = losses_new(&l, n, err);
	for (size_t g = 0; rc == ERR_OK && g < a->policy->category_count; g++)
		rc = possible_checks(a, g, categories[g], checks, &l, err);
	losses_free(&l, n);
	return rc;
}
