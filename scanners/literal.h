// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_LITERAL_H
#define SCANNERS_LITERAL_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/*
 * Finds many literals in one pass without regard to the case of ASCII letters: Aho and
 * Corasick's automaton, written out as a table over classes of bytes. Constant once
 * built; any thread. Linear in the text and in what is found.
 */
struct scan_literal_set;

struct scan_literal_in {
	struct span text; /* not empty */
	unsigned tag;     /* what a match says; several literals may have the same */
};

enum { SCAN_LITERAL_STATES_MAX = 1 << 18 };

/* ERR_LIMIT above SCAN_LITERAL_STATES_MAX bytes in all. */
enum err_code scan_literal_set_new(struct scan_literal_set **out,
                                   const struct scan_literal_in *literals, size_t count,
                                   struct err *err) ERR_CHECKED;
void scan_literal_set_free(struct scan_literal_set *s);

/* A literal of the tag ends at `end`; by rising end. */
typedef void scan_literal_hit(unsigned tag, size_t len, size_t end, void *context);
void scan_literal_set_find(const struct scan_literal_set *s, struct span text,
                           scan_literal_hit *hit, void *context);

#endif
