// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "verdict/assess_internal.h"

#include <stdio.h>
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

/* What a limit holds, and what the policy says of it. */
struct limit {
	const char *key;   /* in the policy */
	const char *what;  /* "not applicable or unknown" */
	const char *other; /* what to do instead of raising it */
	const char *text;  /* percent, as the policy has it */
	bool (*counts)(const struct gate_assessed_check *s);
	bool takes_not_applicable; /* or all others */
};

/* By how much the count is above its limit, for people. */
struct excess {
	char share[64];
	char above[64];
	int64_t enough;  /* whole percent that would not be above */
	bool unmeasured; /* what is not applicable would have room, but for the unknown */
};

/* At least what it is: a share that is above by little is above by something. */
static int64_t rounded_up(const struct gate_ratio *r, uint64_t scale)
{
	struct gate_ratio back = GATE_RATIO_INIT;
	int64_t floor = gate_ratio_floor(r, scale);

	gate_ratio_set_u64(&back, floor > 0 ? (uint64_t)floor : 0, scale);
	floor += gate_ratio_cmp(r, &back) > 0;
	gate_ratio_fini(&back);
	return floor;
}

/* "18.9", rounded up */
static void put_tenths(char out[64], const struct gate_ratio *r)
{
	int64_t tenths = rounded_up(r, 10);

	(void)snprintf(out, 64, "%lld.%lld", (long long)tenths / 10,
	               (long long)tenths % 10);
}

static void measure_excess(struct excess *x, const struct count *c,
                           const struct gate_ratio *limit)
{
	struct gate_ratio all = GATE_RATIO_INIT;
	struct gate_ratio not_applicable = GATE_RATIO_INIT;

	for (size_t i = 0; i < c->n; i++) {
		const struct gate_assessed_check *s = c->items[i].check;

		gate_ratio_add(&all, &all, &s->share_of_all);
		if (s->state == GATE_NOT_APPLICABLE)
			gate_ratio_add(&not_applicable, &not_applicable,
			               &s->share_of_all);
	}
	x->unmeasured = gate_ratio_cmp(&not_applicable, limit) <= 0;
	put_tenths(x->share, &all);
	x->enough = rounded_up(&all, 1);
	gate_ratio_sub(&all, &all, limit);
	put_tenths(x->above, &all);
	gate_ratio_fini(&not_applicable);
	gate_ratio_fini(&all);
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
                                   struct excess *excess, struct err *err)
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
	else
		measure_excess(excess, c, &max);
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
                         const struct limit *l, const struct excess *x)
{
	char own[64];

	s->state = GATE_UNKNOWN;
	s->over_limit = true;
	gate_ratio_text(&s->share_of_all, 1, own);
	s->message = arena_printf(
		&a->arena,
		"%s %% of all weight is %s, %s above the limit of %s %% (%s): this check "
		"with its %s %% finds no room in it, so it is unknown%s%s",
		x->share, l->what, x->above, l->text, l->key, own,
		s->message != NULL && s->message[0] != '\0' ? "; " : "",
		s->message != NULL ? s->message : "");
	gate_ratio_set_u64(&s->low, 0, 1);
	gate_ratio_set_u64(&s->high, 1, 1);
}

/* "have what is unknown measured: docs.api (no API reference) and 2 more": a further run
 * would know no more, but for what each misses. */
static const char *unknown_of(struct gate_assessment *a, const struct count *c)
{
	enum { SHOWN = 3, WHY = 120 };
	struct buf text = BUF_INIT;
	const char *remedy;
	size_t unknown = 0;

	buf_puts(&text, "have what is unknown measured: ");
	for (size_t i = 0; i < c->n; i++) {
		const struct gate_assessed_check *s = c->items[i].check;

		if (s->state == GATE_NOT_APPLICABLE || s->over_limit ||
		    unknown++ >= SHOWN)
			continue;
		buf_printf(&text, "%s%s", unknown > 1 ? "; " : "", c->items[i].id);
		if (s->message != NULL && s->message[0] != '\0') {
			buf_puts(&text, " (");
			str_display_cut(&text, span_str(s->message), WHY);
			buf_putc(&text, ')');
		}
	}
	if (unknown > SHOWN)
		buf_printf(&text, " and %zu more", unknown - SHOWN);
	a->arena.failed |= !buf_ok(&text);
	remedy = arena_str(&a->arena, buf_str(&text));
	buf_fini(&text);
	return remedy;
}

static void advise(struct gate_assessment *a, struct gate_assessed_check *s,
                   const struct limit *l, const struct excess *x, const char *unknown)
{
	if (l->takes_not_applicable && x->unmeasured)
		s->remedy = unknown;
	else
		s->remedy = arena_printf(&a->arena,
		                         "%s, or set `thresholds: {%s: %lld}` in "
		                         "seaworthy.yml, with the reason beside it",
		                         l->other, l->key, (long long)x->enough);
}

static enum err_code hold(struct gate_assessment *a, const struct limit *l,
                          struct err *err)
{
	struct excess x = { .enough = 0 };
	struct count c = { NULL, 0, 0 };
	const char *unknown = NULL;
	size_t leave = 0;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < a->policy->check_count; i++) {
		if (l->counts(&a->checks[i]) && !count_add(&c, a, i))
			rc = err_nomem(err);
	}
	if (rc == ERR_OK)
		rc = count_leavers(&c, l->text, &leave, &x, err);
	if (rc == ERR_OK && leave > 0)
		unknown = unknown_of(a, &c);
	for (size_t i = 0; rc == ERR_OK && i < leave; i++) {
		struct gate_assessed_check *s = c.items[i].check;

		/* One that is unknown already keeps the message that says why. */
		if (s->state == GATE_UNKNOWN ||
		    (s->state == GATE_NOT_APPLICABLE) != l->takes_not_applicable)
			continue;
		make_unknown(a, s, l, &x);
		advise(a, s, l, &x, unknown);
	}
	mem_free(c.items);
	return rc;
}

static bool lacks_value(const struct gate_assessed_check *s)
{
	return s->state == GATE_NOT_APPLICABLE || s->state == GATE_UNKNOWN ||
	       s->state == GATE_ERROR;
}

static bool is_attested(const struct gate_assessed_check *s)
{
	return s->attested;
}

enum err_code gate_limit_not_applicable(struct gate_assessment *a, struct err *err)
{
	const struct limit l = { .key = "max_not_applicable_share",
		                 .what = "not applicable or unknown",
		                 .other = "give checks that never apply here `weight: 0`",
		                 .text = a->policy->thresholds.max_not_applicable_share,
		                 .counts = lacks_value,
		                 .takes_not_applicable = true };

	return hold(a, &l, err);
}

enum err_code gate_limit_attested(struct gate_assessment *a, struct err *err)
{
	const struct limit l = { .key = "max_attested_share",
		                 .what = "attested",
		                 .other = "measure it instead, give it less weight",
		                 .text = a->policy->thresholds.max_attested_share,
		                 .counts = is_attested };

	return hold(a, &l, err);
}
