// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "verdict/assess_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Both limits work alike: a set of checks is counted by its share of all weight, and
 * while that is above the limit the largest leaves the count (ties: the smallest id). So
 * those that leave are the first of the set in that order, and how many is found by
 * bisection, because each that leaves makes the rest smaller.
 */

struct counted {
	struct gate_assessed_check *check;
	const char *id;
};

struct count {
	struct counted *items;
	size_t n;
	size_t cap;
};

static int larger_first(const void *a, const void *b)
{
	const struct counted *x = a;
	const struct counted *y = b;
	int c = gate_ratio_cmp(&y->check->share_of_all, &x->check->share_of_all);

	return c != 0 ? c : strcmp(x->id, y->id);
}

static bool count_add(struct count *c, struct gate_assessment *a, size_t i)
{
	if (!mem_grow(&c->items, c->n, &c->cap, sizeof(*c->items)))
		return false;
	c->items[c->n].check = &a->checks[i];
	c->items[c->n].id = a->policy->checks[i].id;
	c->n++;
	return true;
}

/* Is the share of the items from `first` on above the limit? */
static bool is_above(const struct gate_ratio **shares, size_t first, size_t n,
                     const struct gate_ratio *limit)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	bool above;

	gate_ratio_sum(&sum, shares + first, n - first);
	above = gate_ratio_cmp(&sum, limit) > 0;
	gate_ratio_fini(&sum);
	return above;
}

/* Sorts the count and tells in `*leave` how many, from its start, leave it. */
static enum err_code count_leavers(struct count *c, const char *limit, size_t *leave,
                                   struct err *err)
{
	const struct gate_ratio **shares = NULL;
	struct gate_ratio max = GATE_RATIO_INIT;
	size_t low = 0;
	size_t high = c->n; /* an empty count is above no limit */

	if (c->n == 0) {
		*leave = 0;
		return ERR_OK;
	}
	if (!mem_array(&shares, c->n, sizeof(*shares)))
		return err_nomem(err);
	qsort(c->items, c->n, sizeof(*c->items), larger_first);
	for (size_t i = 0; i < c->n; i++)
		shares[i] = &c->items[i].check->share_of_all;
	gate_ratio_from_policy(&max, limit);
	if (!is_above(shares, 0, c->n, &max))
		high = 0; /* the usual case, in one sum */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (is_above(shares, middle, c->n, &max))
			low = middle + 1;
		else
			high = middle;
	}
	*leave = low;
	gate_ratio_fini(&max);
	mem_free(shares);
	return ERR_OK;
}

static void make_unknown(struct gate_assessment *a, struct gate_assessed_check *s,
                         const char *what, const char *limit)
{
	/* One that is unknown already keeps the message that says why. */
	if (s->state == GATE_UNKNOWN)
		return;
	s->state = GATE_UNKNOWN;
	s->over_limit = true;
	s->message = arena_printf(
		&a->arena,
		"the share of %s checks is above %s %%, so this one is unknown", what,
		limit);
	gate_ratio_set_u64(&s->low, 0, 1);
	gate_ratio_set_u64(&s->high, 1, 1);
}

static bool lacks_value(const struct gate_assessed_check *s)
{
	return s->state == GATE_NOT_APPLICABLE || s->state == GATE_UNKNOWN ||
	       s->state == GATE_ERROR;
}

enum err_code gate_limit_not_applicable(struct gate_assessment *a, struct err *err)
{
	const char *limit = a->policy->thresholds.max_not_applicable_share;
	struct count c = { NULL, 0, 0 };
	size_t leave = 0;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < a->policy->check_count; i++)
		if (lacks_value(&a->checks[i]) && !count_add(&c, a, i))
			rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = count_leavers(&c, limit, &leave, err);
	for (size_t i = 0; rc == ERR_OK && i < leave; i++)
		if (c.items[i].check->state == GATE_NOT_APPLICABLE)
			make_unknown(a, c.items[i].check, "not applicable and unknown",
			             limit);
	mem_free(c.items);
	return rc;
}

enum err_code gate_limit_attested(struct gate_assessment *a, struct err *err)
{
	const char *limit = a->policy->thresholds.max_attested_share;
	struct count c = { NULL, 0, 0 };
	size_t leave = 0;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < a->policy->check_count; i++)
		if (a->checks[i].attested && !count_add(&c, a, i))
			rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = count_leavers(&c, limit, &leave, err);
	for (size_t i = 0; rc == ERR_OK && i < leave; i++)
		if (c.items[i].check->state != GATE_NOT_APPLICABLE)
			make_unknown(a, c.items[i].check, "attested", limit);
	mem_free(c.items);
	return rc;
}
