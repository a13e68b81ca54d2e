// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "verdict/assess_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Parts of a product: components, which the policy gives paths, and owners, who have
 * theirs by CODEOWNERS. The score of a part is that of the checks which can be told apart
 * by path, each with the value that its record gives for that part. A check that is
 * unknown counts 0 in all of them, one whose record does not speak of a part is not in
 * that part's sum: so removing a record never betters any.
 */

enum { OWNERS_MAX = 1000 };

struct sums {
	struct gate_ratio weight, low, high;
	size_t last; /* check that was added last, + 1: one counts once */
};

static bool is_known(const struct gate_assessed_check *s)
{
	return s->state == GATE_PASS || s->state == GATE_WARN || s->state == GATE_FAIL;
}

static bool takes_part(const struct gate_assessment *a, size_t i)
{
	return a->checks[i].applicable && gate_check_splits(&a->policy->checks[i]) &&
	       gate_ratio_sign(&a->checks[i].share_of_all) > 0;
}

/* ---- which parts there are ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct gate_assessed_area *)a)->name,
	              ((const struct gate_assessed_area *)b)->name);
}

static bool add_owners(struct gate_assessment *a, const struct gate_record *r,
                       struct map *known, size_t *cap)
{
	for (size_t i = 0; i < r->area_count; i++) {
		const char *name = r->areas[i].owner;
		struct gate_assessed_area *slot;

		if (name == NULL || a->owner_count == OWNERS_MAX ||
		    map_get(known, span_str(name)) != NULL)
			continue;
		slot = arena_push(&a->arena, &a->owners, &a->owner_count, cap,
		                  sizeof(*slot));
		if (slot == NULL)
			return false;
		*slot = (struct gate_assessed_area){ .name = name, .owner = name };
		if (!map_set(known, span_str(name), a))
			return false;
	}
	return true;
}

static enum err_code list_areas(struct gate_assessment *a, struct err *err)
{
	const struct gate_policy *p = a->policy;
	struct map known = MAP_INIT;
	size_t cap = 0;
	bool ok = true;

	a->components =
		arena_array(&a->arena, p->component_count, sizeof(*a->components));
	for (size_t k = 0; a->components != NULL && k < p->component_count; k++)
		a->components[k] = (struct gate_assessed_area){
			.name = p->components[k].id,
			.owner = p->components[k].owner,
			.critical = p->components[k].critical,
		};
	for (size_t i = 0; ok && i < p->check_count; i++)
		if (takes_part(a, i) && a->checks[i].record != NULL)
			ok = add_owners(a, a->checks[i].record, &known, &cap);
	map_fini(&known);
	if (!ok || a->components == NULL)
		return err_nomem(err);
	a->component_count = p->component_count;
	if (a->owner_count > 1)
		qsort(a->owners, a->owner_count, sizeof(*a->owners), by_name);
	return ERR_OK;
}

/* ---- their sums ---- */

/* 0 to 1 where the record's numbers are none. */
static void read_values(const struct gate_area *v, struct gate_ratio *low,
                        struct gate_ratio *high)
{
	struct gate_ratio one = GATE_RATIO_INIT;

	gate_ratio_set_u64(&one, 1, 1);
	if (v->low == NULL || v->high == NULL ||
	    !gate_ratio_set_decimal(low, span_str(v->low)) ||
	    !gate_ratio_set_decimal(high, span_str(v->high)) ||
	    gate_ratio_sign(low) < 0 || gate_ratio_cmp(low, high) > 0 ||
	    gate_ratio_cmp(high, &one) > 0) {
		gate_ratio_set_u64(low, 0, 1);
		gate_ratio_set_u64(high, 1, 1);
	}
	gate_ratio_fini(&one);
}

static void add(struct sums *s, const struct gate_ratio *share,
                const struct gate_ratio *low, const struct gate_ratio *high)
{
	struct gate_ratio t = GATE_RATIO_INIT;

	gate_ratio_add(&s->weight, &s->weight, share);
	gate_ratio_mul(&t, share, low);
	gate_ratio_add(&s->low, &s->low, &t);
	gate_ratio_mul(&t, share, high);
	gate_ratio_add(&s->high, &s->high, &t);
	gate_ratio_fini(&t);
}

static void add_area(const struct gate_assessment *a, size_t check,
                     const struct gate_area *v, struct sums *s)
{
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;

	if (s->last == check + 1)
		return;
	s->last = check + 1;
	read_values(v, &low, &high);
	add(s, &a->checks[check].share_of_all, &low, &high);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
}

/* Which of the sums, components first, the record's entry belongs to; NULL if to none. */
static struct sums *sums_of(const struct gate_assessment *a, const struct map *index,
                            struct sums *all, const struct gate_area *v)
{
	const struct gate_assessed_area *found;

	if (v->component != NULL) {
		for (size_t k = 0; k < a->component_count; k++)
			if (str_eq(a->components[k].name, v->component))
				return &all[k];
		return NULL;
	}
	found = v->owner != NULL ? map_get(index, span_str(v->owner)) : NULL;
	return found != NULL ? &all[a->component_count + (size_t)(found - a->owners)]
	                     : NULL;
}

