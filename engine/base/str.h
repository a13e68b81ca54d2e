// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/buf.h"

#include <stdint.h>

/* Text: comparing, escaping for people, matching globs, finding the word that was meant.
 */

/* Both may be NULL; NULL equals only NULL. */
bool str_eq(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

bool str_is_utf8(struct span s);
/* Length in bytes of the UTF-8 sequence at the start, 0 where it is not one (or s is
 * empty). */
size_t str_utf8_len(struct span s);
/* Terminal columns that the text takes (wide characters 2, combining 0); bad bytes count
 * 4 as str_display shows them. */
size_t str_columns(struct span s);
/*
 * A text as people tell it from another: blanks of any kind are one space, none at either
 * end; what is not seen (controls, joiners, marks of direction, soft hyphens) is left
 * out; ASCII letters are small. `begun` is false at the start.
 */
struct str_seen {
	struct span rest;
	bool begun;
};
/* The next character, 0 at the end; bytes that are not UTF-8 are above all of them. */
uint32_t str_seen_next(struct str_seen *s);
bool str_seen_same(struct span a, struct span b);
/* C0, C1 or DEL; line ends are among them. */
bool str_has_control(struct span s);
/*
 * Appends untrusted bytes for a person's eye: control characters, ANSI escapes,
 * bidirectional overrides and bytes that are not UTF-8 become \xNN or \u{NNNN}, newline
 * \n, tab \t.
 */
void str_display(struct buf *out, struct span s);
/* Appends at most `columns` columns of str_display's text, ending in an ellipsis when
 * cut. */
void str_display_cut(struct buf *out, struct span s, size_t columns);
/* The same for sentences: cut behind a whole word where one ends in the second half, and
 * a bracket that is left open is closed behind the ellipsis. */
void str_display_words(struct buf *out, struct span s, size_t columns);
/* The same for paths: cut in front, behind a slash where there is one, so that the name
 * of the file stays. */
void str_display_path(struct buf *out, struct span s, size_t columns);
/* Where to cut a text of which only the first `len` bytes have room: behind a whole word
 * where one ends in the second half of them, without what belongs to the next. */
size_t str_word_end(struct span s, size_t len);

/*
 * Glob over a path with '/' separators: ? and * match within one name, ** as a whole name
 * matches any number of names, also none; [a-z] and [!a-z] sets, {a,b} alternatives,
 * backslash quotes. ? and sets take a whole UTF-8 character. A pattern must match the
 * whole path. Time is bounded by pattern times path length for each alternative; a
 * pattern has at most 64 alternatives and 4096 bytes.
 */
bool str_glob(const char *pattern, struct span path);
/* False, with the reason in `why` (static text), for an unclosed set or brace, a '/' in a
 * set, a trailing backslash, or a pattern over the limits; such a pattern matches
 * nothing. */
bool str_glob_ok(const char *pattern, const char **why);
/* Appends alternative number `n` (from 0) of a pattern with braces: a pattern without. To
 * match many paths with many alternatives, take them apart once. False behind the last,
 * and for a broken pattern. */
bool str_glob_alternative(const char *pattern, size_t n, struct buf *out);
/* str_glob of such a pattern; it does not look at its form again. */
bool str_glob_flat(struct span flat, struct span path);

/*
 * Did you mean: the candidate with the smallest edit distance (transpositions count one),
 * if that is at most a third of the word's length (at least 1), else NULL. Ties: the
 * first.
 */
const char *str_nearest(struct span word, const char *const *candidates, size_t count);

/* What makes a plural of an English word: "" for one, else "s". */
const char *str_s(uint64_t count);

/* A size for people: "812 B", "1.5 GiB". */
void str_size(struct buf *out, uint64_t bytes);

/* Lower-case hexadecimal. `out` has room for 2 * len + 1. */
void str_hex(const void *bytes, size_t len, char *out);
/* The reverse. False, and `out` untouched, unless these are exactly 2 * len lower-case
 * digits. */
bool str_unhex(struct span hex, void *out, size_t len);

/* What stands before the colon of "s3:https://..", "sftp:a@b:/c" or "host:/srv", of
 * 40 bytes at most; empty for a path, whose first name has no colon. */
struct span str_address(const char *place);

#endif
