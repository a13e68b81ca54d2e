// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <string.h>

/*
 * Markdown as far as links need it: fences, indented code, code marks and comments are
 * passed over; links, definitions of links, links of HTML, headings and named anchors are
 * told. Line by line; a code mark closes on its own line or never.
 */

/* Nothing longer is looked at, so that no text costs more than linear time. */
enum { HREF_MAX = 1024, HEADING_MAX = 512, FENCE_MIN = 3 };

struct reader {
	struct span text;
	const struct scan_doc_sink *sink;
	size_t at;        /* of the line in hand */
	struct span line; /* without its end */
	struct span last; /* the line before, trimmed; for headings that are underlined */
	char fence;       /* 0: none is open */
	struct scan_doc_shell shell; /* of the fence */
	size_t fence_len;
	bool in_comment;
	bool was_blank; /* the line before */
	bool in_code;   /* indented */
	bool in_list;
};

static void tell(struct reader *r, enum scan_doc_kind kind, struct span part)
{
	size_t start = (size_t)(part.ptr - r->text.ptr);

	if (part.len > 0)
		r->sink->add(kind, part, start, start + part.len, r->sink->context);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t indent_of(struct span line)
{
	size_t n = 0;
	size_t columns = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		columns += line.ptr[n++] == '\t' ? 4 : 1;
	return columns;
}

static size_t run_of(struct span s, char c)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] == c)
		n++;
	return n;
}

/* ---- one place in a line ---- */

/* Where a link leads: behind "](", or behind "]:" of a definition. */
static struct span target_at(struct span rest)
{
	size_t depth = 0;
	size_t n = 0;

	while (rest.len > 0 && is_blank(rest.ptr[0]))
		rest = span_from(rest, 1);
	if (rest.len > 0 && rest.ptr[0] == '<') {
		rest = span_sub(rest, 1, HREF_MAX);
		return span_sub(rest, 0, span_find_byte(rest, '>'));
	}
	while (n < rest.len && n < HREF_MAX && !is_blank(rest.ptr[n])) {
		if (rest.ptr[n] == '(')
			depth++;
		else if (rest.ptr[n] == ')' && depth-- == 0)
			break;
		n++;
	}
	return span_sub(rest, 0, n);
}

/* href="..", src="..", id="..", name=".." of an element. */
static struct span attribute(struct span element, const char *name)
{
	size_t len = strlen(name);
	size_t at = span_find(element, span_str(name));
	struct span value;
	char quote;

	/* "id" is also in "width" */
	while (at + len + 2 < element.len && (at == 0 || !is_blank(element.ptr[at - 1]) ||
	                                      element.ptr[at + len] != '='))
		at += 1 + span_find(span_from(element, at + 1), span_str(name));
	if (at + len + 2 >= element.len)
		return SPAN_EMPTY;
	value = span_from(element, at + len + 2);
	quote = element.ptr[at + len + 1];
	if (quote != '"' && quote != '\'')
		return SPAN_EMPTY;
	return span_sub(value, 0, span_find_byte(value, quote));
}

static size_t take_element(struct reader *r, struct span rest)
{
	size_t end = span_find_byte(span_sub(rest, 0, HREF_MAX), '>');
	struct span element = span_sub(rest, 0, end);
	struct span anchor = attribute(element, "id");

	if (end == rest.len || end == HREF_MAX)
		return 1;
	tell(r, SCAN_DOC_LINK, attribute(element, "href"));
	tell(r, SCAN_DOC_LINK, attribute(element, "src"));
	tell(r, SCAN_DOC_ANCHOR, anchor.len > 0 ? anchor : attribute(element, "name"));
	return end + 1;
}

/* Has it the form of a path: a folder, a name and an extension? */
static bool is_path(struct span s)
{
	size_t slash = span_rfind_byte(s, '/');
	struct span name = span_from(s, slash + 1);
	size_t dot = span_rfind_byte(name, '.');

	if (slash == s.len || slash == 0 || dot == name.len || dot == 0 ||
	    name.len - dot > 7 || name.len - dot < 2)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || strchr("_-./+", c) != NULL))
			return false;
	}
	for (size_t i = dot + 1; i < name.len; i++) {
		if (name.ptr[i] < 'a' || name.ptr[i] > 'z')
			return false;
	}
	return span_find(s, SPAN_LIT("..")) == s.len && s.ptr[0] != '-' &&
	       s.ptr[0] != '.' && span_find(s, SPAN_LIT("//")) == s.len;
}

