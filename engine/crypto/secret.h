// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/err.h"
#include "base/span.h"

/*
 * Guarded memory for what nobody else may read: pages of its own between pages that end
 * the program when touched, kept from swap where the system lets us, wiped when freed.
 * An allocation costs some pages and system calls: for keys, not for data.
 */

/* Zeroed. NULL on failure. */
void *lb_guarded_new(size_t size);
/* Wipes; NULL is fine. */
void lb_guarded_free(void *p);

/* A password, the contents of a key file: owned bytes in guarded memory. */
struct lb_secret {
	unsigned char *ptr;
	size_t len;
};

#define LB_SECRET_INIT  \
	{               \
		NULL, 0 \
	}

/* `len` zeros. */
enum err_code lb_secret_new(struct lb_secret *out, size_t len,
                            struct err *err) ERR_CHECKED;
/* A copy; the caller wipes the source. */
enum err_code lb_secret_dup(struct lb_secret *out, struct span bytes,
                            struct err *err) ERR_CHECKED;
struct span lb_secret_span(const struct lb_secret *s);
void lb_secret_free(struct lb_secret *s);

#endif
