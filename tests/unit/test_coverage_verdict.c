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
		check_true(text.len <= max, "%zu of %zu", text.len, max);
	}
	buf_clear(&text);
	gate_coverage_tracefile(&text, r.set, whole - 1);
	check_str_contains(buf_str(&text), "DA:1,1", "lines are kept longest");
	check_null(strstr(buf_str(&text), "#statement"), "statements go first");
	gate_coverage_free(r.set);
	buf_fini(&text);
}
