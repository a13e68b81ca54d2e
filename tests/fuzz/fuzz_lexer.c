// SPDX-License-Identifier: Apache-2.0
/* The lexer of any language over any bytes: every byte is in exactly one piece, and
 * delimiters stay inside their piece. The first byte chooses the language. */
#include "scanners/language_internal.h"
#include "scanners/lexer.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scan_language *rows;
	struct scan_lexer x;
	struct scan_piece p;
	size_t count;
	size_t at = 0;

	if (size == 0)
		return 0;
	rows = scan_language_rows(&count);
	scan_lexer_init(&x, &rows[data[0] % count],
	                span_of((const char *)data + 1, size - 1));
	while (scan_lexer_next(&x, &p)) {
		if (p.start != at || p.end <= p.start || p.end > size - 1 ||
		    p.open + p.close > p.end - p.start)
			abort();
		at = p.end;
	}
	if (at != size - 1)
		abort();
	return 0;
}
