// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/*
 * Documents that hold other languages. Each function gives one piece of the document
 * itself, or enters a region of another language and gives its first piece.
 */

static bool piece(struct scan_lexer *x, enum scan_piece_kind kind, size_t end,
                  struct scan_piece *out)
{
	*out = (struct scan_piece){ kind, x->pos, end, 0, 0, x->outer };
	x->pos = end;
	return true;
}

/* Enters the region from x->pos to `end`; text stays text if the language is unknown. */
static bool enter(struct scan_lexer *x, const struct scan_language *language, size_t end,
                  struct scan_piece *out)
{
	const unsigned embedding = SCAN_MARKDOWN | SCAN_MARKUP;

	if (language == NULL || (language->features & embedding) != 0)
		return piece(x, SCAN_TEXT, end, out);
	lexer_enter(x, language, end);
	return lexer_next_in_region(x, out);
}

/* Number of fence marks that open or close a block on the line at pos, 0 if none. */
static size_t fence_marks(const struct scan_lexer *x, size_t pos, size_t *at)
{
	size_t n = 0;
	int mark;

	while (lexer_at(x, pos) == ' ' || lexer_at(x, pos) == '\t' ||
	       lexer_at(x, pos) == '>')
		pos++;
	mark = lexer_at(x, pos);
	if (mark != '`' && mark != '~')
		return 0;
	while (lexer_at(x, pos + n) == mark)
		n++;
	*at = pos;
	return n >= 3 ? n : 0;
}

static size_t next_line(const struct scan_lexer *x, size_t pos)
{
	size_t end = lexer_line_end(x, pos);

	return end < x->region ? end + 1 : end;
}

/* Start of the line that closes a fence, or the end. */
static size_t fence_end(const struct scan_lexer *x, size_t pos, size_t marks, char mark)
{
	size_t at;

	while (pos < x->region) {
		size_t n = fence_marks(x, pos, &at);

		if (n >= marks && x->text.ptr[at] == mark &&
		    span_trim(
			    span_of(x->text.ptr + at + n, lexer_line_end(x, at) - at - n))
		                    .len == 0)
			return pos;
		pos = next_line(x, pos);
	}
	return pos;
}

/* The language that a fence names: "```c", "~~~ {.python}", "```js title=x". */
static const struct scan_language *fence_language(struct span info)
{
	size_t n = 0;

	while (info.len > 0 && strchr(" \t{.", info.ptr[0]) != NULL)
		info = span_from(info, 1);
	while (n < info.len && strchr(" \t\r\n,{}:", info.ptr[n]) == NULL)
		n++;
	return scan_language_named(span_sub(info, 0, n));
}

/* A comment, unless it is the text of a code span. */
static size_t html_comment_end(const struct scan_lexer *x, size_t pos)
{
	struct span rest = lexer_rest(x, pos);
	size_t at = span_find(rest, SPAN_LIT("-->"));

	return at == rest.len ? x->region : pos + at + 3;
}

/* Behind the backticks that close a code span opened here, or behind the open ones. */
static size_t code_span_end(const struct scan_lexer *x, size_t pos, size_t line_end)
{
	size_t n = 0;
	size_t at;

	while (lexer_at(x, pos + n) == '`')
		n++;
	at = pos + n;
	while (at < line_end) {
		size_t run = 0;

		while (lexer_at(x, at + run) == '`')
			run++;
		if (run == n)
			return at + run;
		at += run > 0 ? run : 1;
	}
	return pos + n;
}

/* Where a line of Markdown has its first comment, or its end. */
static size_t markdown_line(const struct scan_lexer *x, size_t pos)
{
	size_t end = next_line(x, pos);
	/* A run of backticks that nothing closes makes later ones as hopeless. */
	bool spans = true;

	while (pos < end) {
		char c = x->text.ptr[pos];

		if (c == '`' && spans) {
			size_t run = pos;

			pos = code_span_end(x, pos, end);
			while (lexer_at(x, run) == '`')
				run++;
			spans = pos > run;
		} else if (c == '<' && lexer_looks(x, pos, "<!--")) {
			return pos;
		} else {
			pos++;
		}
	}
	return end;
}

/* The body of an open fence, or the line that closes it. */
static bool fence_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t end = x->pos;

	if (x->fence_body) {
		x->fence_body = false;
		end = fence_end(x, x->pos, x->fence, x->fence_mark);
	}
	if (end > x->pos)
		return enter(x, x->embed, end, out);
	x->fence = 0;
	return piece(x, SCAN_TEXT, next_line(x, x->pos), out);
}

static bool fence_open(struct scan_lexer *x, size_t at, size_t marks,
                       struct scan_piece *out)
{
	size_t end = next_line(x, at);

	x->embed = fence_language(span_of(x->text.ptr + at + marks, end - at - marks));
	x->fence = marks;
	x->fence_mark = x->text.ptr[at];
	x->fence_body = true;
	return piece(x, SCAN_TEXT, end, out);
}

