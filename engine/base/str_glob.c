// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"

#include "base/str_internal.h"

/*
 * A pattern with braces stands for several flat patterns. Each brace pair multiplies
 * their number (nested ones too, an upper bound); the digits of the alternative's number,
 * in mixed radix, say which piece each pair takes. So there is no recursion and one fixed
 * buffer.
 *
 * A flat pattern matches in pattern x path steps: within a name a star that fails later
 * gives one more character to the *last* star only, and between names ** does the same.
 * Going back to an earlier star is never needed: what follows it was matched as far left
 * as it can be.
 */
#define PATTERN_MAX 4096
#define ALTERNATIVES_MAX 64

/* The bytes of the element at the start: a quoted byte, a whole set, or one byte; 0 =
 * broken. */
static size_t element_len(struct span p, const char **why)
{
	size_t i = 1;

	if (p.ptr[0] == '\\') {
		*why = "backslash at the end";
		return p.len > 1 ? 2 : 0;
	}
	if (p.ptr[0] != '[')
		return 1;
	*why = "unclosed set: [ without ]";
	if (i < p.len && (p.ptr[i] == '!' || p.ptr[i] == '^'))
		i++;
	/* A bracket in first place is a member. */
	if (i < p.len && p.ptr[i] == ']')
		i++;
	for (; i < p.len; i++) {
		if (p.ptr[i] == ']')
			return i + 1;
		if (p.ptr[i] == '/') {
			*why = "a set matches within a name and cannot hold '/'";
			return 0;
		}
		if (p.ptr[i] == '\\')
			i++;
	}
	return 0;
}

/* Checks the form and counts the flat patterns; 0 = broken. */
static size_t count_alternatives(struct span p, const char **why)
{
	size_t pieces[PATTERN_MAX / 64]; /* of each open brace */
	size_t depth = 0;
	size_t total = 1;

	if (p.len > PATTERN_MAX) {
		*why = "longer than 4096 bytes";
		return 0;
	}
	while (p.len > 0) {
		size_t len = element_len(p, why);

		if (len == 0)
			return 0;
		if (p.ptr[0] == '{') {
			if (depth == sizeof(pieces) / sizeof(pieces[0])) {
				*why = "braces nest deeper than 64";
				return 0;
			}
			pieces[depth++] = 1;
		} else if (p.ptr[0] == ',' && depth > 0) {
			pieces[depth - 1]++;
		} else if (p.ptr[0] == '}' && depth > 0) {
			total *= pieces[--depth];
			if (total > ALTERNATIVES_MAX) {
				*why = "more than 64 alternatives";
				return 0;
			}
		}
		p = span_from(p, len);
	}
	*why = "unclosed brace: { without }";
	return depth == 0 ? total : 0;
}

/* The offset in `p` behind the brace that closes the one open at its start; counts its
 * pieces. */
static size_t brace_end(struct span p, size_t *pieces)
{
	const char *why;
	size_t depth = 1;
	size_t i = 0;

	*pieces = 1;
	while (depth > 0) {
		char c = p.ptr[i];

		i += element_len(span_from(p, i), &why);
		if (c == '{')
			depth++;
		else if (c == '}')
			depth--;
		else if (c == ',' && depth == 1)
			(*pieces)++;
	}
	return i;
}

/* The offset in `p` of piece number `n` of the brace open at its start. */
static size_t piece_start(struct span p, size_t n)
{
	const char *why;
	size_t depth = 1;
	size_t i = 0;

	while (n > 0) {
		char c = p.ptr[i];

		i += element_len(span_from(p, i), &why);
		if (c == '{')
			depth++;
		else if (c == '}')
			depth--;
		else if (c == ',' && depth == 1)
			n--;
	}
	return i;
}

/* Writes flat pattern number `number` of a checked pattern, which has `p.len` bytes of
 * room. */
static struct span flatten(struct span p, size_t number, char *out)
{
	const char *why;
	size_t depth = 0;
	size_t used = 0;
	size_t pieces;

	while (p.len > 0) {
		size_t len = element_len(p, &why);

		if (p.ptr[0] == '{') {
			(void)brace_end(span_from(p, 1), &pieces);
			len = 1 + piece_start(span_from(p, 1), number % pieces);
			number /= pieces;
			depth++;
		} else if (p.ptr[0] == ',' && depth > 0) {
			/* The chosen piece is over: on behind the closing brace. */
			len = 1 + brace_end(span_from(p, 1), &pieces);
			depth--;
		} else if (p.ptr[0] == '}' && depth > 0) {
			depth--;
		} else {
			/* A quoted slash is a slash, so that names part at every slash.
			 */
			size_t skip = p.ptr[0] == '\\' && p.ptr[1] == '/' ? 1 : 0;

			for (size_t i = skip; i < len; i++)
				out[used++] = p.ptr[i];
		}
		p = span_from(p, len);
	}
	return span_of(out, used);
}

