// SPDX-License-Identifier: Apache-2.0
#include "crypto/box.h"
#include "os/random.h"
#include "pack/keyring.h"
#include "pack/pack_internal.h"

#include <string.h>

/* Key modes of a pack: derived from a data key, or random and sealed to the repository's
 * public key (a client that cannot read). */
enum { MODE_DERIVED = 0, MODE_BOXED = 1 };

void pack_aad(struct lb_aad *aad, const struct lb_keyring *k, enum lb_sealed type,
              const unsigned char salt[32], uint64_t slot)
{
	*aad = (struct lb_aad){ .type = type, .repo = k->repo, .slot = slot };
	memcpy(aad->object.b, salt, LB_ID);
}

static void derive(struct lb_key *out, const struct lb_key *data,
                   const unsigned char *salt)
{
	lb_kdf(out, data, "pack", span_of((const char *)salt, 32));
}

enum err_code pack_key_make(const struct lb_keyring *k, struct pack_header *h,
                            struct lb_key *out, struct err *err)
{
	const struct lb_epoch_key *epoch = lb_epochs_last(&k->epochs);
	enum err_code rc;

	h->suite = (uint8_t)k->suite;
	h->epoch = 0;
	memset(h->wrapped, 0, sizeof(h->wrapped));
	os_random(h->salt, sizeof(h->salt));
	if (epoch) {
		h->key_mode = MODE_DERIVED;
		h->epoch = epoch->number;
		derive(out, &epoch->key, h->salt);
	} else {
		h->key_mode = MODE_BOXED;
		lb_key_random(out);
		if ((rc = lb_box_seal(h->wrapped, &k->public, out, err)) != ERR_OK)
			return rc;
	}
	lb_commit(h->commit, out);
	return ERR_OK;
}

static enum err_code open_boxed(const struct lb_keyring *k, const struct pack_header *h,
                                struct lb_key *out, struct err *err)
{
	if (lb_box_open(out, &k->secret, h->wrapped, err) != ERR_OK)
		return err_wrap(err, ERR_CORRUPT, "the wrapped key does not open");
	return ERR_OK;
}

enum err_code pack_key_open(const struct lb_keyring *k, const struct pack_header *h,
                            struct lb_key *out, struct err *err)
{
	unsigned char commit[LB_KEY];
	const struct lb_key *data;
	enum err_code rc;

	if (!k->can_read)
		return err_set(err, ERR_AUTH,
		               "this key slot may not read; use one with the read role");
	if (h->key_mode == MODE_BOXED) {
		if ((rc = open_boxed(k, h, out, err)) != ERR_OK)
			return rc;
	} else if (h->key_mode == MODE_DERIVED) {
		if (!(data = lb_epochs_find(&k->epochs, h->epoch)))
			return err_set(err, ERR_AUTH,
			               "this key slot does not have data key %u",
			               (unsigned)h->epoch);
		derive(out, data, h->salt);
	} else {
		return err_set(err, ERR_CORRUPT, "unknown key mode %u", h->key_mode);
	}
	lb_commit(commit, out);
	if (!lb_equal(commit, h->commit, sizeof(commit))) {
		lb_key_wipe(out);
		return err_set(err, ERR_CORRUPT,
		               "its key does not fit: altered, or of another repository");
	}
	return ERR_OK;
}
