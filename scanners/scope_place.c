// SPDX-License-Identifier: Apache-2.0
#include "scope.h"

#include <string.h>

/* Goes back line by line from a place. */
struct back {
	struct span text;
	size_t at;    /* the start of the line in hand */
	size_t least; /* and no further */
};

static struct back back_from(struct span text, size_t at)
{
	struct back b = { text, at < text.len ? at : text.len, 0 };

	b.least = b.at > SCAN_SCOPE_REACH ? b.at - SCAN_SCOPE_REACH : 0;
	while (b.at > b.least && text.ptr[b.at - 1] != '\n')
		b.at--;
	return b;
}

/* The line in front of the one in hand, without its feed. */
static bool back_line(struct back *b, struct span *line)
{
	size_t end = b->at;

	if (end <= b->least)
		return false;
	b->at = --end;
	while (b->at > b->least && b->text.ptr[b->at - 1] != '\n')
		b->at--;
	*line = span_sub(b->text, b->at, end - b->at);
	return true;
}

/* ---- patches ---- */

/* "+++ b/src/a.c", some with a tab and a time behind. */
static struct span changed_path(struct span line)
{
	struct span path = span_from(line, 4);

	path = span_trim(span_sub(path, 0, span_find_byte(path, '\t')));
	return span_from(path, span_find_byte(path, '/') + 1);
}

static bool is_patched_aside(struct back b, enum scan_scope *scope)
{
	struct span line;

	while (back_line(&b, &line)) {
		if (!span_starts(line, SPAN_LIT("+++ ")))
			continue;
		*scope = scan_scope_of(changed_path(line), SPAN_EMPTY);
		return *scope == SCAN_TEST || *scope == SCAN_DOCS;
	}
	return false;
}

/* ---- Rust ---- */

/* "mod tests {", "pub(crate) mod tests {" */
static bool opens_module(struct span line)
{
	return span_ends(span_trim(line), SPAN_LIT("{")) &&
	       (span_starts(line, SPAN_LIT("mod ")) ||
	        (span_starts(line, SPAN_LIT("pub")) &&
	         span_find(line, SPAN_LIT(" mod ")) != line.len));
}

/* As rustfmt writes it: what stands at the margin opens or closes the module. */
static bool is_in_test_module(struct back b)
{
	struct span line;

	while (back_line(&b, &line)) {
		if (line.len == 0 || strchr(" \t\r", line.ptr[0]) != NULL)
			continue;
		if (line.ptr[0] == '}')
			return false;
		if (opens_module(line))
			return back_line(&b, &line) &&
			       span_starts(line, SPAN_LIT("#[cfg(test)]"));
	}
	return false;
}

/* ---- C ---- */

static bool is_one_of(struct span part, const char *const list[])
{
	for (size_t i = 0; list[i] != NULL; i++) {
		if (span_eq_str(part, list[i]))
			return true;
	}
	return false;
}

/* "REDIS_TEST", but not "NO_TEST": in capitals, with TEST or the like as a part of its
 * own, and with none that turns it round. */
static bool names_test(struct span name)
{
	static const char *const tests[] = { "TEST", "TESTS", "SELFTEST", "UNITTEST",
		                             NULL };
	static const char *const not [] = { "NO",   "NON",     "NOT",      "WITHOUT",
		                            "SKIP", "DISABLE", "DISABLED", NULL };
	bool some = false;
	size_t at = 0;

	while (at < name.len) {
		size_t start = at;
		struct span part;

		while (at < name.len && name.ptr[at] >= 'A' && name.ptr[at] <= 'Z')
			at++;
		part = span_sub(name, start, at - start);
		if (is_one_of(part, not ))
			return false;
		some = some || is_one_of(part, tests);
		at += at == start;
	}
	return some;
}

/* What is behind the '#' of a directive; empty if the line is none. */
static struct span directive_of(struct span line)
{
	line = span_trim(line);
	return span_starts(line, SPAN_LIT("#")) ? span_trim(span_from(line, 1))
	                                        : SPAN_EMPTY;
}

static bool is_of_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Takes a name, and the blanks around it, off the front; empty if there is none. */
static struct span take_name(struct span *rest)
{
	struct span text = span_trim(*rest);
	size_t len = 0;

