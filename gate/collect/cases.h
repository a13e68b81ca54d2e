// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CASES_H
#define GATE_CASES_H

#include "base/arena.h"
#include "base/buf.h"
#include "policy/policy.h"

/*
 * Test cases as every result format reports them. Parsers recount: headers and totals in
 * a file are never trusted, only compared.
 */

enum gate_case_state {
	GATE_CASE_PASSED,
	GATE_CASE_FAILED,
	GATE_CASE_ERROR, /* could not run */
	GATE_CASE_SKIPPED,
	GATE_CASE_FLAKY,       /* passed at last after a failure */
	GATE_CASE_QUARANTINED, /* did not pass cleanly, as the policy expects for now */
};

/* One of the other times that a case ran. */
struct gate_case_attempt {
	enum gate_case_state state;
	uint64_t duration_us; /* 0 = unknown */
	const char *message;  /* or NULL */
	struct gate_case_attempt *next;
};

struct gate_case {
	const char *name; /* "class.name"; unique after gate_cases_unique */
	enum gate_case_state state;
	uint32_t line;        /* 0 = unknown */
	uint64_t duration_us; /* 0 = unknown */
	const char *message;  /* first lines of the failure or skip reason, or NULL */
	const char *file;     /* where the test stands, as the runner has it; or NULL */
	/* Where the runner ran it again: the other attempts, in the order of the report.
	 * The state above is what counts at last. */
	struct gate_case_attempt *attempts;
};

struct gate_cases {
	struct arena arena;
	struct gate_case *items;
	size_t count;
	size_t cap;
	/* failed counts errors too */
	uint64_t passed, failed, skipped, flaky, quarantined;
	bool overflow; /* GATE_CASES_MAX was reached */
	uint64_t
		todo; /* failures that the project expects (xfail and kin); within skipped
	               */
	/* Why the counts cannot be trusted, e.g. "the totals name 2 failures, none is
	 * listed"; NULL if nothing speaks against them. Makes the suite unknown. */
	const char *disagreement;
};

#define GATE_CASES_MAX 4000000 /* cases in one suite */
#define GATE_CASE_MESSAGE 2000 /* bytes kept of a case's message, at most 20 lines */

void gate_cases_init(struct gate_cases *c);
void gate_cases_fini(struct gate_cases *c);
/* Appends and counts; strings are copied. Failure is sticky: see gate_cases_err. Returns
 * the new case (valid until the next one is added), or NULL. */
struct gate_case *gate_cases_add(struct gate_cases *c, struct span name,
                                 enum gate_case_state state, uint64_t duration_us,
                                 struct span message);
/* Changes the state of a case, and the counts with it. */
void gate_cases_restate(struct gate_cases *c, struct gate_case *item,
                        enum gate_case_state state);
/* Takes back the case that was added last. */
void gate_cases_drop_last(struct gate_cases *c);
/* Sets or replaces a case's message; an empty one changes nothing. */
void gate_cases_explain(struct gate_cases *c, struct gate_case *item,
                        struct span message);
/* Says where the test stands; an empty file changes nothing. Line 0 is no line. */
void gate_cases_place(struct gate_cases *c, struct gate_case *item, struct span file,
                      uint64_t line);
/* Adds an attempt behind those that the case has. */
void gate_cases_attempt(struct gate_cases *c, struct gate_case *item,
                        enum gate_case_state state, uint64_t duration_us,
                        struct span message);
/* Gives every case a name of its own: the second "a" becomes "a (2)". */
enum err_code gate_cases_unique(struct gate_cases *c, struct err *err) ERR_CHECKED;
/* "passed", "failed", "error", "skipped", "flaky", "quarantined". */
const char *gate_case_state_name(enum gate_case_state state);
/* Notes the first disagreement. */
void gate_cases_disagree(struct gate_cases *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* ERR_OK, ERR_NOMEM, or ERR_LIMIT above GATE_CASES_MAX. */
enum err_code gate_cases_err(const struct gate_cases *c, const char *name,
                             struct err *err) ERR_CHECKED;

/* One parser of a result format. Appends to `c`; ERR_CORRUPT with place for text that is
 * not of the format. Zero cases is not an error here: the runner makes it unknown. */
typedef enum err_code gate_parse(struct span text, const char *name, struct gate_cases *c,
                                 struct err *err);

gate_parse gate_parse_junit;    /* JUnit XML in all its dialects; also Criterion's --xml,
                                   CTest's */
gate_parse gate_parse_tap;      /* TAP 13 and 14 with subtests */
gate_parse gate_parse_gotest;   /* go test -json */
gate_parse gate_parse_ctest;    /* ctest's console text and Test.xml */
gate_parse gate_parse_pytest;   /* console text of pytest -v / -rA, and report-log JSON
                                   lines */
gate_parse gate_parse_unittest; /* python -m unittest -v */
gate_parse gate_parse_automake; /* make check with automake's harness: .trs lines and
                                   summary */
gate_parse gate_parse_libtest;  /* cargo test: text and JSON */
gate_parse gate_parse_mocha;    /* mocha's json and spec reporters */
gate_parse gate_parse_jest;     /* jest --json and vitest's json reporter */
gate_parse gate_parse_node;     /* node --test: TAP and spec */
gate_parse gate_parse_playwright; /* Playwright's json reporter */
gate_parse gate_parse_rspec;      /* RSpec's json formatter */
gate_parse gate_parse_trx;        /* dotnet test --logger trx, vstest, MSTest */
gate_parse gate_parse_xunit;      /* xUnit.net's XML, v2 and v3 */

/*
 * go test -json as it comes, in pieces of any size: memory goes to the cases, and to what
 * runs at the moment. `new` gives NULL on running out of memory; errors show at the end.
 */
struct gate_gotest;
struct gate_gotest *gate_gotest_new(struct gate_cases *c);
void gate_gotest_feed(struct gate_gotest *g, struct span text);
enum err_code gate_gotest_end(struct gate_gotest *g, const char *name,
                              struct err *err) ERR_CHECKED;
void gate_gotest_free(struct gate_gotest *g);

/* What the go command itself said of packages that did not build: `said` is its standard
 * error, with a block "# package" for each. Explains the first cases of such packages. */
void gate_gotest_explain(struct gate_cases *c, struct span said);

/* By format; NULL for exit and regex, which need more than text. */
gate_parse *gate_parse_of(enum gate_format f);

/*
 * Format regex: each match is a case, by the groups `name` (without it the whole match)
 * and `status`: pass, ok, success ..; fail, not ok, error ..; skip, ignored, todo .., in
 * any case of letters. A status of no such word fails. ^ and $ are the ends of lines.
 * ERR_USAGE for a pattern that is none, or has no group `status`.
 */
enum err_code gate_parse_regex(const char *pattern, struct span text,
                               struct gate_cases *c, struct err *err) ERR_CHECKED;

#endif
