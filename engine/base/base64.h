// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Base64 of RFC 4648 section 4, with its '='. One text for every sequence of bytes: what
 * was read is what writing it again gives. */

void base64_put(struct buf *out, struct span bytes);
/* Appends the bytes. ERR_CORRUPT for any other text: line ends, other alphabets, missing
 * '=', bits that say nothing and are not 0. */
enum err_code base64_read(struct buf *out, struct span text, struct err *err) ERR_CHECKED;

#endif
