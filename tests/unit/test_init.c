/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "policy/init.h"
#include "support/check.h"
#include "support/project.h"

/* The policy that `init` writes: it parses, and says what was detected. */

static struct project project;

static void start(void)
{
	project_init(&project);
}

static void stop(void)
{
	project_fini(&project);
}

TestSuite(init, .init = start, .fini = stop, .timeout = 30);

static void write_policy(const char *profile, struct buf *text, struct gate_detected *d)
{
	struct err err = ERR_INIT;

	check_ok(gate_detect(buf_str(&project.root), d, &err), &err);
	check_ok(gate_policy_init(d, profile, text, &err), &err);
}

static struct gate_policy *read_back(const struct buf *text)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_parse(&p, buf_span(text), "seaworthy.yml", ".", &err), &err);
	return p;
}

Test(init, begins_with_the_schema_for_editors)
{
	static const char *const profiles[] = { "default", "novacron", "timelocker" };

	for (size_t i = 0; i < 3; i++) {
		struct gate_detected d;
		struct gate_policy *p;
		struct buf text = BUF_INIT;

		write_policy(profiles[i], &text, &d);
		check_true(str_starts(buf_str(&text),
		                      "# yaml-language-server: "
		                      "$schema=./seaworthy.schema.json\n"),
		           "first line");
		p = read_back(&text);
		check_str_eq(p->profile, profiles[i], "profile");
		check_size_eq(p->suite_count, 0, "nothing was found");
		check_str_contains(buf_str(&text), "# No test suite was found", "said");
		check_str_contains(buf_str(&text), gate_detect_kinds(), "what for");
		gate_policy_free(p);
		gate_detected_fini(&d);
		buf_fini(&text);
	}
}

/* However long an id is, the titles stand below one another. */
Test(init, the_list_of_checks_is_aligned)
{
	struct gate_detected d;
	struct buf text = BUF_INIT;
	size_t column = 0;
	struct span rest;
	struct span line;

	write_policy("default", &text, &d);
	rest = buf_span(&text);
	while (span_line(&rest, &line)) {
		size_t id = 4;

		if (!span_starts(line, SPAN_LIT("#   ")) ||
		    span_find_byte(line, '.') == line.len ||
		    span_find_byte(line, ':') < 20)
			continue;
		id += span_find_byte(span_from(line, id), ' ');
		while (line.ptr[id] == ' ')
			id++;
		column = column == 0 ? id : column;
		check_size_eq(id, column, "%.*s", (int)line.len, line.ptr);
	}
	check_true(column > 0, "there is a list");
	gate_detected_fini(&d);
	buf_fini(&text);
}

Test(init, an_unknown_profile_is_refused)
{
	struct gate_detected d;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(gate_detect(buf_str(&project.root), &d, &err), &err);
	check_err(gate_policy_init(&d, "novacorn", &text, &err), ERR_USAGE, "no profile");
	check_str_contains(err.msg, "novacron", "nearest");
	gate_detected_fini(&d);
	buf_fini(&text);
}

static void check_same_suite(const struct gate_suite *a, const struct gate_suite *b)
{
	check_str_eq(a->id, b->id, "id");
	check_str_eq(a->run.shell, b->run.shell, "%s: shell line", b->id);
	check_size_eq(a->run.argv.count, b->run.argv.count, "%s: words", b->id);
	check_str_eq(a->dir, b->dir, "%s: folder", b->id);
	check_int_eq(a->format, b->format, "%s: format", b->id);
	check_size_eq(a->results.count, b->results.count, "%s: results", b->id);
	check_size_eq(a->env.count, b->env.count, "%s: environment", b->id);
	for (size_t i = 0; i < a->env.count; i++)
		check_str_eq(a->env.items[i], b->env.items[i], "%s: environment", b->id);
	check_u64_eq(a->timeout_ms, b->timeout_ms, "%s: timeout", b->id);
	check_size_eq(a->needs.count, b->needs.count, "%s: needs", b->id);
	/* What no key can say comes back with detection. */
	check_int_eq(a->scratch, b->scratch, "%s: copy", b->id);
	check_str_eq(a->tool, b->tool, "%s: tool", b->id);
	check_str_eq(a->unknown, b->unknown, "%s: unknown", b->id);
	check_null(a->detected_from, "%s: is the policy's", b->id);
}

Test(init, lists_what_was_detected)
{
	struct gate_detected d;
	struct gate_policy *p;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	project_put(&project, "Makefile.am", "TESTS = a\n");
	project_put(&project, "configure.ac", "AC_INIT\n");
	project_put(&project, "it's here/\n/go.mod", "module x\n");
	project_put(&project, "web/package.json",
	            "{\"scripts\": {\"test\": \"mocha 'a b' \\\"c\\\" \\u00e9\"},"
	            " \"dependencies\": {\"a\": \"1\"}}");
	project_put(&project, "py/setup.cfg", "[tool:pytest]\n");
	project_put(&project, "py/src/x.py", "\n");
	write_policy("default", &text, &d);
	p = read_back(&text);
	check_ok(gate_policy_adopt(p, &d, &err), &err);
	check_size_eq(d.suite_count, 4, "suites");
	check_size_eq(p->suite_count, d.suite_count, "all of them: %s", buf_str(&text));
	check_size_eq(p->build_count, d.build_count, "builds");
	for (size_t i = 0; i < d.suite_count; i++)
		check_same_suite(gate_policy_suite(p, d.suites[i].id), &d.suites[i]);
	check_true(p->builds[0].scratch, "a listed build keeps its copy");
	check_str_eq(p->builds[0].tool, "autoreconf", "and its tool");
	gate_policy_free(p);
	gate_detected_fini(&d);
	buf_fini(&text);
}

Test(init, a_changed_command_is_the_policys_own)
{
	struct gate_detected d;
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	project_put(&project, "Makefile", "test:\n\ttrue\n");
	check_ok(gate_detect(buf_str(&project.root), &d, &err), &err);
	check_ok(gate_policy_parse(&p,
	                           SPAN_LIT("suites: [{id: make-test, run: other}]\n"),
	                           "p", NULL, &err),
	         &err);
	check_ok(gate_policy_adopt(p, &d, &err), &err);
	check_true(!p->suites[0].scratch, "no copy");
	check_null(p->suites[0].tool, "no tool");
	gate_policy_free(p);
	gate_detected_fini(&d);
}
