// SPDX-License-Identifier: Apache-2.0
#include "prefilter.h"

#define BIT(c, n) [c] = 1u << (n)
#define LETTER(upper, lower, n) BIT(upper, n), BIT(lower, n)
#define DIGIT(c) BIT(c, SCAN_HAS_DIGIT)

static const uint32_t bits[256] = {
	LETTER('A', 'a', 0),
	LETTER('B', 'b', 1),
	LETTER('C', 'c', 2),
	LETTER('D', 'd', 3),
	LETTER('E', 'e', 4),
	LETTER('F', 'f', 5),
	LETTER('G', 'g', 6),
	LETTER('H', 'h', 7),
	LETTER('I', 'i', 8),
	LETTER('J', 'j', 9),
	LETTER('K', 'k', 10),
	LETTER('L', 'l', 11),
	LETTER('M', 'm', 12),
	LETTER('N', 'n', 13),
	LETTER('O', 'o', 14),
	LETTER('P', 'p', 15),
	LETTER('Q', 'q', 16),
	LETTER('R', 'r', 17),
	LETTER('S', 's', 18),
	LETTER('T', 't', 19),
	LETTER('U', 'u', 20),
	LETTER('V', 'v', 21),
	LETTER('W', 'w', 22),
	LETTER('X', 'x', 23),
	LETTER('Y', 'y', 24),
	LETTER('Z', 'z', 25),
	BIT('.', SCAN_HAS_DOT),
	BIT(':', SCAN_HAS_COLON),
	BIT('/', SCAN_HAS_SLASH),
	BIT('@', SCAN_HAS_AT),
	BIT('\\', SCAN_HAS_BACKSLASH),
	DIGIT('0'),
	DIGIT('1'),
	DIGIT('2'),
	DIGIT('3'),
	DIGIT('4'),
	DIGIT('5'),
	DIGIT('6'),
	DIGIT('7'),
	DIGIT('8'),
	DIGIT('9'),
};

uint32_t scan_bytes_of(struct span text)
{
	uint32_t set = 0;

	for (size_t i = 0; i < text.len; i++)
		set |= bits[(unsigned char)text.ptr[i]];
	return set;
}
