// SPDX-License-Identifier: Apache-2.0
#include "verdict/delta.h"

#include "base/mem.h"
#include "verdict/assess_internal.h"

#include <stdlib.h>
#include <string.h>

#define LARGE_POINTS 5
/* Every term is less than 100 points: with so many tenths more, none is negative. */
#define LIFT_TENTHS 2000

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct gate_scored_check *)a)->id,
	              ((const struct gate_scored_check *)b)->id);
}

bool gate_scored_of(struct gate_scored *out, const struct gate_assessment *a,
                    struct arena *arena)
{
	const size_t count = a->policy->check_count;
	struct gate_scored_check *checks = arena_array(arena, count + 1, sizeof *checks);

	if (checks == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		checks[i] = (struct gate_scored_check){ a->policy->checks[i].id,
			                                a->checks[i].state,
			                                a->checks[i].share,
			                                a->checks[i].low };
	qsort(checks, count, sizeof *checks, by_id);
	*out = (struct gate_scored){ checks, count, a->lower, a->final };
	return true;
}

const char *gate_term_name(enum gate_term t)
{
	static const char *const names[GATE_TERMS] = { "evidence", "policy", "cap" };

	return names[t];
}

/* ---- terms ---- */

struct work {
	struct gate_delta *out;
	size_t cap;
};

static void add_item(struct work *w, enum gate_term term,
                     const struct gate_scored_check *before,
                     const struct gate_scored_check *after,
                     const struct gate_ratio *points)
{
	struct gate_delta *d = w->out;
	struct gate_delta_item *item;

	gate_ratio_add(&d->terms[term], &d->terms[term], points);
	if (gate_ratio_sign(points) == 0)
		return;
	item = arena_push(&d->arena, &d->items, &d->count, &w->cap, sizeof *item);
	if (item == NULL)
		return;
	item->term = term;
	item->before = before;
	item->after = after;
	gate_ratio_set(&item->points, points);
}

static bool applies(const struct gate_scored_check *c)
{
	return c != NULL && c->state != GATE_NOT_APPLICABLE;
}

static void add_check(struct work *w, const struct gate_scored_check *before,
                      const struct gate_scored_check *after)
{
	const struct gate_ratio nothing = GATE_RATIO_INIT;
	const bool was = applies(before);
	const bool is = applies(after);
	const struct gate_ratio *share = was ? &before->share : &nothing;
	const struct gate_ratio *share_now = is ? &after->share : &nothing;
	const struct gate_ratio *value_now = is    ? &after->low
	                                     : was ? &before->low
	                                           : &nothing;
	const struct gate_ratio *value = was ? &before->low : value_now;
	struct gate_ratio points = GATE_RATIO_INIT;

	if (was != is || gate_ratio_cmp(share, share_now) != 0)
		w->out->comparable = false;
	gate_ratio_sub(&points, value_now, value);
	gate_ratio_mul(&points, &points, share_now);
	add_item(w, GATE_TERM_EVIDENCE, before, after, &points);
	gate_ratio_sub(&points, share_now, share);
	gate_ratio_mul(&points, &points, value);
	add_item(w, GATE_TERM_POLICY, before, after, &points);
	gate_ratio_fini(&points);
}

static void add_checks(struct work *w, const struct gate_scored *a,
                       const struct gate_scored *b)
{
	size_t i = 0;
	size_t k = 0;

	while (i < a->count || k < b->count) {
		const struct gate_scored_check *x = i < a->count ? &a->checks[i] : NULL;
		const struct gate_scored_check *y = k < b->count ? &b->checks[k] : NULL;
		const int order = x == NULL ? 1 : y == NULL ? -1 : by_id(x, y);

		add_check(w, order <= 0 ? x : NULL, order >= 0 ? y : NULL);
		i += order <= 0;
		k += order >= 0;
	}
}

/* What caps take away, before and after. */
static void add_cap(struct work *w, const struct gate_scored *a,
                    const struct gate_scored *b)
{
	struct gate_ratio points = GATE_RATIO_INIT;
	struct gate_ratio old = GATE_RATIO_INIT;

	gate_ratio_sub(&points, &b->final, &b->lower);
	gate_ratio_sub(&old, &a->final, &a->lower);
	gate_ratio_sub(&points, &points, &old);
	add_item(w, GATE_TERM_CAP, NULL, NULL, &points);
	gate_ratio_fini(&points);
	gate_ratio_fini(&old);
}

static bool adds_up(const struct gate_delta *d)
{
	const struct gate_ratio *const terms[GATE_TERMS] = { &d->terms[0], &d->terms[1],
		                                             &d->terms[2] };
	struct gate_ratio sum = GATE_RATIO_INIT;
	bool good;

	gate_ratio_sum(&sum, terms, GATE_TERMS);
	good = gate_ratio_cmp(&sum, &d->total) == 0;
	gate_ratio_fini(&sum);
	return good;
}

/* ---- as printed ---- */

/* Whole tenths near the items' points that add up to what the printed scores differ by,
 * which is always in reach: floors of terms add up to no more than the floor of their
 * sum, and the difference of two floors is that floor or one more. */
static enum err_code apportion(struct gate_delta *d, struct err *err)
{
	const size_t n = d->count;
	struct gate_ratio *quotas = arena_array(&d->arena, n + 1, sizeof *quotas);
	int64_t *tenths = arena_array(&d->arena, n + 1, sizeof *tenths);
	struct gate_ratio ten = GATE_RATIO_INIT;
	struct gate_ratio lift = GATE_RATIO_INIT;
	enum err_code rc = arena_err(&d->arena, err);

