// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * pytest: JUnit XML, the JSON lines of pytest-reportlog, or the console of -v or -rA. A
 * test has one state, the worst of set-up, call and tear-down. xfail counts as skipped
 * (an expected failure), xpass as passed. One that pytest-rerunfailures ran again and
 * that passed then is flaky. A test that was under way when the text ends is an error.
 */

struct pytest {
	struct gate_cases *c;
	const char *input;
	struct gate_lines lines;
	struct err err; /* of a line of JSON, what was wrong first */
	enum err_code rc;
	struct map by_id; /* -> 2 * (1 + position) + whether it has ended */
	bool no_memory;
	uint64_t claimed_failed; /* of the console's last line */
	bool any;
	bool ended;      /* the session's end came */
	struct buf open; /* console: the test that runs; empty if none */
	enum { RESULTS, QUOTED, SUMMARY } section;
};

static int badness(enum gate_case_state s)
{
	switch (s) {
	case GATE_CASE_PASSED:
		return 0;
	case GATE_CASE_SKIPPED:
		return 1;
	case GATE_CASE_FLAKY:
	case GATE_CASE_QUARANTINED: /* no parser knows it */
		return 2;
	case GATE_CASE_ERROR:
		return 3;
	case GATE_CASE_FAILED:
		return 4;
	}
	return 4;
}

static struct gate_case *find(const struct pytest *p, struct span id)
{
	uintptr_t at = (uintptr_t)map_get(&p->by_id, id) / 2;

	return at > 0 ? &p->c->items[at - 1] : NULL;
}

static void remember(struct pytest *p, struct span id, const struct gate_case *item,
                     bool ended)
{
	uintptr_t at = (uintptr_t)(item - p->c->items) + 1;

	if (!map_set(&p->by_id, id, (void *)(at * 2 + ended)))
		p->no_memory = true;
}

/* An attempt that pytest-rerunfailures follows with another one. */
static void note_rerun(struct pytest *p, struct span id, uint64_t us, struct span message)
{
	struct gate_case *item = find(p, id);

	p->any = true;
	if (item == NULL)
		item = gate_cases_add(p->c, id, GATE_CASE_PASSED, 0, SPAN_EMPTY);
	if (item == NULL)
		return;
	gate_cases_attempt(p->c, item, GATE_CASE_FAILED, us, message);
	remember(p, id, item, true);
}

/* True if the test is a new one. */
static bool note(struct pytest *p, struct span id, enum gate_case_state state, bool ended,
                 uint64_t us, struct span message)
{
	struct gate_case *old = find(p, id);

	p->any = true;
	if (old == NULL) {
		old = gate_cases_add(p->c, id, state, us, message);
		if (old != NULL)
			remember(p, id, old, ended);
		return true;
	}
	remember(p, id, old, ended);
	old->duration_us += us;
	if (state == GATE_CASE_PASSED && old->attempts != NULL)
		state = GATE_CASE_FLAKY;
	if (badness(state) > badness(old->state)) {
		gate_cases_restate(p->c, old, state);
		gate_cases_explain(p->c, old, message);
	}
	return false;
}

/* ---- report log ---- */

static struct span crash_message(const struct json *report)
{
	const struct json *longrepr = json_get(report, "longrepr");
	const struct json *crash = json_get(longrepr, "reprcrash");
	const char *text = json_string(json_get(crash, "message"));

	return span_str(text ? text : json_string(longrepr));
}

static uint64_t duration(const struct json *report)
{
	return gate_json_seconds_us(json_get(report, "duration"));
}

static void place(struct pytest *p, struct span id, const struct json *report)
{
	const struct json *file = json_first(json_get(report, "location"));
	struct gate_case *item = find(p, id);
	uint64_t line = 0;

	if (item == NULL || item->file != NULL)
		return;
	if (json_u64(json_next(file), &line)) /* counted from 0 */
		line++;
	gate_cases_place(p->c, item, span_str(json_string(file)), line);
}

