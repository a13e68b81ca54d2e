// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_BINARY_H
#define SCANNERS_BINARY_H

#include "base/buf.h"

enum scan_encoding { SCAN_BYTES, SCAN_UTF16, SCAN_BINARY };

/* What a file holds: UTF-16 by its byte order mark or by the zeros of Latin letters;
 * binary by a NUL in its first 8 KiB, unless hardly any control character is there, so
 * that a stray one hides no text; else text in whatever bytes. */
enum scan_encoding scan_encoding_of(struct span data);
/* Appends what that takes for UTF-16 as UTF-8 without a mark; what is wrong becomes
 * U+FFFD. */
void scan_utf16_decode(struct span data, struct buf *out);

#endif