bool lexer_markdown_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;
	size_t at = 0;

	if (x->fence > 0)
		return fence_next(x, out);
	if (lexer_looks(x, pos, "<!--"))
		return piece(x, SCAN_COMMENT, html_comment_end(x, pos), out);
	while (pos < x->region) {
		bool first = pos == 0 || x->text.ptr[pos - 1] == '\n';
		size_t marks = first ? fence_marks(x, pos, &at) : 0;
		size_t line = next_line(x, pos);

		if (marks > 0)
			return fence_open(x, at, marks, out);
		pos = markdown_line(x, pos);
		if (pos < line)
			break;
	}
	return piece(x, SCAN_TEXT, pos, out);
}

/* End of a start or end tag; strings in it are left to the next calls. */
static bool tag_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;
	char c = x->text.ptr[pos];

	if (c == '"' || c == '\'') {
		struct span rest = lexer_rest(x, pos + 1);
		size_t n = span_find_byte(rest, c);

		piece(x, SCAN_STRING, pos + 1 + n + (n < rest.len ? 1 : 0), out);
		out->open = 1;
		out->close = n < rest.len ? 1 : 0;
		return true;
	}
	while (pos < x->region && strchr("\"'>", x->text.ptr[pos]) == NULL)
		pos++;
	while (pos < x->region && x->text.ptr[pos] == '\0')
		pos++; /* strchr finds the NUL too */
	if (lexer_at(x, pos) == '>') {
		x->in_tag = false;
		pos++;
	}
	return piece(x, SCAN_CODE, pos, out);
}

static bool tag_is(const struct scan_lexer *x, size_t pos, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++) {
		int c = lexer_at(x, pos + i);

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != name[i])
			return false;
	}
	return !lexer_is_word(lexer_at(x, pos + n));
}

/* Where a script or style element ends: at its end tag, whatever is in it. */
static size_t element_end(const struct scan_lexer *x, size_t pos, const char *name)
{
	while (pos < x->region) {
		struct span rest = lexer_rest(x, pos);
		size_t at = span_find(rest, SPAN_LIT("</"));

		if (at == rest.len || tag_is(x, pos + at + 2, name))
			return pos + at;
		pos += at + 2;
	}
	return pos;
}

/* A tag opens here; what follows a script or style tag is another language. */
static void open_tag(struct scan_lexer *x, size_t pos)
{
	x->in_tag = true;
	x->embed = NULL;
	if ((x->outer->features & SCAN_EMBEDS) == 0)
		return;
	if (tag_is(x, pos + 1, "script"))
		x->embed = scan_language_named(SPAN_LIT("tsx"));
	else if (tag_is(x, pos + 1, "style"))
		x->embed = scan_language_named(SPAN_LIT("scss"));
}

static bool is_tag(const struct scan_lexer *x, size_t pos)
{
	int next = lexer_at(x, pos + 1);

	return next == '/' || next == '?' || next == '!' ||
	       (lexer_is_word(next) && next < 0x80 && (next < '0' || next > '9'));
}

bool lexer_markup_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;

	if (x->in_tag)
		return tag_next(x, out);
	if (x->embed != NULL) {
		const struct scan_language *inner = x->embed;
		bool script = (inner->features & SCAN_REGEX) != 0;
		size_t end = element_end(x, pos, script ? "script" : "style");

		x->embed = NULL;
		if (end > pos)
			return enter(x, inner, end, out);
	}
	if (lexer_looks(x, pos, "<!--"))
		return piece(x, SCAN_COMMENT, html_comment_end(x, pos), out);
	if (lexer_looks(x, pos, "<![CDATA[")) {
		struct span rest = lexer_rest(x, pos);
		size_t at = span_find(rest, SPAN_LIT("]]>"));

		return piece(x, SCAN_TEXT, pos + at + (at < rest.len ? 3 : 0), out);
	}
	if (lexer_at(x, pos) == '<' && is_tag(x, pos)) {
		open_tag(x, pos);
		return tag_next(x, out);
	}
	do
		pos += 1 + span_find_byte(lexer_rest(x, pos + 1), '<');
	while (pos < x->region && !is_tag(x, pos));
	return piece(x, SCAN_TEXT, pos < x->region ? pos : x->region, out);
}

bool lexer_php_next(struct scan_lexer *x, struct scan_piece *out)
{
	struct span rest = lexer_rest(x, x->pos);
	size_t open = span_find(rest, SPAN_LIT("<?"));
	size_t close;

	if (open > 0)
		return piece(x, SCAN_TEXT, x->pos + open, out);
	close = span_find(rest, SPAN_LIT("?>"));
	return enter(x, x->outer, x->pos + close + (close < rest.len ? 2 : 0), out);
}
