/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#include "support/check.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOTE_MAX = 1024, QUOTE_MAX = 1024, QUOTE_SLOTS = 4 };

const char *check_note(const char *fmt, ...)
{
	static _Thread_local char note[NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(note, sizeof(note), fmt, ap);
	va_end(ap);
	return note;
}

int check_same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

const char *check_quote(const char *text)
{
	static _Thread_local char quotes[QUOTE_SLOTS][QUOTE_MAX];
	static _Thread_local unsigned slot;
	const size_t longest = sizeof("\\xff\"");
	char *out = quotes[slot++ % QUOTE_SLOTS];
	size_t n = 0;

	if (text == NULL)
		return "(null)";
	out[n++] = '"';
	for (; *text != '\0' && n < QUOTE_MAX - longest; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c < 0x7f)
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, longest, "\\x%02x", c);
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}

int check_open_pty(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	if (fd < 0)
		cr_skip_test("no pseudo-terminals here: mount /dev/pts");
	check_true(grantpt(fd) == 0 && unlockpt(fd) == 0, "pseudo-terminal");
	return fd;
}
