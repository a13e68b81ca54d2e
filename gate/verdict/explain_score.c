// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "verdict/explain_internal.h"

/*
 * The whole sum. Every line is an input of the explanation, so that text and JSON say the
 * same: decimals are floored, fractions are exact, "printed" is what the scorecard shows.
 */

static const char *tenths(struct explanation *e, int64_t t)
{
	struct gate_ratio r = GATE_RATIO_INIT;
	char text[64];

	gate_ratio_set_u64(&r, (uint64_t)t, 10);
	gate_ratio_text(&r, 1, text);
	gate_ratio_fini(&r);
	return arena_str(&e->arena, text);
}

static void put_check(struct explanation *e, size_t i)
{
	const struct gate_check *c = &e->a->policy->checks[i];
	const struct gate_assessed_check *s = &e->a->checks[i];
	struct gate_ratio points = GATE_RATIO_INIT;

	if (!s->applicable) {
		explanation_input(e, "  %s: n/a, out of the sum", c->id);
		return;
	}
	gate_ratio_mul(&points, &s->share, &s->low);
	explanation_input(e, "  %s: %s, %s points x %s = %s (printed %s)", c->id,
	                  gate_state_name(s->state), explanation_exact(e, &s->share, 3),
	                  explanation_exact(e, &s->low, 6),
	                  explanation_exact(e, &points, 3), tenths(e, s->contribution));
	if (gate_ratio_cmp(&s->low, &s->high) < 0)
		explanation_input(e, "    possible value up to %s",
		                  explanation_exact(e, &s->high, 6));
	gate_ratio_fini(&points);
}

static void put_category(struct explanation *e, size_t g)
{
	const struct gate_category *c = &e->a->policy->categories[g];
	const struct gate_assessed_category *s = &e->a->categories[g];

	if (!s->applicable) {
		explanation_input(e, "%s: nothing in it applies, out of the sum", c->id);
		return;
	}
	explanation_input(e, "%s: weight %llu, %s points, score %s, adds %s (printed %s)",
	                  c->id, (unsigned long long)c->weight,
	                  explanation_exact(e, &s->share, 3),
	                  explanation_exact(e, &s->score, 3),
	                  explanation_exact(e, &s->lower, 3), tenths(e, s->contribution));
}

static void put_totals(struct explanation *e)
{
	const struct gate_assessment *a = e->a;

	explanation_input(e, "L, the sum of share x low: %s (printed %s)",
	                  explanation_exact(e, &a->lower, 3), tenths(e, a->lower_tenths));
	explanation_input(e, "U, the sum of share x high: %s (printed %s)",
	                  explanation_exact(e, &a->upper, 3), tenths(e, a->upper_tenths));
	explanation_input(e, "K, what is known: %s (measured %s, attested %s)",
	                  explanation_exact(e, &a->coverage, 4),
	                  explanation_exact(e, &a->coverage_measured, 4),
	                  explanation_exact(e, &a->coverage_attested, 4));
	explanation_input(e, "U - L = 100 (1 - K) holds exactly");
	if (a->cap != NULL)
		explanation_input(e, "cap %s: %s", a->cap, a->cap_reason);
	else
		explanation_input(e, "no cap");
	explanation_input(e, "S, the smaller of L and cap: %s (printed %s)",
	                  explanation_exact(e, &a->final, 3), tenths(e, a->final_tenths));
}

static const char *decision_name(enum gate_decision d)
{
	switch (d) {
	case GATE_GO:
		return "GO";
	case GATE_CONDITIONAL_GO:
		return "CONDITIONAL GO";
	case GATE_NO_GO:
		break;
	}
	return "NO-GO";
}

static void put_decision(struct explanation *e)
{
	const struct gate_assessment *a = e->a;

	explanation_input(e, "decision: %s", decision_name(a->decision));
	for (size_t i = 0; i < a->reason_count; i++)
		explanation_input(e, "  %s", a->reasons[i]);
	for (size_t i = 0; i < a->note_count; i++)
		explanation_input(e, "note: %s", a->notes[i]);
}

static void fill(struct explanation *e)
{
	const struct gate_policy *p = e->a->policy;

	e->rule = "L = sum of share x low over what applies; S = min(L, cap)";
	for (size_t g = 0; g < p->category_count; g++) {
		put_category(e, g);
		for (size_t i = 0; i < p->check_count; i++)
			if (p->checks[i].category == g)
				put_check(e, i);
	}
	put_totals(e);
	put_decision(e);
}

static enum err_code text(const struct explanation *e, struct buf *out, struct err *err)
{
	enum err_code rc = arena_err(&e->arena, err);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < e->input_count; i++) {
		str_display(out, span_str(e->inputs[i]));
		buf_putc(out, '\n');
	}
	return buf_err(out, err);
}

enum err_code gate_explain_score(const struct gate_assessment *a, bool json,
                                 struct buf *out, struct err *err)
{
	struct explanation e;
	enum err_code rc = explanation_init(&e, a, err);

	if (rc == ERR_OK) {
		fill(&e);
		rc = explanation_gains(&e, err);
	}
	if (rc == ERR_OK)
		rc = json ? explanation_json(&e, out, err) : text(&e, out, err);
	explanation_fini(&e);
	return rc;
}
