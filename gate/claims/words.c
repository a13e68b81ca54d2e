// SPDX-License-Identifier: Apache-2.0
#include "claims/words.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "claims/document.h"
#include "claims/glyph.h"

#include <string.h>

void claims_tokens_fini(struct claims_tokens *t)
{
	mem_free(t->items);
	*t = (struct claims_tokens){ NULL, 0, 0 };
}

/* ---- words ---- */

bool claims_has_digit(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (ascii_is_digit(s.ptr[i]))
			return true;
	return false;
}

/* Asked for every word of a document, so without a call for each of the list. */
bool claims_word_in(struct span word, const char *words)
{
	const char first = word.len > 0 ? ascii_lower(word.ptr[0]) : '\0';

	for (;;) {
		size_t i = 0;

		if (*words == first && first != '\0')
			while (i < word.len && words[i] != '\0' &&
			       words[i] == ascii_lower(word.ptr[i]))
				i++;
		if (i == word.len && i > 0 && (words[i] == ' ' || words[i] == '\0'))
			return true;
		while (*words != ' ' && *words != '\0')
			words++;
		if (*words++ == '\0')
			return false;
	}
}

bool claims_is_word(const struct claims_token *t, const char *words)
{
	return t != NULL && t->kind == CLAIMS_WORD && claims_word_in(t->text, words);
}

const struct claims_token *claims_token(const struct claims_tokens *t, size_t i)
{
	return i < t->count ? &t->items[i] : NULL;
}

bool claims_is_mark(const struct claims_token *t, char mark)
{
	return t != NULL && t->kind == CLAIMS_MARK && t->mark == mark;
}

bool claims_is_number(const struct claims_token *t)
{
	return t != NULL && t->kind == CLAIMS_NUMBER;
}

bool claims_is_count(const struct claims_token *t)
{
	return claims_is_number(t) && t->number.decimals == 0 && !t->number.negative &&
	       !t->number.plus && !t->number.percent && !t->number.currency &&
	       t->number.unit.len == 0 && t->number.bound == CLAIMS_EXACT;
}

bool claims_count_of(const struct claims_token *t, uint64_t *n)
{
	static const char *const names[] = { "zero", "one",    "two",   "three", "four",
		                             "five", "six",    "seven", "eight", "nine",
		                             "ten",  "eleven", "twelve" };

	if (claims_is_count(t)) {
		*n = t->number.mantissa;
		return true;
	}
	for (size_t i = 0; t != NULL && i < sizeof(names) / sizeof(*names); i++)
		if (t->kind == CLAIMS_WORD && claims_word_in(t->text, names[i])) {
			*n = i;
			return true;
		}
	return false;
}

static bool is_border(struct span text, size_t at)
{
	return at >= text.len || !(ascii_is_alnum(text.ptr[at]) || (text.ptr[at] & 0x80));
}

static bool says_one(struct span text, struct span phrase)
{
	size_t at = 0;

	while (at < text.len) {
		size_t found = span_find_caseless(span_from(text, at), phrase);

		if (found == text.len - at)
			return false;
		at += found;
		if ((at == 0 || is_border(text, at - 1)) &&
		    is_border(text, at + phrase.len))
			return true;
		at += phrase.len;
	}
	return false;
}

bool claims_says(struct span text, const char *phrases)
{
	struct span rest = span_str(phrases);
	struct span phrase;

	while (span_split(&rest, '|', &phrase))
		if (says_one(text, phrase))
			return true;
	return false;
}

/* ---- tokens ---- */

struct lexer {
	struct span text;
	size_t at;
	struct claims_tokens *to;
	bool spaced;
};

/* All of a name with digits in it. */
static size_t name_len(struct span s)
{
	size_t n = 0;

	while (n < s.len) {
		struct span rest = span_from(s, n);
		size_t step = claims_glyph_len(rest);

		if (claims_glyph_is_letter(rest)) {
			n += step;
			continue;
		}
		if (rest.len < 2 || strchr("-.:@#+'", rest.ptr[0]) == NULL ||
		    !ascii_is_alnum(rest.ptr[1]) || n == 0)
			break;
		n++;
	}
	return n > 0 ? n : claims_glyph_len(s);
}

static struct claims_token *push(struct lexer *l, enum claims_token_kind kind, size_t len)
{
	struct claims_tokens *t = l->to;
	struct claims_token *token;

	if (!mem_grow(&t->items, t->count, &t->cap, sizeof(*t->items)))
		return NULL;
	token = &t->items[t->count++];
	*token = (struct claims_token){ .kind = kind,
		                        .spaced = l->spaced,
		                        .text = span_sub(l->text, l->at, len) };
	l->at += len;
	l->spaced = false;
	return token;
}

static unsigned small(struct span s)
{
	unsigned v = 0;

	for (size_t i = 0; i < s.len; i++)
		v = v * 10 + (unsigned)(s.ptr[i] - '0');
	return v;
}

/* "2024-05-01", "2024/05/01". */
static bool is_date(struct span s)
{
	if (s.len < 10 || claims_digits(s) != 4 || (s.ptr[4] != '-' && s.ptr[4] != '/') ||
	    s.ptr[7] != s.ptr[4] || claims_digits(span_from(s, 5)) != 2 ||
	    claims_digits(span_from(s, 8)) != 2)
		return false;
	return s.len == 10 ||
	       !(claims_glyph_is_letter(span_from(s, 10)) || s.ptr[10] == s.ptr[4]) ||
	       (s.ptr[10] == 'T' && s.len > 11 && ascii_is_digit(s.ptr[11]));
}

