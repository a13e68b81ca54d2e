// SPDX-License-Identifier: Apache-2.0
#include "verdict/assess.h"

#include "base/mem.h"
#include "verdict/assess_internal.h"

#include <assert.h>

void gate_ratio_from_policy(struct gate_ratio *r, const char *decimal)
{
	bool ok = gate_ratio_set_decimal(r, span_str(decimal));

	assert(ok);
	(void)ok;
}

static enum err_code match_records(struct gate_work *w, struct err *err)
{
	const struct gate_policy *p = w->a->policy;
	const struct gate_evidence *e = w->evidence;

	for (size_t i = 0; i < p->check_count; i++)
		if (!map_set(&w->by_id, span_str(p->checks[i].id), &w->a->checks[i]))
			return err_nomem(err);
	for (size_t i = 0; i < e->record_count; i++) {
		struct gate_assessed_check *s;

		s = map_get(&w->by_id, span_str(e->records[i].check));
		if (s != NULL && s->record == NULL)
			s->record = &e->records[i];
	}
	return ERR_OK;
}

static void mark_applicable(struct gate_assessment *a)
{
	for (size_t i = 0; i < a->policy->check_count; i++)
		a->checks[i].applicable = a->checks[i].state != GATE_NOT_APPLICABLE;
}

static void print_numbers(struct gate_assessment *a)
{
	a->lower_tenths = gate_ratio_floor(&a->lower, 10);
	a->upper_tenths = gate_ratio_floor(&a->upper, 10);
	a->coverage_tenthousandths = gate_ratio_floor(&a->coverage, 10000);
}

/* The order is part of the model: freshness, the limit of n/a, that of attestations. */
static enum err_code assess(struct gate_work *w, struct err *err)
{
	struct gate_assessment *a = w->a;
	bool any = false;
	enum err_code rc;

	if ((rc = match_records(w, err)) != ERR_OK)
		return rc;
	gate_judge_checks(w);
	if ((rc = gate_waivers_apply(w, err)) != ERR_OK ||
	    (rc = gate_shares_of_all(a, err)) != ERR_OK ||
	    (rc = gate_limit_not_applicable(a, err)) != ERR_OK ||
	    (rc = gate_limit_attested(a, err)) != ERR_OK)
		return rc;
	mark_applicable(a);
	if ((rc = gate_shares(a, &any, err)) != ERR_OK)
		return rc;
	a->empty = !any;
	if ((rc = gate_sum(a, err)) != ERR_OK ||
	    (rc = gate_areas_assess(a, err)) != ERR_OK)
		return rc;
	print_numbers(a);
	if ((rc = gate_apportion(a, err)) != ERR_OK)
		return rc;
	if ((rc = gate_signoffs_judge(w, err)) != ERR_OK)
		return rc;
	gate_decide(w);
	a->final_tenths = gate_ratio_floor(&a->final, 10);
	return arena_err(&a->arena, err);
}

static struct gate_assessment *assessment_new(const struct gate_policy *p,
                                              const struct gate_evidence *e)
{
	struct gate_assessment *a = mem_new(sizeof(*a));

	if (a == NULL)
		return NULL;
	arena_init(&a->arena);
	a->policy = p;
	a->subject = &e->subject;
	a->now_ms = e->now_ms;
	a->decided_ms = e->signoff_count > 0 ? e->decided_ms : e->now_ms;
	a->checks = arena_array(&a->arena, p->check_count, sizeof(*a->checks));
	a->categories = arena_array(&a->arena, p->category_count, sizeof(*a->categories));
	if (arena_ok(&a->arena))
		return a;
	arena_fini(&a->arena);
	mem_free(a);
	return NULL;
}

enum err_code gate_assess(struct gate_assessment **out, const struct gate_policy *p,
                          const struct gate_evidence *e, struct err *err)
{
	struct gate_work w = { .a = assessment_new(p, e), .evidence = e };
	enum err_code rc;

	if (w.a == NULL)
		return err_nomem(err);
	map_init(&w.by_id);
	rc = assess(&w, err);
	map_fini(&w.by_id);
	if (rc == ERR_OK)
		*out = w.a;
	else
		gate_assessment_free(w.a);
	return rc;
}

void gate_assessment_free(struct gate_assessment *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->policy->check_count; i++) {
		gate_ratio_fini(&a->checks[i].share);
		gate_ratio_fini(&a->checks[i].share_of_all);
		gate_ratio_fini(&a->checks[i].low);
		gate_ratio_fini(&a->checks[i].high);
	}
	for (size_t g = 0; g < a->policy->category_count; g++) {
		gate_ratio_fini(&a->categories[g].share);
		gate_ratio_fini(&a->categories[g].lower);
		gate_ratio_fini(&a->categories[g].score);
	}
	gate_assessed_areas_fini(a);
	gate_ratio_fini(&a->lower);
	gate_ratio_fini(&a->upper);
	gate_ratio_fini(&a->coverage);
	gate_ratio_fini(&a->coverage_measured);
	gate_ratio_fini(&a->coverage_attested);
	gate_ratio_fini(&a->final);
	arena_fini(&a->arena);
	mem_free(a);
}

int gate_assessment_exit(const struct gate_assessment *a, bool accept_conditional)
{
	if (a->required_error)
		return 5;
	if (a->too_little)
		return 4;
	if (a->decision == GATE_NO_GO)
		return 1;
	return a->decision == GATE_CONDITIONAL_GO && !accept_conditional ? 3 : 0;
}
