// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* reStructuredText, AsciiDoc and Org: documents that are read line by line. */

static struct span line_at(const struct scan_lexer *x, size_t pos)
{
	return span_of(x->text.ptr + pos, lexer_line_end(x, pos) - pos);
}

static size_t indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

static bool starts_caseless(struct span line, const char *word)
{
	size_t i = 0;

	for (; word[i] != '\0'; i++) {
		char c = i < line.len ? line.ptr[i] : '\0';

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if (c != word[i])
			return false;
	}
	return true;
}

/* The first word of a text. */
static struct span word_of(struct span text)
{
	size_t n = 0;

	text = span_trim(text);
	while (n < text.len && !lexer_is_space((unsigned char)text.ptr[n]) &&
	       text.ptr[n] != ',' && text.ptr[n] != ']')
		n++;
	return span_sub(text, 0, n);
}

/* Gives text up to the line at `pos`; false if that is where the reader stands. */
static bool text_before(struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	return pos > x->pos && lexer_text(x, SCAN_TEXT, pos, out);
}

/* Behind the lines that are empty or deeper than `indent`. */
static size_t deeper_end(const struct scan_lexer *x, size_t pos, size_t indent)
{
	size_t end = pos;

	while (pos < x->region) {
		struct span line = line_at(x, pos);
		bool blank = span_trim(line).len == 0;

		if (!blank && indent_of(line) <= indent)
			break;
		pos = lexer_next_line(x, pos);
		if (!blank)
			end = pos;
	}
	return end;
}

/* What ".." at the start of a line is: not a comment if it names something. */
static bool rst_names(struct span rest)
{
	struct span word = word_of(rest);
	size_t colons = span_find(rest, SPAN_LIT("::"));

	if (word.len == 0)
		return false;
	if (strchr("_[|", word.ptr[0]) != NULL)
		return true;
	for (size_t i = 0; i < colons && colons < rest.len; i++) {
		if (rest.ptr[i] == ' ' && i > indent_of(rest))
			return false;
	}
	return colons < rest.len;
}

static bool rst_is_code(struct span rest)
{
	rest = span_trim(rest);
	return span_starts(rest, SPAN_LIT("code-block::")) ||
	       span_starts(rest, SPAN_LIT("code::")) ||
	       span_starts(rest, SPAN_LIT("sourcecode::"));
}

/* The line at pos starts with "..": a comment, code, or something else. */
static bool rst_markup(struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	struct span line = line_at(x, pos);
	size_t indent = indent_of(line);
	struct span rest = span_from(line, indent + 2);
	size_t next = lexer_next_line(x, pos);

	if (rst_is_code(rest)) {
		size_t colons = span_find(rest, SPAN_LIT("::"));

		x->guest = scan_language_named(word_of(span_from(rest, colons + 2)));
		x->guest_end = deeper_end(x, next, indent);
		return lexer_text(x, SCAN_TEXT, next, out);
	}
	if (rst_names(rest))
		return false;
	if (span_trim(rest).len == 0 && span_trim(line_at(x, next)).len == 0)
		return false;
	next = deeper_end(x, next, indent);
	return text_before(x, pos, out) || lexer_text(x, SCAN_COMMENT, next, out);
}

/* A region of code that a line announced; it starts where the reader stands. */
static bool announced(struct scan_lexer *x, struct scan_piece *out)
{
	size_t end = x->guest_end;

	x->guest_end = 0;
	return end > x->pos ? lexer_enter_region(x, x->guest, end, out)
	                    : x->outer->document(x, out);
}

bool lexer_rst(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;

	if (x->guest_end > 0)
		return announced(x, out);
	while (pos < x->region) {
		struct span line = line_at(x, pos);
		size_t indent = indent_of(line);
		struct span text = span_trim(line);
		bool mark = span_eq_str(text, "..") || span_starts(text, SPAN_LIT(".. "));

		if (mark && pos == x->pos && rst_markup(x, pos, out))
			return true;
		if (mark && pos > x->pos)
			return lexer_text(x, SCAN_TEXT, pos, out);
		pos = lexer_next_line(x, pos);
		if (!mark && span_ends(text, SPAN_LIT("::")))
			pos = deeper_end(x, pos, indent);
	}
	return lexer_text(x, SCAN_TEXT, pos, out);
}