static void sum_checks(const struct gate_assessment *a, const struct map *index,
                       struct sums *all, struct sums *unknown)
{
	struct gate_ratio none = GATE_RATIO_INIT;

	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_assessed_check *s = &a->checks[i];

		if (!takes_part(a, i))
			continue;
		if (!is_known(s)) {
			add(unknown, &s->share_of_all, &none, &s->high);
			continue;
		}
		for (size_t k = 0; k < s->record->area_count; k++) {
			struct sums *of = sums_of(a, index, all, &s->record->areas[k]);

			if (of != NULL)
				add_area(a, i, &s->record->areas[k], of);
		}
	}
	gate_ratio_fini(&none);
}

static void settle(struct gate_assessed_area *area, struct sums *s,
                   const struct sums *unknown)
{
	struct gate_ratio hundred = GATE_RATIO_INIT;

	gate_ratio_add(&s->weight, &s->weight, &unknown->weight);
	gate_ratio_add(&s->high, &s->high, &unknown->high);
	area->has_score = gate_ratio_sign(&s->weight) > 0;
	if (area->has_score) {
		gate_ratio_set_u64(&hundred, 100, 1);
		gate_ratio_div(&area->lower, &s->low, &s->weight);
		gate_ratio_mul(&area->lower, &area->lower, &hundred);
		gate_ratio_div(&area->upper, &s->high, &s->weight);
		gate_ratio_mul(&area->upper, &area->upper, &hundred);
	}
	gate_ratio_fini(&hundred);
}

static void sums_fini(struct sums *s)
{
	gate_ratio_fini(&s->weight);
	gate_ratio_fini(&s->low);
	gate_ratio_fini(&s->high);
}

enum err_code gate_areas_assess(struct gate_assessment *a, struct err *err)
{
	struct map index = MAP_INIT;
	struct sums unknown = { .last = 0 };
	struct sums *all = NULL;
	size_t count;
	enum err_code rc = list_areas(a, err);

	if (rc != ERR_OK)
		return rc;
	count = a->component_count + a->owner_count;
	if (count == 0)
		return ERR_OK;
	if (!mem_array(&all, count, sizeof(*all)))
		return err_nomem(err);
	memset(all, 0, count * sizeof(*all));
	for (size_t k = 0; k < a->owner_count && rc == ERR_OK; k++)
		if (!map_set(&index, span_str(a->owners[k].name), &a->owners[k]))
			rc = err_nomem(err);
	if (rc == ERR_OK)
		sum_checks(a, &index, all, &unknown);
	for (size_t k = 0; k < count; k++) {
		if (rc == ERR_OK)
			settle(k < a->component_count
			               ? &a->components[k]
			               : &a->owners[k - a->component_count],
			       &all[k], &unknown);
		sums_fini(&all[k]);
	}
	sums_fini(&unknown);
	map_fini(&index);
	mem_free(all);
	return rc;
}

void gate_assessed_areas_fini(struct gate_assessment *a)
{
	for (size_t k = 0; k < a->component_count; k++) {
		gate_ratio_fini(&a->components[k].lower);
		gate_ratio_fini(&a->components[k].upper);
	}
	for (size_t k = 0; k < a->owner_count; k++) {
		gate_ratio_fini(&a->owners[k].lower);
		gate_ratio_fini(&a->owners[k].upper);
	}
}

/* ---- what they mean for the decision ---- */

/* What the check loses in the component: share times what it lacks there. */
static bool loss_in(struct gate_ratio *loss, const struct gate_assessment *a, size_t i,
                    const char *component)
{
	const struct gate_assessed_check *s = &a->checks[i];
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;
	bool found = takes_part(a, i) && !is_known(s);

	for (size_t k = 0;
	     takes_part(a, i) && is_known(s) && !found && k < s->record->area_count; k++)
		if (str_eq(s->record->areas[k].component, component)) {
			read_values(&s->record->areas[k], &low, &high);
			found = true;
		}
	gate_ratio_set_u64(loss, 1, 1);
	gate_ratio_sub(loss, loss, &low);
	gate_ratio_mul(loss, loss, &s->share_of_all);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
	return found;
}

const char *gate_area_biggest_loss(const struct gate_assessment *a, size_t component)
{
	struct gate_ratio most = GATE_RATIO_INIT;
	struct gate_ratio loss = GATE_RATIO_INIT;
	const char *id = NULL;

	for (size_t i = 0; i < a->policy->check_count; i++)
		if (loss_in(&loss, a, i, a->components[component].name) &&
		    gate_ratio_cmp(&loss, &most) > 0) {
			gate_ratio_set(&most, &loss);
			id = a->policy->checks[i].id;
		}
	gate_ratio_fini(&most);
	gate_ratio_fini(&loss);
	return id;
}

const char *gate_area_reason(struct gate_assessment *a, size_t component,
                             const char *threshold)
{
	const struct gate_assessed_area *k = &a->components[component];
	char score[64];

	gate_ratio_text(&k->lower, 1, score);
	return arena_printf(&a->arena, "component %s: its score %s is below %s", k->name,
	                    score, threshold);
}
