/* SPDX-License-Identifier: Apache-2.0 */
/* The table that was declared to be 78 of 100 and adds up to 71.2: recorded, read back,
 * scored, and printed in every format. */
#include "base/str.h"
#include "os/fs.h"
#include "record/scorecard.h"
#include "reports/report.h"
#include "support/check.h"
#include "verdict/explain.h"

#include <ctype.h>

TestSuite(golden_novacron, .timeout = 60);

#define POLICY TEST_SOURCE_DIR "/../docs/examples/novacron-attested.yml"
#define NOW INT64_C(1800000000000)

struct scored {
	struct buf top;
	struct arena arena;
	struct gate_recorded recorded;
	struct gate_assessment *a;
	struct rep_scorecard card;
};

/* An attestation is its value at both ends, as the collector records it. */
static void record_all(struct gate_store *s, const struct gate_policy *p)
{
	struct gate_subject subject = { .path = "novacron" };
	struct err err = ERR_INIT;

	check_ok(gate_store_policy(s, p, &err), &err);
	check_ok(gate_store_subject(s, &subject, &err), &err);
	for (size_t i = 0; i < p->check_count; i++) {
		struct gate_record r = { .check = p->checks[i].id, .state = GATE_WARN };

		r.low = p->checks[i].attest_value;
		r.high = p->checks[i].attest_value;
		check_ok(gate_store_record(s, &r, &err), &err);
	}
	check_ok(gate_store_commit(s, NOW, NOW, &err), &err);
}

static void set_up(struct scored *s)
{
	struct gate_policy *p = NULL;
	struct gate_store *store = NULL;
	struct err err = ERR_INIT;

	memset(s, 0, sizeof(*s));
	arena_init(&s->arena);
	check_ok(os_mkdtemp(NULL, "novacron-", &s->top, &err), &err);
	check_ok(gate_policy_load(&p, POLICY, &err), &err);
	check_ok(gate_store_new(&store, buf_str(&s->top), NOW, &err), &err);
	record_all(store, p);
	check_ok(gate_recorded_load(&s->recorded, gate_store_dir(store), &err), &err);
	check_ok(gate_assess(&s->a, s->recorded.policy, &s->recorded.evidence, &err),
	         &err);
	check_ok(gate_scorecard_fill(&s->card, &s->arena, s->a, &s->recorded, &err),
	         &err);
	gate_store_free(store);
	gate_policy_free(p);
}

static void tear_down(struct scored *s)
{
	struct err err = ERR_INIT;

	gate_assessment_free(s->a);
	gate_recorded_fini(&s->recorded);
	arena_fini(&s->arena);
	check_ok(os_remove_tree(buf_str(&s->top), &err), &err);
	buf_fini(&s->top);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Is the number in the text, as a number of its own (78 in "78/100" or "78.0 %", not in
 * "a78b" or "7.78")? */
static bool has_number(struct span text, const char *number)
{
	struct span want = span_str(number);

	for (size_t i = 0; i + want.len <= text.len; i++) {
		char before = i > 0 ? text.ptr[i - 1] : ' ';
		char after = i + want.len < text.len ? text.ptr[i + want.len] : ' ';

		if (span_eq(span_sub(text, i, want.len), want) && !is_word(before) &&
		    before != '.' && before != '#' && !is_word(after))
			return true;
	}
	return false;
}

Test(golden_novacron, every_format_says_71_2_and_none_says_78)
{
	static const struct rep_style style = { false, true, 80, true };
	struct err err = ERR_INIT;
	struct scored s;
	size_t formats = 0;

	set_up(&s);
	for (const struct rep_format *f = rep_formats; f->name != NULL; f++) {
		struct buf out = BUF_INIT;

		if (f->parts)
			continue;
		check_ok(f->write(&s.card, &style, &out, &err), &err);
		check_true(has_number(buf_span(&out), "71.2"), "%s says 71.2", f->name);
		check_true(!has_number(buf_span(&out), "78") &&
		                   !has_number(buf_span(&out), "78.0"),
		           "%s does not say 78", f->name);
		buf_fini(&out);
		formats++;
	}
	check_true(formats >= 4, "human, json, markdown, html: %zu", formats);
	tear_down(&s);
}

Test(golden_novacron, the_table_adds_up)
{
	static const int64_t want[] = { 132, 130, 136, 108, 105, 70, 31 };
	static const enum rep_band bands[] = { REP_GREEN,  REP_YELLOW, REP_YELLOW,
		                               REP_YELLOW, REP_YELLOW, REP_YELLOW,
		                               REP_YELLOW };
	struct scored s;

	set_up(&s);
	check_size_eq(s.card.category_count, 7, "seven categories");
	for (size_t g = 0; g < s.card.category_count; g++) {
		check_int_eq(s.card.categories[g].contribution, want[g], "row %zu", g);
		check_int_eq(s.card.categories[g].band, bands[g], "band of row %zu", g);
	}
	check_true(rep_sums_agree(&s.card), "the sums agree");
	check_int_eq(s.card.lower, 712, "L");
	check_int_eq(s.card.upper, 712, "U: all of it is known");
	check_int_eq(s.card.coverage_attested, 10000, "and all of it is attested");
	check_int_eq(s.card.decision, REP_NO_GO, "71.2 is below 75");
	tear_down(&s);
}

Test(golden_novacron, the_default_limit_leaves_little_of_it)
{
	struct err err = ERR_INIT;
	struct scored s;

	set_up(&s);
	s.recorded.policy->thresholds.max_attested_share = "20";
	gate_assessment_free(s.a);
	check_ok(gate_assess(&s.a, s.recorded.policy, &s.recorded.evidence, &err), &err);
	/* 20, 20, 15, 15 and 15 leave the count; 10 and 5 stay below 20. */
	check_int_eq(s.a->lower_tenths, 101, "performance and monitoring: 7.0 + 3.1");
	check_int_eq(gate_ratio_floor(&s.a->coverage, 100), 15, "15 of 100 are known");
	tear_down(&s);
}

Test(golden_novacron, the_sum_is_explained_line_by_line)
{
	static const char *const lines[] = {
		"backend.declared: warn, 20.000 = 20 points x 0.650000 = 13/20 = 13.000 "
		"= 13 "
		"(printed 13.0)",
		"L, the sum of share x low: 71.200 = 356/5 (printed 71.2)",
		"no cap",
		"decision: NO-GO",
		"the score 71.2 is below 75",
	};
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct scored s;
	size_t check;

	set_up(&s);
	check_ok(gate_explain_score(s.a, false, &out, &err), &err);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check_str_contains(buf_str(&out), lines[i], "line %zu", i);
	buf_clear(&out);
	check_ok(gate_explain_gains(s.a, false, &out, &err), &err);
	check_str_contains(buf_str(&out), "1. backend.declared: ", "20 x 0.35 is most");
	check_str_contains(buf_str(&out), "(raw +7.0, score +7.0)", "what it brings");
	buf_clear(&out);
	check_ok(gate_explain_find(s.a, "backend.declared", &check, &err), &err);
	check_ok(gate_explain_check(s.a, check, true, &out, &err), &err);
	check_str_contains(buf_str(&out), "\"value\": 0.650000", "as JSON");
	check_str_contains(buf_str(&out), "\"gain\": 7.0", "with its gain");
	check_err(gate_explain_find(s.a, "backend.declred", &check, &err), ERR_USAGE,
	          "no such check");
	check_str_contains(err.msg, "did you mean backend.declared?", "a near one");
	buf_fini(&out);
	tear_down(&s);
}
