// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_JSON_INTERNAL_H
#define LIB_JSON_INTERNAL_H

#include "base/buf.h"

/*
 * The pass before cJSON. cJSON turns numbers into doubles, and lets through bytes that
 * are no text, control characters and half surrogates; so the grammar is checked here,
 * where the place of each fault is known, and each number outside strings is rewritten as
 * a string that starts with JSON_NUMBER_MARK, a byte that cannot occur in checked text:
 *
 *     {"a": 1e3}   becomes   {"a": "\xff1e3"}
 */
#define JSON_NUMBER_MARK '\xff'

enum { JSON_DEPTH_MAX = 200 };

/* What is wrong and where, in bytes of the text. */
struct json_fault {
	size_t offset;
	const char *what; /* static text */
};

/* False with the fault. `out` (empty at first) must be asked for running out of memory
 * too. */
bool json_scan(struct span text, struct buf *out, struct json_fault *fault);
/*
 * The same for a text that breaks off or has a fault: what is complete up to there, to
 * the last whole element of an array, with the brackets closed. False if there is none.
 */
bool json_scan_cut(struct span text, struct buf *out);
/* How many bytes at the start mean only themselves in a string, by eights: the next ones
 * may, too. */
size_t json_plain(struct span text);
struct json_want;

/* The raw texts of the members that are wanted; those that are not there stay empty. */
bool json_scan_pick(struct span text, struct json_want *wants, size_t count,
                    struct json_fault *fault);
/* Where an offset in the rewritten text lies in the text itself. */
size_t json_scan_origin(struct span rewritten, size_t offset);
/* Offset in the rewritten text of its n-th string token (n from 0). */
size_t json_scan_token(struct span rewritten, size_t n);

#endif
