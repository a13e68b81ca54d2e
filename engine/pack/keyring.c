// SPDX-License-Identifier: Apache-2.0
#include "pack/keyring.h"

#include "crypto/secret.h"

#include <string.h>

/* The position of the first epoch that is not below `number`. */
static size_t lower_bound(const struct lb_epochs *e, uint32_t number)
{
	size_t low = 0;
	size_t high = e->count;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (e->items[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct lb_key *lb_epochs_find(const struct lb_epochs *e, uint32_t number)
{
	const size_t i = lower_bound(e, number);

	return i < e->count && e->items[i].number == number ? &e->items[i].key : NULL;
}

const struct lb_epoch_key *lb_epochs_last(const struct lb_epochs *e)
{
	return e->count == 0 ? NULL : &e->items[e->count - 1];
}

enum err_code lb_epochs_add(struct lb_epochs *e, uint32_t number,
                            const struct lb_key *key, struct err *err)
{
	const size_t i = lower_bound(e, number);

	if (i < e->count && e->items[i].number == number) {
		if (lb_key_eq(&e->items[i].key, key))
			return ERR_OK;
		return err_set(err, ERR_EXISTS, "data epoch %u has another key already",
		               (unsigned)number);
	}
	if (e->count == LB_EPOCHS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d data epochs", LB_EPOCHS_MAX);
	memmove(&e->items[i + 1], &e->items[i], (e->count - i) * sizeof(e->items[0]));
	e->items[i].number = number;
	e->items[i].key = *key;
	e->count++;
	return ERR_OK;
}

enum err_code lb_keyring_new(struct lb_keyring **out, struct err *err)
{
	struct lb_keyring *k = lb_guarded_new(sizeof(*k));

	if (k == NULL)
		return err_nomem(err);
	*out = k;
	return ERR_OK;
}

void lb_keyring_free(struct lb_keyring *k)
{
	lb_guarded_free(k);
}
