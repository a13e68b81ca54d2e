// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_PREFILTER_H
#define SCANNERS_PREFILTER_H

#include "base/span.h"

#include <stdint.h>

/*
 * Which bytes occur in a text, as a set of 32: the letters without regard to case, and
 * the signs that addresses are made of. A word can only be in a text that has its
 * letters: one look at a byte decides which expressions are worth running.
 */
enum {
	SCAN_HAS_DOT = 26,
	SCAN_HAS_COLON,
	SCAN_HAS_SLASH,
	SCAN_HAS_AT,
	SCAN_HAS_DIGIT,
	SCAN_HAS_BACKSLASH,
};

uint32_t scan_bytes_of(struct span text);

#endif
