// SPDX-License-Identifier: Apache-2.0
#include "collect/command.h"
#include "support/check.h"

TestSuite(command, .timeout = 10);

static struct gate_command list_of(const char **items, size_t count)
{
	return (struct gate_command){ .argv = { items, count } };
}

Test(command, a_list_is_quoted_for_the_shell)
{
	static const struct {
		const char *words[3];
		const char *want;
	} table[] = {
		{ { "make", "-j4", "check" }, "make -j4 check" },
		{ { "echo", "two words", "" }, "echo 'two words' ''" },
		{ { "echo", "it's", "$HOME" }, "echo 'it'\\''s' '$HOME'" },
		{ { "sh", "-c", "a; b > c" }, "sh -c 'a; b > c'" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *words[3] = { table[i].words[0], table[i].words[1],
			                 table[i].words[2] };
		struct gate_command command = list_of(words, 3);
		struct buf text = BUF_INIT;

		gate_command_text(&text, &command);
		check_str_eq(buf_str(&text), table[i].want, "row %zu", i);
		buf_fini(&text);
	}
}

Test(command, a_shell_line_runs_in_the_shell)
{
	struct gate_command command = { .shell = "make | tee log" };
	struct arena a = ARENA_INIT;
	struct buf text = BUF_INIT;
	const char *const *argv = gate_command_argv(&a, &command);

	gate_command_text(&text, &command);
	check_str_eq(buf_str(&text), "make | tee log", "as it was typed");
	check_not_null(argv, "argv");
	check_str_eq(argv[0], "/bin/sh", "shell");
	check_str_eq(argv[1], "-c", "option");
	check_str_eq(argv[2], "make | tee log", "line");
	check_null(argv[3], "end");
	buf_fini(&text);
	arena_fini(&a);
}

Test(command, a_list_runs_as_it_is)
{
	const char *words[] = { "echo", "$HOME" };
	struct gate_command command = list_of(words, 2);
	struct arena a = ARENA_INIT;
	const char *const *argv = gate_command_argv(&a, &command);

	check_not_null(argv, "argv");
	check_str_eq(argv[0], "echo", "program");
	check_str_eq(argv[1], "$HOME", "no shell reads it");
	check_null(argv[2], "end");
	arena_fini(&a);
}
