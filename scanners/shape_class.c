// SPDX-License-Identifier: Apache-2.0
#include "shape_internal.h"

#include <string.h>

bool scan_byte_set_has(const struct byte_set *s, unsigned char c)
{
	return (s->bits[c / 64] >> (c % 64) & 1) != 0;
}

void scan_byte_set_add(struct byte_set *s, unsigned char from, unsigned char to)
{
	for (unsigned c = from; c <= to; c++)
		s->bits[c / 64] |= UINT64_C(1) << (c % 64);
}

static void set_join(struct byte_set *s, const struct byte_set *other)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] |= other->bits[i];
}

static void set_invert(struct byte_set *s)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
}

bool scan_shape_is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Kinds of characters, as ranges: pairs of bytes. */
static bool kind_of(char letter, struct byte_set *out)
{
	static const struct {
		char letter;
		const char *ranges;
	} kinds[] = { { 'd', "09" }, { 's', "\t\r  " }, { 'w', "azAZ09__" } };
	char lower = letter < 'a' ? (char)(letter - 'A' + 'a') : letter;

	*out = (struct byte_set){ { 0 } };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].letter != lower)
			continue;
		for (const char *r = kinds[i].ranges; *r != '\0'; r += 2)
			scan_byte_set_add(out, (unsigned char)r[0], (unsigned char)r[1]);
		if (letter != lower)
			set_invert(out);
		return true;
	}
	return false;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	int n = at != NULL ? (int)(at - digits) : -1;

	return n > 15 ? n - 6 : n;
}

/* "\x41" or "\x{41}": x->at is behind the x. */
static bool hex_byte(struct parser *x, unsigned char *out)
{
	bool braces = x->at < x->text.len && x->text.ptr[x->at] == '{';
	size_t at = x->at + braces;
	int high = at < x->text.len ? hex_digit(x->text.ptr[at]) : -1;
	int low = at + 1 < x->text.len ? hex_digit(x->text.ptr[at + 1]) : -1;

	if (high < 0 || low < 0 ||
	    (braces && (at + 2 >= x->text.len || x->text.ptr[at + 2] != '}')))
		return scan_shape_fail(x, "write a byte as \\x and two hexadecimal "
		                          "digits");
	*out = (unsigned char)(high * 16 + low);
	x->at = at + 2 + braces;
	return true;
}

bool scan_shape_escape(struct parser *x, struct byte_set *out)
{
	static const char letters[] = "tnrfae";
	static const char values[] = "\t\n\r\f\a\x1B";
	unsigned char byte = 0;
	const char *at;
	char c;

	x->at++;
	if (x->at == x->text.len)
		return scan_shape_fail(x, "a backslash at the end; write two");
	c = x->text.ptr[x->at];
	if (kind_of(c, out)) {
		x->at++;
		return true;
	}
	at = c != '\0' ? strchr(letters, c) : NULL;
	if (c == 'x') {
		x->at++;
		if (!hex_byte(x, &byte))
			return false;
	} else if (at != NULL) {
		byte = (unsigned char)values[at - letters];
		x->at++;
	} else if (scan_shape_is_word((unsigned char)c) || (unsigned char)c >= 0x80) {
		return scan_shape_fail(x, "this escape is not common to both engines; "
		                          "there are \\d \\s \\w \\b \\A \\z \\t \\n "
		                          "\\r \\f \\xHH and signs");
	} else {
		byte = (unsigned char)c;
		x->at++;
	}
	*out = (struct byte_set){ { 0 } };
	scan_byte_set_add(out, byte, byte);
	return true;
}

/* "[:alpha:]" inside a class: x->at is at its bracket. False if it is no such. */
static bool posix_class(struct parser *x, struct byte_set *out)
{
	static const struct {
		const char *name;
		const char *ranges;
	} names[] = {
		{ "[:alnum:]", "azAZ09" },   { "[:alpha:]", "azAZ" },
		{ "[:digit:]", "09" },       { "[:lower:]", "az" },
		{ "[:space:]", "\t\r  " },   { "[:upper:]", "AZ" },
		{ "[:word:]", "azAZ09__" },  { "[:xdigit:]", "09afAF" },
		{ "[:punct:]", "!/:@[`{~" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span name = span_str(names[i].name);

		if (!span_starts(span_from(x->text, x->at), name))
			continue;
		for (const char *r = names[i].ranges; *r != '\0'; r += 2)
			scan_byte_set_add(out, (unsigned char)r[0], (unsigned char)r[1]);
		x->at += name.len;
		return true;
	}
	return false;
}

/* The only byte of a set, which alone can be an end of a range; -1: more than one. */
static int only_byte(const struct byte_set *s)
{
	int found = -1;

	for (int c = 0; c < 256; c++) {
		if (!scan_byte_set_has(s, (unsigned char)c))
			continue;
		if (found >= 0)
			return -1;
		found = c;
	}
	return found;
}

/* One character, kind or escape inside a class. */
static bool class_item(struct parser *x, struct byte_set *out)
{
	unsigned char c = (unsigned char)x->text.ptr[x->at];

	*out = (struct byte_set){ { 0 } };
	if (c == '\\')
		return scan_shape_escape(x, out);
	if (c == '[' && x->at + 1 < x->text.len &&
	    strchr(":.=", x->text.ptr[x->at + 1]) != NULL) {
		if (posix_class(x, out))
			return true;
		return scan_shape_fail(x, "no such class; write \\[ if a bracket is "
		                          "meant");
	}
	scan_byte_set_add(out, c, c);
	x->at++;
	return true;
}

static bool class_range(struct parser *x, struct byte_set *set)
{
	struct byte_set first;
	struct byte_set last;
	int from;
	int to;

	if (!class_item(x, &first))
		return false;
	if (x->at + 1 >= x->text.len || x->text.ptr[x->at] != '-' ||
	    x->text.ptr[x->at + 1] == ']') {
		set_join(set, &first);
		return true;
	}
	x->at++;
	if (!class_item(x, &last))
		return false;
	from = only_byte(&first);
	to = only_byte(&last);
	if (from < 0 || to < 0 || to < from)
		return scan_shape_fail(x, "a range needs a smaller and a greater "
		                          "character; write - first or \\- if it is "
		                          "meant as text");
	scan_byte_set_add(set, (unsigned char)from, (unsigned char)to);
	return true;
}

bool scan_shape_class(struct parser *x, struct byte_set *out)
{
	struct byte_set set = { { 0 } };
	bool negated;
	bool first = true;

	x->at++;
	negated = x->at < x->text.len && x->text.ptr[x->at] == '^';
	x->at += negated;
	while (x->at < x->text.len && (first || x->text.ptr[x->at] != ']')) {
		if (first && x->text.ptr[x->at] == ']')
			return scan_shape_fail(x, "a class without a character; write "
			                          "\\] if a bracket is meant");
		if (!class_range(x, &set))
			return false;
		first = false;
	}
	if (x->at == x->text.len)
		return scan_shape_fail(x, "a class is not closed; write ]");
	x->at++;
	if (negated)
		set_invert(&set);
	*out = set;
	return true;
}
