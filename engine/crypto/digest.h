// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/err.h"
#include "base/span.h"

/* SHA-256 through libcrypto (SHA-NI where the processor has it). */

#define DIGEST_HEX 65 /* 64 digits and NUL */

struct digest;
enum err_code digest_new(struct digest **out, struct err *err) ERR_CHECKED;
enum err_code digest_add(struct digest *d, struct span data, struct err *err) ERR_CHECKED;
/* Finishes and frees. */
enum err_code digest_finish(struct digest *d, char hex[DIGEST_HEX],
                            struct err *err) ERR_CHECKED;
void digest_free(struct digest *d);

/* In one call. */
enum err_code digest_hex(struct span data, char hex[DIGEST_HEX],
                         struct err *err) ERR_CHECKED;

#endif
