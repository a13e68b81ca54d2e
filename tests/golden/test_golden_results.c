/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs of real test runners, read again: the counts must be those that the runner
 * itself had told (results/make), and what a suite makes of them must follow. Files below
 * results/written are no recordings: they were written from a format's published schema.
 */
#include "base/num.h"
#include "collect/outcome.h"
#include "collect/results.h"
#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(golden_results, .timeout = 60);

#define FOLDER TEST_SOURCE_DIR "/golden/results/"
enum { GOLDEN_MAX = 4 << 20, COLUMNS = 11, RECORDED_MIN = 100, RUNNERS_MIN = 12 };

enum column {
	FILE_NAME,
	FORMAT,
	EXIT,
	PASSED,
	FAILED,
	SKIPPED,
	FLAKY,
	TODO,
	STATE,
	RUNNER
};

struct row {
	struct span cells[COLUMNS];
};

static bool read_row(struct span line, struct row *row)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (!span_split(&line, '\t', &row->cells[i]))
			return i == COLUMNS - 1; /* a runner without a summary */
	return true;
}

static bool find_format(struct span name, enum gate_format *out)
{
	for (unsigned f = 0; f < GATE_FORMATS; f++)
		if (span_eq_str(name, gate_format_name((enum gate_format)f))) {
			*out = (enum gate_format)f;
			return true;
		}
	return false;
}

/* As the runner does when the process has ended. */
static void judge(struct gate_run *r, const struct gate_suite *s, struct span text,
                  const char *name)
{
	struct err err = ERR_INIT;
	enum err_code rc = gate_results_parse(s, text, name, &r->cases, &err);

	if (rc == ERR_OK)
		rc = gate_cases_unique(&r->cases, &err);
	if (rc == ERR_OK)
		gate_outcome_decide(r, s);
	else
		gate_outcome_unreadable(r, err.msg);
}

static const char *state_name(enum gate_run_state s)
{
	return s == GATE_RUN_PASS ? "pass" : s == GATE_RUN_FAIL ? "fail" : "unknown";
}

static void compare(const struct row *row, const struct gate_run *r, struct buf *wrong)
{
	const uint64_t have[] = { r->cases.passed, r->cases.failed, r->cases.skipped,
		                  r->cases.flaky, r->cases.todo };
	static const char *const what[] = { "passed", "failed", "skipped", "flaky",
		                            "todo" };
	uint64_t want;

	for (size_t i = 0; i < sizeof have / sizeof *have; i++) {
		struct span cell = row->cells[PASSED + i];

		if (!num_u64(cell, 0, UINT64_MAX, &want) || want != have[i])
			buf_printf(wrong, "%.*s: %s %llu, not %.*s\n",
			           (int)row->cells[0].len, row->cells[0].ptr, what[i],
			           (unsigned long long)have[i], (int)cell.len, cell.ptr);
	}
	if (!span_eq_str(row->cells[STATE], state_name(r->state)))
		buf_printf(wrong, "%.*s: %s (%s), not %.*s\n", (int)row->cells[0].len,
		           row->cells[0].ptr, state_name(r->state), r->reason,
		           (int)row->cells[STATE].len, row->cells[STATE].ptr);
}

static void check_row(const char *folder, const struct row *row, struct buf *wrong)
{
	struct gate_suite s = { .id = "golden" };
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct gate_run r;
	char path[512];
	int64_t code = 0;

	(void)snprintf(path, sizeof(path), "%s%s/%.*s", FOLDER, folder,
	               (int)row->cells[0].len, row->cells[0].ptr);
	check_ok(os_read_file(path, GOLDEN_MAX, &text, &err), &err);
	check_true(num_i64(row->cells[EXIT], -64, 255, &code), "%s: exit code", path);
	check_true(find_format(row->cells[FORMAT], &s.format), "%s: no such format",
	           path);
	gate_run_init(&r);
	r.exit_code = code < 0 ? -1 : (int)code;
	r.signal = code < 0 ? (int)-code : 0;
	judge(&r, &s, buf_span(&text), path);
	compare(row, &r, wrong);
	gate_run_fini(&r);
	buf_fini(&text);
}

/* How many rows there are, and of how many runners: rows are sorted by file, and files
 * are named RUNNER-SCENARIO. */
static size_t check_table(const char *table, const char *folder, size_t *runners)
{
	struct buf text = BUF_INIT;
	struct buf wrong = BUF_INIT;
	struct span runner = SPAN_EMPTY;
	struct err err = ERR_INIT;
	size_t count = 0;
	struct span rest;
	struct span line;

	*runners = 0;
	check_ok(os_read_file(table, GOLDEN_MAX, &text, &err), &err);
	rest = buf_span(&text);
	check_true(span_line(&rest, &line), "%s has a head", table);
	while (span_line(&rest, &line)) {
		struct span name;
		struct row row;

		check_true(read_row(line, &row), "%s: row %zu", table, count + 1);
		name = span_sub(row.cells[0], 0, span_find_byte(row.cells[0], '-'));
		*runners += !span_eq(name, runner);
		runner = name;
		check_row(folder, &row, &wrong);
		count++;
	}
	(void)fputs(buf_str(&wrong), stderr); /* all of it */
	check_str_eq(buf_str(&wrong), "", "what differs from the runners' own counts");
	buf_fini(&text);
	buf_fini(&wrong);
	return count;
}

