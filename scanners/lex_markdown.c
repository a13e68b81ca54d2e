// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Markdown: prose, comments of HTML, and fences that hold other languages. */

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
		pos = lexer_next_line(x, pos);
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
	size_t end = lexer_next_line(x, pos);
	/* A run of backticks that nothing closes makes later ones as hopeless. */
	bool spans = true;

	while (pos < end) {
		char c = x->text.ptr[pos];

		if (c == '\\' && pos + 1 < end) {
			pos += 2;
		} else if (c == '`' && spans) {
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
		return lexer_enter_region(x, x->embed, end, out);
	x->fence = 0;
	return lexer_text(x, SCAN_TEXT, lexer_next_line(x, x->pos), out);
}

static bool fence_open(struct scan_lexer *x, size_t at, size_t marks,
                       struct scan_piece *out)
{
	size_t end = lexer_next_line(x, at);

	x->embed = fence_language(span_of(x->text.ptr + at + marks, end - at - marks));
	x->fence = marks;
	x->fence_mark = x->text.ptr[at];
	x->fence_body = true;
	return lexer_text(x, SCAN_TEXT, end, out);
}

/* Four spaces behind an empty line: code as it stands. */
static bool is_indented_code(const struct scan_lexer *x, size_t pos)
{
	size_t before = pos;

	if (!lexer_looks(x, pos, "    ") && lexer_at(x, pos) != '\t')
		return false;
	if (pos == x->first)
		return true;
	for (before--; before > 0 && x->text.ptr[before - 1] != '\n'; before--) {
		if (!lexer_is_space((unsigned char)x->text.ptr[before - 1]))
			return false;
	}
	return true;
}

/* A fence has no backtick in the words behind it: else it is a code span. */
static bool is_fence(const struct scan_lexer *x, size_t at, size_t marks)
{
	size_t end = lexer_line_end(x, at);
	struct span info = span_of(x->text.ptr + at + marks, end - at - marks);

	return x->text.ptr[at] != '`' || span_find_byte(info, '`') == info.len;
}

bool lexer_markdown(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;
	size_t at = 0;

	if (x->fence > 0)
		return fence_next(x, out);
	if (lexer_looks(x, pos, "<!--"))
		return lexer_text(x, SCAN_COMMENT, lexer_html_comment_end(x, pos), out);
	while (pos < x->region) {
		bool first = pos == 0 || x->text.ptr[pos - 1] == '\n';
		size_t marks = first ? fence_marks(x, pos, &at) : 0;
		size_t line = lexer_next_line(x, pos);

		if (marks > 0 && is_fence(x, at, marks))
			return fence_open(x, at, marks, out);
		if (first && is_indented_code(x, pos)) {
			pos = line;
			continue;
		}
		pos = markdown_line(x, pos);
		if (pos < line)
			break;
	}
	return lexer_text(x, SCAN_TEXT, pos, out);
}
