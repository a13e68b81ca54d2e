// SPDX-License-Identifier: Apache-2.0
/*
 * A star that fails later gives one more character to the last star only, and ** one
 * more name to the last ** only: what follows an earlier one was matched as far left as
 * it can be, so going back to it never helps. That bounds a match by pattern x path.
 */
#include "base/str.h"
#include "snapshot/filter_internal.h"

#include <string.h>

/* A byte that is no UTF-8 counts as a character of its own, behind all others. */
#define BAD_BYTE 0x110000u

static uint32_t fold_char(uint32_t c, bool fold)
{
	return fold && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The character at the start of `s`, which is not empty, and its length. */
static uint32_t next_char(struct span s, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	uint32_t c = p[0];

	*len = str_utf8_len(s);
	if (*len <= 1) {
		const bool bad = *len == 0;

		*len = 1;
		return bad ? BAD_BYTE + c : c;
	}
	c &= 0xffu >> (*len + 1);
	for (size_t i = 1; i < *len; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* A member of a set or a quoted character: its length in the pattern goes to *len. */
static uint32_t next_member(struct span s, size_t *len)
{
	uint32_t c;

	if (s.ptr[0] != '\\' || s.len == 1)
		return next_char(s, len);
	c = next_char(span_from(s, 1), len);
	++*len;
	return c;
}

/* Bytes of the set at the start of the pattern, 0 if it does not end. */
static size_t set_length(struct span p)
{
	size_t i = 1;

	if (i < p.len && (p.ptr[i] == '!' || p.ptr[i] == '^'))
		i++;
	if (i < p.len && p.ptr[i] == ']')
		i++;
	for (; i < p.len; i++) {
		if (p.ptr[i] == ']')
			return i + 1;
		if (p.ptr[i] == '\\')
			i++;
	}
	return 0;
}

/* `set` without its brackets. */
static bool set_has(struct span set, uint32_t c, bool fold)
{
	bool negated = false;
	bool found = false;

	if (set.len > 0 && (set.ptr[0] == '!' || set.ptr[0] == '^')) {
		negated = true;
		set = span_from(set, 1);
	}
	while (set.len > 0) {
		size_t len;
		uint32_t low = next_member(set, &len);
		uint32_t high = low;

		set = span_from(set, len);
		if (set.len > 1 && set.ptr[0] == '-') {
			high = next_member(span_from(set, 1), &len);
			set = span_from(set, 1 + len);
		}
		low = fold_char(low, fold);
		high = fold_char(high, fold);
		found = found || (low <= c && c <= high);
	}
	return found != negated;
}

/* One element that is not a star against one character; 0 = no, else its length. */
static size_t element_match(struct span p, uint32_t c, bool fold)
{
	size_t len;

	c = fold_char(c, fold);
	if (p.ptr[0] == '?')
		return 1;
	if (p.ptr[0] == '[') {
		len = set_length(p);
		return set_has(span_sub(p, 1, len - 2), c, fold) ? len : 0;
	}
	return fold_char(next_member(p, &len), fold) == c ? len : 0;
}

static bool wild_match(struct span p, struct span name, bool fold)
{
	struct span star = SPAN_EMPTY; /* pattern behind the last star, */
	struct span rest = SPAN_EMPTY; /* and what it may still take */
	bool starred = false;

	while (name.len > 0 || p.len > 0) {
		size_t len = 0;
		size_t step = 0;

		if (p.len > 0 && p.ptr[0] == '*') {
			star = p = span_from(p, 1);
			rest = name;
			starred = true;
			continue;
		}
		if (name.len > 0) {
			const uint32_t c = next_char(name, &len);

			step = p.len == 0 ? 0 : element_match(p, c, fold);
		}
		if (step > 0) {
			p = span_from(p, step);
			name = span_from(name, len);
			continue;
		}
		if (!starred || rest.len == 0)
			return false;
		(void)next_char(rest, &len);
		rest = name = span_from(rest, len);
		p = star;
	}
	return true;
}

static bool same(struct span a, struct span b, bool fold)
{
	if (a.len != b.len)
		return false;
	if (!fold || a.len == 0)
		return span_eq(a, b);
	for (size_t i = 0; i < a.len; i++) {
		if (fold_char((unsigned char)a.ptr[i], true) !=
		    fold_char((unsigned char)b.ptr[i], true))
			return false;
	}
	return true;
}

static bool segment_match(const struct segment *s, struct span name, bool fold)
{
	const size_t len = s->text.len;

	switch (s->kind) {
	case SEGMENT_ANY:
		return true;
	case SEGMENT_LITERAL:
		return same(s->text, name, fold);
	case SEGMENT_START:
		return name.len >= len && same(s->text, span_sub(name, 0, len), fold);
	case SEGMENT_END:
		return name.len >= len &&
		       same(s->text, span_from(name, name.len - len), fold);
	case SEGMENT_WILD:
		return wild_match(s->text, name, fold);
	}
	return false;
}

/* Takes the first name off. */
static struct span take_name(struct span *path)
{
	const size_t slash = span_find_byte(*path, '/');
	const struct span name = span_sub(*path, 0, slash);

	*path = span_from(*path, slash + 1);
	return name;
}

bool lb_pattern_match(const struct lb_pattern *p, struct span path)
{
	struct span rest = SPAN_EMPTY; /* what the last ** may still take */
	size_t star = SIZE_MAX;
	size_t at = 0;

	/* By far the most patterns are one name, wherever it is. */
	if (!p->anchored && p->count == 2) {
		const size_t slash = span_rfind_byte(path, '/');

		if (slash < path.len)
			path = span_from(path, slash + 1);
		return segment_match(&p->segments[1], path, p->fold);
	}
	while (path.len > 0) {
		struct span after = path;

		if (at < p->count && p->segments[at].kind == SEGMENT_ANY) {
			star = at++;
			rest = path;
			if (at == p->count)
				return true;
			continue;
		}
		if (at < p->count &&
		    segment_match(&p->segments[at], take_name(&after), p->fold)) {
			at++;
			path = after;
			continue;
		}
		if (star == SIZE_MAX)
			return false;
		(void)take_name(&rest);
		path = rest;
		at = star + 1;
	}
	return at == p->count;
}

bool lb_pattern_inside(const struct lb_pattern *p, struct span path)
{
	size_t at = 0;

	while (path.len > 0) {
		if (at == p->count)
			return false;
		if (p->segments[at].kind == SEGMENT_ANY)
			return true;
		if (!segment_match(&p->segments[at], take_name(&path), p->fold))
			return false;
		at++;
	}
	return at < p->count;
}

/* NULL, or what is wrong with the glob of one name. */
static const char *glob_fault(struct span s)
{
	while (s.len > 0) {
		size_t len = 1;

		if (s.ptr[0] == '\\' && s.len == 1)
			return "a backslash at the end of a name";
		if (s.ptr[0] == '\\')
			len = 2;
		if (s.ptr[0] == '[' && (len = set_length(s)) == 0)
			return "a [ without its ]";
		s = span_from(s, len);
	}
	return NULL;
}

/* Does every byte that is not quoted stand for itself? */
static bool is_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (strchr("*?[", s.ptr[i]) != NULL)
			return false;
	}
	return true;
}

static struct span unquote(struct span s, struct arena *arena)
{
	char *copy = arena_dup(arena, s);
	size_t n = 0;

	if (copy == NULL)
		return SPAN_EMPTY;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		copy[n++] = s.ptr[i];
	}
	return span_of(copy, n);
}