	gate_ratio_set_u64(&ten, 10, 1);
	gate_ratio_set_u64(&lift, LIFT_TENTHS, 1);
	for (size_t i = 0; rc == ERR_OK && i < n; i++) {
		gate_ratio_mul(&quotas[i], &d->items[i].points, &ten);
		gate_ratio_add(&quotas[i], &quotas[i], &lift);
	}
	if (rc == ERR_OK)
		rc = gate_apportion_list(quotas, n, d->tenths + LIFT_TENTHS * (int64_t)n,
		                         tenths, err);
	for (size_t i = 0; rc == ERR_OK && i < n; i++) {
		d->items[i].tenths = tenths[i] - LIFT_TENTHS;
		d->term_tenths[d->items[i].term] += d->items[i].tenths;
	}
	for (size_t i = 0; quotas != NULL && i < n; i++)
		gate_ratio_fini(&quotas[i]);
	gate_ratio_fini(&ten);
	gate_ratio_fini(&lift);
	return rc;
}

enum err_code gate_delta_make(struct gate_delta *out, const struct gate_scored *a,
                              const struct gate_scored *b, struct err *err)
{
	struct work w = { .out = out };
	enum err_code rc;

	*out = (struct gate_delta){ .comparable = true };
	arena_init(&out->arena);
	add_checks(&w, a, b);
	add_cap(&w, a, b);
	gate_ratio_sub(&out->total, &b->final, &a->final);
	rc = arena_err(&out->arena, err);
	if (rc == ERR_OK && !adds_up(out))
		rc = err_set(err, ERR_CORRUPT, "a score is not the sum of its checks");
	out->tenths = gate_ratio_floor(&b->final, 10) - gate_ratio_floor(&a->final, 10);
	return rc == ERR_OK ? apportion(out, err) : rc;
}

void gate_delta_fini(struct gate_delta *d)
{
	for (size_t i = 0; i < d->count; i++)
		gate_ratio_fini(&d->items[i].points);
	for (size_t i = 0; i < GATE_TERMS; i++)
		gate_ratio_fini(&d->terms[i]);
	gate_ratio_fini(&d->total);
	arena_fini(&d->arena);
}

bool gate_delta_is_large(const struct gate_delta *d)
{
	struct gate_ratio large = GATE_RATIO_INIT;
	bool is;

	gate_ratio_set_u64(&large, LARGE_POINTS, 1);
	is = gate_ratio_cmp(&d->total, &large) > 0;
	gate_ratio_fini(&large);
	return is;
}

/* Also where what the policy gives and what it takes away cancel out. */
bool gate_delta_is_by_policy(const struct gate_delta *d)
{
	if (gate_ratio_sign(&d->total) <= 0)
		return false;
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].term == GATE_TERM_POLICY)
			return true;
	return false;
}