	if (text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9')
		return SPAN_EMPTY;
	while (len < text.len && is_of_name(text.ptr[len]))
		len++;
	*rest = span_trim(span_from(text, len));
	return span_sub(text, 0, len);
}

static bool take(struct span *rest, struct span what)
{
	if (!span_starts(*rest, what))
		return false;
	*rest = span_trim(span_from(*rest, what.len));
	return true;
}

/* "NAME", "defined NAME", "defined(NAME)"; empty for anything else. */
static struct span take_operand(struct span *rest)
{
	struct span name = take_name(rest);
	bool opened;

	if (!span_eq_str(name, "defined"))
		return name;
	opened = take(rest, SPAN_LIT("("));
	name = take_name(rest);
	return opened && !take(rest, SPAN_LIT(")")) ? SPAN_EMPTY : name;
}

/* Nothing but a comment, or none. */
static bool is_at_end(struct span rest)
{
	size_t closed;

	if (rest.len == 0 || span_starts(rest, SPAN_LIT("//")))
		return true;
	closed = span_find(rest, SPAN_LIT("*/"));
	return span_starts(rest, SPAN_LIT("/*")) && closed + 2 == rest.len;
}

/* Is what it opens compiled for tests only? Only what is plain is understood: a name, or
 * several that all have to be there. */
static bool asks_for_test(struct span directive)
{
	struct span rest = directive;
	struct span word = take_name(&rest);
	bool some;

	if (span_eq_str(word, "ifdef"))
		return names_test(take_name(&rest)) && is_at_end(rest);
	if (!span_eq_str(word, "if"))
		return false;
	some = false;
	do {
		struct span name = take_operand(&rest);

		if (name.len == 0)
			return false;
		some = some || names_test(name);
	} while (take(&rest, SPAN_LIT("&&")));
	return some && is_at_end(rest);
}

static bool is_under_test_macro(struct back b)
{
	size_t closed = 0;  /* conditions that end between there and here */
	bool other = false; /* behind an #else of the one in hand */
	struct span line;

	while (back_line(&b, &line)) {
		struct span d = directive_of(line);

		if (span_starts(d, SPAN_LIT("endif"))) {
			closed++;
		} else if (span_starts(d, SPAN_LIT("el"))) {
			other = other || closed == 0;
		} else if (span_starts(d, SPAN_LIT("if")) && closed > 0) {
			closed--;
		} else if (span_starts(d, SPAN_LIT("if"))) {
			if (!other && asks_for_test(d))
				return true;
			other = false;
		}
	}
	return false;
}

/* The line around a place, as far as a condition is long. */
static struct span line_around(struct span text, size_t at)
{
	enum { REACH = 256 };
	size_t start = at;
	struct span ahead = span_sub(text, at, REACH);

	while (start > 0 && text.ptr[start - 1] != '\n' && at - start < REACH)
		start--;
	return span_sub(text, start, at - start + span_find_byte(ahead, '\n'));
}

static bool has_test_macro(struct span text)
{
	size_t at = 0;

	while (at < text.len) {
		at += span_find(span_from(text, at), SPAN_LIT("TEST"));
		if (asks_for_test(directive_of(line_around(text, at))))
			return true;
		at += 4;
	}
	return false;
}

enum scan_aside scan_scope_aside(enum scan_scope file, struct span path,
                                 struct span language, struct span text)
{
	if (file != SCAN_PRODUCTION && file != SCAN_CONFIG)
		return SCAN_ASIDE_NONE;
	if (span_ends(path, SPAN_LIT(".patch")) || span_ends(path, SPAN_LIT(".diff")))
		return SCAN_ASIDE_PATCH;
	if (span_eq_str(language, "rust") &&
	    span_find(text, SPAN_LIT("#[cfg(test)]")) != text.len)
		return SCAN_ASIDE_RUST;
	if ((span_eq_str(language, "c") || span_eq_str(language, "cpp")) &&
	    has_test_macro(text))
		return SCAN_ASIDE_MACRO;
	return SCAN_ASIDE_NONE;
}

enum scan_scope scan_scope_at(enum scan_scope file, enum scan_aside kind,
                              struct span text, size_t at)
{
	enum scan_scope scope = file;

	switch (kind) {
	case SCAN_ASIDE_NONE:
		return file;
	case SCAN_ASIDE_PATCH:
		return is_patched_aside(back_from(text, at), &scope) ? scope : file;
	case SCAN_ASIDE_RUST:
		return is_in_test_module(back_from(text, at)) ? SCAN_TEST : file;
	case SCAN_ASIDE_MACRO:
		return is_under_test_macro(back_from(text, at)) ? SCAN_TEST : file;
	}
	return file;
}
