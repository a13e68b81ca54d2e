/* SPDX-License-Identifier: Apache-2.0 */
/* Reports that the tools themselves wrote (tests/golden/coverage/make): what is read of
 * each is what the tool's own summary says. */
#include "base/num.h"
#include "base/str.h"
#include "collect/coverage/reader_internal.h"
#include "os/fs.h"
#include "support/check.h"

TestSuite(golden_coverage, .timeout = 60);

#define FOLDER TEST_SOURCE_DIR "/golden/coverage/"

enum { TEXT_MAX = 1 << 20, COLUMNS = 2 * GATE_COV_KINDS };

/* The order of expected.tsv. */
static const enum gate_cov_kind kinds[] = { GATE_COV_LINES, GATE_COV_BRANCHES,
	                                    GATE_COV_FUNCTIONS, GATE_COV_STATEMENTS };

static void read_text(const char *name, struct buf *out)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&path, "%s%s", FOLDER, name);
	buf_clear(out);
	check_ok(os_read_file(buf_str(&path), TEXT_MAX, out, &err), &err);
	buf_fini(&path);
}

static struct gate_cov_sum sum_of(const struct gate_coverage *c, enum gate_cov_kind kind)
{
	struct gate_cov_sum sum = { 0, 0 };

	for (size_t i = 0; i < c->count; i++)
		gate_coverage_count(c->files[i], kind, &sum);
	return sum;
}

static void check_number(const char *name, struct span want, uint64_t is,
                         const char *what)
{
	uint64_t n = 0;

	if (span_eq_str(want, "-"))
		return;
	check_true(num_u64(want, 0, UINT64_MAX, &n), "%s: a number", name);
	check_u64_eq(is, n, "%s: %s", name, what);
}

static void check_report(struct span row)
{
	struct gate_cov_report r;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct span cell[1 + COLUMNS];
	char name[64];

	for (size_t i = 0; i < 1 + COLUMNS; i++)
		check_true(span_split(&row, '\t', &cell[i]), "nine columns");
	memcpy(name, cell[0].ptr, cell[0].len);
	name[cell[0].len] = '\0';
	read_text(name, &text);
	check_ok(gate_cov_read(buf_span(&text), name, &r, &err), &err);
	for (size_t k = 0; k < GATE_COV_KINDS; k++) {
		struct gate_cov_sum sum = sum_of(r.set, kinds[k]);

		check_number(name, cell[1 + 2 * k], sum.hit, "hit");
		check_number(name, cell[2 + 2 * k], sum.total, "total");
	}
	if (r.claim.made) {
		check_u64_eq(r.claim.total, r.listed.total, "%s: its own sum", name);
		check_u64_eq(r.claim.hit, r.listed.hit, "%s: its own hits", name);
	}
	gate_coverage_free(r.set);
	buf_fini(&text);
}

Test(golden_coverage, sums_are_those_of_the_tools)
{
	struct buf rows = BUF_INIT;
	struct span rest;
	struct span row;
	size_t count = 0;

	read_text("expected.tsv", &rows);
	rest = buf_span(&rows);
	for (; span_line(&rest, &row); count++)
		check_report(row);
	check_size_eq(count, 17, "reports");
	buf_fini(&rows);
}

/* One program by two tools of one compiler: the very same lines. */
Test(golden_coverage, gcov_and_lcov_name_the_same_lines)
{
	struct gate_cov_report a;
	struct gate_cov_report b;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	const struct gate_cov_file *x;
	const struct gate_cov_file *y;

	read_text("gcov.json", &text);
	check_ok(gate_cov_read(buf_span(&text), "gcov.json", &a, &err), &err);
	read_text("lcov.info", &text);
	check_ok(gate_cov_read(buf_span(&text), "lcov.info", &b, &err), &err);
	x = map_get(&a.set->by_path, SPAN_LIT("src/shape.c"));
	y = map_get(&b.set->by_path, SPAN_LIT("/build/shapes/src/shape.c"));
	check_not_null(x, "gcov's file");
	check_not_null(y, "lcov's file");
	check_size_eq(x->of[0].count, y->of[0].count, "as many lines");
	for (size_t i = 0; i < x->of[0].count; i++) {
		check_int_eq(x->of[0].items[i].line, y->of[0].items[i].line, "line");
		check_int_eq(x->of[0].items[i].hits, y->of[0].items[i].hits, "hits");
	}
	check_size_eq(a.folder_count, 1, "gcov names its folder");
	check_str_eq(a.folders[0], "/build/shapes", "and this is it");
	gate_coverage_free(a.set);
	gate_coverage_free(b.set);
	buf_fini(&text);
}

/* Pieces of every size give what the whole gives. */
Test(golden_coverage, pieces_may_end_anywhere)
{
	static const struct {
		const char *name;
		const struct gate_cov_format *format;
	} reports[] = {
		{ "lcov.info", &gate_cov_lcov },
		{ "go-count.out", &gate_cov_go },
		{ "gcov.json", &gate_cov_gcov },
		{ "llvm.json", &gate_cov_llvm },
		{ "nyc.json", &gate_cov_istanbul },
		{ "coverage-py.json", &gate_cov_python },
		{ "gcovr-cobertura.xml", &gate_cov_cobertura },
		{ "jacoco.xml", &gate_cov_jacoco },
	};
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		struct gate_cov_report whole;
		struct gate_cov_report pieces;
		struct err err = ERR_INIT;

		read_text(reports[i].name, &text);
		check_ok(gate_cov_read(buf_span(&text), reports[i].name, &whole, &err),
		         &err);
		check_str_eq(whole.format, reports[i].format->name, "is recognised");
		for (size_t piece = 1; piece < 8; piece++) {
			check_ok(gate_cov_read_as(reports[i].format, buf_span(&text),
			                          piece, &pieces, &err),
			         &err);
			for (int k = 0; k < GATE_COV_KINDS; k++)
				check_u64_eq(
					sum_of(pieces.set, (enum gate_cov_kind)k).hit,
					sum_of(whole.set, (enum gate_cov_kind)k).hit,
					"%s in pieces of %zu", reports[i].name, piece);
			gate_coverage_free(pieces.set);
		}
		gate_coverage_free(whole.set);
	}
	buf_fini(&text);
}
