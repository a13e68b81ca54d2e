// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HARDCODED_MARKS_H
#define SCANNERS_HARDCODED_MARKS_H

#include <stddef.h>

/*
 * What every value that hardcoded.c reports has in it, or in front of it on its line: the
 * engine looks for these and for those of glance.h, and strings without one are not
 * judged at all. They may find too much, never too little; the tests compare both.
 */
enum {
	HARDCODED_BEFORE = 128, /* a mark is at most so far in front of its string */
	HARDCODED_BEHIND = 8,   /* or its end behind it */
};

/* What a mark may be a part of. */
enum {
	HARDCODED_URL = 1,
	HARDCODED_MAIL = 2,
	HARDCODED_LOGIN = 4,
	HARDCODED_IPV4 = 8,
	HARDCODED_IPV6 = 16,
	HARDCODED_LOCAL = 32,
	HARDCODED_EXAMPLE = 64,
	HARDCODED_PORT = 128,
	HARDCODED_HOME = 256,
	HARDCODED_TEST = 512,
	HARDCODED_KEY = 1024, /* a name in front of a port or a password */
	HARDCODED_ANY = 2047,
};

/* One that was found. */
struct scan_mark {
	size_t end;
	unsigned kinds; /* HARDCODED_URL, .. */
};

struct hardcoded_mark {
	const char *expression;
	unsigned kinds;
};

/* The i-th one, NULL behind the last. */
const struct hardcoded_mark *scan_hardcoded_mark(size_t i);

#endif
