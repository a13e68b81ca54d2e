// SPDX-License-Identifier: Apache-2.0
#define _DEFAULT_SOURCE
#include "base/term.h"

#include "base/num.h"
#include "base/str.h"
#include "os/fs.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN 20
#define COLUMNS_MAX 400

static bool env_is(const char *name, const char *value)
{
	return str_eq(os_env(name), value);
}

/* Set, not empty and not 0. */
static bool env_on(const char *name)
{
	return os_env(name) != NULL && !env_is(name, "0");
}

static bool wants_color(bool tty, enum term_color color)
{
	if (color != TERM_COLOR_AUTO)
		return color == TERM_COLOR_ALWAYS;
	if (os_env("NO_COLOR") != NULL)
		return false;
	if (env_on("CLICOLOR_FORCE") || env_on("FORCE_COLOR"))
		return true;
	if (env_is("CLICOLOR", "0"))
		return false;
	return tty && !env_is("TERM", "dumb");
}

/* The first of the three that is set decides, as in setlocale. */
static bool wants_utf8(void)
{
	const char *locale = os_env("LC_ALL");
	struct span text;

	if (locale == NULL)
		locale = os_env("LC_CTYPE");
	if (locale == NULL)
		locale = os_env("LANG");
	text = span_str(locale);
	return span_find(text, SPAN_LIT("UTF-8")) < text.len ||
	       span_find(text, SPAN_LIT("utf8")) < text.len ||
	       span_find(text, SPAN_LIT("utf-8")) < text.len ||
	       span_find(text, SPAN_LIT("UTF8")) < text.len;
}

static size_t count_columns(int fd, bool tty)
{
	struct winsize size;
	uint64_t columns = COLUMNS_DEFAULT;

	if (tty && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	else
		(void)num_u64(span_str(os_env("COLUMNS")), 1, UINT64_MAX, &columns);
	if (columns < COLUMNS_MIN)
		return COLUMNS_MIN;
	return columns > COLUMNS_MAX ? COLUMNS_MAX : (size_t)columns;
}

void term_init(struct term *t, int fd, enum term_color color)
{
	t->fd = fd;
	t->tty = isatty(fd) == 1;
	t->color = wants_color(t->tty, color);
	t->utf8 = wants_utf8();
	t->columns = count_columns(fd, t->tty);
}

void term_put(struct buf *out, bool color, enum term_style style, struct span text)
{
	static const char *const codes[] = {
		[TERM_PLAIN] = "",
		[TERM_BOLD] = "1",
		[TERM_DIM] = "2",
		[TERM_RED] = "31",
		[TERM_GREEN] = "32",
		[TERM_YELLOW] = "33",
		[TERM_BLUE] = "34",
		[TERM_CYAN] = "36",
		[TERM_BOLD_RED] = "1;31",
		[TERM_BOLD_GREEN] = "1;32",
		[TERM_BOLD_YELLOW] = "1;33",
	};

	if (!color || style == TERM_PLAIN || text.len == 0) {
		buf_put(out, text);
		return;
	}
	buf_printf(out, "\x1b[%sm", codes[style]);
	buf_put(out, text);
	buf_puts(out, "\x1b[0m");
}
