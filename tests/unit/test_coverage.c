/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/coverage/coverage.h"

#include "support/check.h"

TestSuite(coverage, .timeout = 60);

static struct gate_coverage *new_set(void)
{
	struct gate_coverage *c = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_coverage_new(&c, &err), &err);
	return c;
}

static struct gate_cov_file *file(struct gate_coverage *c, const char *name)
{
	struct gate_cov_file *f = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_coverage_file(c, span_str(name), &f, &err), &err);
	return f;
}

static void add(struct gate_coverage *c, struct gate_cov_file *f, uint32_t line,
                uint32_t hits, enum gate_cov_merge how)
{
	struct gate_cov_point p = { line, 0, hits, 1 };
	struct err err = ERR_INIT;

	check_ok(gate_coverage_add(c, f, GATE_COV_LINES, &p, how, &err), &err);
}

static struct gate_cov_sum lines_of(const struct gate_cov_file *f)
{
	struct gate_cov_sum sum = { 0, 0 };

	gate_coverage_count(f, GATE_COV_LINES, &sum);
	return sum;
}

Test(coverage, hits_of_one_line_add_up_in_whatever_order)
{
	struct gate_coverage *c = new_set();
	struct gate_cov_file *f = file(c, "a.c");
	uint32_t state = 1;

	/* Out of order and repeated, more than are gathered before they are sorted. */
	for (int i = 0; i < 20000; i++) {
		state = state * 1664525 + 1013904223;
		add(c, f, 1 + state / 65536 % 5000, 1, GATE_COV_SUM);
	}
	gate_coverage_settle(c);
	check_true(f->of[0].count <= 5000, "each line once");
	check_u64_eq(c->points, f->of[0].count, "all that is held is counted");
	state = 0;
	for (size_t i = 0; i < f->of[0].count; i++) {
		check_true(i == 0 || f->of[0].items[i - 1].line < f->of[0].items[i].line,
		           "sorted");
		state += f->of[0].items[i].hits;
	}
	check_int_eq(state, 20000, "no hit is lost");
	gate_coverage_free(c);
}

Test(coverage, the_greatest_counts_where_that_is_asked)
{
	struct gate_coverage *c = new_set();
	struct gate_cov_file *f = file(c, "a.go");

	add(c, f, 3, 2, GATE_COV_MOST);
	add(c, f, 1, 0, GATE_COV_MOST);
	add(c, f, 1, 7, GATE_COV_MOST);
	add(c, f, 3, 1, GATE_COV_MOST);
	gate_coverage_settle(c);
	check_size_eq(f->of[0].count, 2, "two lines");
	check_int_eq(f->of[0].items[0].hits, 7, "of line 1");
	check_int_eq(f->of[0].items[1].hits, 2, "of line 3");
	gate_coverage_free(c);
}

Test(coverage, hits_are_saturated)
{
	struct gate_coverage *c = new_set();
	struct gate_cov_file *f = file(c, "a.c");

	add(c, f, 1, UINT32_MAX, GATE_COV_SUM);
	add(c, f, 1, 2, GATE_COV_SUM);
	check_true(f->of[0].items[0].hits == UINT32_MAX, "and do not wrap to 1");
	gate_coverage_free(c);
}

Test(coverage, a_set_is_the_union_of_its_reports)
{
	struct gate_coverage *a = new_set();
	struct gate_coverage *b = new_set();
	struct err err = ERR_INIT;

	add(a, file(a, "a.c"), 1, 0, GATE_COV_SUM);
	add(a, file(a, "a.c"), 2, 1, GATE_COV_SUM);
	add(b, file(b, "a.c"), 1, 4, GATE_COV_SUM);
	add(b, file(b, "a.c"), 9, 0, GATE_COV_SUM);
	check_ok(gate_coverage_join(a, file(a, "a.c"), file(b, "a.c"), &err), &err);
	gate_coverage_settle(a);
	check_u64_eq(lines_of(file(a, "a.c")).total, 3, "lines 1, 2 and 9");
	check_u64_eq(lines_of(file(a, "a.c")).hit, 2, "line 1 ran in the second");
	gate_coverage_free(a);
	gate_coverage_free(b);
}

/* 1 of 2 twice may be the same branch both times. */
Test(coverage, branches_without_names_never_count_too_many)
{
	struct gate_coverage *c = new_set();
	struct gate_cov_file *f = file(c, "a.py");
	struct gate_cov_sum sum = { 0, 0 };
	struct err err = ERR_INIT;

	check_ok(gate_coverage_add_branches(c, f, 4, 1, 2, &err), &err);
	check_ok(gate_coverage_add_branches(c, f, 4, 1, 2, &err), &err);
	gate_coverage_count(f, GATE_COV_BRANCHES, &sum);
	check_u64_eq(sum.total, 2, "two branches");
	check_u64_eq(sum.hit, 1, "one of them for sure");
	check_int_eq(gate_coverage_add_branches(c, f, 4, 3, 2, &err), ERR_CORRUPT,
	             "3 of 2");
	gate_coverage_free(c);
}

Test(coverage, what_is_too_large_is_refused)
{
	struct gate_coverage *c = new_set();
	struct gate_cov_file *f = file(c, "a.c");
	struct gate_cov_point p = { GATE_COV_LINE_MAX + 1, 0, 1, 1 };
	struct err err = ERR_INIT;
	static char name[GATE_COV_PATH_MAX + 1];

	check_int_eq(gate_coverage_add(c, f, GATE_COV_LINES, &p, GATE_COV_SUM, &err),
	             ERR_LIMIT, "a line");
	p.line = 0;
	check_int_eq(gate_coverage_add(c, f, GATE_COV_LINES, &p, GATE_COV_SUM, &err),
	             ERR_CORRUPT, "line 0");
	check_ok(gate_coverage_add(c, f, GATE_COV_FUNCTIONS, &p, GATE_COV_SUM, &err),
	         &err);
	memset(name, 'a', sizeof(name));
	check_int_eq(gate_coverage_file(c, span_of(name, sizeof(name)), &f, &err),
	             ERR_LIMIT, "a name");
	check_int_eq(gate_coverage_file(c, SPAN_LIT("a\0b"), &f, &err), ERR_LIMIT, "NUL");
	check_int_eq(gate_coverage_file(c, SPAN_EMPTY, &f, &err), ERR_CORRUPT, "none");
	gate_coverage_free(c);
}