/* Takes one member's character out of a set. */
static uint32_t take_member(struct span *set)
{
	uint32_t code;

	if (set->ptr[0] == '\\')
		*set = span_from(*set, 1);
	*set = span_from(*set, str_next(*set, &code));
	return code;
}

/* `set` is the whole "[...]". */
static bool set_has(struct span set, uint32_t wanted)
{
	bool negated;
	bool hit = false;

	set = span_sub(set, 1, set.len - 2);
	negated = span_starts(set, SPAN_LIT("!")) || span_starts(set, SPAN_LIT("^"));
	if (negated)
		set = span_from(set, 1);
	while (set.len > 0) {
		uint32_t first = take_member(&set);
		uint32_t last = first;

		/* A hyphen at the end is a member. */
		if (set.len > 1 && set.ptr[0] == '-') {
			set = span_from(set, 1);
			last = take_member(&set);
		}
		hit = hit || (wanted >= first && wanted <= last);
	}
	return hit != negated;
}

/* Matches one element (not a star) against one character and steps over both. */
static bool match_one(struct span *p, struct span *name)
{
	const char *why;
	size_t len = element_len(*p, &why);
	struct span element = span_sub(*p, 0, len);
	uint32_t code;
	size_t bytes;

	if (name->len == 0)
		return false;
	bytes = str_next(*name, &code);
	if (element.ptr[0] == '[') {
		if (!set_has(element, code))
			return false;
	} else if (element.ptr[0] != '?') {
		/* Literal text goes byte by byte. */
		if (element.ptr[len - 1] != name->ptr[0])
			return false;
		bytes = 1;
	}
	*p = span_from(*p, len);
	*name = span_from(*name, bytes);
	return true;
}

/* Matches a flat pattern without '/' against one name. */
static bool match_name(struct span p, struct span name)
{
	struct span after_star = SPAN_EMPTY; /* the pattern behind the last star */
	struct span retry = SPAN_EMPTY;      /* where that was tried last */
	bool starred = false;
	uint32_t code;

	while (p.len > 0 || name.len > 0) {
		if (p.len > 0 && p.ptr[0] == '*') {
			p = span_from(p, 1);
			after_star = p;
			retry = name;
			starred = true;
		} else if (p.len == 0 || !match_one(&p, &name)) {
			if (!starred || retry.len == 0)
				return false;
			retry = span_from(retry, str_next(retry, &code));
			name = retry;
			p = after_star;
		}
	}
	return true;
}

/* A path of which names are taken; unlike an empty name, no name at all is `done`. */
struct names {
	struct span rest;
	bool done;
};

/* The first name, without stepping over it. */
static struct span first_name(const struct names *names)
{
	return span_sub(names->rest, 0, span_find_byte(names->rest, '/'));
}

static void drop_name(struct names *names)
{
	size_t slash = span_find_byte(names->rest, '/');

	names->done = slash == names->rest.len;
	names->rest = span_from(names->rest, slash + 1);
}

static bool match_flat(struct span pattern, struct span path)
{
	struct names p = { pattern, false };
	struct names s = { path, false };
	struct names after_stars = p;
	struct names retry = s;
	bool starred = false;

	while (!p.done || !s.done) {
		if (!p.done && span_eq_str(first_name(&p), "**")) {
			drop_name(&p);
			after_stars = p;
			retry = s;
			starred = true;
		} else if (!p.done && !s.done &&
		           match_name(first_name(&p), first_name(&s))) {
			drop_name(&p);
			drop_name(&s);
		} else {
			if (!starred || retry.done)
				return false;
			drop_name(&retry);
			s = retry;
			p = after_stars;
		}
	}
	return true;
}

bool str_glob_ok(const char *pattern, const char **why)
{
	return count_alternatives(span_str(pattern), why) > 0;
}

bool str_glob(const char *pattern, struct span path)
{
	struct span p = span_str(pattern);
	char flat[PATTERN_MAX];
	const char *why;
	size_t count = count_alternatives(p, &why);

	for (size_t i = 0; i < count; i++)
		if (match_flat(flatten(p, i, flat), path))
			return true;
	return false;
}

bool str_glob_flat(struct span flat, struct span path)
{
	return match_flat(flat, path);
}

bool str_glob_alternative(const char *pattern, size_t n, struct buf *out)
{
	struct span p = span_str(pattern);
	char flat[PATTERN_MAX];
	const char *why;

	if (n >= count_alternatives(p, &why))
		return false;
	buf_put(out, flatten(p, n, flat));
	return true;
}