static void on_test(struct pytest *p, struct span id, const char *outcome,
                    const struct json *report)
{
	const char *when = json_string(json_get(report, "when"));
	enum gate_case_state state = GATE_CASE_PASSED;

	if (str_eq(outcome, "rerun")) {
		note_rerun(p, id, duration(report), crash_message(report));
		return;
	}
	if (str_eq(outcome, "failed"))
		state = str_eq(when, "call") ? GATE_CASE_FAILED : GATE_CASE_ERROR;
	else if (str_eq(outcome, "skipped"))
		state = GATE_CASE_SKIPPED;
	else if (!str_eq(outcome, "passed"))
		state = gate_status_strange(p->c, outcome);
	if (state == GATE_CASE_SKIPPED && json_get(report, "wasxfail"))
		p->c->todo++;
	(void)note(p, id, state, !str_eq(when, "setup") || state != GATE_CASE_PASSED,
	           duration(report), crash_message(report));
	place(p, id, report);
}

static void on_report(struct pytest *p, const struct json *report)
{
	const char *type = json_string(json_get(report, "$report_type"));
	const char *id = json_string(json_get(report, "nodeid"));
	const char *outcome = json_string(json_get(report, "outcome"));

	if (!type) /* older pytest-subtests */
		type = json_string(json_get(report, "_report_type"));
	if (str_eq(type, "SessionStart"))
		p->any = true;
	else if (str_eq(type, "SessionFinish"))
		p->ended = true;
	if (!id || !outcome)
		return;
	if (str_eq(type, "TestReport") || str_eq(type, "SubTestReport"))
		on_test(p, span_str(id), outcome, report);
	else if (str_eq(type, "CollectReport") && str_eq(outcome, "failed"))
		(void)note(p, span_str(id), GATE_CASE_ERROR, true, 0,
		           crash_message(report));
}

/* What was set up and then never heard of: the process ended under it. */
static void end_open(struct pytest *p)
{
	struct span id;
	void *value;
	size_t at = 0;

	while (!p->ended && map_next(&p->by_id, &at, &id, &value)) {
		struct gate_case *item = find(p, id);

		if ((uintptr_t)value % 2 == 1 || item->state != GATE_CASE_PASSED)
			continue;
		gate_cases_restate(p->c, item, GATE_CASE_ERROR);
		gate_cases_explain(p->c, item, SPAN_LIT("started and never ended"));
	}
}

static void on_report_line(void *context, struct span line)
{
	struct pytest *p = context;
	struct json_doc *doc = NULL;

	if (p->rc != ERR_OK || span_trim(line).len == 0)
		return;
	p->rc = json_parse(&doc, line, p->input, &p->err);
	if (p->rc == ERR_OK)
		on_report(p, json_root(doc));
	else
		p->rc = err_wrap(&p->err, p->rc, "report line %llu",
		                 (unsigned long long)p->lines.count);
	json_free(doc);
}

static enum err_code reportlog_feed(void *state, struct span piece, struct err *err)
{
	struct pytest *p = state;
	enum err_code rc = gate_lines_feed(&p->lines, piece, on_report_line, p, err);

	return rc == ERR_OK && p->rc != ERR_OK ? err_set(err, p->rc, "%s", p->err.msg)
	                                       : rc;
}

static enum err_code reportlog_end(void *state, struct err *err)
{
	struct pytest *p = state;
	enum err_code rc = gate_lines_end(&p->lines, on_report_line, p, err);

	end_open(p);
	if (!p->ended && p->c->failed == 0)
		gate_cases_disagree(p->c, "the session's end is missing: the log breaks "
		                          "off");
	if (rc == ERR_OK && p->rc != ERR_OK)
		return err_set(err, p->rc, "%s", p->err.msg);
	return p->no_memory ? err_nomem(err) : rc;
}

/* ---- console ---- */

static const struct word {
	const char *word;
	enum gate_case_state state;
	bool todo;
	bool part; /* of a test: "SUBFAILED[msg]" too */
	bool rerun;
} words[] = {
	{ "PASSED", GATE_CASE_PASSED, .todo = false },
	{ "FAILED", GATE_CASE_FAILED, .todo = false },
	{ "ERROR", GATE_CASE_ERROR, .todo = false },
	{ "SKIPPED", GATE_CASE_SKIPPED, .todo = false },
	{ "XFAIL", GATE_CASE_SKIPPED, .todo = true },
	{ "XPASS", GATE_CASE_PASSED, .todo = false },
	{ "SUBPASSED", GATE_CASE_PASSED, .part = true },
	{ "SUBPASS", GATE_CASE_PASSED, .part = true },
	{ "SUBFAILED", GATE_CASE_FAILED, .part = true },
	{ "SUBFAIL", GATE_CASE_FAILED, .part = true },
	{ "RERUN", GATE_CASE_FAILED, .rerun = true },
};
#define WORDS (sizeof words / sizeof *words)

