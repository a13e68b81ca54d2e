// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "read_internal.h"

#include <string.h>

void import_reader_init(struct import_reader *r, const struct scan_language *language,
                        struct span text, const struct scan_import_sink *sink)
{
	r->text = text;
	r->hosted = language->document != NULL;
	r->stop = text.len;
	r->lines = false;
	r->over = false;
	r->failed = false;
	r->at = 0;
	r->piece = (struct scan_piece){ .kind = SCAN_TEXT, .language = language };
	r->backs = 0;
	r->sink = sink;
	scan_lexer_init(&r->lexer, language, text);
}

static bool is_word_byte(unsigned char c)
{
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '$';
}

static void take(struct import_reader *r, struct import_token *t,
                 enum import_token_kind kind, size_t end)
{
	*t = (struct import_token){ kind, r->at, end,
		                    span_sub(r->text, r->at, end - r->at) };
	r->at = end;
}

/* Of a string without holes and escapes what is between its quotes. */
static void take_string(struct import_reader *r, struct import_token *t)
{
	const struct scan_piece *p = &r->piece;
	size_t inner = p->end - p->start;
	struct span text = SPAN_EMPTY;

	if (p->open > 0 && p->close > 0 && inner >= p->open + p->close &&
	    strchr("\"'`", r->text.ptr[p->end - 1]) != NULL)
		text = span_sub(r->text, p->start + p->open, inner - p->open - p->close);
	if (text.len > 0 && memchr(text.ptr, '\\', text.len) != NULL)
		text = SPAN_EMPTY;
	*t = (struct import_token){ IMPORT_STRING, p->start, p->end, text };
	r->at = p->end;
}

/* A backslash in front of the end of a line joins it with the next. */
static size_t joined(const struct import_reader *r)
{
	size_t at = r->at + 1;

	if (!r->lines || r->text.ptr[r->at] != '\\')
		return 0;
	if (at < r->text.len && r->text.ptr[at] == '\r')
		at++;
	return at < r->text.len && r->text.ptr[at] == '\n' ? at + 1 : 0;
}

/* In code; false where the piece holds no more. */
static bool next_in_code(struct import_reader *r, struct import_token *t)
{
	const char *text = r->text.ptr;
	size_t end = r->piece.end;

	while (r->at < end) {
		unsigned char c = (unsigned char)text[r->at];
		size_t to = r->at + 1;

		if (c == '\n' && r->lines) {
			take(r, t, IMPORT_LINE, to);
			return true;
		}
		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			r->at = to;
			continue;
		}
		if (joined(r) > 0) {
			r->at = joined(r);
			continue;
		}
		if (!is_word_byte(c)) {
			take(r, t, IMPORT_MARK, to);
			return true;
		}
		while (to < end && is_word_byte((unsigned char)text[to]))
			to++;
		take(r, t, IMPORT_WORD, to);
		return true;
	}
	return false;
}

/* Of a page only its scripts. */
static bool is_wanted(const struct import_reader *r)
{
	const char *name = r->piece.language->name;

	return !r->hosted || str_eq(name, "javascript") || str_eq(name, "typescript") ||
	       str_eq(name, "tsx");
}

static bool next_piece(struct import_reader *r)
{
	return scan_lexer_next(&r->lexer, &r->piece) && r->piece.start < r->stop;
}

bool import_next(struct import_reader *r, struct import_token *t)
{
	if (r->backs > 0) {
		*t = r->back[--r->backs];
		return t->kind != IMPORT_END;
	}
	while (!r->over) {
		const struct scan_piece *p = &r->piece;

		if (r->at < p->end && p->kind == SCAN_CODE && is_wanted(r)) {
			if (next_in_code(r, t))
				return true;
			continue;
		}
		if (!next_piece(r))
			break;
		r->at = p->start;
		if (is_wanted(r) &&
		    (p->kind == SCAN_STRING ||
		     (p->kind == SCAN_DOC && p->open > 0 && p->close > 0))) {
			take_string(r, t);
			return true;
		}
		if (p->kind == SCAN_CODE && is_wanted(r))
			continue;
		r->at = p->end;
		if (r->lines && memchr(r->text.ptr + p->start, '\n', p->end - p->start)) {
			*t = (struct import_token){ IMPORT_LINE, p->end, p->end,
				                    SPAN_EMPTY };
			return true;
		}
	}
	*t = (struct import_token){ IMPORT_END, r->text.len, r->text.len, SPAN_EMPTY };
	return false;
}

void import_push_back(struct import_reader *r, const struct import_token *t)
{
	if (r->backs < sizeof(r->back) / sizeof(r->back[0]))
		r->back[r->backs++] = *t;
}

void import_put(struct import_reader *r, const struct scan_import *found)
{
	if (found->kind != SCAN_IMPORT_TYPES && found->target.len > IMPORT_NAME_MAX)
		import_say(r, "not fully scanned: an import of more than 4096 bytes");
	else if (!r->over && !r->sink->put(r->sink->context, found))
		r->over = true;
}

void import_say(struct import_reader *r, const char *why)
{
	r->sink->limit(r->sink->context, why);
}

bool import_is_word(const struct import_token *t, const char *word)
{
	return t->kind == IMPORT_WORD && span_eq_str(t->text, word);
}

bool import_is_mark(const struct import_token *t, char mark)
{
	return t->kind == IMPORT_MARK && t->text.ptr[0] == mark;
}

void import_skip_group(struct import_reader *r, char open, char close)
{
	struct import_token t;
	size_t depth = 1;

	while (depth > 0 && import_next(r, &t)) {
		if (import_is_mark(&t, open))
			depth++;
		else if (import_is_mark(&t, close))
			depth--;
	}
}

size_t import_last(struct span text, const char *const *words)
{
	bool first[256] = { false };

	for (size_t i = 0; words[i] != NULL; i++)
		first[(unsigned char)words[i][0]] = true;
	for (size_t at = text.len; at > 0; at--) {
		if (!first[(unsigned char)text.ptr[at - 1]])
			continue;
		for (size_t i = 0; words[i] != NULL; i++)
			if (span_starts(span_from(text, at - 1), span_str(words[i])))
				return at;
	}
	return 0;
}
