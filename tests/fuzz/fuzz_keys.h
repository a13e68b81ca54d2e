// SPDX-License-Identifier: Apache-2.0
#ifndef FUZZ_KEYS_H
#define FUZZ_KEYS_H

#include "pack/keyring.h"

#include <string.h>

/* Keys that are the same each time, with one data key of number 0; made once, as guarded
 * memory is dear. */
static inline struct lb_keyring *fuzz_keys(void)
{
	static struct lb_keyring *k;
	struct lb_key data = { { 9 } };

	if (k)
		return k;
	if (lb_crypto_init(NULL) != ERR_OK || lb_keyring_new(&k, NULL) != ERR_OK)
		__builtin_trap();
	k->suite = LB_SUITE_XCHACHA20;
	k->ident = LB_IDENT_BLAKE2B;
	k->can_read = true;
	if (lb_epochs_add(&k->epochs, 0, &data, NULL) != ERR_OK)
		__builtin_trap();
	return k;
}

#endif
