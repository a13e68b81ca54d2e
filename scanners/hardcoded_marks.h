// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HARDCODED_MARKS_H
#define SCANNERS_HARDCODED_MARKS_H

#include <stddef.h>

/*
 * What every value that hardcoded.c reports has in it, or in front of it on its line: the
 * engine looks for these, and strings without one are not judged at all. They may find
 * too much, never too little; the tests compare both.
 */
enum {
	HARDCODED_BEFORE = 128, /* a mark is at most so far in front of its string */
	HARDCODED_BEHIND = 8,   /* or its end behind it */
};

/* The i-th expression, NULL behind the last. */
const char *scan_hardcoded_mark(size_t i);

#endif
