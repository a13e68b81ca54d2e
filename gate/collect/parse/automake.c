// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * Automake's `make check`, serial and parallel harness: "PASS: name" lines on the
 * console, or
 * ":test-result: PASS name" in .trs files. XFAIL is an expected failure (skipped), XPASS
 * fails, as automake itself has it.
 */

static const struct {
	const char *word;
	enum gate_case_state state;
	bool todo;
} results[] = {
	{ "PASS", GATE_CASE_PASSED, false },  { "FAIL", GATE_CASE_FAILED, false },
	{ "SKIP", GATE_CASE_SKIPPED, false }, { "XFAIL", GATE_CASE_SKIPPED, true },
	{ "XPASS", GATE_CASE_FAILED, false }, { "ERROR", GATE_CASE_ERROR, false },
};

/* "WORD: name" on the console, "WORD name" behind ":test-result:". */
static bool on_result(struct gate_cases *c, struct span s, bool colon)
{
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		struct span word = span_str(results[i].word);
		struct span name;

		if (!span_starts(s, word) ||
		    (s.len > word.len && colon != (s.ptr[word.len] == ':')))
			continue;
		name = span_trim(span_from(s, word.len + colon));
		if (colon && (name.len == 0 || s.len <= word.len + 1 ||
		              s.ptr[word.len + 1] != ' '))
			return false;
		c->todo += results[i].todo;
		gate_cases_add(c, name.len > 0 ? name : SPAN_LIT("(unnamed)"),
		               results[i].state, 0, SPAN_EMPTY);
		return true;
	}
	return false;
}

/* "# FAIL:  2" of the summary, to be held against the count. */
static uint64_t claimed(struct span line)
{
	uint64_t n;

	if (span_starts(line, SPAN_LIT("# FAIL:")) &&
	    num_u64(span_trim(span_from(line, 7)), 0, GATE_CASES_MAX, &n))
		return n;
	return 0;
}

enum err_code gate_parse_automake(struct span text, const char *name,
                                  struct gate_cases *c, struct err *err)
{
	struct buf plain = BUF_INIT;
	uint64_t failures = 0;
	struct span rest;
	struct span line;
	enum err_code rc;

	gate_text_plain(text, &plain);
	rest = buf_span(&plain);
	while (span_line(&rest, &line)) {
		if (span_starts(line, SPAN_LIT(":test-result:")))
			on_result(c, span_trim(span_from(line, 13)), false);
		else if (!on_result(c, line, true))
			failures += claimed(line);
	}
	if (failures > 0 && c->failed == 0)
		gate_cases_disagree(
			c, "the summary says that %llu failed, and none is listed",
			(unsigned long long)failures);
	rc = buf_err(&plain, err);
	buf_fini(&plain);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}
