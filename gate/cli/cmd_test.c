// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/judged.h"
#include "cli/repeat.h"
#include "cli/session.h"
#include "cli/shown.h"
#include "cli/watch.h"
#include "lib/json.h"
#include "policy/detect.h"

/* `test`: the suites alone. What it collects is no recorded run and is removed again. */

static void put_total(struct buf *out, const struct rep_scorecard *card)
{
	struct shown_sum sum = { 0 };
	uint64_t leaky = 0;

	for (size_t i = 0; i < card->suite_count; i++) {
		const struct rep_suite *s = &card->suites[i];

		if (str_eq(s->state, "unknown")) {
			buf_printf(out, "%s: unknown: ", s->id);
			str_display_words(out, span_str(s->reason), 400);
			buf_putc(out, '\n');
		}
		for (size_t f = 0; f < s->failure_count; f++) {
			buf_printf(out, "%s: ", s->id);
			str_display_cut(out, span_str(s->failures[f].name), 120);
			buf_putc(out, '\n');
		}
		sum.passed += s->passed;
		sum.flaky += s->flaky;
		sum.failed += s->failed;
		sum.skipped += s->skipped;
		sum.quarantined += s->quarantined;
		leaky += s->leaky;
	}
	shown_counts(out, &sum);
	if (leaky > 0)
		buf_printf(out, "; %llu suite%s leaky", (unsigned long long)leaky,
		           leaky == 1 ? " is" : "s are");
	buf_putc(out, '\n');
}

static enum err_code print_suites(const struct program_call *call, const struct judged *j,
                                  struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (str_eq(cli_options(call)->format, "json")) {
		buf_put(&text, span_trim(buf_span(&j->recorded.suites)));
		if (text.len == 0)
			buf_puts(&text, "[]");
		buf_putc(&text, '\n');
	} else {
		put_total(&text, &j->card);
	}
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

/* Tests that were to run again, and were not among those that ran: `rerun` of the suite
 * does not select what it should, or they are gone. */
static bool note_not_run(const struct session *s, const struct rep_suite *suite)
{
	const struct gate_last_suite *left = gate_last_find(s->last, suite->id);
	struct names names = { BUF_INIT, 0 };

	if (s->choice.again == NULL || left == NULL || !str_eq(suite->state, "pass"))
		return false;
	for (size_t i = 0; i < left->test_count; i++)
		names_add(&names, left->tests[i]);
	program_note("%s: unknown: %zu test%s that should run again did not: %s; without "
	             "--rerun-failed all run",
	             suite->id, left->test_count, left->test_count == 1 ? "" : "s",
	             names_end(&names));
	buf_fini(&names.text);
	return true;
}

/* An error of ours over unknown over failed: what did not run may have failed too, but
 * with --fail-fast that is what was asked for. That nothing was to be run, as chosen from
 * the suites there are or because other shards run them, is an answer; that there is no
 * suite is none. */
static int exit_of(const struct judged *j, const struct session *s)
{
	const struct rep_scorecard *card = &j->card;
	bool elsewhere =
		s->choice.selection.shard != NULL && s->project.policy->suite_count > 0;
	bool unknown = card->suite_count == 0 && !s->chosen && !elsewhere;
	bool failed = false;

	if (gate_assessment_exit(j->assessment, false) == CLI_INTERNAL)
		return CLI_INTERNAL;
	for (size_t i = 0; i < card->suite_count; i++) {
		const char *state = card->suites[i].state;

		unknown = unknown || str_eq(state, "unknown") ||
		          note_not_run(s, &card->suites[i]);
		failed = failed || (!str_eq(state, "unknown") && !str_eq(state, "pass"));
	}
	if (unknown && !(failed && s->choice.selection.fail_fast))
		return CLI_EVIDENCE;
	return failed ? CLI_NO_GO : CLI_OK;
}

/* A suite there is none of gives no counts: why, and what to do, as `init` says it. */
static void note_no_suite(const struct session *s)
{
	if (s->project.policy->suite_count > 0)
		return;
	program_note("there is no test suite: none is declared, and none was detected of "
	             "those of %s",
	             gate_detect_kinds());
	program_note("write the command that tests the project below `suites` of "
	             "seaworthy.yml, which `seaworthy init` makes");
}

static int report(struct program_call *call, const struct session *s)
{
	const char *dir = gate_store_dir(s->store);
	struct judged j = { .has_recorded = false };
	struct err err = ERR_INIT;
	enum err_code rc = judged_open(&j, dir, NULL, &err);
	int code;

	if (rc == ERR_OK)
		rc = print_suites(call, &j, &err);
	if (rc == ERR_OK)
		note_no_suite(s);
	code = rc == ERR_OK ? exit_of(&j, s) : program_fail(call, &err);
	judged_close(&j);
	return code;
}

/* One pass: what it comes to, printed. */
static int test_once(struct session *s, struct program_call *call)
{
	struct err err = ERR_INIT;
	int code;

	if (session_collect(s, call, false, &err) == ERR_OK)
		code = report(call, s);
	else
		code = program_fail(call, &err);
	if (session_forget(s, &err) != ERR_OK)
		code = program_fail(call, &err);
	return code;
}

int cli_test(struct program_call *call)
{
	struct session s;
	struct err err = ERR_INIT;
	uint64_t wanted = 1;
	int code;

	if (repeat_count(call, &wanted, &err) != ERR_OK)
		return program_fail(call, &err);
	if (cli_options(call)->watch) {
		if (cli_options(call)->repeat == NULL && !cli_options(call)->rerun_failed)
			return watch_test(call, test_once);
		err_set(&err, ERR_USAGE,
		        "--watch runs again by itself: --repeat and --rerun-failed "
		        "cannot stand beside it");
		return program_fail(call, &err);
	}
	if (session_open(&s, call, SESSION_TEST, &err) != ERR_OK)
		code = program_fail(call, &err);
	else if (cli_options(call)->repeat != NULL)
		code = repeat_test(&s, call, wanted, test_once);
	else
		code = test_once(&s, call);
	session_close(&s);
	return code;
}
