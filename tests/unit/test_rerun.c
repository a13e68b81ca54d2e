// SPDX-License-Identifier: Apache-2.0
#include "collect/command.h"
#include "collect/rerun.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(rerun, .timeout = 10);

static const char *rerun_list[] = { "run", "--only={regex}", "{names}", "{}" };

/* The command for two tests, as a person would type it; NULL: none. */
static const char *command_of(const struct gate_suite *s, const char *a, const char *b)
{
	static char kept[1024];
	const char *tests[] = { a, b };
	struct arena arena = ARENA_INIT;
	struct gate_command c = { NULL, { NULL, 0 } };
	struct buf text = BUF_INIT;
	bool found =
		gate_rerun_command(s, "/nowhere", tests, b != NULL ? 2 : 1, &arena, &c);

	kept[0] = '\0';
	if (found) {
		gate_command_text(&text, &c);
		(void)snprintf(kept, sizeof(kept), "%s", buf_str(&text));
	}
	buf_fini(&text);
	arena_fini(&arena);
	return found ? kept : NULL;
}

Test(rerun, names_become_what_each_runner_selects_by)
{
	static const struct {
		enum gate_format format;
		const char *command, *a, *b, *want;
	} table[] = {
		{ GATE_FORMAT_TAP, "x {names}", "a", "b c", "x a 'b c'" },
		{ GATE_FORMAT_TAP, "x {names}", "a'b", "$(c)", "x 'a'\\''b' '$(c)'" },
		{ GATE_FORMAT_TAP, "x -k{regex} {y}", "a.b", "c[1]|d",
		  "x -k'^(a\\.b|c\\[1\\]\\|d)$' {y}" },
		{ GATE_FORMAT_JEST, "jest -t {regex}", "sum adds 1 + 2", NULL,
		  "jest -t '^(sum adds 1 \\+ 2)$'" },
		{ GATE_FORMAT_MOCHA, "mocha --grep {regex}", "Array #indexOf()", NULL,
		  "mocha --grep '^(Array #indexOf\\(\\))$'" },
		{ GATE_FORMAT_NODE, "n={regex}", "top", NULL, "n='^(top)$'" },
		{ GATE_FORMAT_NODE, "n={regex}", "a > b > c", NULL, "n='^(c|a b c)$'" },
		{ GATE_FORMAT_GOTEST, "g {names}", "e.org/x.TestA/a b", "e.org/y.TestA",
		  "g TestA" },
		{ GATE_FORMAT_GOTEST, "g {names}", "e.org/x.TestA", "e.org/x", NULL },
		{ GATE_FORMAT_LIBTEST, "c {names}", "src/lib.rs::t::a", "t::b",
		  "c t::a t::b" },
		{ GATE_FORMAT_LIBTEST, "c {names}", "src/lib.rs - f (line 3)", NULL,
		  NULL },
		{ GATE_FORMAT_PYTEST, "pytest {names}", "t/a.py::C::x[a b]", NULL,
		  "pytest 't/a.py::C::x[a b]'" },
		{ GATE_FORMAT_JUNIT, "pytest {names}", "no.such.file.test_x", NULL,
		  NULL },
		{ GATE_FORMAT_JUNIT, "other {names}", "no.such.file.test_x", NULL,
		  "other no.such.file.test_x" },
		{ GATE_FORMAT_EXIT, "x {names}", "suite", NULL, NULL },
		{ GATE_FORMAT_TAP, NULL, "a", NULL, NULL },
		{ GATE_FORMAT_TAP, "x {names}", "", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct gate_suite s = { .id = "s",
			                      .dir = ".",
			                      .format = table[i].format,
			                      .rerun_known = table[i].command };

		check_str_eq(command_of(&s, table[i].a, table[i].b), table[i].want,
		             "row %zu", i);
	}
}

Test(rerun, a_list_takes_names_as_words)
{
	const struct gate_suite s = { .id = "s",
		                      .dir = ".",
		                      .format = GATE_FORMAT_TAP,
		                      .rerun = { NULL, { rerun_list, 4 } },
		                      .rerun_known = "not this one" };

	check_str_eq(command_of(&s, "a b", "c"), "run '--only=^(a b|c)$' 'a b' c '{}'",
	             "the policy's own comes first");
}

Test(rerun, too_many_for_a_command_line_are_none)
{
	static char name[70000];
	const struct gate_suite s = { .id = "s",
		                      .dir = ".",
		                      .format = GATE_FORMAT_TAP,
		                      .rerun_known = "x {names}" };

	for (size_t i = 0; i + 1 < sizeof(name); i++)
		name[i] = 'a';
	check_true(command_of(&s, name, NULL) == NULL, "one of 70000 bytes");
}
