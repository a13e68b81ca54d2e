// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Languages inside code: scripts in YAML, recipes of make, function bodies in SQL. */

/* Column at which the parent of a block scalar starts: what is deeper belongs to it. */
static size_t yaml_indent(const struct scan_lexer *x, size_t line, size_t pos)
{
	size_t at = line;

	while (lexer_at(x, at) == ' ')
		at++;
	while (at + 2 < pos && lexer_at(x, at) == '-' && lexer_at(x, at + 1) == ' ') {
		size_t next = at + 2;

		while (lexer_at(x, next) == ' ')
			next++;
		if (next >= pos)
			break;
		at = next;
	}
	return at - line;
}

/* Is it the last thing on its line, apart from indicators and a comment? */
static bool yaml_header(const struct scan_lexer *x, size_t pos)
{
	size_t at = pos + 1;

	while (lexer_at(x, at) == '+' || lexer_at(x, at) == '-' ||
	       (lexer_at(x, at) >= '0' && lexer_at(x, at) <= '9'))
		at++;
	while (lexer_at(x, at) == ' ' || lexer_at(x, at) == '\t' ||
	       lexer_at(x, at) == '\r')
		at++;
	return lexer_at(x, at) == '\n' ||
	       (lexer_at(x, at) == '#' && lexer_at(x, at - 1) == ' ');
}

static bool yaml_line_inside(const struct scan_lexer *x, size_t at, size_t indent)
{
	size_t spaces = 0;

	while (lexer_at(x, at + spaces) == ' ')
		spaces++;
	return spaces > indent || lexer_at(x, at + spaces) == '\n' ||
	       lexer_at(x, at + spaces) == '\r' || lexer_at(x, at + spaces) < 0;
}

/* Keys whose block is a script of the shell. */
static const char *const script_keys[] = {
	"run",     "script",         "before_script", "after_script", "bash",
	"install", "before_install", "pre_script",    "post_script",  NULL,
};

/* The key that ends with the colon before `end`, on its line. */
static struct span key_before(const struct scan_lexer *x, size_t line, size_t end)
{
	size_t from = end;

	while (from > line && lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	return span_of(x->text.ptr + from, end - from);
}

/* The key of the list that the item at `line` is in: the nearest line above that is no
 * deeper and no item. */
static struct span list_key(const struct scan_lexer *x, size_t line, size_t indent)
{
	enum { LOOK_BACK = 16 << 10 };
	size_t from = line;

	while (line > x->first && from - line < LOOK_BACK) {
		size_t end = line - 1;
		size_t at;
		struct span text;

		line = end;
		while (line > x->first && x->text.ptr[line - 1] != '\n' &&
		       from - line < LOOK_BACK)
			line--;
		for (at = line; at < end && x->text.ptr[at] == ' ';)
			at++;
		text = span_trim(span_of(x->text.ptr + at, end - at));
		if (text.len > 0 && at - line <= indent && text.ptr[0] != '-' &&
		    text.ptr[0] != '#')
			return text.ptr[text.len - 1] == ':'
			               ? key_before(x, line, at + text.len - 1)
			               : SPAN_EMPTY;
	}
	return SPAN_EMPTY;
}

/* | and > with the lines that are deeper than their key. */
static bool yaml_block(struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	size_t before = pos;
	size_t line = pos;
	size_t indent;
	size_t body;
	size_t at;
	struct span key;

	if (!yaml_header(x, pos))
		return false;
	while (before > start && x->text.ptr[before - 1] == ' ')
		before--;
	if (before == pos || before == 0 ||
	    strchr(":-?", x->text.ptr[before - 1]) == NULL)
		return false;
	while (line > 0 && x->text.ptr[line - 1] != '\n')
		line--;
	body = lexer_next_line(x, pos);
	at = body;
	indent = yaml_indent(x, line, pos);
	while (at < x->region && yaml_line_inside(x, at, indent))
		at = lexer_next_line(x, at);
	if (at <= body)
		return false;
	key = x->text.ptr[before - 1] == ':' ? key_before(x, line, before - 1)
	                                     : list_key(x, line, indent);
	out->kind = SCAN_CODE;
	out->end = pos + 1;
	lexer_invite(x,
	             lexer_word_is(key, script_keys) && x->host == NULL ? "shell" : NULL,
	             body, at);
	return true;
}
const struct scan_construct lexer_yaml_block = { "|>", yaml_block };

/* A line that starts with a tab is given to the shell, with those that continue it. */
static bool recipe(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 1;
	size_t end;

	(void)start;
	if (pos == x->first || x->text.ptr[pos - 1] != '\n')
		return false;
	while (lexer_at(x, at) > 0 && strchr("@+- \t", lexer_at(x, at)) != NULL)
		at++;
	for (end = at;; end++) {
		size_t last;

		end = lexer_line_end(x, end);
		last = end > at && x->text.ptr[end - 1] == '\r' ? end - 1 : end;
		if (end >= x->region || last == at || x->text.ptr[last - 1] != '\\')
			break;
	}
	out->kind = SCAN_CODE;
	out->end = at;
	lexer_invite(x, "shell", at, end);
	return true;
}
const struct scan_construct lexer_recipe = { "\t", recipe };

/* AS $$..$$ and DO $$..$$ hold code. */
static bool function_body(struct scan_lexer *x, size_t start, size_t pos,
                          struct scan_piece *out)
{
	size_t end = pos;
	size_t from;

	if (x->host != NULL)
		return false;
	while (end > start && lexer_is_space((unsigned char)x->text.ptr[end - 1]))
		end--;
	from = lexer_word_start(x, start, end);
	if (from + 2 != end ||
	    (!lexer_looks_caseless(x, from, "as") &&
	     !lexer_looks_caseless(x, from, "do")) ||
	    !lexer_dollar_tag.match(x, start, pos, out) || out->close == 0)
		return false;
	out->kind = SCAN_CODE;
	lexer_invite(x, x->language->name, pos + out->open, out->end);
	out->end = pos + out->open;
	out->open = out->close = 0;
	return true;
}
const struct scan_construct lexer_function_body = { "$", function_body };
