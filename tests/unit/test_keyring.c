// SPDX-License-Identifier: Apache-2.0
#include "pack/keyring.h"

#include "support/check_hex.h"

TestSuite(keyring, .timeout = 10);

Test(keyring, epochs_are_found_whatever_the_order_they_came_in)
{
	static const uint32_t numbers[] = { 5, 1, 9, 0, UINT32_MAX, 7 };
	struct lb_keyring *k = NULL;
	struct err err = ERR_INIT;
	struct lb_key key = check_counting_key();

	check_ok(lb_keyring_new(&k, &err), &err);
	check_null(lb_epochs_last(&k->epochs), "none yet");
	for (size_t i = 0; i < 6; i++) {
		key.b[0] = (unsigned char)i;
		check_ok(lb_epochs_add(&k->epochs, numbers[i], &key, &err), &err);
	}
	check_ok(lb_epochs_add(&k->epochs, 7, &key, &err), &err);
	check_size_eq(k->epochs.count, 6, "the same again adds nothing");
	for (size_t i = 0; i < 6; i++) {
		const struct lb_key *found = lb_epochs_find(&k->epochs, numbers[i]);

		check_not_null(found, "epoch %u", numbers[i]);
		check_int_eq(found->b[0], i, "key of epoch %u", numbers[i]);
	}
	check_null(lb_epochs_find(&k->epochs, 2), "one that is not there");
	check_u64_eq(lb_epochs_last(&k->epochs)->number, UINT32_MAX, "the newest");
	key.b[1] ^= 1;
	check_err(lb_epochs_add(&k->epochs, 9, &key, &err), ERR_EXISTS, "another key");
	lb_keyring_free(k);
	lb_keyring_free(NULL);
}

Test(keyring, epochs_have_a_limit)
{
	struct lb_keyring *k = NULL;
	struct err err = ERR_INIT;
	const struct lb_key key = check_counting_key();

	check_ok(lb_keyring_new(&k, &err), &err);
	for (uint32_t i = 0; i < LB_EPOCHS_MAX; i++)
		check_ok(lb_epochs_add(&k->epochs, LB_EPOCHS_MAX - i, &key, &err), &err);
	check_err(lb_epochs_add(&k->epochs, 0, &key, &err), ERR_LIMIT, "one more");
	check_u64_eq(k->epochs.items[0].number, 1, "sorted");
	lb_keyring_free(k);
}
