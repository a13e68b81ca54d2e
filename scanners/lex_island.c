// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/*
 * Templates: a document of HTML with islands of code and comments, such as <?php ?>, {{
 * }} or <%# %>. The document is read up to the next island, and goes on behind it.
 */

bool lexer_text(struct scan_lexer *x, enum scan_piece_kind kind, size_t end,
                struct scan_piece *out)
{
	const struct scan_language *l = x->outer != NULL ? x->outer : x->language;

	*out = (struct scan_piece){ kind, x->pos, end, 0, 0, l };
	x->pos = end;
	return true;
}

bool lexer_enter_region(struct scan_lexer *x, const struct scan_language *language,
                        size_t end, struct scan_piece *out)
{
	if (language == NULL || language->document != NULL)
		return lexer_text(x, SCAN_TEXT, end, out);
	lexer_enter(x, language, end);
	return lexer_next_in_region(x, out);
}

size_t lexer_next_line(const struct scan_lexer *x, size_t pos)
{
	size_t end = lexer_line_end(x, pos);

	return end < x->region ? end + 1 : end;
}

/* The island that starts at pos, or NULL. */
static const struct scan_island *island_at(const struct scan_lexer *x, size_t pos)
{
	const struct scan_island *i = x->outer->islands;

	for (; i->open != NULL; i++) {
		if (lexer_looks(x, pos, i->open))
			return i;
	}
	return NULL;
}

/* Finds the first island at or behind x->pos. */
static void find_island(struct scan_lexer *x)
{
	size_t pos = x->pos;
	char first = x->outer->islands[0].open[0];

	for (;; pos++) {
		pos += span_find_byte(lexer_rest(x, pos), first);
		x->island_at = pos;
		x->island = pos < x->region ? island_at(x, pos) : NULL;
		if (x->island != NULL || pos >= x->region)
			return;
	}
}

/* In PHP the language itself says where its code ends. */
static bool code_island(struct scan_lexer *x, const struct scan_island *i, size_t body,
                        struct scan_piece *out)
{
	const struct scan_language *l = scan_language_named(span_str(i->language));
	size_t end = body + span_find(lexer_rest(x, body), span_str(i->close));

	if (l != NULL && (l->features & SCAN_PHP) != 0)
		end = x->region;
	x->guest = l;
	x->guest_at = body;
	x->guest_end = end > body ? end : 0;
	return lexer_text(x, SCAN_CODE, body, out);
}

static bool island_next(struct scan_lexer *x, struct scan_piece *out)
{
	const struct scan_island *i = x->island;
	size_t body = x->pos + strlen(i->open);
	struct span rest = lexer_rest(x, body);
	size_t at;

	x->island = NULL;
	if (i->kind == SCAN_ISLAND_CODE)
		return code_island(x, i, body, out);
	at = span_find(rest, span_str(i->close));
	if (at < rest.len)
		at += strlen(i->close);
	return lexer_text(x, i->kind == SCAN_ISLAND_COMMENT ? SCAN_COMMENT : SCAN_TEXT,
	                  body + at, out);
}

bool lexer_islands(struct scan_lexer *x, struct scan_piece *out)
{
	if (x->guest_end > 0) {
		size_t end = x->guest_end;

		x->guest_end = 0;
		return lexer_enter_region(x, x->guest, end, out);
	}
	if (x->island == NULL && (x->island_at <= x->pos))
		find_island(x);
	if (x->island != NULL && x->pos >= x->island_at)
		return island_next(x, out);
	if (x->island_at < x->region)
		x->region = x->island_at;
	return lexer_markup(x, out);
}
