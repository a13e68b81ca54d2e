// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SECRET_VALUE_H
#define SCANNERS_SECRET_VALUE_H

#include "base/span.h"

/*
 * What can be told of a value from its bytes alone: whether it looks drawn at random, or
 * was typed by somebody to stand for a secret. Pure; linear in the value.
 */

/* Shannon's, in bits a byte: 0 for nothing or one byte over and over, at most 8. */
double scan_entropy(struct span value);

struct scan_makeup {
	size_t digits;
	size_t lower;
	size_t upper;
	size_t other;
	size_t distinct; /* different bytes */
	size_t longest;  /* run of one and the same byte */
};
struct scan_makeup scan_makeup_of(struct span value);

/* The share of the letters that words of the dictionary make up, 0 to 1. */
double scan_wordiness(struct span value);

/* Has the value a word of placeholders ("example", "your", "changeme") that stands apart
 * from what is before and behind it? */
bool scan_is_placeholder(struct span value);

/* Is it one byte or a short piece over and over, or mostly one byte? */
bool scan_is_filler(struct span value);

/* Does a run of the alphabet, the digits or a row of the keyboard make up most of it? */
bool scan_is_sequence(struct span value);

/* Is it filled in at run time: ${NAME}, {{ name }}, %s, <name>, $NAME? */
bool scan_is_template(struct span value);

/* 8-4-4-4-12 hexadecimal digits. */
bool scan_is_uuid(struct span value);

#endif
