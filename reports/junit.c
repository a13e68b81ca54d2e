// SPDX-License-Identifier: Apache-2.0
/*
 * JUnit XML in the dialect of Jenkins (the xUnit plugin's junit-10.xsd), one level of
 * suites: each category is a suite of its checks, each suite of the project one of its
 * failed tests and of itself. `failures` is what was measured and is not good enough;
 * `errors` is what is not known, because a check without evidence has not passed; only
 * what does not apply is skipped.
 */
#include "reports/markup.h"
#include "view.h"
#include "writers.h"

#include "base/str.h"
#include "base/when.h"

#include <inttypes.h>

struct junit {
	const struct rep_scorecard *s;
	struct buf *out;
	struct buf shown;
	struct buf plain;
};

struct counts {
	uint64_t tests;
	uint64_t failures;
	uint64_t errors;
	uint64_t skipped;
};

static void text(struct junit *j, const char *t)
{
	rep_markup_span(j->out, &j->shown, span_str(t));
}

static void attribute(struct junit *j, const char *name, const char *value)
{
	buf_printf(j->out, " %s=\"", name);
	text(j, value);
	buf_putc(j->out, '"');
}

static void count_check(struct counts *n, const struct rep_check *c)
{
	n->tests++;
	n->failures += c->state == REP_FAIL;
	n->errors += c->state == REP_UNKNOWN || c->state == REP_ERROR;
	n->skipped += c->state == REP_NOT_APPLICABLE;
}

static bool is_of(const struct rep_check *c, const struct rep_category *g)
{
	return str_eq(c->category, g->id);
}

static struct counts of_category(const struct rep_scorecard *s,
                                 const struct rep_category *g)
{
	struct counts n = { 0 };

	for (size_t i = 0; i < s->check_count; i++)
		if (is_of(&s->checks[i], g))
			count_check(&n, &s->checks[i]);
	return n;
}

/* Passed where it is neither of the two words, which is for the model to say. */
static bool is_unknown(const struct rep_suite *u)
{
	return !str_eq(u->state, "pass") && !str_eq(u->state, "fail");
}

/* The case of the suite as a whole, and those that are known to have failed. */
static struct counts of_suite(const struct rep_suite *u)
{
	struct counts n = { .tests = 1 + u->failure_count,
		            .failures = u->failure_count,
		            .errors = is_unknown(u) };

	n.failures += str_eq(u->state, "fail");
	return n;
}

static void open_suite(struct junit *j, const char *kind, const char *id,
                       const struct counts *n, double seconds)
{
	char started[WHEN_TEXT];
	char took[REP_NUMBER];

	when_format(j->s->started_ms, false, started);
	buf_printf(j->out, "  <testsuite name=\"%s", kind);
	text(j, id);
	buf_printf(j->out,
	           "\" tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64
	           "\" skipped=\"%" PRIu64 "\" time=\"%s\" timestamp=\"%s\">\n",
	           n->tests, n->failures, n->errors, n->skipped,
	           rep_seconds(seconds, took), started);
}

static void open_case(struct junit *j, const char *class, const char *name,
                      double seconds)
{
	char took[REP_NUMBER];

	buf_puts(j->out, "    <testcase");
	attribute(j, "classname", class);
	attribute(j, "name", name);
	attribute(j, "time", rep_seconds(seconds, took));
	buf_puts(j->out, ">\n");
}

/* failure, error or skipped, with the first line as its message and all as its text. */
static void outcome(struct junit *j, const char *element, const char *type,
                    const char *message)
{
	struct span first = rep_first_line(message);

	buf_printf(j->out, "      <%s", element);
	attribute(j, "type", type);
	buf_puts(j->out, " message=\"");
	if (first.len > 0)
		rep_markup_span(j->out, &j->shown, first);
	else
		buf_puts(j->out, type);
	buf_puts(j->out, "\">");
	rep_markup_lines(j->out, &j->shown, &j->plain, message);
	buf_printf(j->out, "</%s>\n", element);
}

static void check_outcome(struct junit *j, const struct rep_check *c)
{
	const char *type = c->blocker != NULL ? c->blocker
	                   : c->required      ? "required"
	                                      : "check";

	switch (c->state) {
	case REP_FAIL:
		outcome(j, "failure", type, c->message);
		break;
	case REP_UNKNOWN:
	case REP_ERROR:
		outcome(j, "error", rep_state_name(c->state), c->message);
		break;
	case REP_NOT_APPLICABLE:
		outcome(j, "skipped", rep_state_name(c->state), c->message);
		break;
	case REP_PASS:
	case REP_WARN:
		break;
	}
}

static void put_measure(struct junit *j, const char *word, const char *number,
                        const char *unit)
{
	if (number == NULL)
		return;
	buf_clear(&j->plain);
	rep_put_measure(&j->plain, number, unit);
	buf_printf(j->out, "; %s ", word);
	rep_markup_span(j->out, &j->shown, buf_span(&j->plain));
}

