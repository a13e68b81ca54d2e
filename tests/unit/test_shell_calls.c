// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_calls.h"

#include "base/buf.h"
#include "support/check.h"

TestSuite(shell_calls, .timeout = 20);

Test(shell_calls, are_those_that_surely_start)
{
	static const struct {
		const char *line;
		const char *calls; /* "program(arguments) .."; a moved one has a > */
	} table[] = {
		{ "", "" },
		{ "make check", "make(check)" },
		{ "a && b -x; c | d\ne & f", "a() b(-x) c() d() e() f()" },
		{ "A=1 B='x y && z' a 'b; c' \"d | e\" f\\;g && h",
		  "a('b; c' \"d | e\" f\\;g) h()" },
		{ "cd x && a", ">a()" },
		{ "A=b .venv/bin/python3.11 -m x && cd y && ../python -c z; ./python-x",
		  ".venv/bin/python3.11(-m x) >../python(-c z)" },
		{ "$PY/python a && \"b\"/python3 c && python3x d", "python3x(d)" },
		{ "./run && $TOOL x && a/b && c", "c()" },
		{ "a >out 2>&1 && b >|c &>d", "a(>out 2>&1) b(>|c &>d)" },
		/* What follows may do without it, or be something else. */
		{ "a && b || c", "a()" },
		{ "a; if b; then c; fi", "a()" },
		{ "a && PATH=x:$PATH b && c", "a()" },
		{ "export PATH=$PWD/bin:$PATH && b", "" },
		{ ". ./env && b", "" },
		{ "f() { x; }; f", "" },
		{ "a && $(b) && c", "a()" },
		{ "a && `b`; c", "a()" },
		{ "a && cat <<E\nb\nE", "a()" },
		{ "test -e x && [ -f y ] && a", "a()" },
		{ "a 'no end && b", "a('no end && b)" },
		{ "a \\", "a(\\)" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct shell_call calls[8];
		size_t count = shell_calls(span_str(table[i].line), calls, 8);
		struct buf text = BUF_INIT;

		for (size_t k = 0; k < count; k++) {
			buf_puts(&text, k > 0 ? " " : "");
			buf_puts(&text, calls[k].moved ? ">" : "");
			buf_put(&text, calls[k].program);
			buf_putc(&text, '(');
			buf_put(&text, calls[k].arguments);
			buf_putc(&text, ')');
		}
		check_str_eq(buf_str(&text), table[i].calls, "%s", table[i].line);
		buf_fini(&text);
	}
}

Test(shell_calls, are_no_more_than_there_is_room_for)
{
	struct shell_call calls[2];

	check_size_eq(shell_calls(SPAN_LIT("a; b; c"), calls, 2), 2, "two");
	check_size_eq(shell_calls(SPAN_LIT("a; b; c"), calls, 0), 0, "none");
}