/* Behind the line that is `fence` again. */
static size_t block_end(const struct scan_lexer *x, size_t pos, struct span fence,
                        size_t *body_end)
{
	while (pos < x->region) {
		struct span line = span_trim(line_at(x, pos));

		*body_end = pos;
		pos = lexer_next_line(x, pos);
		if (span_eq(line, fence))
			return pos;
	}
	*body_end = pos;
	return pos;
}

static bool is_fence(struct span line)
{
	if (line.len < 4 || strchr("-.+/", line.ptr[0]) == NULL)
		return false;
	for (size_t i = 1; i < line.len; i++) {
		if (line.ptr[i] != line.ptr[0])
			return false;
	}
	return true;
}

/* [source,python] */
static const struct scan_language *source_language(struct span line)
{
	size_t comma = span_find_byte(line, ',');

	if (!span_starts(line, SPAN_LIT("[source,")))
		return NULL;
	return scan_language_named(word_of(span_from(line, comma + 1)));
}

/* The block that the line at x->pos opens. */
static bool asciidoc_block(struct scan_lexer *x, struct span fence,
                           struct scan_piece *out)
{
	size_t body = lexer_next_line(x, x->pos);
	size_t body_end = body;
	size_t end = block_end(x, body, fence, &body_end);

	if (fence.ptr[0] == '/')
		return lexer_text(x, SCAN_COMMENT, end, out);
	if (x->embed == NULL || body_end == body)
		return lexer_text(x, SCAN_TEXT, end, out);
	x->guest = x->embed;
	x->guest_end = body_end;
	x->embed = NULL;
	x->fence = 1; /* the closing line comes next */
	return lexer_text(x, SCAN_TEXT, body, out);
}

bool lexer_asciidoc(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;

	if (x->guest_end > 0)
		return announced(x, out);
	if (x->fence > 0) {
		x->fence = 0;
		return lexer_text(x, SCAN_TEXT, lexer_next_line(x, pos), out);
	}
	for (; pos < x->region; pos = lexer_next_line(x, pos)) {
		struct span line = line_at(x, pos);
		bool comment = span_starts(line, SPAN_LIT("//")) &&
		               !span_starts(line, SPAN_LIT("///"));
		struct span fence = span_trim(line);

		if (!comment && !is_fence(fence)) {
			x->embed = source_language(line);
			continue;
		}
		if (pos > x->pos)
			return lexer_text(x, SCAN_TEXT, pos, out);
		return comment ? lexer_text(x, SCAN_COMMENT, lexer_next_line(x, pos), out)
		               : asciidoc_block(x, fence, out);
	}
	return lexer_text(x, SCAN_TEXT, pos, out);
}

/* Where the line that starts with `mark` is. */
static size_t org_end(const struct scan_lexer *x, size_t pos, const char *mark)
{
	while (pos < x->region && !starts_caseless(span_trim(line_at(x, pos)), mark))
		pos = lexer_next_line(x, pos);
	return pos;
}

/* A block that starts at x->pos. */
static bool org_block(struct scan_lexer *x, struct span line, struct scan_piece *out)
{
	size_t body = lexer_next_line(x, x->pos);

	if (starts_caseless(line, "#+begin_comment"))
		return lexer_text(x, SCAN_COMMENT, org_end(x, body, "#+end_comment"),
		                  out);
	if (starts_caseless(line, "#+begin_example"))
		return lexer_text(x, SCAN_TEXT, org_end(x, body, "#+end_example"), out);
	x->guest = scan_language_named(word_of(span_from(line, strlen("#+begin_src"))));
	x->guest_end = org_end(x, body, "#+end_src");
	return lexer_text(x, SCAN_TEXT, body, out);
}

bool lexer_org(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;

	if (x->guest_end > 0)
		return announced(x, out);
	for (; pos < x->region; pos = lexer_next_line(x, pos)) {
		struct span line = span_trim(line_at(x, pos));
		bool comment =
			span_eq_str(line, "#") || span_starts(line, SPAN_LIT("# "));
		bool block = starts_caseless(line, "#+begin_comment") ||
		             starts_caseless(line, "#+begin_example") ||
		             starts_caseless(line, "#+begin_src");

		if (!comment && !block)
			continue;
		if (pos > x->pos)
			return lexer_text(x, SCAN_TEXT, pos, out);
		return comment ? lexer_text(x, SCAN_COMMENT, lexer_next_line(x, pos), out)
		               : org_block(x, line, out);
	}
	return lexer_text(x, SCAN_TEXT, pos, out);
}
