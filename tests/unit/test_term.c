// SPDX-License-Identifier: Apache-2.0
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "base/term.h"
#include "support/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

TestSuite(term, .timeout = 10);

/* The terminal end of a new pseudo-terminal with that many columns; the other end stays
 * open. */
static int open_terminal(unsigned short columns)
{
	struct winsize size = { .ws_row = 25, .ws_col = columns };
	int control = check_open_pty();
	int fd;

	fd = open(ptsname(control), O_RDWR | O_NOCTTY);
	check_true(fd >= 0 && ioctl(fd, TIOCSWINSZ, &size) == 0, "terminal");
	return fd;
}

static int open_null(void)
{
	int fd = open("/dev/null", O_WRONLY);

	check_true(fd >= 0, "open");
	return fd;
}

static const char *const variables[] = { "NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR",
	                                 "CLICOLOR", "TERM",           "LC_ALL",
	                                 "LC_CTYPE", "LANG",           "COLUMNS" };

/* Only what `settings` ("NAME=value NAME=value") says is set. */
static void set_environment(const char *settings)
{
	char text[200];
	struct span rest = span_str(settings);
	struct span one;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	while (span_split(&rest, ' ', &one)) {
		size_t equals = span_find_byte(one, '=');

		memcpy(text, one.ptr, one.len);
		text[equals] = '\0';
		text[one.len] = '\0';
		setenv(text, text + equals + 1, 1);
	}
}

Test(term, color_precedence)
{
	static const struct {
		const char *environment;
		enum term_color color;
		bool on_terminal;
		bool elsewhere;
	} cases[] = {
		{ "", TERM_COLOR_AUTO, true, false },
		{ "TERM=xterm", TERM_COLOR_AUTO, true, false },
		{ "TERM=dumb", TERM_COLOR_AUTO, false, false },
		{ "TERM=dumb", TERM_COLOR_ALWAYS, true, true },
		{ "", TERM_COLOR_NEVER, false, false },
		{ "", TERM_COLOR_ALWAYS, true, true },
		{ "NO_COLOR=1", TERM_COLOR_AUTO, false, false },
		{ "NO_COLOR=0", TERM_COLOR_AUTO, false, false },
		{ "NO_COLOR=", TERM_COLOR_AUTO, true, false },
		{ "NO_COLOR=1", TERM_COLOR_ALWAYS, true, true },
		{ "NO_COLOR=1 FORCE_COLOR=1 CLICOLOR_FORCE=1", TERM_COLOR_AUTO, false,
		  false },
		{ "FORCE_COLOR=1", TERM_COLOR_AUTO, true, true },
		{ "FORCE_COLOR=0", TERM_COLOR_AUTO, true, false },
		{ "FORCE_COLOR=", TERM_COLOR_AUTO, true, false },
		{ "CLICOLOR_FORCE=1", TERM_COLOR_AUTO, true, true },
		{ "CLICOLOR_FORCE=0", TERM_COLOR_AUTO, true, false },
		{ "CLICOLOR_FORCE=1", TERM_COLOR_NEVER, false, false },
		{ "CLICOLOR=0", TERM_COLOR_AUTO, false, false },
		{ "CLICOLOR=1", TERM_COLOR_AUTO, true, false },
		{ "CLICOLOR=0 FORCE_COLOR=1 TERM=dumb", TERM_COLOR_AUTO, true, true },
	};
	int terminal = open_terminal(80);
	int file = open_null();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct term t;

		set_environment(cases[i].environment);
		term_init(&t, terminal, cases[i].color);
		check_true(t.tty, "a terminal");
		check_int_eq(t.color, cases[i].on_terminal, "case %zu, terminal", i);
		term_init(&t, file, cases[i].color);
		check_true(!t.tty, "no terminal");
		check_int_eq(t.color, cases[i].elsewhere, "case %zu, file", i);
	}
	close(terminal);
	close(file);
}

Test(term, utf8_by_the_first_variable_that_is_set)
{
	static const struct {
		const char *environment;
		bool utf8;
	} cases[] = {
		{ "", false },
		{ "LANG=C", false },
		{ "LANG=en_US.UTF-8", true },
		{ "LANG=en_US.utf8", true },
		{ "LC_ALL=C LANG=en_US.UTF-8", false },
		{ "LC_ALL= LC_CTYPE=C.UTF-8 LANG=C", true },
		{ "LC_CTYPE=C LANG=C.UTF-8", false },
	};
	int file = open_null();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct term t;

		set_environment(cases[i].environment);
		term_init(&t, file, TERM_COLOR_AUTO);
		check_int_eq(t.utf8, cases[i].utf8, "case %zu", i);
	}
	close(file);
}

Test(term, columns)
{
	static const struct {
		unsigned short terminal; /* 0: a file */
		const char *environment;
		size_t columns;
	} cases[] = {
		{ 0, "", 80 },
		{ 0, "COLUMNS=100", 100 },
		{ 0, "COLUMNS=5", 20 },
		{ 0, "COLUMNS=100000", 400 },
		{ 0, "COLUMNS=x", 80 },
		{ 0, "COLUMNS=0", 80 },
		{ 132, "COLUMNS=100", 132 },
		{ 5, "", 20 },
		{ 1000, "", 400 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = cases[i].terminal == 0 ? open_null()
		                                : open_terminal(cases[i].terminal);
		struct term t;

		set_environment(cases[i].environment);
		term_init(&t, fd, TERM_COLOR_AUTO);
		check_size_eq(t.columns, cases[i].columns, "case %zu", i);
		close(fd);
	}
}

Test(term, put_adds_style_only_with_color)
{
	struct buf out = BUF_INIT;

	term_put(&out, true, TERM_BOLD_RED, SPAN_LIT("a"));
	term_put(&out, false, TERM_BOLD_RED, SPAN_LIT("b"));
	term_put(&out, true, TERM_PLAIN, SPAN_LIT("c"));
	term_put(&out, true, TERM_GREEN, SPAN_EMPTY);
	check_str_eq(buf_str(&out), "\x1b[1;31ma\x1b[0mbc", "text");
	buf_fini(&out);
}
