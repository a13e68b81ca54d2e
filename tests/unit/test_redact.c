// SPDX-License-Identifier: Apache-2.0
#include "collect/redact.h"

#include "base/mem.h"
#include "scanners/redact.h"
#include "support/check.h"

#include <string.h>

/* Made here, so that no file holds one. */
#define TOKEN                  \
	"ghp_"                 \
	"0123456789abcdefghij" \
	"ABCDEFGHIJ012345"

static struct scan_redactor *redactor;
static struct gate_run run;

static void start(void)
{
	check_int_eq(scan_redactor_new(&redactor, NULL), ERR_OK, "redactor");
	gate_run_init(&run);
}

static void stop(void)
{
	gate_run_fini(&run);
	scan_redactor_free(redactor);
}

TestSuite(redact, .init = start, .fini = stop, .timeout = 60);

static void redact(void)
{
	struct err err = ERR_INIT;

	check_int_eq(gate_redact(redactor, &run, &err), ERR_OK, "%s", err.msg);
}

Test(redact, a_run_without_secrets_is_left_alone)
{
	buf_puts(&run.output, "all is well\n");
	redact();
	check_str_eq(buf_str(&run.output), "all is well\n", "output");
	check_size_eq(run.redactions.len, 0, "nothing is noted");
}

Test(redact, a_secret_goes_and_its_place_is_noted)
{
	buf_puts(&run.output, "one\ntwo " TOKEN "!\n" TOKEN "\n");
	redact();
	check_str_eq(buf_str(&run.output),
	             "one\ntwo [redacted secret.github-pat]!\n"
	             "[redacted secret.github-pat]\n",
	             "output");
	check_str_contains(buf_str(&run.redactions), "\"place\": \"output\"", "place");
	check_str_contains(buf_str(&run.redactions), "\"line\": 2", "line");
	check_str_contains(buf_str(&run.redactions), "\"count\": 2", "count");
}

/* Where no rule would know it. */
Test(redact, it_goes_everywhere_and_so_do_its_ends)
{
	struct gate_case *c;

	buf_puts(&run.output, "token " TOKEN "\n");
	buf_puts(&run.results, "xx" TOKEN "xx");
	c = gate_cases_add(&run.cases, SPAN_LIT("x" TOKEN), GATE_CASE_FAILED, 0,
	                   SPAN_LIT("cut at the end: ghp_0123456789"));
	check_not_null(c, "case");
	gate_cases_attempt(&run.cases, c, GATE_CASE_FAILED, 0,
	                   SPAN_LIT("GHIJ012345 cut in front"));
	memcpy(run.reason, "has " TOKEN, sizeof "has " TOKEN);
	run.fault = mem_strdup("also " TOKEN);
	redact();
	check_str_eq(buf_str(&run.results), "xx[redacted secret.github-pat]xx",
	             "results");
	check_str_eq(c->name, "x[redacted secret.github-pat]", "name");
	check_str_eq(c->message, "cut at the end: [redacted secret.github-pat]",
	             "its start");
	check_str_eq(c->attempts->message, "[redacted secret.github-pat] cut in front",
	             "its end");
	check_str_eq(run.reason, "has [redacted secret.github-pat]", "reason");
	check_str_eq(run.fault, "also [redacted secret.github-pat]", "fault");
}

Test(redact, a_text_in_an_array_is_cut_and_ends)
{
	const size_t room = sizeof run.doubt;

	buf_puts(&run.output, TOKEN);
	memset(run.doubt, 'x', room - 1);
	for (size_t at = 0; at + 13 < room; at += 12)
		memcpy(run.doubt + at, "ghp_01234567", 12);
	redact();
	check_size_eq(strlen(run.doubt), room - 1, "full, and ends");
	check_true(strstr(run.doubt, "ghp_") == NULL, "clean");
}

Test(redact, a_large_text_is_looked_through_to_its_end)
{
	for (size_t i = 0; i < 40000; i++)
		buf_printf(&run.output, "line %zu of a log that says little\n", i);
	buf_puts(&run.output, TOKEN "\n");
	redact();
	check_true(strstr(buf_str(&run.output), "ghp_") == NULL, "clean");
	check_str_contains(buf_str(&run.redactions), "\"line\": 40001", "line");
}

/* More hits than the rules take of one text: it is looked through in pieces. */
Test(redact, a_text_full_of_secrets_keeps_none)
{
	for (size_t i = 0; i < 30000; i++)
		buf_printf(&run.output, "ghp_%05zu56789abcdefghijABCDEFGHIJ012345\n", i);
	redact();
	check_str_eq(strstr(buf_str(&run.output), "ghp_"), NULL, "clean");
	check_str_contains(buf_str(&run.redactions), "\"count\": 30000", "all counted");
}
