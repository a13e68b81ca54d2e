// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_STR_INTERNAL_H
#define BASE_STR_INTERNAL_H

#include "base/span.h"

#include <stdint.h>

/* A byte b that is no part of UTF-8 reads as STR_BAD_BYTE + b, above all characters. */
#define STR_BAD_BYTE UINT32_C(0x110000)

/* Bytes of the first character (or 1 for a bad byte) and its code. The span is not empty.
 */
size_t str_next(struct span s, uint32_t *code);
/* Terminal columns of a printing character: 0, 1 or 2. */
size_t str_width(uint32_t code);

#endif