static void check_output(struct junit *j, const struct rep_check *c)
{
	buf_printf(j->out, "      <system-out>%s", rep_state_name(c->state));
	put_measure(j, "measured", c->measured, c->unit);
	put_measure(j, "target", c->target, c->unit);
	buf_puts(j->out, c->attested ? "; attested" : "");
	buf_puts(j->out, c->waived ? "; waived" : "");
	if (c->state == REP_WARN && c->message != NULL) {
		buf_putc(j->out, '\n');
		rep_markup_lines(j->out, &j->shown, &j->plain, c->message);
	}
	if (c->remedy != NULL && rep_is_open(c->state)) {
		buf_puts(j->out, "\nto mend it: ");
		rep_markup_lines(j->out, &j->shown, &j->plain, c->remedy);
	}
	for (size_t i = 0; i < c->artefact_count; i++) {
		buf_puts(j->out, "\nevidence: ");
		text(j, c->artefacts[i].name);
		buf_puts(j->out, " sha256:");
		text(j, c->artefacts[i].sha256);
	}
	buf_puts(j->out, "</system-out>\n");
}

static void category(struct junit *j, const struct rep_category *g)
{
	const struct counts n = of_category(j->s, g);

	if (n.tests == 0)
		return;
	open_suite(j, "", g->id, &n, 0);
	for (size_t i = 0; i < j->s->check_count; i++) {
		const struct rep_check *c = &j->s->checks[i];

		if (!is_of(c, g))
			continue;
		open_case(j, c->id, rep_check_title(c), 0);
		check_outcome(j, c);
		check_output(j, c);
		buf_puts(j->out, "    </testcase>\n");
	}
	buf_puts(j->out, "  </testsuite>\n");
}

static void suite_counts(struct junit *j, const struct rep_suite *u)
{
	buf_printf(j->out,
	           "      <system-out>%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64
	           " skipped, %" PRIu64 " flaky, %" PRIu64 " quarantined",
	           u->passed, u->failed, u->skipped, u->flaky, u->quarantined);
	if (u->failed > u->failure_count)
		buf_printf(j->out,
		           "\n%" PRIu64 " more failed than are listed here; the suite's "
		           "own report has them",
		           u->failed - u->failure_count);
	buf_puts(j->out, "</system-out>\n");
}

static void suite(struct junit *j, const struct rep_suite *u)
{
	const struct counts n = of_suite(u);

	open_suite(j, "suite ", u->id, &n, u->duration_s);
	open_case(j, u->id, "(the suite)", u->duration_s);
	if (str_eq(u->state, "fail"))
		outcome(j, "failure", "suite", u->reason);
	else if (is_unknown(u))
		outcome(j, "error", "unknown", u->reason);
	suite_counts(j, u);
	buf_puts(j->out, "    </testcase>\n");
	for (size_t i = 0; i < u->failure_count; i++) {
		open_case(j, u->id, u->failures[i].name, 0);
		outcome(j, "failure", "test", u->failures[i].message);
		buf_puts(j->out, "    </testcase>\n");
	}
	buf_puts(j->out, "  </testsuite>\n");
}

static void add(struct counts *sum, struct counts n)
{
	sum->tests += n.tests;
	sum->failures += n.failures;
	sum->errors += n.errors;
}

static void open_all(struct junit *j)
{
	struct counts sum = { 0 };
	char number[REP_NUMBER];

	for (size_t i = 0; i < j->s->check_count; i++)
		count_check(&sum, &j->s->checks[i]);
	for (size_t i = 0; i < j->s->suite_count; i++)
		add(&sum, of_suite(&j->s->suites[i]));
	buf_puts(j->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	buf_printf(j->out, " name=\"seaworthy: %s %s\"",
	           rep_decision_name(j->s->decision), rep_tenths(j->s->final, number));
	buf_printf(j->out,
	           " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64
	           "\" time=\"%s\">\n",
	           sum.tests, sum.failures, sum.errors,
	           rep_seconds(j->s->duration_s, number));
}

enum err_code rep_write_junit(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err)
{
	struct junit j = { .s = s, .out = out, .shown = BUF_INIT, .plain = BUF_INIT };
	enum err_code rc = rep_check_sums(s, err);

	(void)style; /* of terminals */
	if (rc != ERR_OK)
		return rc;
	open_all(&j);
	for (size_t i = 0; i < s->category_count; i++)
		category(&j, &s->categories[i]);
	for (size_t i = 0; i < s->suite_count; i++)
		suite(&j, &s->suites[i]);
	buf_puts(out, "</testsuites>\n");
	rc = buf_ok(&j.shown) && buf_ok(&j.plain) ? buf_err(out, err) : err_nomem(err);
	buf_fini(&j.plain);
	buf_fini(&j.shown);
	return rc;
}