Test(golden_results, counts_agree_with_each_runners_own_summary)
{
	size_t runners;
	size_t rows = check_table(FOLDER "expected.tsv", "recorded", &runners);

	check_true(rows >= RECORDED_MIN, "%zu recordings", rows);
	check_true(runners >= RUNNERS_MIN, "of %zu runners", runners);
}

Test(golden_results, formats_without_a_runner_follow_their_schema)
{
	size_t runners;

	check_size_eq(check_table(FOLDER "written/expected.tsv", "written", &runners), 9,
	              "files");
}

/* A report in one document that breaks off anywhere says so, and is no pass. */
static void check_cuts(const struct row *row, size_t *cuts)
{
	struct gate_suite s = { .id = "golden" };
	struct span name = row->cells[FILE_NAME];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	char path[512];

	if (!span_ends(name, SPAN_LIT(".xml")) && !span_ends(name, SPAN_LIT(".json")))
		return;
	(void)snprintf(path, sizeof(path), FOLDER "recorded/%.*s", (int)name.len,
	               name.ptr);
	check_ok(os_read_file(path, GOLDEN_MAX, &text, &err), &err);
	check_true(find_format(row->cells[FORMAT], &s.format), "%s", path);
	for (size_t i = 1; i < 16 && text.len > 0; i++) {
		struct gate_run r;

		gate_run_init(&r);
		r.exit_code = 0;
		judge(&r, &s, span_sub(buf_span(&text), 0, text.len * i / 16), path);
		check_int_eq(r.state, GATE_RUN_UNKNOWN, "%s cut after %zu/16", path, i);
		if (r.cases.count > 0)
			check_str_contains(r.reason, "; before that ", "%s", path);
		gate_run_fini(&r);
		++*cuts;
	}
	buf_fini(&text);
}

Test(golden_results, a_report_that_breaks_off_is_unknown_and_says_what_it_held)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t cuts = 0;
	struct span rest;
	struct span line;
	struct row row;

	check_ok(os_read_file(FOLDER "expected.tsv", GOLDEN_MAX, &text, &err), &err);
	rest = buf_span(&text);
	(void)span_line(&rest, &line);
	while (span_line(&rest, &line))
		if (read_row(line, &row))
			check_cuts(&row, &cuts);
	check_true(cuts > 1000, "%zu cuts", cuts);
	buf_fini(&text);
}

/* What a runner prints and breaks off is a pass only where all of it was there: a pipe
 * hides that the runner died, and its exit code with it. */
static void check_text_cuts(const struct row *row, size_t *cuts)
{
	struct gate_suite s = { .id = "golden" };
	struct span name = row->cells[FILE_NAME];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct gate_run whole;
	char path[512];

	if (!span_eq_str(row->cells[STATE], "pass") || span_ends(name, SPAN_LIT(".xml")))
		return;
	(void)snprintf(path, sizeof(path), FOLDER "recorded/%.*s", (int)name.len,
	               name.ptr);
	check_ok(os_read_file(path, GOLDEN_MAX, &text, &err), &err);
	check_true(find_format(row->cells[FORMAT], &s.format), "%s", path);
	gate_run_init(&whole);
	judge(&whole, &s, buf_span(&text), path);
	for (size_t i = 1; i < 32 && text.len > 0; i++) {
		struct gate_run r;

		gate_run_init(&r);
		judge(&r, &s, span_sub(buf_span(&text), 0, text.len * i / 32), path);
		check_true(r.state != GATE_RUN_PASS || r.cases.count == whole.cases.count,
		           "%s cut after %zu/32 passes with %zu of %zu cases", path, i,
		           r.cases.count, whole.cases.count);
		gate_run_fini(&r);
		++*cuts;
	}
	gate_run_fini(&whole);
	buf_fini(&text);
}

Test(golden_results, an_output_that_breaks_off_never_passes_with_fewer_cases)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t cuts = 0;
	struct span rest;
	struct span line;
	struct row row;

	check_ok(os_read_file(FOLDER "expected.tsv", GOLDEN_MAX, &text, &err), &err);
	rest = buf_span(&text);
	(void)span_line(&rest, &line);
	while (span_line(&rest, &line))
		if (read_row(line, &row))
			check_text_cuts(&row, &cuts);
	check_true(cuts > 1000, "%zu cuts", cuts);
	buf_fini(&text);
}
