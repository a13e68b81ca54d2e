// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * pytest: JUnit XML, the JSON lines of pytest-reportlog, or the console of -v or -rA. A
 * test has one state, the worst of set-up, call and tear-down. xfail counts as skipped
 * (an expected failure), xpass as passed.
 */

struct pytest {
	struct gate_cases *c;
	struct map by_id; /* -> 1 + index of the case, as a pointer */
	bool no_memory;
	uint64_t claimed_failed; /* of the console's last line */
	bool any;
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

static void note(struct pytest *p, struct span id, enum gate_case_state state,
                 uint64_t us, struct span message)
{
	uintptr_t at = (uintptr_t)map_get(&p->by_id, id);
	struct gate_case *old;

	p->any = true;
	if (at == 0) {
		if (gate_cases_add(p->c, id, state, us, message) &&
		    !map_set(&p->by_id, id, (void *)(uintptr_t)p->c->count))
			p->no_memory = true;
		return;
	}
	old = &p->c->items[at - 1];
	old->duration_us += us;
	if (badness(state) <= badness(old->state))
		return;
	gate_cases_restate(p->c, old, state);
	gate_cases_explain(p->c, old, message);
}

/* ---- report log ---- */

static struct span crash_message(const struct json *report)
{
	const struct json *longrepr = json_get(report, "longrepr");
	const struct json *crash = json_get(longrepr, "reprcrash");
	const char *text = json_string(json_get(crash, "message"));

	return span_str(text ? text : json_string(longrepr));
}

static void on_report(struct pytest *p, const struct json *report)
{
	const char *type = json_string(json_get(report, "$report_type"));
	const char *id = json_string(json_get(report, "nodeid"));
	const char *outcome = json_string(json_get(report, "outcome"));
	bool call = str_eq(json_string(json_get(report, "when")), "call");
	enum gate_case_state state = GATE_CASE_PASSED;
	double seconds = 0;

	if (str_eq(type, "SessionStart"))
		p->any = true;
	if (!id || !outcome)
		return;
	if (str_eq(outcome, "failed"))
		state = call ? GATE_CASE_FAILED : GATE_CASE_ERROR;
	else if (str_eq(outcome, "skipped"))
		state = GATE_CASE_SKIPPED;
	else if (str_eq(outcome, "rerun"))
		return;
	if (str_eq(type, "CollectReport") && state != GATE_CASE_ERROR)
		return;
	if (!str_eq(type, "CollectReport") && !str_eq(type, "TestReport"))
		return;
	if (!json_double(json_get(report, "duration"), &seconds) || !(seconds > 0) ||
	    seconds > 1e9)
		seconds = 0;
	if (state == GATE_CASE_SKIPPED && json_get(report, "wasxfail"))
		p->c->todo++;
	note(p, span_str(id), state, (uint64_t)(seconds * 1e6), crash_message(report));
}

static enum err_code parse_reportlog(struct pytest *p, struct span text, const char *name,
                                     struct err *err)
{
	struct span rest = text;
	struct span line;
	size_t number = 0;

