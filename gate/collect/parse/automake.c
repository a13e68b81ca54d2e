// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

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

struct automake {
	struct gate_cases *c;
	struct gate_lines lines;
	uint64_t failures; /* that the summary tells of */
	bool console;      /* results stand in what make printed, so a summary follows */
	bool ended;
};

/* "# FAIL:  2" of the summary, to be held against the count. */
static uint64_t claimed(struct span line)
{
	static const char *const words[] = { "# FAIL:", "# XPASS:", "# ERROR:" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct span word = span_str(words[i]);
		uint64_t n;

		if (span_starts(line, word) &&
		    num_u64(span_trim(span_from(line, word.len)), 0, GATE_CASES_MAX, &n))
			return n;
	}
	return 0;
}

static void on_line(void *context, struct span line)
{
	struct automake *a = context;
	struct span trs = SPAN_LIT(":test-result:");

	if (span_starts(line, trs))
		on_result(a->c, span_trim(span_from(line, trs.len)), false);
	else if (on_result(a->c, line, true))
		a->console = true;
	else
		a->failures += claimed(line);
	/* of the parallel harness, of DejaGnu, and of the serial one */
	a->ended = a->ended || span_starts(line, SPAN_LIT("# TOTAL:")) ||
	           span_starts(line, SPAN_LIT("# of expected passes")) ||
	           span_ends(line, SPAN_LIT(" tests passed")) ||
	           span_ends(line, SPAN_LIT(" test passed")) ||
	           span_find(line, SPAN_LIT(" tests behaved as expected")) < line.len ||
	           span_find(line, SPAN_LIT(" test behaved as expected")) < line.len;
}

static enum err_code automake_begin(void *state, struct gate_cases *c, const char *name,
                                    struct err *err)
{
	struct automake *a = state;

	(void)err;
	a->c = c;
	a->lines.name = name;
	return ERR_OK;
}

static enum err_code automake_feed(void *state, struct span piece, struct err *err)
{
	struct automake *a = state;

	return gate_lines_feed(&a->lines, piece, on_line, a, err);
}

static enum err_code automake_end(void *state, struct err *err)
{
	struct automake *a = state;
	enum err_code rc = gate_lines_end(&a->lines, on_line, a, err);

	if (a->failures > 0 && a->c->failed == 0)
		gate_cases_disagree(
			a->c, "the summary says that %llu failed, and none is listed",
			(unsigned long long)a->failures);
	else if (a->console && !a->ended && a->c->failed == 0)
		gate_cases_disagree(a->c, "automake's summary is missing: the output "
		                          "breaks off");
	return rc;
}

static void automake_fini(void *state)
{
	struct automake *a = state;

	gate_lines_fini(&a->lines);
}

const struct gate_stream gate_stream_automake = { sizeof(struct automake), automake_begin,
	                                          automake_feed, automake_end,
	                                          automake_fini };

enum err_code gate_parse_automake(struct span text, const char *name,
                                  struct gate_cases *c, struct err *err)
{
	return gate_stream_text(GATE_FORMAT_AUTOMAKE, text, name, c, err);
}
