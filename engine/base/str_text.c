// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"

#include "base/str_internal.h"

#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

/* How one character (or one bad byte) is shown: its own bytes, or an escape. */
struct shown {
	size_t bytes; /* of the input */
	size_t columns;
	char escape[16]; /* empty: as it is */
};

static bool is_tail(struct span s, size_t at)
{
	return at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80;
}

/*
 * The second byte's range excludes overlong forms (E0, F0), surrogates (ED) and what lies
 * beyond U+10FFFF (F4); C0, C1 and F5.. never start a character.
 */
size_t str_utf8_len(struct span s)
{
	unsigned char first;
	unsigned char second;

	if (s.len == 0)
		return 0;
	first = (unsigned char)s.ptr[0];
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4 || !is_tail(s, 1))
		return 0;
	if (first < 0xE0)
		return 2;
	second = (unsigned char)s.ptr[1];
	if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
	    (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ||
	    !is_tail(s, 2))
		return 0;
	if (first < 0xF0)
		return 3;
	return is_tail(s, 3) ? 4 : 0;
}

bool str_is_utf8(struct span s)
{
	while (s.len > 0) {
		size_t len = str_utf8_len(s);

		if (len == 0)
			return false;
		s = span_from(s, len);
	}
	return true;
}

size_t str_next(struct span s, uint32_t *code)
{
	static const unsigned char first_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	size_t len = str_utf8_len(s);

	if (len == 0) {
		*code = STR_BAD_BYTE + (unsigned char)s.ptr[0];
		return 1;
	}
	*code = (unsigned char)s.ptr[0] & first_bits[len];
	for (size_t i = 1; i < len; i++)
		*code = *code << 6 | ((unsigned char)s.ptr[i] & 0x3F);
	return len;
}

/*
 * Characters that move the cursor, reorder what follows, or hide: C1 controls,
 * bidirectional marks and overrides, line separators, invisible operators, byte order
 * mark, tags. Joiners (U+200C, U+200D) belong to ordinary words and stay.
 */
static bool is_tricky(uint32_t code)
{
	return (code >= 0x7F && code <= 0x9F) || code == 0xAD || code == 0x61C ||
	       code == 0x200B || code == 0x200E || code == 0x200F ||
	       (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
	       code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
	       (code >= 0xE0000 && code <= 0xE007F);
}

static void show_escape(struct shown *shown, uint32_t code)
{
	char *out = shown->escape;
	size_t room = sizeof(shown->escape);

	if (code == '\n')
		(void)snprintf(out, room, "\\n");
	else if (code == '\t')
		(void)snprintf(out, room, "\\t");
	else if (code >= STR_BAD_BYTE)
		(void)snprintf(out, room, "\\x%02x", (unsigned)(code - STR_BAD_BYTE));
	else if (code < 0x80)
		(void)snprintf(out, room, "\\x%02x", (unsigned)code);
	else
		(void)snprintf(out, room, "\\u{%04x}", (unsigned)code);
	shown->columns = strlen(out);
}

static struct shown show(struct span s)
{
	struct shown shown = { 0 };
	uint32_t code;

	shown.bytes = str_next(s, &code);
	if (code < 0x20 || code >= STR_BAD_BYTE || is_tricky(code))
		show_escape(&shown, code);
	else
		shown.columns = str_width(code);
	return shown;
}

size_t str_columns(struct span s)
{
	size_t columns = 0;

	while (s.len > 0) {
		struct shown shown = show(s);

		columns += shown.columns;
		s = span_from(s, shown.bytes);
	}
	return columns;
}

static void put_shown(struct buf *out, struct span s, const struct shown *shown)
{
	if (shown->escape[0] != '\0')
		buf_puts(out, shown->escape);
	else
		buf_put(out, span_sub(s, 0, shown->bytes));
}

/* Bytes at the start that show as they are; most text is only that. */
static size_t plain_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7F)
		n++;
	return n;
}

void str_display(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t plain = plain_len(s);

		if (plain > 0) {
			buf_put(out, span_sub(s, 0, plain));
			s = span_from(s, plain);
		} else {
			struct shown shown = show(s);

			put_shown(out, s, &shown);
			s = span_from(s, shown.bytes);
		}
	}
}

/* Bytes of the longest start that takes at most `columns`. */
static size_t fit(struct span s, size_t columns)
{
	struct span rest = s;

	while (rest.len > 0) {
		struct shown shown = show(rest);

		if (shown.columns > columns)
			break;
		columns -= shown.columns;
		rest = span_from(rest, shown.bytes);
	}
	return s.len - rest.len;
}

void str_display_cut(struct buf *out, struct span s, size_t columns)
{
	if (fit(s, columns) == s.len) {
		str_display(out, s);
	} else if (columns > 0) {
		str_display(out, span_sub(s, 0, fit(s, columns - 1)));
		buf_puts(out, ELLIPSIS);
	}
}

size_t str_word_end(struct span s, size_t len)
{
	const struct span between = SPAN_LIT(" ,;:([{");
	size_t end = len;

	while (end > len / 2 && s.ptr[end] != ' ')
		end--;
	while (end > 0 && span_find_byte(between, s.ptr[end - 1]) < between.len)
		end--;
	return end > len / 2 ? end : len;
}

/* How many round brackets are open at the end. */
static size_t open_brackets(struct span s)
{
	size_t open = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '(')
			open++;
		else if (s.ptr[i] == ')' && open > 0)
			open--;
	}
	return open;
}

void str_display_words(struct buf *out, struct span s, size_t columns)
{
	struct span start;

	if (columns < 5 || fit(s, columns) == s.len) {
		str_display_cut(out, s, columns);
		return;
	}
	/* Room for a comma, a blank, the ellipsis and a bracket. */
	start = span_sub(s, 0, fit(s, columns - 4));
	start.len = str_word_end(s, start.len);
	str_display(out, start);
	if (s.ptr[start.len] == ',')
		buf_putc(out, ',');
	if (strchr(" ,", s.ptr[start.len]) != NULL)
		buf_putc(out, ' ');
	buf_puts(out, ELLIPSIS);
	if (open_brackets(start) > 0)
		buf_putc(out, ')');
}

void str_display_path(struct buf *out, struct span s, size_t columns)
{
	size_t from = 0;
	size_t slash;

	if (columns == 0 || fit(s, columns) == s.len) {
		str_display_cut(out, s, columns);
		return;
	}
	/* Byte after byte: what is left is a few dozen columns. */
	while (fit(span_from(s, from), columns - 1) < s.len - from)
		from++;
	while (from < s.len && ((unsigned char)s.ptr[from] & 0xC0) == 0x80)
		from++;
	slash = span_find_byte(span_from(s, from), '/');
	if (from + slash < s.len)
		from += slash;
	buf_puts(out, ELLIPSIS);
	str_display(out, span_from(s, from));
}

const char *str_s(uint64_t count)
{
	return count == 1 ? "" : "s";
}

void str_size(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double shown = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_printf(out, "%u B", (unsigned)bytes);
		return;
	}
	while (shown >= 1024 && unit + 1 < sizeof units / sizeof *units) {
		shown /= 1024;
		unit++;
	}
	buf_printf(out, "%.1f %s", shown, units[unit]);
}
