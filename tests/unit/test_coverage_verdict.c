/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/coverage/reader.h"
#include "collect/coverage/verdict.h"

#include "support/check.h"

#include <math.h>

TestSuite(coverage_verdict, .timeout = 60);

/* Upper bound of Wilson's interval, as books have it. */
static double wilson(double hit, double n)
{
	const double z = 1.96;
	double p = hit / n;

	return (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) /
	       (1 + z * z / n);
}

Test(coverage_verdict, a_small_change_fails_only_where_that_is_sure)
{
	static const struct {
		const char *text;
		double share;
	} thresholds[] = { { "50", 0.5 }, { "80", 0.8 }, { "95.5", 0.955 } };
	size_t warned = 0;

	for (size_t t = 0; t < 3; t++)
		for (uint64_t n = 1; n <= 120; n++)
			for (uint64_t hit = 0; hit <= n; hit++) {
				double want = thresholds[t].share;
				double share = (double)hit / (double)n;
				double upper = wilson((double)hit, (double)n);
				enum gate_state is = gate_coverage_small_change(
					hit, n, 0, thresholds[t].text);

				/* Where doubles cannot tell, the fractions decide. */
				if (fabs(upper - want) < 1e-9 ||
				    fabs(share - want) < 1e-9)
					continue;
				warned += is == GATE_WARN;
				check_int_eq(is,
				             share >= want  ? GATE_PASS
				             : upper < want ? GATE_FAIL
				                            : GATE_WARN,
				             "%llu of %llu, want %s",
				             (unsigned long long)hit,
				             (unsigned long long)n, thresholds[t].text);
			}
	check_true(warned > 1000, "most small changes are neither");
}

Test(coverage_verdict, a_threshold_is_met_exactly)
{
	check_int_eq(gate_coverage_small_change(4, 5, 0, "80"), GATE_PASS, "4 of 5");
	check_int_eq(gate_coverage_small_change(1, 3, 0, "33.33"), GATE_PASS, "1/3");
	check_int_eq(gate_coverage_small_change(1, 3, 0, "33.34"), GATE_WARN, "1/3");
	check_int_eq(gate_coverage_small_change(7, 7, 0, "100"), GATE_PASS, "all");
	check_int_eq(gate_coverage_small_change(6, 7, 0, "100"), GATE_FAIL,
	             "with all asked for, one that did not run is enough");
	check_int_eq(gate_coverage_small_change(8, 8, 3, "80"), GATE_WARN,
	             "what nobody counted may be too much");
	check_int_eq(gate_coverage_small_change(0, 0x7fffffffffff, 0, "1"), GATE_FAIL,
	             "no overflow");
}

Test(coverage_verdict, unnamed_code_lowers_the_lower_end_only)
{
	struct gate_cov_row r = { .sum = { 40, 30 }, .lines = 80, .unnamed_code = 20 };
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;
	char text[GATE_VALUE_TEXT];

	gate_coverage_share(&low, &high, &r);
	gate_value_text(&high, 6, text);
	check_str_eq(text, "75", "30 of 40 branches");
	gate_value_text(&low, 6, text);
	check_str_eq(text, "60", "80 of 100 lines are named");
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
}

static struct gate_cov_report read_report(const char *text)
{
	struct gate_cov_report r = { .set = NULL };
	struct err err = ERR_INIT;

	check_ok(gate_cov_read(span_str(text), "r", &r, &err), &err);
	return r;
}

#define GO_REPORT                                           \
	"mode: count\na.go:1.2,3.9 2 1\na.go:5.1,6.2 3 0\n" \
	"b.go:1.1,1.9 1 4\n"

/* What is kept of a run says all again. */
Test(coverage_verdict, a_tracefile_says_what_the_reports_said)
{
	struct gate_cov_report first = read_report(GO_REPORT);
	struct gate_cov_report again;
	struct buf text = BUF_INIT;

	gate_coverage_tracefile(&text, first.set, 1 << 20);
	again = read_report(buf_str(&text));
	check_size_eq(again.set->count, first.set->count, "files");
	for (int k = 0; k < GATE_COV_KINDS; k++) {
		struct gate_cov_sum a = { 0, 0 };
		struct gate_cov_sum b = { 0, 0 };

		for (size_t i = 0; i < first.set->count; i++) {
			gate_coverage_count(first.set->files[i], (enum gate_cov_kind)k,
			                    &a);
			gate_coverage_count(again.set->files[i], (enum gate_cov_kind)k,
			                    &b);
		}
		check_u64_eq(a.total, b.total, "%s", gate_cov_kind_names[k]);
		check_u64_eq(a.hit, b.hit, "%s", gate_cov_kind_names[k]);
	}
	gate_coverage_free(first.set);
	gate_coverage_free(again.set);
	buf_fini(&text);
}

