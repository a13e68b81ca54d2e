// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* Borrowed bytes: never owned, never assumed to end in NUL. An empty span may have a NULL
 * ptr. */
struct span {
	const char *ptr;
	size_t len;
};

#define SPAN_EMPTY ((struct span){ NULL, 0 })
/* Of a string literal. */
#define SPAN_LIT(s) ((struct span){ (s), sizeof(s) - 1 })

struct span span_of(const char *ptr, size_t len);
/* Of a C string; NULL gives the empty span. */
struct span span_str(const char *s);

bool span_eq(struct span a, struct span b);
bool span_eq_str(struct span a, const char *b);
/* Byte order, shorter first among equal prefixes: <0, 0, >0. */
int span_cmp(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);
/* Offset of the first `needle`, or s.len. */
size_t span_find(struct span s, struct span needle);
size_t span_find_byte(struct span s, char c);
/* Offset of the last `c`, or s.len. */
size_t span_rfind_byte(struct span s, char c);
/* From `from` (clipped to the end) to the end. */
struct span span_from(struct span s, size_t from);
/* At most `len` bytes from `from`, both clipped. */
struct span span_sub(struct span s, size_t from, size_t len);
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
