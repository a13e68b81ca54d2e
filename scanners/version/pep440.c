// SPDX-License-Identifier: Apache-2.0
#include "version_internal.h"

/*
 * PEP 440. Key: epoch; the release without trailing zeros, each number behind a PART and
 * END behind the last; pre-release, post-release, development release and local part,
 * each with a byte below (BEFORE) or above (AFTER) every value for where there is none.
 */

enum { END = 0, PART = 1, BEFORE = 0, VALUE = 1, AFTER = 0xFF };
enum { LOCAL_TEXT = 1, LOCAL_NUMBER = 2 };

struct phase {
	const char *word;
	char rank;
};

/* Longer words before those that they begin with. */
static const struct phase phases[] = {
	{ "alpha", 1 },   { "a", 1 },   { "beta", 2 }, { "b", 2 },
	{ "preview", 3 }, { "pre", 3 }, { "rc", 3 },   { "c", 3 },
};
static const char *const post_words[] = { "post", "rev", "r" };

struct parsed {
	struct span epoch;
	struct span release;
	char pre; /* rank of the phase, 0: none */
	bool post;
	bool dev;
	struct span pre_number;
	struct span post_number;
	struct span dev_number;
	struct span local;
};

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static void skip_separator(struct span *rest)
{
	if (rest->len > 0 && is_separator(rest->ptr[0]))
		*rest = span_from(*rest, 1);
}

static bool take_release(struct span *rest, struct span *release)
{
	struct span all = *rest;

	if (version_digits(rest).len == 0)
		return false;
	while (rest->len > 1 && rest->ptr[0] == '.' && version_is_digit(rest->ptr[1])) {
		*rest = span_from(*rest, 1);
		(void)version_digits(rest); /* they are part of the release */
	}
	*release = span_sub(all, 0, all.len - rest->len);
	return true;
}

static struct span take_number(struct span *rest)
{
	skip_separator(rest);
	return version_digits(rest);
}

static void take_pre(struct span *rest, struct parsed *p)
{
	struct span at = *rest;

	skip_separator(&at);
	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
		if (!version_take_word(&at, phases[i].word))
			continue;
		p->pre = phases[i].rank;
		p->pre_number = take_number(&at);
		*rest = at;
		return;
	}
}

/* "-1", or ".post1" and its other spellings. */
static void take_post(struct span *rest, struct parsed *p)
{
	struct span at = *rest;

	if (version_take(&at, '-')) {
		p->post_number = version_digits(&at);
		if (p->post_number.len > 0) {
			p->post = true;
			*rest = at;
			return;
		}
	}
	at = *rest;
	skip_separator(&at);
	for (size_t i = 0; i < sizeof post_words / sizeof *post_words; i++) {
		if (!version_take_word(&at, post_words[i]))
			continue;
		p->post = true;
		p->post_number = take_number(&at);
		*rest = at;
		return;
	}
}

static void take_dev(struct span *rest, struct parsed *p)
{
	struct span at = *rest;

	skip_separator(&at);
	if (!version_take_word(&at, "dev"))
		return;
	p->dev = true;
	p->dev_number = take_number(&at);
	*rest = at;
}

static bool take_local(struct span *rest, struct parsed *p)
{
	bool separated = true;

	if (!version_take(rest, '+'))
		return true;
	p->local = *rest;
	for (size_t i = 0; i < p->local.len; i++) {
		char c = p->local.ptr[i];
		bool separator = is_separator(c);

		if (separator ? separated : !version_is_digit(c) && !version_is_letter(c))
			return false;
		separated = separator;
	}
	*rest = SPAN_EMPTY;
	return !separated;
}

static bool parse(struct span text, struct parsed *p)
{
	struct span at;

	if (!version_take(&text, 'v'))
		(void)version_take(&text, 'V'); /* either may be there */
	at = text;
	p->epoch = version_digits(&at);
	if (p->epoch.len > 0 && version_take(&at, '!'))
		text = at;
	else
		p->epoch = SPAN_EMPTY;
	if (!take_release(&text, &p->release))
		return false;
	take_pre(&text, p);
	take_post(&text, p);
	take_dev(&text, p);
	return take_local(&text, p) && text.len == 0;
}

static bool is_zero(struct span digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] != '0')
			return false;
	return true;
}

static void put_release(struct buf *key, struct span release)
{
	size_t keep = key->len;
	struct span piece;

	while (span_split(&release, '.', &piece)) {
		buf_putc(key, PART);
		version_put_number(key, piece);
		if (!is_zero(piece))
			keep = key->len;
	}
	if (buf_ok(key))
		buf_truncate(key, keep);
	buf_putc(key, END);
}

static void put_optional(struct buf *key, bool there, int otherwise, struct span number)
{
	buf_putc(key, (char)(there ? VALUE : otherwise));
	if (there)
		version_put_number(key, number);
}

static size_t local_piece(struct span local)
{
	size_t n = 0;

	while (n < local.len && !is_separator(local.ptr[n]))
		n++;
	return n;
}

static void put_local(struct buf *key, struct span local)
{
	buf_putc(key, local.len > 0 ? VALUE : BEFORE);
	while (local.len > 0) {
		struct span piece = span_sub(local, 0, local_piece(local));
		struct span rest = piece;
		struct span digits = version_digits(&rest);

		buf_putc(key, rest.len == 0 ? LOCAL_NUMBER : LOCAL_TEXT);
		if (rest.len == 0)
			version_put_number(key, digits);
		for (size_t i = 0; rest.len > 0 && i < piece.len; i++)
			buf_putc(key, version_lower(piece.ptr[i]));
		if (rest.len > 0)
			buf_putc(key, '\0');
		local = span_from(local, piece.len + 1);
	}
	buf_putc(key, END);
}

bool scan_pep440_key(struct span text, struct buf *key)
{
	struct parsed p = { .pre = 0 };

	if (!parse(text, &p))
		return false;
	version_put_number(key, p.epoch);
	put_release(key, p.release);
	if (p.pre != 0) {
		buf_putc(key, p.pre);
		version_put_number(key, p.pre_number);
	} else {
		/* 1.0.dev1 is before 1.0a1. */
		buf_putc(key, (char)(p.dev && !p.post ? BEFORE : AFTER));
	}
	put_optional(key, p.post, BEFORE, p.post_number);
	put_optional(key, p.dev, AFTER, p.dev_number);
	put_local(key, p.local);
	return true;
}