/* Bytes of the code marks that begin here. */
static size_t take_code(struct reader *r, struct span rest)
{
	size_t marks = run_of(rest, '`');
	struct span inside = span_sub(rest, marks, HREF_MAX);
	size_t at = 0;

	while (at < inside.len) {
		size_t close;

		at += span_find_byte(span_from(inside, at), '`');
		close = run_of(span_from(inside, at), '`');
		if (close == marks) {
			struct span name = span_trim(span_sub(inside, 0, at));

			if (is_path(name))
				tell(r, SCAN_DOC_NAME, name);
			return marks + at + close;
		}
		at += close > 0 ? close : 1;
	}
	return marks;
}

/* "<!-- .. -->": to its end, or to that of the line. */
static size_t take_comment(struct reader *r, struct span rest)
{
	size_t end = span_find(rest, SPAN_LIT("-->"));

	r->in_comment = end == rest.len;
	return end == rest.len ? rest.len : end + 3;
}

/* "](target": all of it, so that nothing is looked at twice. */
static size_t take_link(struct reader *r, struct span rest)
{
	struct span target = target_at(span_from(rest, 2));

	tell(r, SCAN_DOC_LINK, target);
	return target.len > 0 ? (size_t)(target.ptr - rest.ptr) + target.len : 2;
}

static size_t take(struct reader *r, struct span rest)
{
	switch (rest.ptr[0]) {
	case '\\':
		return 2;
	case '`':
		return take_code(r, rest);
	case '<':
		if (span_starts(rest, SPAN_LIT("<!--")))
			return take_comment(r, rest);
		return take_element(r, rest);
	case ']':
		return rest.len > 1 && rest.ptr[1] == '(' ? take_link(r, rest) : 1;
	default:
		return 1;
	}
}

static void take_line(struct reader *r)
{
	size_t at = 0;

	if (r->in_comment) {
		at = span_find(r->line, SPAN_LIT("-->"));
		if (at == r->line.len)
			return;
		at += 3;
		r->in_comment = false;
	}
	while (at < r->line.len)
		at += take(r, span_from(r->line, at));
}

/* ---- lines ---- */

/* "# Heading #", and what is underlined. True: the line is one. */
static bool take_heading(struct reader *r, struct span line)
{
	size_t marks = run_of(line, '#');
	size_t under = run_of(line, '=');
	struct span heading;
	size_t own;

	under = under > 0 ? under : run_of(line, '-');
	if (under > 0 && under == line.len && r->last.len > 0) {
		tell(r, SCAN_DOC_ANCHOR, span_sub(r->last, 0, HEADING_MAX));
		return true;
	}
	if (marks == 0 || marks > 6 || (marks < line.len && !is_blank(line.ptr[marks])))
		return false;
	heading = span_trim(span_sub(line, marks, HEADING_MAX));
	while (heading.len > 0 && heading.ptr[heading.len - 1] == '#')
		heading.len--;
	heading = span_trim(heading);
	/* "# Heading {#own}" */
	own = span_find(heading, SPAN_LIT("{#"));
	if (own < heading.len) {
		struct span name = span_from(heading, own + 2);

		tell(r, SCAN_DOC_ANCHOR, span_sub(name, 0, span_find_byte(name, '}')));
		heading = span_trim(span_sub(heading, 0, own));
	}
	tell(r, SCAN_DOC_ANCHOR, heading);
	return true;
}

/* "[name]: target"; footnotes have none. */
static bool take_definition(struct reader *r, struct span line)
{
	size_t close = span_find(line, SPAN_LIT("]:"));

	if (line.len == 0 || line.ptr[0] != '[' || close == line.len ||
	    line.ptr[1] == '^' || span_find_byte(line, '[') > 0)
		return false;
	if (span_find_byte(span_sub(line, 1, close - 1), ']') < close - 1)
		return false;
	tell(r, SCAN_DOC_LINK, target_at(span_from(line, close + 2)));
	return true;
}