/* The result word at the start of `s`, or NULL. */
static const struct word *word_at(struct span s)
{
	for (size_t i = 0; i < WORDS; i++) {
		size_t n = span_str(words[i].word).len;
		char after = s.len > n ? s.ptr[n] : ' ';

		if (span_starts(s, span_str(words[i].word)) &&
		    (after == ' ' || after == '\t' ||
		     (words[i].part && (after == '[' || after == '('))))
			return &words[i];
	}
	return NULL;
}

static void note_word(struct pytest *p, struct span id, const struct word *w,
                      struct span message)
{
	if (w->rerun)
		note_rerun(p, id, 0, SPAN_EMPTY);
	else if (note(p, id, w->state, true, 0, message) && w->todo)
		p->c->todo++;
}

static bool names_test(struct span line)
{
	return span_find(line, SPAN_LIT("::")) < line.len ||
	       span_find(line, SPAN_LIT(".py ")) < line.len;
}

/* "tests/test_a.py::test_b[x y] PASSED   [ 10%]"; without a word the test runs, and what
 * follows may be its output. */
static bool on_verbose(struct pytest *p, struct span line)
{
	size_t at = 0;

	if (!names_test(line))
		return false;
	while (at < line.len) {
		const struct word *w;

		at += span_find_byte(span_from(line, at), ' ') + 1;
		w = at < line.len ? word_at(span_from(line, at)) : NULL;
		if (w != NULL) {
			note_word(p, span_sub(line, 0, at - 1), w, span_from(line, at));
			buf_clear(&p->open);
			return true;
		}
	}
	if (line.ptr[0] == ' ' || span_find(line, SPAN_LIT(".py::")) == line.len)
		return false;
	buf_clear(&p->open);
	buf_put(&p->open, span_sub(line, 0, span_find_byte(line, ' ')));
	return true;
}

/* The id in "tests/a.py::b[c d] - reason" or "tests/a.py::b reason": in the second form
 * the longest that is known. */
static struct span id_of(const struct pytest *p, struct span text)
{
	size_t end = span_find(text, SPAN_LIT(" - "));
	struct span id = span_sub(text, 0, end);

	if (end < text.len)
		return id;
	while (!map_has(&p->by_id, id)) {
		size_t space = span_rfind_byte(id, ' ');

		if (space == id.len)
			return text;
		id.len = space;
	}
	return id;
}

/* "[gw0] [ 10%] PASSED tests/..", the -rA summary's "FAILED tests/.. - message", and the
 * word alone behind a test's own output. */
static bool on_leading(struct pytest *p, struct span line)
{
	const struct word *w;
	struct span s = line;
	struct span id;

	while (s.len > 0 && s.ptr[0] == '[')
		s = span_trim(span_from(s, span_find_byte(s, ']') + 1));
	w = word_at(s);
	if (w == NULL)
		return false;
	s = span_trim(span_from(s, span_str(w->word).len));
	if (s.len == 0 || s.ptr[0] == '[') {
		/* "SKIPPED [3] file:1: reason" of the summary names no test */
		if (p->section == RESULTS && p->open.len > 0)
			note_word(p, buf_span(&p->open), w, SPAN_EMPTY);
		buf_clear(&p->open);
		return true;
	}
	if (span_find(s, SPAN_LIT(".py")) == s.len)
		return false;
	id = id_of(p, s);
	note_word(p, id, w, span_trim(span_from(s, id.len + 3)));
	return true;
}

/* "===== 3 failed, 120 passed, 1 error in 2.50s =====" */
static void on_totals(struct pytest *p, struct span line)
{
	struct span rest = line;
	struct span piece;
	uint64_t n = 0;

	if (span_find(line, SPAN_LIT(" in ")) == line.len)
		return;
	while (span_split(&rest, ' ', &piece)) {
		if (span_starts(piece, SPAN_LIT("failed")) ||
		    span_starts(piece, SPAN_LIT("error")))
			p->claimed_failed += n;
		if (!num_u64(piece, 0, GATE_CASES_MAX, &n))
			n = 0;
	}
}

