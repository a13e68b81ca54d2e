// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DECODE_H
#define SCANNERS_DECODE_H

#include "base/buf.h"
#include "scanners/regex.h"

/*
 * Text that other text hides: Base64 (both alphabets), hexadecimal digits, percent signs,
 * UTF-16 inside them. Where runs of Base64 and hexadecimal are is known already
 * (glance.h); decoding stops at the first bytes that are no text.
 */

enum scan_coding { SCAN_BASE64, SCAN_HEX, SCAN_PERCENT };
const char *scan_coding_name(enum scan_coding c); /* "base64" "hex" "percent" */

/* A run of encoded text. */
struct scan_encoded {
	enum scan_coding coding;
	size_t start;
	size_t end;
};

/* Goes through a text once. Borrowed text; no memory of its own. */
struct scan_decoder {
	struct span text;
	const struct scan_group *runs; /* borrowed */
	size_t run_count;
	size_t run_at;     /* the next of them */
	size_t percent_at; /* where the next percent sign is looked for */
};

/* `runs` are those of the text, of SCAN_RUN_MIN bytes or more. */
void scan_decoder_init(struct scan_decoder *d, struct span text,
                       const struct scan_group *runs, size_t count);
/* The next run that decodes to text, of whatever coding; what it says is in `out`
 * (cleared first). First all of Base64 and hexadecimal, then the percent signs. False if
 * there is none. */
bool scan_decoder_next(struct scan_decoder *d, struct scan_encoded *found,
                       struct buf *out);

/* Bytes of Base64 of either alphabet, with or without its '='; stops at the first byte
 * that is none. Appends to `out`. */
void scan_base64_decode(struct span encoded, struct buf *out);

#endif