/* Opens and closes fences. True: the line belongs to one. */
static bool in_fence(struct reader *r, struct span line)
{
	char mark = line.len > 0 ? line.ptr[0] : '\0';
	size_t marks = mark == '`' || mark == '~' ? run_of(line, mark) : 0;

	if (r->fence != '\0') {
		if (mark == r->fence && marks >= r->fence_len && marks == line.len)
			r->fence = '\0';
		else
			scan_doc_shell_line(&r->shell, r->text, r->line, r->sink);
		return true;
	}
	if (marks < FENCE_MIN || (mark == '`' && span_find_byte(span_from(line, marks),
	                                                        '`') < line.len - marks))
		return false;
	r->fence = mark;
	r->fence_len = marks;
	scan_doc_shell_open(&r->shell, span_trim(span_from(line, marks)));
	return true;
}

static bool is_item(struct span line)
{
	size_t n = 0;

	if (line.len > 1 && strchr("-*+", line.ptr[0]) != NULL)
		return is_blank(line.ptr[1]);
	while (n < line.len && line.ptr[n] >= '0' && line.ptr[n] <= '9')
		n++;
	return n > 0 && n + 1 < line.len && (line.ptr[n] == '.' || line.ptr[n] == ')') &&
	       is_blank(line.ptr[n + 1]);
}

/* Code is indented, follows an empty line and belongs to no list. */
static bool is_code(struct reader *r, struct span line)
{
	size_t indent = indent_of(r->line);
	bool before = r->in_code;

	if (line.len == 0)
		return false;
	if (is_item(line))
		r->in_list = true;
	else if (indent == 0)
		r->in_list = false;
	r->in_code = !r->in_list && indent >= 4 && (r->was_blank || r->in_code);
	if (r->in_code && !before)
		scan_doc_shell_open(&r->shell, SPAN_EMPTY);
	if (r->in_code)
		scan_doc_shell_line(&r->shell, r->text, r->line, r->sink);
	return r->in_code;
}

static void read_line(struct reader *r)
{
	struct span line = span_trim(r->line);
	bool heading = false;

	if (!r->in_comment && (in_fence(r, line) || is_code(r, line))) {
		r->last = SPAN_EMPTY;
		r->was_blank = false;
		return;
	}
	if (!r->in_comment)
		heading = take_heading(r, line) || take_definition(r, line);
	if (!heading || (line.len > 0 && line.ptr[0] == '#'))
		take_line(r);
	r->last = heading || is_item(line) ? SPAN_EMPTY : line;
	r->was_blank = line.len == 0;
}

void scan_doc_markdown(struct span text, const struct scan_doc_sink *sink)
{
	struct reader r = { .text = text, .sink = sink, .was_blank = true };
	size_t end;

	/* What stands between lines of --- at the start are settings. */
	if (span_starts(text, SPAN_LIT("---\n"))) {
		end = span_find(span_from(text, 4), SPAN_LIT("\n---"));
		r.at = end < text.len - 4 ? 4 + end + 4 : 0;
	}
	for (; r.at < text.len; r.at += r.line.len + 1) {
		struct span rest = span_from(text, r.at);

		r.line = span_sub(rest, 0, span_find_byte(rest, '\n'));
		read_line(&r);
	}
}

/* ---- what a heading is called ---- */

void scan_doc_slug(struct span heading, struct buf *out)
{
	for (size_t i = 0; i < heading.len; i++) {
		char c = heading.ptr[i];
		struct span rest = span_from(heading, i);

		if (span_starts(rest, SPAN_LIT("]("))) {
			/* Of a link its text counts. */
			i += 1 + span_find_byte(rest, ')');
			i--;
		} else if (c == '<' && span_find_byte(rest, '>') < rest.len) {
			i += span_find_byte(rest, '>');
		} else if (c >= 'A' && c <= 'Z') {
			buf_putc(out, (char)(c + ('a' - 'A')));
		} else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') {
			buf_putc(out, c);
		} else if (c == ' ') {
			buf_putc(out, '-');
		}
	}
}