	while (span_line(&rest, &line)) {
		struct json_doc *doc = NULL;
		enum err_code rc;

		number++;
		if (span_trim(line).len == 0)
			continue;
		rc = json_parse(&doc, line, name, err);
		if (rc != ERR_OK)
			return err_wrap(err, rc, "report line %zu", number);
		on_report(p, json_root(doc));
		json_free(doc);
	}
	return ERR_OK;
}

/* ---- console ---- */

static const struct {
	const char *word;
	enum gate_case_state state;
	bool todo;
} words[] = {
	{ "PASSED", GATE_CASE_PASSED, false },  { "FAILED", GATE_CASE_FAILED, false },
	{ "ERROR", GATE_CASE_ERROR, false },    { "SKIPPED", GATE_CASE_SKIPPED, false },
	{ "XFAIL", GATE_CASE_SKIPPED, true },   { "XPASS", GATE_CASE_PASSED, false },
	{ "SUBPASS", GATE_CASE_PASSED, false }, { "SUBFAIL", GATE_CASE_FAILED, false },
};
#define WORDS (sizeof words / sizeof *words)

/* Index of the result word at the start of `s`, or WORDS. */
static size_t word_at(struct span s)
{
	for (size_t i = 0; i < WORDS; i++) {
		size_t n = span_str(words[i].word).len;

		if (span_starts(s, span_str(words[i].word)) &&
		    (s.len == n || s.ptr[n] == ' ' || s.ptr[n] == '\t'))
			return i;
	}
	return WORDS;
}

static void note_word(struct pytest *p, struct span id, size_t word, struct span message)
{
	if (words[word].todo)
		p->c->todo++;
	note(p, id, words[word].state, 0, message);
}

/* "tests/test_a.py::test_b[x y] PASSED   [ 10%]" */
static bool on_verbose(struct pytest *p, struct span line)
{
	size_t at = 0;

	if (span_find(line, SPAN_LIT("::")) == line.len &&
	    span_find(line, SPAN_LIT(".py ")) == line.len)
		return false;
	while (at < line.len) {
		size_t word;

		at += span_find_byte(span_from(line, at), ' ') + 1;
		word = at < line.len ? word_at(span_from(line, at)) : WORDS;
		if (word < WORDS) {
			note_word(p, span_sub(line, 0, at - 1), word,
			          span_from(line, at));
			return true;
		}
	}
	return false;
}

/* "[gw0] [ 10%] PASSED tests/..", and the -rA summary's "FAILED tests/.. - message" */
static bool on_leading(struct pytest *p, struct span line)
{
	struct span s = line;
	struct span id;
	size_t word;
	size_t end;

	while (s.len > 0 && s.ptr[0] == '[') {
		size_t close = span_find_byte(s, ']');

		s = span_trim(span_from(s, close + 1));
	}
	word = word_at(s);
	if (word == WORDS)
		return false;
	id = span_trim(span_from(s, span_str(words[word].word).len));
	if (id.len == 0 ||
	    id.ptr[0] == '[') /* "SKIPPED [3] file:1: reason": no test is named */
		return false;
	end = span_find(id, SPAN_LIT(" - "));
	if (span_find(id, SPAN_LIT(".py")) == id.len)
		return false;
	note_word(p, span_sub(id, 0, end), word,
	          end < id.len ? span_from(id, end + 3) : SPAN_EMPTY);
	return true;
}

/* "===== 3 failed, 120 passed, 1 error in 2.50s =====" */
static void on_totals(struct pytest *p, struct span line)
{
	struct span rest = line;
	struct span piece;
	uint64_t n = 0;

	if (!span_starts(line, SPAN_LIT("=")) ||
	    span_find(line, SPAN_LIT(" in ")) == line.len)
		return;
	while (span_split(&rest, ' ', &piece)) {
		if (span_starts(piece, SPAN_LIT("failed")) ||
		    span_starts(piece, SPAN_LIT("error")))
			p->claimed_failed += n;
		if (!num_u64(piece, 0, GATE_CASES_MAX, &n))
			n = 0;
	}
}

static enum err_code parse_console(struct pytest *p, struct span text, struct err *err)
{
	struct buf plain = BUF_INIT;
	struct span rest;
	struct span line;
	enum err_code rc;

	gate_text_plain(text, &plain);
	rest = buf_span(&plain);
	while (span_line(&rest, &line))
		if (!on_leading(p, line) && !on_verbose(p, line))
			on_totals(p, line);
	if (p->claimed_failed > 0 && p->c->failed == 0)
		gate_cases_disagree(
			p->c,
			"pytest's last line says that %llu failed, and none is listed "
			"(run it with -v or --junitxml)",
			(unsigned long long)p->claimed_failed);
	rc = buf_err(&plain, err);
	buf_fini(&plain);
	return rc;
}

enum err_code gate_parse_pytest(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	struct pytest p = { .c = c };
	enum err_code rc;

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	if (gate_text_begins(text, '{'))
		rc = parse_reportlog(&p, text, name, err);
	else
		rc = parse_console(&p, text, err);
	map_fini(&p.by_id);
	if (rc != ERR_OK)
		return rc;
	return p.no_memory ? err_nomem(err) : gate_cases_err(c, name, err);
}
