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

/* A word of capitals with TEST, TESTS or SELFTEST as a part of its own. */
static bool names_test(struct span condition)
{
	static const char *const parts[] = { "TEST", "TESTS", "SELFTEST", "UNITTEST",
		                             NULL };
	size_t at = 0;

	while (at < condition.len) {
		size_t start = at;
		struct span part;

		while (at < condition.len && condition.ptr[at] >= 'A' &&
		       condition.ptr[at] <= 'Z')
			at++;
		part = span_sub(condition, start, at - start);
		for (size_t i = 0; parts[i] != NULL; i++) {
			if (span_eq_str(part, parts[i]))
				return true;
		}
		at += at == start;
	}
	return false;
}

/* What is behind the '#' of a directive; empty if the line is none. */
static struct span directive_of(struct span line)
{
	line = span_trim(line);
	return span_starts(line, SPAN_LIT("#")) ? span_trim(span_from(line, 1))
	                                        : SPAN_EMPTY;
}

static bool asks_for_test(struct span directive)
{
	return !span_starts(directive, SPAN_LIT("ifndef")) &&
	       span_find_byte(directive, '!') == directive.len && names_test(directive);
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

static bool has_test_macro(struct span text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t start;

		at += span_find(span_from(text, at), SPAN_LIT("TEST"));
		start = at;
		while (start > 0 && text.ptr[start - 1] != '\n' && at - start < 256)
			start--;
		if (asks_for_test(directive_of(span_sub(text, start, at - start + 5))))
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
