// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_BINARY_H
#define SCANNERS_BINARY_H

#include "base/buf.h"

enum scan_encoding { SCAN_BYTES, SCAN_UTF16, SCAN_BINARY };

/* What a file holds: UTF-16 by its byte order mark, binary by a NUL in its first 8 KiB,
 * else text in whatever bytes. */
enum scan_encoding scan_encoding_of(struct span data);
/* Appends UTF-16 with its mark as UTF-8 without one; what is wrong becomes U+FFFD. */
void scan_utf16_decode(struct span data, struct buf *out);

#endif
