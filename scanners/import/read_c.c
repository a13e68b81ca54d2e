// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "read_internal.h"

#include <string.h>

/*
 * Directives are found by their number sign, which is rare in C, so that only the part
 * of a file in front of its last #include is lexed: for the comments.
 */

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= '0' && c <= '9');
}

static bool starts_line(struct span text, size_t at)
{
	while (at > 0 && ascii_is_blank(text.ptr[at - 1]))
		at--;
	return at == 0 || text.ptr[at - 1] == '\n' ||
	       (at == 3 && text.ptr[0] == '\xEF'); /* a byte order mark */
}

static size_t skip_blanks(struct span text, size_t at)
{
	while (at < text.len && ascii_is_blank(text.ptr[at]))
		at++;
	return at;
}

/* The word of the directive whose sign stands at `at`, or an empty one. */
static struct span directive_at(struct span text, size_t at)
{
	size_t from = skip_blanks(text, at + 1);
	size_t to = from;

	if (!starts_line(text, at))
		return SPAN_EMPTY;
	while (to < text.len && is_name(text.ptr[to]))
		to++;
	return span_sub(text, from, to - from);
}

/* The next directive at or behind *at, which is stepped behind its word. */
static bool next_directive(struct span text, size_t *at, size_t *sign, struct span *word)
{
	while (*at < text.len) {
		const char *hit = memchr(text.ptr + *at, '#', text.len - *at);

		if (hit == NULL)
			return false;
		*sign = (size_t)(hit - text.ptr);
		*word = directive_at(text, *sign);
		*at = *sign + 1;
		if (word->len > 0)
			return true;
	}
	return false;
}

static bool is_include(struct span word)
{
	return span_eq_str(word, "include") || span_eq_str(word, "import") ||
	       span_eq_str(word, "include_next");
}

bool import_c_includes(struct span text, size_t *last)
{
	struct span word;
	size_t at = 0;
	size_t sign;

	*last = 0;
	while (next_directive(text, &at, &sign, &word))
		if (is_include(word))
			*last = sign + 1;
	return *last > 0;
}

struct reading {
	struct import_reader *r;
	size_t depth; /* conditions around, without the guard */
	bool guarded; /* a guard is around */
	bool seen;    /* a directive that may not stand in front of a guard */
	struct span guard;
};

/* "#ifndef NAME" or "#if !defined(NAME)". */
static struct span guard_name(struct span line)
{
	size_t at = 0;
	size_t from;

	line = span_trim(line);
	if (span_starts(line, SPAN_LIT("!"))) {
		line = span_trim(span_from(line, 1));
		if (!span_starts(line, SPAN_LIT("defined")))
			return SPAN_EMPTY;
		line = span_trim(span_from(line, 7));
		if (span_starts(line, SPAN_LIT("(")))
			line = span_trim(span_from(line, 1));
	}
	from = at;
	while (at < line.len && is_name(line.ptr[at]))
		at++;
	return span_sub(line, from, at - from);
}

static struct span rest_of_line(struct span text, struct span word)
{
	struct span rest = span_from(text, (size_t)(word.ptr + word.len - text.ptr));

	return span_sub(rest, 0, span_find_byte(rest, '\n'));
}

static void condition(struct reading *c, struct span word)
{
	struct span rest = rest_of_line(c->r->text, word);
	bool may_guard =
		span_eq_str(word, "ifndef") ||
		(span_eq_str(word, "if") && span_starts(span_trim(rest), SPAN_LIT("!")));

	if (!c->seen && may_guard)
		c->guard = guard_name(rest);
	c->depth++;
	c->seen = true;
}

/* The definition of the name that the file starts by asking for. */
static void definition(struct reading *c, struct span word)
{
	struct span name = guard_name(rest_of_line(c->r->text, word));

	if (c->depth == 1 && !c->guarded && c->guard.len > 0 && span_eq(name, c->guard)) {
		c->guarded = true;
		c->depth = 0;
	}
	c->seen = true;
}

static void include(struct reading *c, size_t sign, struct span word)
{
	struct span text = c->r->text;
	size_t open = skip_blanks(text, (size_t)(word.ptr + word.len - text.ptr));
	struct span line = span_from(text, open);
	char close = line.len > 0 && line.ptr[0] == '<' ? '>' : '"';
	size_t len;

	c->seen = true;
	line = span_sub(line, 0, span_find_byte(line, '\n'));
	if (line.len < 2 || (line.ptr[0] != '"' && line.ptr[0] != '<'))
		return;
	len = span_find_byte(span_from(line, 1), close);
	if (len == 0 || len + 1 == line.len)
		return;
	import_put(c->r, &(struct scan_import){
				 .kind = SCAN_IMPORT_NEEDS,
				 .flags = (close == '>' ? SCAN_IMPORT_ANGLED : 0U) |
	                                  (c->depth > 0 ? SCAN_IMPORT_CONDITIONAL : 0U),
				 .start = sign,
				 .end = open + len + 2,
				 .target = span_sub(line, 1, len) });
}

/* Comments end in front of a directive, and no string may hold its line's start but a
 * raw one. */
static bool is_code(struct import_reader *r, size_t at)
{
	while (r->piece.end <= at && scan_lexer_next(&r->lexer, &r->piece))
		;
	return r->piece.kind == SCAN_CODE || r->piece.start == at;
}

static void directive(struct reading *c, size_t sign, struct span word)
{
	if (is_include(word))
		include(c, sign, word);
	else if (span_eq_str(word, "if") || span_eq_str(word, "ifdef") ||
	         span_eq_str(word, "ifndef"))
		condition(c, word);
	else if (span_eq_str(word, "endif"))
		c->depth -= c->depth > 0 ? 1 : 0;
	else if (span_eq_str(word, "define"))
		definition(c, word);
}

void import_read_c(struct import_reader *r)
{
	struct reading c = { .r = r };
	struct span word;
	size_t at = 0;
	size_t sign;

	while (at < r->stop && !r->over && next_directive(r->text, &at, &sign, &word))
		if (is_code(r, sign))
			directive(&c, sign, word);
}