/* One set of all kinds, whose ids are those of several formats. */
static struct gate_coverage *set_of_all_kinds(void)
{
	struct gate_coverage *set = NULL;
	struct gate_cov_file *f = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_coverage_new(&set, &err), &err);
	check_ok(gate_coverage_file(set, SPAN_LIT("src/a b.c"), &f, &err), &err);
	for (uint32_t i = 0; i < 4 * GATE_COV_KINDS; i++) {
		enum gate_cov_kind kind = (enum gate_cov_kind)(i % GATE_COV_KINDS);
		struct gate_cov_point p = { 1 + i, kind == GATE_COV_LINES ? 0 : 7u << i,
			                    i % 3, 1 };

		if (kind == GATE_COV_STATEMENTS)
			p.weight = 3;
		check_ok(gate_coverage_add(set, f, kind, &p, GATE_COV_SUM, &err), &err);
	}
	check_ok(gate_coverage_add_branches(set, f, 3, 1, 3, &err), &err);
	gate_coverage_settle(set);
	return set;
}

static void check_same_points(const struct gate_cov_points *a,
                              const struct gate_cov_points *b, const char *kind)
{
	check_size_eq(a->count, b->count, "%s", kind);
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		check_u64_eq(a->items[i].line, b->items[i].line, "%s %zu", kind, i);
		check_u64_eq(a->items[i].id, b->items[i].id, "%s %zu", kind, i);
		check_u64_eq(a->items[i].hits, b->items[i].hits, "%s %zu", kind, i);
		check_u64_eq(a->items[i].weight, b->items[i].weight, "%s %zu", kind, i);
	}
}

/* So that it can be joined with other sets, as if it had never been text. */
Test(coverage_verdict, a_tracefile_of_ours_keeps_the_ids)
{
	struct gate_coverage *set = set_of_all_kinds();
	struct gate_cov_report again;
	struct buf text = BUF_INIT;

	gate_coverage_tracefile(&text, set, 1 << 20);
	again = read_report(buf_str(&text));
	check_size_eq(again.set->count, 1, "files");
	for (int k = 0; k < GATE_COV_KINDS; k++)
		check_same_points(&again.set->files[0]->of[k], &set->files[0]->of[k],
		                  gate_cov_kind_names[k]);
	gate_coverage_free(again.set);
	gate_coverage_free(set);
	buf_fini(&text);
}

Test(coverage_verdict, a_tracefile_tells_of_kinds_without_points)
{
	struct gate_coverage *set = NULL;
	struct gate_cov_report again;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(gate_coverage_new(&set, &err), &err);
	set->names[GATE_COV_BRANCHES] = true;
	gate_coverage_tracefile(&text, set, 1 << 20);
	again = read_report(buf_str(&text));
	for (int k = 0; k < GATE_COV_KINDS; k++)
		check_int_eq(again.set->names[k], k == GATE_COV_BRANCHES, "%s",
		             gate_cov_kind_names[k]);
	gate_coverage_free(again.set);
	gate_coverage_free(set);
	buf_fini(&text);
}

Test(coverage_verdict, a_tracefile_without_a_file_says_so)
{
	struct gate_coverage *set = set_of_all_kinds();
	struct gate_cov_file *f = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(gate_coverage_file(set, SPAN_LIT("two\nlines.c"), &f, &err), &err);
	gate_coverage_tracefile(&text, set, 1 << 20);
	check_true(span_starts(buf_span(&text), SPAN_LIT(GATE_COV_CUT)), "it is cut");
	gate_coverage_free(set);
	buf_fini(&text);
}

Test(coverage_verdict, a_tracefile_is_bounded)
{
	struct gate_cov_report r = read_report(GO_REPORT);
	struct buf text = BUF_INIT;
	size_t whole;

	gate_coverage_tracefile(&text, r.set, 1 << 20);
	whole = text.len;
	for (size_t max = whole; max > 0; max--) {
		buf_clear(&text);
		gate_coverage_tracefile(&text, r.set, max);
		check_true(text.len <= max || span_find(buf_span(&text),
		                                        SPAN_LIT("SF:")) == text.len,
		           "%zu of %zu", text.len, max);
	}
	check_true(span_starts(buf_span(&text), SPAN_LIT(GATE_COV_CUT)),
	           "of what is too much it says that");
	buf_clear(&text);
	gate_coverage_tracefile(&text, r.set, whole - 1);
	check_str_contains(buf_str(&text), "DA:1,1", "lines are kept longest");
	check_null(strstr(buf_str(&text), "#statement"), "statements go first");
	gate_coverage_free(r.set);
	buf_fini(&text);
}
