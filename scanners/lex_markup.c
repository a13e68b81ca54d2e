// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/*
 * HTML and XML. What is read ends with x->region: in a template the next island cuts an
 * attribute or a script in two, and x->tag_quote and x->element say how it goes on.
 */

size_t lexer_html_comment_end(const struct scan_lexer *x, size_t pos)
{
	static const char *const ends[] = { "-->", "--!>" };
	size_t first = x->region;

	if ((x->language->features & SCAN_EMBEDS) != 0) {
		if (lexer_looks(x, pos, "<!-->"))
			return pos + 5;
		if (lexer_looks(x, pos, "<!--->"))
			return pos + 6;
	}
	for (size_t i = 0; i < 2; i++) {
		struct span rest = span_of(x->text.ptr + pos + 4, first - pos - 4);
		size_t at = span_find(rest, span_str(ends[i]));

		if (at < rest.len)
			first = pos + 4 + at + strlen(ends[i]);
	}
	return first;
}

/* From inside an attribute's value to its quote. */
static bool value_rest(struct scan_lexer *x, size_t open, struct scan_piece *out)
{
	size_t from = x->pos + open;
	struct span rest = lexer_rest(x, from);
	char quote = x->tag_quote;
	size_t n = span_find_byte(rest, quote);
	bool closed = n < rest.len;

	lexer_text(x, SCAN_STRING, from + n + (closed ? 1 : 0), out);
	out->open = open;
	out->close = closed ? 1 : 0;
	if (closed || x->region == x->text.len)
		x->tag_quote = '\0';
	return true;
}

/* A part of a tag: to the next string in it, or its end. */
static bool tag_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;
	char c = x->text.ptr[pos];

	if (x->tag_quote != '\0')
		return value_rest(x, 0, out);
	if (c == '"' || c == '\'') {
		x->tag_quote = c;
		return value_rest(x, 1, out);
	}
	while (pos < x->region && x->text.ptr[pos] != '"' && x->text.ptr[pos] != '\'' &&
	       x->text.ptr[pos] != '>')
		pos++;
	if (lexer_at(x, pos) == '>') {
		x->in_tag = false;
		pos++;
	}
	return lexer_text(x, SCAN_CODE, pos, out);
}

static bool tag_is(const struct scan_lexer *x, size_t pos, const char *name)
{
	return lexer_looks_caseless(x, pos, name);
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

/* The tag that starts at pos, to its end. */
static struct span tag_text(const struct scan_lexer *x, size_t pos)
{
	enum { LONGEST = 1024 };
	struct span tag = span_sub(lexer_rest(x, pos), 0, LONGEST);

	return span_sub(tag, 0, span_find_byte(tag, '>'));
}

static bool tag_says(struct span tag, const char *text)
{
	return span_find(tag, span_str(text)) < tag.len;
}

/* The language of a script, by what its tag says; NULL: it is text. */
static const struct scan_language *script_language(struct span tag)
{
	static const char *const scripts[] = { "javascript", "module", "ecmascript",
		                               "babel",      "jsx",    NULL };
	size_t type = span_find(tag, SPAN_LIT("type="));

	if (type == tag.len)
		return scan_language_named(SPAN_LIT("tsx"));
	tag = span_from(tag, type);
	for (size_t i = 0; scripts[i] != NULL; i++) {
		if (tag_says(tag, scripts[i]))
			return scan_language_named(SPAN_LIT("tsx"));
	}
	return tag_says(tag, "json") || tag_says(tag, "importmap")
	               ? scan_language_named(SPAN_LIT("json"))
	               : NULL;
}

/* A tag opens here; what follows those of scripts, styles and plain text is special. */
static void open_tag(struct scan_lexer *x, size_t pos)
{
	static const char *const elements[] = { "script", "style", "textarea", "title",
		                                NULL };

	x->in_tag = true;
	x->embed = NULL;
	x->element = NULL;
	if ((x->outer->features & SCAN_EMBEDS) == 0)
		return;
	for (size_t i = 0; elements[i] != NULL; i++) {
		if (tag_is(x, pos + 1, elements[i]))
			x->element = elements[i];
	}
	if (x->element == elements[0])
		x->embed = script_language(tag_text(x, pos));
	else if (x->element == elements[1])
		x->embed = scan_language_named(SPAN_LIT("scss"));
}

static bool is_tag(const struct scan_lexer *x, size_t pos)
{
	int next = lexer_at(x, pos + 1);

	return next == '/' || next == '?' || next == '!' ||
	       (lexer_is_word(next) && next < 0x80 && (next < '0' || next > '9'));
}

/* What a script, style, textarea or title holds. An island may cut it. */
static bool element_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t end = element_end(x, x->pos, x->element);

	if (end < x->region || x->region == x->text.len)
		x->element = NULL;
	return end > x->pos ? lexer_enter_region(x, x->embed, end, out)
	                    : lexer_markup(x, out);
}

/* Behind "<!DOCTYPE x [": its declarations are tags, its comments are comments. */
static bool doctype(struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	size_t end = pos;

	while (end < x->region && x->text.ptr[end] != '>' && x->text.ptr[end] != '[')
		end++;
	return lexer_text(x, SCAN_CODE, end < x->region ? end + 1 : end, out);
}

bool lexer_markup(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;

	if (x->in_tag)
		return tag_next(x, out);
	if (x->element != NULL)
		return element_next(x, out);
	if (lexer_looks(x, pos, "<!--"))
		return lexer_text(x, SCAN_COMMENT, lexer_html_comment_end(x, pos), out);
	if (lexer_looks(x, pos, "<!DOCTYPE"))
		return doctype(x, pos, out);
	if (lexer_looks(x, pos, "<![CDATA[")) {
		struct span rest = lexer_rest(x, pos);
		size_t at = span_find(rest, SPAN_LIT("]]>"));

		return lexer_text(x, SCAN_TEXT, pos + at + (at < rest.len ? 3 : 0), out);
	}
	if (lexer_at(x, pos) == '<' && is_tag(x, pos)) {
		open_tag(x, pos);
		return tag_next(x, out);
	}
	do
		pos += 1 + span_find_byte(lexer_rest(x, pos + 1), '<');
	while (pos < x->region && !is_tag(x, pos));
	return lexer_text(x, SCAN_TEXT, pos < x->region ? pos : x->region, out);
}