static bool ends_in_star(struct span s)
{
	return s.len > 0 && s.ptr[s.len - 1] == '*' &&
	       (s.len == 1 || s.ptr[s.len - 2] != '\\') &&
	       is_plain(span_sub(s, 0, s.len - 1));
}

static void compile_segment(struct segment *s, struct span text, struct arena *arena)
{
	if (span_eq_str(text, "**")) {
		s->kind = SEGMENT_ANY;
	} else if (is_plain(text)) {
		s->kind = SEGMENT_LITERAL;
		s->text = unquote(text, arena);
	} else if (text.ptr[0] == '*' && is_plain(span_from(text, 1))) {
		s->kind = SEGMENT_END;
		s->text = unquote(span_from(text, 1), arena);
	} else if (ends_in_star(text)) {
		s->kind = SEGMENT_START;
		s->text = unquote(span_sub(text, 0, text.len - 1), arena);
	} else {
		s->kind = SEGMENT_WILD;
		s->text = span_of(arena_dup(arena, text), text.len);
	}
}

/* Takes the marks off both ends that say what kind of pattern it is. */
static struct span strip(struct lb_pattern *out, struct span text)
{
	if (text.len > 0 && text.ptr[0] == '!') {
		out->negated = true;
		text = span_from(text, 1);
	}
	out->anchored = text.len > 0 && text.ptr[0] == '/';
	while (text.len > 0 && text.ptr[text.len - 1] == '/') {
		out->folders_only = true;
		text.len--;
	}
	return text;
}

static const char *add_segments(struct lb_pattern *out, struct span text,
                                struct arena *arena)
{
	const char *fault;
	struct span name;

	while (span_split(&text, '/', &name)) {
		struct segment *s = &out->segments[out->count];

		if (name.len == 0 || span_eq_str(name, "."))
			continue;
		if (span_eq_str(name, ".."))
			return "a path never has .. in it";
		if ((fault = glob_fault(name)) != NULL)
			return fault;
		compile_segment(s, name, arena);
		/* Two ** are one. */
		if (s->kind != SEGMENT_ANY || out->count == 0 ||
		    s[-1].kind != SEGMENT_ANY)
			out->count++;
	}
	return NULL;
}

const char *lb_pattern_compile(struct lb_pattern *out, struct span text, bool fold,
                               struct arena *arena)
{
	const char *fault;
	size_t names = 2;
	size_t first;

	memset(out, 0, sizeof(*out));
	out->fold = fold;
	if (text.len > LB_FILTER_PATTERN_MAX)
		return "it is longer than 4096 bytes";
	if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)
		return "it has a NUL byte in it";
	text = strip(out, text);
	for (size_t i = 0; i < text.len; i++)
		names += text.ptr[i] == '/';
	out->segments = arena_array(arena, names, sizeof(*out->segments));
	if (out->segments == NULL)
		return NULL;
	if (!out->anchored)
		out->segments[out->count++].kind = SEGMENT_ANY;
	first = out->count;
	if ((fault = add_segments(out, text, arena)) != NULL)
		return fault;
	/* A lone ** was taken together with the one in front. */
	if (out->count == first && !(first == 1 && span_eq_str(text, "**")))
		return "it names nothing";
	return NULL;
}
