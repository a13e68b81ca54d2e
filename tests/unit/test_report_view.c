/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/view.h"

#include "support/check.h"
#include "support/scorecard.h"

TestSuite(report_view, .timeout = 20);

Test(report_view, whole_numbers_read_as_exact_decimals)
{
	static const struct {
		int64_t v;
		const char *tenths;
		const char *four;
	} rows[] = {
		{ 0, "0.0", "0.0000" },
		{ 712, "71.2", "0.0712" },
		{ 1000, "100.0", "0.1000" },
		{ 10000, "1000.0", "1.0000" },
		{ -5, "-0.5", "-0.0005" },
		{ -15, "-1.5", "-0.0015" },
		{ INT64_MAX, "922337203685477580.7", "922337203685477.5807" },
		{ INT64_MIN, "-922337203685477580.8", "-922337203685477.5808" },
	};
	char text[REP_NUMBER];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		check_str_eq(rep_tenths(rows[i].v, text), rows[i].tenths, "row %zu", i);
		check_str_eq(rep_tenthousandths(rows[i].v, text), rows[i].four, "row %zu",
		             i);
	}
}

Test(report_view, seconds_are_finite_whatever_the_clock_said)
{
	char text[REP_NUMBER];
	double zero = 0;

	check_str_eq(rep_seconds(1.2345, text), "1.235", "rounded");
	check_str_eq(rep_seconds(-1, text), "0.000", "negative");
	check_str_eq(rep_seconds(zero / zero, text), "0.000", "not a number");
	check_str_eq(rep_seconds(1 / zero, text), "1000000000000.000", "infinite");
}

Test(report_view, evidence_shares_add_up_as_shown)
{
	for (int64_t total = 0; total <= 10000; total += 7) {
		for (int64_t part = 0; part <= total; part += 13) {
			struct rep_scorecard s = { .coverage = total,
				                   .coverage_measured = part,
				                   .coverage_attested = total - part };
			struct rep_shares e = rep_coverage_shares(&s);

			check_int_eq(e.measured + e.attested, e.total, "two parts");
			check_int_eq(e.total + e.missing, 1000, "of a whole");
			check_int_eq(e.total, total / 10, "floored");
		}
	}
}

Test(report_view, measurements_read_like_a_person_wrote_them)
{
	static const struct {
		const char *number, *unit, *want;
	} rows[] = {
		{ "84.200000", "percent", "84.2 %" },
		{ "3.000", "findings", "3 findings" },
		{ "100", NULL, "100" },
		{ "1.50e10", "", "1.50e10" },
		{ "", "s", " s" },
		{ NULL, "s", "" },
		{ "no number.", NULL, "no number" },
		{ ".000", NULL, "" },
		{ "71.428571", "per 1000 lines", "71.42 per 1000 lines" },
		{ "71.428", NULL, "71.42" },
		{ "71.400000", NULL, "71.4" },
		{ "0.000123", NULL, "0.000123" },
		{ "-0.1234", NULL, "-0.1234" },
		{ "1.23456e10", NULL, "1.23456e10" },
		{ "1.000000", "links", "1 link" },
		{ "1", "vulnerabilities", "1 vulnerability" },
		{ "1.5", "links", "1.5 links" },
		{ "1", "ms", "1 ms" },
		{ "1", "process", "1 process" },
		{ "1", "requests/s", "1 requests/s" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = BUF_INIT;

		rep_put_measure(&out, rows[i].number, rows[i].unit);
		check_str_eq(buf_str(&out), rows[i].want, "row %zu", i);
		buf_fini(&out);
	}
}

Test(report_view, losses_come_biggest_first_and_ties_in_policy_order)
{
	struct arena arena = ARENA_INIT;
	const struct rep_scorecard *s = sample_scorecard("no-go", &arena);
	const struct rep_check *top[5];
	const struct rep_check *two[2];
	const struct rep_check *all[100];

	check_size_eq(rep_losses(s, top, 5), 5, "as many as asked for");
	check_str_eq(top[0]->id, "tests.unit", "10.0, first in the policy");
	check_str_eq(top[1]->id, "performance.benchmarks", "10.0, later");
	check_str_eq(top[2]->id, "security.secrets", "6.0");
	check_str_eq(top[3]->id, "documentation.links", "5.0");
	check_str_eq(top[4]->id, "quality.hardcoded", "2.2");
	check_size_eq(rep_losses(s, two, 2), 2, "fewer");
	check_str_eq(two[1]->id, "performance.benchmarks", "the same order");
	check_size_eq(rep_losses(s, all, 100), 7, "none without a loss");
	arena_fini(&arena);
}

Test(report_view, bars_never_leave_their_width)
{
	check_size_eq(rep_portion(712, 1000, 20), 14, "floored");
	check_size_eq(rep_portion(1000, 1000, 20), 20, "full");
	check_size_eq(rep_portion(2000, 1000, 20), 20, "too much");
	check_size_eq(rep_portion(-1, 1000, 20), 0, "too little");
	check_size_eq(rep_portion(1, 0, 20), 0, "of nothing");
	check_size_eq(rep_portion(INT64_MAX - 1, INT64_MAX, 20), 20, "no overflow");
}

Test(report_view, the_least_critical_component_decides)
{
	struct rep_part parts[] = {
		{ "small", NULL, false, true, 10, 10 },
		{ "a", NULL, true, true, 900, 900 },
		{ "b", NULL, true, true, 700, 1000 },
		{ "c", NULL, true, true, 700, 700 },
		{ "mute", NULL, false, false, 0, 0 },
	};
	struct rep_scorecard s = { .components = parts };

	cr_assert_null(rep_least_critical(&s), "of none");
	s.component_count = 1;
	cr_assert_null(rep_least_critical(&s), "of none that is critical");
	s.component_count = 5;
	check_str_eq(rep_least_critical(&s)->name, "b", "the first of equals");
	parts[4].critical = true;
	check_str_eq(rep_least_critical(&s)->name, "mute", "nothing is less than any");
}

Test(report_view, program_output_loses_its_colours_only)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "\033[31mred\033[0m plain\033[K", "red plain" },
		{ "\033[1;32;40mx", "x" },
		{ "\033]0;title\a", "\033]0;title\a" },
		{ "\033[2Jwiped", "\033[2Jwiped" },
		{ "\033[", "\033[" },
		{ "\033", "\033" },
		{ "\033\033[0m\033", "\033\033" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = BUF_INIT;

		rep_put_uncolored(&out, span_str(rows[i].line));
		check_str_eq(buf_str(&out), rows[i].want, "row %zu", i);
		buf_fini(&out);
	}
}
