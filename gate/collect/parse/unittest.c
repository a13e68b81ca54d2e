// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * `python -m unittest -v`: "test_x (pkg.Case) ... ok", where the docstring's first line
 * may stand on a line of its own, and what the test prints may stand between the name and
 * its result. A test whose result never came is a failure.
 */

struct unittest {
	struct gate_cases *c;
	struct gate_lines lines;
	bool section;    /* the results are over */
	struct buf open; /* the test whose result is awaited; empty if none */
	uint64_t ran;    /* of "Ran N tests" */
	bool seen_totals;
	bool failed_totals; /* "FAILED (..)" */
};

/* Index of the state that a line ends with, after "... " or alone. */
static bool result_of(struct span s, enum gate_case_state *state, bool *todo,
                      struct span *why)
{
	struct span t = span_trim(s);

	*todo = false;
	*why = SPAN_EMPTY;
	if (span_eq_str(t, "ok"))
		*state = GATE_CASE_PASSED;
	else if (span_eq_str(t, "FAIL") || span_eq_str(t, "unexpected success"))
		*state = GATE_CASE_FAILED;
	else if (span_eq_str(t, "ERROR"))
		*state = GATE_CASE_ERROR;
	else if (span_eq_str(t, "expected failure")) {
		*state = GATE_CASE_SKIPPED;
		*todo = true;
	} else if (span_starts(t, SPAN_LIT("skipped"))) {
		*state = GATE_CASE_SKIPPED;
		*why = span_from(t, 7);
	} else {
		return false;
	}
	return true;
}

/* "name (dotted.path)" at the start of a line; the length of it, or 0. */
static size_t name_len(struct span line)
{
	size_t space = span_find(line, SPAN_LIT(" ("));
	size_t close = span_find_byte(line, ')');

	if (space == line.len || space == 0 || close == line.len || close < space)
		return 0;
	for (size_t i = 0; i < space; i++)
		if (line.ptr[i] == ' ' || line.ptr[i] == ':' || line.ptr[i] == '"')
			return 0;
	for (size_t i = space + 2; i < close; i++)
		if (line.ptr[i] == ' ' || line.ptr[i] == '/')
			return 0;
	return close + 1;
}

static void close_open(struct unittest *u, enum gate_case_state state, bool todo,
                       struct span why)
{
	gate_cases_add(u->c, buf_span(&u->open), state, 0, why);
	u->c->todo += todo;
	buf_clear(&u->open);
}

/* The result may follow any " ... ", since names and docstrings may have some, or be all
 * of a line. */
static bool try_result(struct unittest *u, struct span line)
{
	const struct span dots = SPAN_LIT("... ");
	enum gate_case_state state;
	struct span why;
	bool todo;
	bool found;
	struct span tail = line;

	if (u->open.len == 0)
		return false;
	found = result_of(tail, &state, &todo, &why);
	while (!found && span_find(tail, dots) < tail.len) {
		tail = span_from(tail, span_find(tail, dots) + dots.len);
		found = result_of(tail, &state, &todo, &why);
	}
	if (found)
		close_open(u, state, todo, why);
	return found;
}

static void on_totals(struct unittest *u, struct span line)
{
	struct span number =
		span_sub(span_from(line, 4), 0, span_find_byte(span_from(line, 4), ' '));

	if (span_starts(line, SPAN_LIT("Ran ")) &&
	    num_u64(number, 0, GATE_CASES_MAX, &u->ran))
		u->seen_totals = true;
	else if (span_starts(line, SPAN_LIT("FAILED (")))
		u->failed_totals = true;
}

static void on_result_line(struct unittest *u, struct span raw)
{
	struct span line = span_trim(raw);
	size_t n = name_len(line);
	bool totals = span_starts(line, SPAN_LIT("FAILED ("));
	bool header = raw.len > 0 && raw.ptr[0] != ' ' && !totals;

	if (n > 0 && header && (n == line.len || line.ptr[n] == ' ')) {
		if (u->open.len > 0)
			close_open(u, GATE_CASE_ERROR, false,
			           SPAN_LIT("its result never came"));
		buf_put(&u->open, span_sub(line, 0, n));
	}
	if (!try_result(u, line))
		on_totals(u, line);
}

/* The traceback section repeats names as "FAIL: test_x (..)"; results end before it. */
static bool is_section(struct span line)
{
	return span_starts(line, SPAN_LIT("======================="));
}

static void check_totals(struct unittest *u)
{
	if (u->open.len > 0)
		close_open(u, GATE_CASE_ERROR, false, SPAN_LIT("its result never came"));
	if (u->failed_totals && u->c->failed == 0)
		gate_cases_disagree(
			u->c, "unittest says FAILED, no result line shows a failure");
	else if (u->seen_totals && u->c->count > 0 && u->ran > u->c->count)
		gate_cases_disagree(u->c, "unittest ran %llu test%s, and lists %zu",
		                    (unsigned long long)u->ran, str_s(u->ran),
		                    u->c->count);
	else if (!u->seen_totals && u->c->count > 0 && u->c->failed == 0)
		gate_cases_disagree(u->c, "unittest's \"Ran N tests\" is missing: the "
		                          "output breaks off");
}

static void on_line(void *context, struct span line)
{
	struct unittest *u = context;

	u->section = u->section || is_section(line);
	if (u->section)
		on_totals(u, line);
	else
		on_result_line(u, line);
}

static enum err_code unittest_begin(void *state, struct gate_cases *c, const char *name,
                                    struct err *err)
{
	struct unittest *u = state;

	(void)err;
	u->c = c;
	u->lines.name = name;
	return ERR_OK;
}

static enum err_code unittest_feed(void *state, struct span piece, struct err *err)
{
	struct unittest *u = state;

	return gate_lines_feed(&u->lines, piece, on_line, u, err);
}

static enum err_code unittest_end(void *state, struct err *err)
{
	struct unittest *u = state;
	enum err_code rc = gate_lines_end(&u->lines, on_line, u, err);

	check_totals(u);
	return buf_ok(&u->open) ? rc : err_nomem(err);
}

static void unittest_fini(void *state)
{
	struct unittest *u = state;

	gate_lines_fini(&u->lines);
	buf_fini(&u->open);
}

const struct gate_stream gate_stream_unittest = { sizeof(struct unittest), unittest_begin,
	                                          unittest_feed, unittest_end,
	                                          unittest_fini };

enum err_code gate_parse_unittest(struct span text, const char *name,
                                  struct gate_cases *c, struct err *err)
{
	return gate_stream_text(GATE_FORMAT_UNITTEST, text, name, c, err);
}
