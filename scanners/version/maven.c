// SPDX-License-Identifier: Apache-2.0
#include "version_internal.h"

#include <string.h>

/*
 * Maven's ComparableVersion. A version is a list of numbers and words; at every '-', at
 * every border between digits and letters, and in front of most words a list within the
 * list begins, as its last element. So the whole is one sequence, where LIST says that a
 * deeper list begins. What stands for nothing (0, "", final, ga, release) is dropped at
 * the end of each list.
 *
 * The order is not transitive (1.0.alpha < 1 < 1-sp < 1.0.alpha), so no bytes can
 * express it: keys hold the sequence, and are compared element by element. START is in
 * front, for not even the version 0 is the empty key.
 */

enum { LIST = 1, NUMBER = 2, WORD = 3, START = 4 };

/* In their order; an unknown word is behind all of them. */
static const char *const qualifiers[] = { "alpha",    "beta", "milestone", "rc",
	                                  "snapshot", "",     "sp" };
#define RELEASE "5" /* the rank of "" */

struct alias {
	const char *word;
	const char *means;
	bool before_digit; /* only directly in front of a digit */
};
static const struct alias aliases[] = {
	{ "ga", "", false },        { "final", "", false }, { "release", "", false },
	{ "cr", "rc", false },      { "a", "alpha", true }, { "b", "beta", true },
	{ "m", "milestone", true },
};

/* The rank of a word, or a rank behind all and the word itself. */
static void put_word(struct buf *key, struct span word, bool before_digit)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (span_eq_str(word, aliases[i].word) &&
		    (before_digit || !aliases[i].before_digit)) {
			word = span_str(aliases[i].means);
			break;
		}
	buf_putc(key, WORD);
	for (size_t i = 0; i < sizeof qualifiers / sizeof *qualifiers; i++)
		if (span_eq_str(word, qualifiers[i])) {
			buf_putc(key, (char)('0' + i));
			buf_putc(key, '\0');
			return;
		}
	buf_puts(key, "7-");
	buf_put(key, word);
	buf_putc(key, '\0');
}

struct maven {
	struct buf *key;
	size_t keep; /* end of the last element of this list that is not nothing */
	size_t full; /* end of the last such element of all */
	bool empty;  /* nothing was added to this list */
};

static bool ends_in_nothing(const struct buf *key, size_t from)
{
	const char *added = key->ptr + from;

	return (added[0] == NUMBER && added[1] == 0) ||
	       (added[0] == WORD && strcmp(added + 1, RELEASE) == 0);
}

static void add(struct maven *m, struct span piece, bool digits, bool before_digit)
{
	size_t from = m->key->len;

	if (digits) {
		buf_putc(m->key, NUMBER);
		version_put_number(m->key, piece);
	} else {
		put_word(m->key, piece, before_digit);
	}
	m->empty = false;
	if (buf_ok(m->key) && !ends_in_nothing(m->key, from))
		m->keep = m->full = m->key->len;
}

static void begin_list(struct maven *m)
{
	if (buf_ok(m->key))
		buf_truncate(m->key, m->keep);
	buf_putc(m->key, LIST);
	m->keep = m->key->len;
	m->empty = true;
}

/* A word in front of a digit or at the end begins a list of its own: 1.x is 1-x. */
static void add_word(struct maven *m, struct span word, bool before_digit)
{
	if (!m->empty)
		begin_list(m);
	add(m, word, false, before_digit);
}

static void compile(struct maven *m, struct span text)
{
	bool digits = false;
	size_t start = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		struct span piece = span_sub(text, start, i - start);

		if (c == '.' || c == '-') {
			add(m, piece, digits || piece.len == 0, false);
			if (c == '-')
				begin_list(m);
			start = i + 1;
			continue;
		}
		if (version_is_digit(c) != digits && piece.len > 0) {
			if (digits)
				add(m, piece, true, false);
			else
				add_word(m, piece, true);
			begin_list(m);
			start = i;
		}
		digits = version_is_digit(c);
	}
	if (start < text.len && digits)
		add(m, span_from(text, start), true, false);
	else if (start < text.len)
		add_word(m, span_from(text, start), false);
}

bool scan_maven_key(struct span text, struct buf *key)
{
	char lower[SCAN_VERSION_MAX];
	struct maven m;

	for (size_t i = 0; i < text.len; i++)
		lower[i] = version_lower(text.ptr[i]);
	buf_putc(key, START);
	m = (struct maven){ key, key->len, key->len, true };
	compile(&m, span_of(lower, text.len));
	if (buf_ok(key))
		buf_truncate(key, m.full);
	return true;
}

/* An element of a key; kind 0 at the end. */
struct element {
	int kind;
	struct span value; /* of a number with its length, of a word */
};

static struct element next(struct span *rest)
{
	struct element e = { 0, SPAN_EMPTY };
	size_t n = 0;

	if (rest->len == 0)
		return e;
	e.kind = (unsigned char)rest->ptr[0];
	*rest = span_from(*rest, 1);
	if (e.kind == NUMBER && rest->len > 0)
		n = (size_t)(unsigned char)rest->ptr[0] + 1;
	else if (e.kind == WORD)
		n = span_find_byte(*rest, '\0');
	e.value = span_sub(*rest, 0, n);
	*rest = span_from(*rest, n + (e.kind == WORD ? 1 : 0));
	return e;
}

/* An element against nothing: 1 after it, -1 before it, 0 the same. */
static int against_nothing(struct element e)
{
	if (e.kind == NUMBER)
		return e.value.len > 1;
	if (e.kind == WORD)
		return span_cmp(e.value, SPAN_LIT(RELEASE));
	return 0;
}

/* What is left of a key, from an element on, against the end of the other. */
static int rest_against_nothing(struct element e, struct span rest)
{
	int order = 0;

	while (e.kind != 0 && order == 0) {
		order = against_nothing(e);
		e = next(&rest);
	}
	return order;
}

/* Where one goes on with a deeper list and the other with something else. */
static int list_against(struct span list, struct element other)
{
	if (other.kind == NUMBER)
		return -1;
	if (other.kind == WORD)
		return 1;
	return rest_against_nothing(next(&list), list);
}

static int compare_elements(struct element x, struct element y)
{
	if (y.kind == 0)
		return against_nothing(x);
	if (x.kind == 0)
		return -against_nothing(y);
	if (x.kind != y.kind)
		return x.kind == NUMBER ? 1 : -1;
	return span_cmp(x.value, y.value);
}

int scan_maven_compare(struct span a, struct span b)
{
	int order = 0;

	if (a.len == 0 || b.len == 0)
		return (a.len > 0) - (b.len > 0);
	a = span_from(a, 1);
	b = span_from(b, 1);
	while (order == 0 && (a.len > 0 || b.len > 0)) {
		struct element x = next(&a);
		struct element y = next(&b);

		if (x.kind == LIST && y.kind != LIST)
			return list_against(a, y);
		if (y.kind == LIST && x.kind != LIST)
			return -list_against(b, x);
		order = compare_elements(x, y);
	}
	return order;
}
