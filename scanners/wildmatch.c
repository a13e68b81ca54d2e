// SPDX-License-Identifier: Apache-2.0
#include "wildmatch.h"

#include <ctype.h>
#include <string.h>

/*
 * Matching backtracks to the last star only. That is enough: a `*` that was reached
 * earlier in the text can do whatever a later one can, and the pieces between two `**`
 * line up with path components one to one. So an older star never needs another try.
 */
struct retry {
	size_t pattern; /* behind the star */
	size_t text;    /* where the rest was last tried */
	bool set;
};

struct match {
	struct span pattern;
	struct span text;
	size_t p;
	size_t t;
	struct retry star; /* within one component */
	struct retry deep; /* "**" and a slash: text moves from component to component */
};

static int byte_at(struct span s, size_t at)
{
	return at < s.len ? (unsigned char)s.ptr[at] : -1;
}

/* The classes of POSIX in the C locale; -1 for an unknown name. */
static int class_has(struct span name, int c)
{
	static const struct {
		const char *name;
		int (*has)(int c);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank },
		{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
		{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (span_eq_str(name, classes[i].name))
			return c < 0x80 && classes[i].has(c) != 0;
	}
	return -1;
}

/* One pass over a set: what it has seen so far. */
struct set {
	struct span pattern;
	size_t at; /* of the byte in hand */
	int c;     /* the byte of text */
	int last;  /* the last single member, which a '-' may continue; -1 if none */
	bool matched;
};

/* "[:name:]" at s->at. False if malformed; *used tells whether it was a class at all. */
static bool set_class(struct set *s, bool *used)
{
	size_t name = s->at + 2;
	struct span rest = span_from(s->pattern, name);
	size_t close = span_find_byte(rest, ']');
	int has;

	*used = false;
	if (close == rest.len)
		return false;
	if (close == 0 || rest.ptr[close - 1] != ':')
		return true; /* an ordinary '[' after all */
	has = class_has(span_sub(rest, 0, close - 1), s->c);
	if (has < 0)
		return false;
	*used = true;
	s->matched = s->matched || has == 1;
	s->at = name + close;
	s->last = -1;
	return true;
}

static bool set_single(struct set *s)
{
	int member = byte_at(s->pattern, s->at);

	if (member == '\\')
		member = byte_at(s->pattern, ++s->at);
	if (member < 0)
		return false;
	s->matched = s->matched || s->c == member;
	s->last = member;
	return true;
}

static bool set_range(struct set *s)
{
	int high = byte_at(s->pattern, ++s->at);

	if (high == '\\')
		high = byte_at(s->pattern, ++s->at);
	if (high < 0)
		return false;
	s->matched = s->matched || (s->c >= s->last && s->c <= high);
	s->last = -1;
	return true;
}

static bool set_member(struct set *s)
{
	int member = byte_at(s->pattern, s->at);
	int next = byte_at(s->pattern, s->at + 1);
	bool used;

	if (member == '-' && s->last > 0 && next >= 0 && next != ']')
		return set_range(s);
	if (member == '[' && next == ':') {
		if (!set_class(s, &used))
			return false;
		if (used)
			return true;
	}
	return set_single(s);
}

/* `at` is behind the '['. On a match steps `*at` behind the ']'. */
static bool match_set(struct span pattern, size_t *at, int c)
{
	int first = byte_at(pattern, *at);
	bool negated = first == '!' || first == '^';
	struct set s = { pattern, *at + (negated ? 1 : 0), c, -1, false };

	do {
		if (!set_member(&s))
			return false;
		s.at++;
	} while (byte_at(pattern, s.at) != ']');
	*at = s.at + 1;
	return s.matched != negated && c != '/';
}

/* Matches one byte of text against the pattern at m->p; steps over both if it fits. */
static bool match_one(struct match *m)
{
	int c = byte_at(m->text, m->t);
	int want = byte_at(m->pattern, m->p);
	size_t next = m->p + 1;
	bool fits;

	if (c < 0 || want < 0)
		return false;
	if (want == '[')
		fits = match_set(m->pattern, &next, c);
	else if (want == '?')
		fits = c != '/';
	else if (want == '\\')
		fits = byte_at(m->pattern, next++) == c;
	else
		fits = want == c;
	if (fits) {
		m->p = next;
		m->t++;
	}
	return fits;
}

/* Moves the text of the last `**` on to the next component. */
static bool retry_deep(struct match *m)
{
	struct span rest = span_from(m->text, m->deep.text);
	size_t slash = span_find_byte(rest, '/');

	if (!m->deep.set || slash == rest.len)
		return false;
	m->deep.text += slash + 1;
	m->star.set = false;
	m->p = m->deep.pattern;
	m->t = m->deep.text;
	return true;
}

static bool retry(struct match *m)
{
	int c = byte_at(m->text, m->star.text);

	if (!m->star.set || c < 0 || c == '/')
		return retry_deep(m);
	m->star.text++;
	m->p = m->star.pattern;
	m->t = m->star.text;
	return true;
}

/* A run of stars at m->p. False if nothing can match any more; *all if all does. */
static bool open_star(struct match *m, bool *all)
{
	size_t end = m->p;
	bool whole;
	int next;

	while (byte_at(m->pattern, end) == '*')
		end++;
	next = byte_at(m->pattern, end);
	whole = end - m->p >= 2 && (m->p == 0 || m->pattern.ptr[m->p - 1] == '/') &&
	        (next < 0 || next == '/' ||
	         (next == '\\' && byte_at(m->pattern, end + 1) == '/'));
	if (!whole) {
		m->star = (struct retry){ end, m->t, true };
		m->p = end;
		return true;
	}
	*all = next < 0;
	m->star.set = false;
	m->p = end + (next == '/' ? 1 : 2);
	m->deep = (struct retry){ m->p, m->t, true };
	/* A quoted slash takes part in the match, so here "**" is not "no component". */
	return next != '\\' || retry_deep(m);
}

bool scan_wildmatch(struct span pattern, struct span text)
{
	struct match m = { .pattern = pattern, .text = text };
	bool all = false;

	for (;;) {
		if (byte_at(pattern, m.p) == '*') {
			if (!open_star(&m, &all))
				return false;
			if (all)
				return true;
			continue;
		}
		if (m.p == pattern.len && m.t == text.len)
			return true;
		if (!match_one(&m) && !retry(&m))
			return false;
	}
}
