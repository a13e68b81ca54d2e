// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Borrowed bytes: never owned, never assumed to end in NUL. An empty span may have a NULL
 * ptr. */
struct span {
	const char *ptr;
	size_t len;
};

#define SPAN_EMPTY ((struct span){ NULL, 0 })
/* Of a string literal. */
#define SPAN_LIT(s) ((struct span){ (s), sizeof(s) - 1 })

static inline struct span span_of(const char *ptr, size_t len)
{
	const struct span s = { ptr, len };

	return s;
}

/* Of a C string; NULL gives the empty span. */
struct span span_str(const char *s);

/* From `from` (clipped to the end) to the end. */
static inline struct span span_from(struct span s, size_t from)
{
	/* Not s.ptr + 0: adding to a null pointer is undefined. */
	if (from == 0)
		return s;
	if (from > s.len)
		from = s.len;
	if (from == 0)
		return s;
	return span_of(s.ptr + from, s.len - from);
}

/* At most `len` bytes from `from`, both clipped. */
static inline struct span span_sub(struct span s, size_t from, size_t len)
{
	s = span_from(s, from);
	if (s.len > len)
		s.len = len;
	return s;
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_starts(struct span s, struct span prefix)
{
	return span_eq(span_sub(s, 0, prefix.len), prefix);
}

static inline bool span_ends(struct span s, struct span suffix)
{
	return suffix.len <= s.len && span_eq(span_from(s, s.len - suffix.len), suffix);
}

bool span_eq_str(struct span a, const char *b);
/* Byte order, shorter first among equal prefixes: <0, 0, >0. */
int span_cmp(struct span a, struct span b);
/* Offset of the first `needle`, or s.len. */
size_t span_find(struct span s, struct span needle);
/* The same without regard to the case of ASCII letters; those of `small` are small. */
size_t span_find_caseless(struct span s, struct span small);
size_t span_find_byte(struct span s, char c);
/* Offset of the last `c`, or s.len. */
size_t span_rfind_byte(struct span s, char c);
/* Without ASCII white space at both ends. */
struct span span_trim(struct span s);

/*
 * Takes the next piece up to `sep` from `*rest` and steps over the separator; false at
 * the end. "a,,b" gives a, "", b; "" gives nothing; a separator at the very end gives no
 * empty last piece.
 */
bool span_split(struct span *rest, char sep, struct span *piece);
/* The next line without its LF or CRLF; false at the end. */
bool span_line(struct span *rest, struct span *line);

#endif