static bool take_date(struct lexer *l)
{
	struct span rest = span_from(l->text, l->at);
	struct claims_token *t;

	if (!is_date(rest))
		return false;
	t = push(l, CLAIMS_DATE, 10);
	if (t == NULL)
		return true;
	t->year = small(span_sub(rest, 0, 4));
	t->month = small(span_sub(rest, 5, 2));
	t->day = small(span_sub(rest, 8, 2));
	return true;
}

static enum claims_bound bound_of_mark(char mark)
{
	switch (mark) {
	case '~':
		return CLAIMS_ABOUT;
	case '<':
	case CLAIMS_AT_MOST:
		return CLAIMS_UNDER;
	case '>':
	case CLAIMS_AT_LEAST:
		return CLAIMS_OVER;
	default:
		return CLAIMS_EXACT;
	}
}

/* What stands before: "about", "at least". */
static enum claims_bound bound_before(const struct claims_tokens *t, size_t i)
{
	const struct claims_token *last = i > 0 ? &t->items[i - 1] : NULL;
	const struct claims_token *first = i > 1 ? &t->items[i - 2] : NULL;

	if (last == NULL)
		return CLAIMS_EXACT;
	if (last->kind == CLAIMS_MARK) {
		if (last->mark == '=' && first != NULL && !last->spaced &&
		    first->kind == CLAIMS_MARK)
			return bound_of_mark(first->mark);
		return last->mark == '>' && claims_is_mark(first, '-')
		               ? CLAIMS_EXACT
		               : bound_of_mark(last->mark);
	}
	if (claims_is_word(last,
	                   "about around approximately approx roughly circa ca some "
	                   "estimated est"))
		return CLAIMS_ABOUT;
	if (claims_is_word(last, "over above exceeding beyond minimum min"))
		return CLAIMS_OVER;
	if (claims_is_word(last, "under below nearly almost maximum max"))
		return CLAIMS_UNDER;
	if (claims_is_word(last, "than") && claims_is_word(first, "more greater higher"))
		return CLAIMS_OVER;
	if (claims_is_word(last, "than") && claims_is_word(first, "less fewer lower"))
		return CLAIMS_UNDER;
	if (claims_is_word(last, "least") && claims_is_word(first, "at"))
		return CLAIMS_OVER;
	if ((claims_is_word(last, "most") && claims_is_word(first, "at")) ||
	    (claims_is_word(last, "to") && claims_is_word(first, "up")))
		return CLAIMS_UNDER;
	return CLAIMS_EXACT;
}

/* A sign in front belongs to the number where nothing stands before it. */
static void take_sign(struct lexer *l, struct claims_number *n)
{
	struct claims_tokens *t = l->to;
	struct claims_token *sign = t->count > 0 ? &t->items[t->count - 1] : NULL;

	if (sign == NULL || l->spaced || sign->kind != CLAIMS_MARK)
		return;
	if (sign->mark == '$') {
		n->currency = true;
		l->at -= sign->text.len;
		l->spaced = sign->spaced;
		t->count--;
		return;
	}
	if (sign->mark != '-' && sign->mark != '+')
		return;
	if (t->count > 1 && !sign->spaced && !claims_is_mark(sign - 1, '(') &&
	    !claims_is_mark(sign - 1, '|'))
		return;
	/* "12 - 5" has blanks on both sides, "a -5" only before. */
	n->negative = sign->mark == '-';
	n->plus = sign->mark == '+';
	l->at -= sign->text.len;
	l->spaced = sign->spaced;
	t->count--;
}

static bool take_number(struct lexer *l)
{
	struct span rest = span_from(l->text, l->at);
	struct claims_number n;
	size_t len = claims_number_read(rest, &n);
	size_t start = l->at;
	struct claims_token *t;

	if (len == 0)
		return false;
	take_sign(l, &n);
	t = push(l, CLAIMS_NUMBER, start + len - l->at);
	if (t == NULL)
		return true;
	t->number = n;
	if (n.bound == CLAIMS_EXACT)
		t->number.bound = bound_before(l->to, l->to->count - 1);
	return true;
}

static void take_mark(struct lexer *l)
{
	struct span rest = span_from(l->text, l->at);
	size_t len = claims_glyph_len(rest);
	struct claims_token *t = push(l, CLAIMS_MARK, len);

	if (t != NULL)
		t->mark = claims_glyph_mark(rest);
}

/* "#12", "@user", "v1" as one word; a digit behind such a mark is no number. */
static bool is_name_mark(struct span rest)
{
	return rest.len > 1 && (rest.ptr[0] == '#' || rest.ptr[0] == '@') &&
	       ascii_is_word(rest.ptr[1]);
}

static void take_one(struct lexer *l)
{
	struct span rest = span_from(l->text, l->at);
	size_t blank = claims_glyph_blank(rest);

	if (ascii_is_space(rest.ptr[0]) || blank > 0) {
		l->at += blank > 0 ? blank : 1;
		l->spaced = true;
		return;
	}
	if (ascii_is_digit(rest.ptr[0])) {
		if (!take_date(l) && !take_number(l))
			(void)push(l, CLAIMS_WORD, name_len(rest));
		return;
	}
	if (is_name_mark(rest))
		(void)push(l, CLAIMS_WORD, 1 + name_len(span_from(rest, 1)));
	else if (claims_glyph_is_letter(rest))
		(void)push(l, CLAIMS_WORD, name_len(rest));
	else
		take_mark(l);
}

bool claims_tokens_read(struct claims_tokens *t, struct span text)
{
	struct lexer l = { .text = text, .to = t, .spaced = true };

	t->count = 0;
	while (l.at < text.len) {
		size_t at = l.at;
		size_t count = t->count;

		take_one(&l);
		if (l.at == at && t->count == count)
			return false;
	}
	return true;
}
