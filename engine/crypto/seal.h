// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "crypto/key.h"

#include <stdint.h>

/*
 * Sealing and opening with associated data (docs/format.md, section 1). A struct lb_seal
 * holds the key and the cipher's state and belongs to one thread; nothing is allocated
 * after lb_seal_new. A key seals at most once under a counter: the caller's duty.
 */

/* The version of the repository format that this code reads and writes. */
enum { LB_FORMAT_VERSION = 0 };

enum lb_suite { LB_SUITE_AES256GCM = 1, LB_SUITE_XCHACHA20 = 2 };

bool lb_suite_known(uint64_t number);
/* AES where the processor has instructions for it. */
enum lb_suite lb_suite_best(void);

/* What a sealed piece is. */
enum lb_sealed {
	LB_SEALED_SLOT = 1,
	LB_SEALED_FRAME = 2,
	LB_SEALED_TRAILER = 3,
	LB_SEALED_SEGMENT = 4,
	LB_SEALED_LIST = 5,
	LB_SEALED_SHARED = 6,
	LB_SEALED_PRIVATE = 7,
	LB_SEALED_SESSION = 8,
	LB_SEALED_SIGNER = 9, /* of no repository: a key that signs (crypto/signer.h) */
};

struct lb_aad {
	enum lb_sealed type;
	struct lb_id repo;
	struct lb_id object;
	uint64_t slot;
	struct span extra; /* follows the 80 bytes; key slots and signers only */
};

#define LB_TAG 16
#define LB_COUNTER_TRAILER ((uint64_t)1 << 63)

struct lb_seal;
enum err_code lb_seal_new(struct lb_seal **out, enum lb_suite suite,
                          struct err *err) ERR_CHECKED;
void lb_seal_free(struct lb_seal *s);
/* The key of all that follows; copied. */
enum err_code lb_seal_key(struct lb_seal *s, const struct lb_key *key,
                          struct err *err) ERR_CHECKED;
/* `out` has room for plain.len + LB_TAG and may be the plaintext itself. */
enum err_code lb_seal_put(struct lb_seal *s, uint64_t counter, const struct lb_aad *aad,
                          struct span plain, unsigned char *out,
                          struct err *err) ERR_CHECKED;
/* `out` has room for sealed.len - LB_TAG and may be the sealed bytes themselves.
 * ERR_CORRUPT where key, counter, associated data or bytes are not those that were
 * sealed; `out` is zeros then. */
enum err_code lb_seal_get(struct lb_seal *s, uint64_t counter, const struct lb_aad *aad,
                          struct span sealed, unsigned char *out,
                          struct err *err) ERR_CHECKED;

#endif