/* "==== FAILURES ====" and its like quote what tests printed, up to the summary. */
static bool on_head(struct pytest *p, struct span line)
{
	static const char *const quoting[] = { " FAILURES ",  " ERRORS ",
		                               " PASSES ",    " XPASSES ",
		                               " XFAILURES ", " warnings summary " };

	if (!span_starts(line, SPAN_LIT("===")) || !span_ends(line, SPAN_LIT("===")))
		return false;
	for (size_t i = 0; i < sizeof quoting / sizeof *quoting; i++)
		if (span_find(line, span_str(quoting[i])) < line.len)
			p->section = QUOTED;
	if (span_find(line, SPAN_LIT(" short test summary info ")) < line.len)
		p->section = SUMMARY;
	if (span_find(line, SPAN_LIT(" test session starts ")) < line.len)
		p->section = RESULTS;
	if (span_find(line, SPAN_LIT(" in ")) < line.len)
		p->ended = true;
	on_totals(p, line);
	return true;
}

/* "3 passed, 1 failed in 0.12s": the last line with -q. */
static bool on_quiet_totals(struct pytest *p, struct span line)
{
	static const char *const kinds[] = { " passed", " failed",     " skipped",
		                             " error",  " deselected", " xfailed",
		                             " xpassed" };
	size_t digits = span_find_byte(line, ' ');
	uint64_t n;

	if (!num_u64(span_sub(line, 0, digits), 0, GATE_CASES_MAX, &n) ||
	    span_find(line, SPAN_LIT(" in ")) == line.len)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_starts(span_from(line, digits), span_str(kinds[i]))) {
			p->ended = true;
			on_totals(p, line);
			return true;
		}
	return false;
}

static void on_line(void *context, struct span line)
{
	struct pytest *p = context;

	if (on_quiet_totals(p, line) || on_head(p, line) || p->section == QUOTED)
		return;
	if (!on_leading(p, line) && p->section == RESULTS)
		(void)on_verbose(p, line);
}

static enum err_code pytest_begin(void *state, struct gate_cases *c, const char *name,
                                  struct err *err)
{
	struct pytest *p = state;

	(void)err;
	p->c = c;
	p->input = p->lines.name = name;
	map_init(&p->by_id);
	return ERR_OK;
}

static enum err_code console_feed(void *state, struct span piece, struct err *err)
{
	struct pytest *p = state;

	return gate_lines_feed(&p->lines, piece, on_line, p, err);
}

static void compare_totals(const struct pytest *p)
{
	if (p->c->failed > 0)
		return;
	if (p->claimed_failed > 0)
		gate_cases_disagree(
			p->c,
			"pytest's last line says that %llu failed, and none is listed "
			"(run it with -v or --junitxml)",
			(unsigned long long)p->claimed_failed);
	else if (!p->ended && p->c->count > 0)
		gate_cases_disagree(p->c, "pytest's last line, with its totals, is "
		                          "missing: the output breaks off");
}

static enum err_code console_end(void *state, struct err *err)
{
	struct pytest *p = state;
	enum err_code rc = gate_lines_end(&p->lines, on_line, p, err);

	if (!p->ended && p->open.len > 0)
		(void)note(p, buf_span(&p->open), GATE_CASE_ERROR, true, 0,
		           SPAN_LIT("started and never ended"));
	compare_totals(p);
	return p->no_memory || !buf_ok(&p->open) ? err_nomem(err) : rc;
}

static void pytest_fini(void *state)
{
	struct pytest *p = state;

	gate_lines_fini(&p->lines);
	map_fini(&p->by_id);
	buf_fini(&p->open);
}

const struct gate_stream gate_stream_reportlog = { sizeof(struct pytest), pytest_begin,
	                                           reportlog_feed, reportlog_end,
	                                           pytest_fini };
const struct gate_stream gate_stream_pytest = { sizeof(struct pytest), pytest_begin,
	                                        console_feed, console_end, pytest_fini };

enum err_code gate_parse_pytest(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	return gate_stream_text(GATE_FORMAT_PYTEST, text, name, c, err);
}
