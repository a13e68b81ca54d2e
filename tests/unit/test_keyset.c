// SPDX-License-Identifier: Apache-2.0
#include "repo/keyset.h"

#include "base/wire.h"
#include "crypto/box.h"
#include "repo/config.h"
#include "repo/record.h"
#include "support/check_hex.h"
#include "support/same_keys.h"

TestSuite(keyset, .timeout = 10);

static struct lb_keyset *generated(void)
{
	struct lb_keyset *k = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_keyset_generate(&k, &err), &err);
	lb_id_random(&k->genesis);
	return k;
}

Test(keyset, comes_back)
{
	struct lb_secret bytes = LB_SECRET_INIT;
	struct lb_keyset *k = generated();
	struct lb_keyset *back = NULL;
	struct err err = ERR_INIT;
	struct lb_key key = check_counting_key();

	for (uint32_t i = 0; i + 1 < LB_EPOCHS_MAX; i++)
		check_ok(lb_epochs_add(&k->epochs, 2 + 3 * i, &key, &err), &err);
	check_ok(lb_keyset_encode(k, &bytes, &err), &err);
	check_ok(lb_keyset_decode(&back, lb_secret_span(&bytes), &err), &err);
	check_true(same_keys(back, k), "all of it");
	check_true(lb_key_eq(&back->repo_secret, &k->repo_secret), "the secret key");
	check_size_eq(back->epochs.count, LB_EPOCHS_MAX, "all epochs");
	check_u64_eq(back->roles, k->roles, "roles");
	check_true(lb_id_eq(&back->genesis, &k->genesis), "genesis");
	lb_secret_free(&bytes);
	lb_keyset_free(back);
	lb_keyset_free(k);
	lb_keyset_free(NULL);
}

Test(keyset, a_new_one_has_all_roles_and_fresh_keys)
{
	struct lb_keyset *a = generated();
	struct lb_keyset *b = generated();

	check_u64_eq(a->roles,
	             LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE | LB_ROLE_ADMIN,
	             "roles");
	check_size_eq(a->epochs.count, 1, "one epoch");
	check_u64_eq(a->epochs.items[0].number, LB_EPOCH_FIRST, "the first");
	check_true(!lb_key_eq(&a->seed, &b->seed), "seed");
	check_true(!lb_key_eq(&a->id_key, &a->dedup_key), "keys");
	check_true(!lb_key_eq(&a->id_key, &b->id_key), "of each repository");
	lb_keyset_free(a);
	lb_keyset_free(b);
}

Test(keyset, a_granted_one_has_only_what_its_roles_need)
{
	struct lb_keyset *k = generated();
	struct lb_keyset *writer = NULL;
	struct lb_keyset *reader = NULL;
	struct lb_secret bytes = LB_SECRET_INIT;
	const struct lb_key zero = { { 0 } };
	struct err err = ERR_INIT;

	check_ok(lb_keyset_grant(&writer, k, LB_ROLE_BACKUP, &err), &err);
	check_true(lb_key_eq(&writer->repo_secret, &zero), "no secret key");
	check_size_eq(writer->epochs.count, 0, "no data key");
	check_true(lb_key_eq(&writer->epochs.items[0].key, &zero), "not even its bytes");
	check_true(lb_key_eq(&writer->dedup_key, &k->dedup_key), "but what finds chunks");
	check_true(!lb_key_eq(&writer->seed, &k->seed), "and a seed of its own");
	check_ok(lb_keyset_encode(writer, &bytes, &err), &err);
	check_err(lb_keyset_grant(&reader, writer, LB_ROLE_READ, &err), ERR_AUTH,
	          "who cannot read cannot give it away");
	check_err(lb_keyset_grant(&reader, k, 0, &err), ERR_USAGE, "no role");
	check_err(lb_keyset_grant(&reader, k, 16, &err), ERR_USAGE, "no such role");
	check_ok(lb_keyset_grant(&reader, k, LB_ROLE_READ, &err), &err);
	check_true(lb_key_eq(&reader->repo_secret, &k->repo_secret), "a reader reads");
	lb_secret_free(&bytes);
	lb_keyset_free(reader);
	lb_keyset_free(writer);
	lb_keyset_free(k);
}

/* Encodes `k` and looks at what decoding says. */
static void refused(const struct lb_keyset *k, const char *says)
{
	struct lb_secret bytes = LB_SECRET_INIT;
	struct lb_keyset *back = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_keyset_encode(k, &bytes, &err), &err);
	check_err(lb_keyset_decode(&back, lb_secret_span(&bytes), &err), ERR_CORRUPT,
	          "%s", says);
	check_str_contains(err.msg, says, "the message");
	lb_secret_free(&bytes);
}

Test(keyset, what_does_not_fit_together_is_refused)
{
	struct lb_keyset *k = generated();

	k->repo_secret.b[3] ^= 8;
	refused(k, "no pair");
	k->repo_secret.b[3] ^= 8;
	k->epochs.count = 0;
	refused(k, "no data key");
	k->epochs.count = 2;
	k->epochs.items[1].number = LB_EPOCH_FIRST;
	refused(k, "malformed");
	k->epochs.count = 1;
	k->roles = 31;
	refused(k, "roles");
	k->roles = 0;
	refused(k, "roles");
	lb_keyset_free(k);
}

Test(keyset, missing_and_surplus_fields_are_refused)
{
	struct lb_keyset *k = generated();
	struct lb_keyset *back = NULL;
	struct lb_secret whole = LB_SECRET_INIT;
	struct buf cut = BUF_INIT;
	struct err err = ERR_INIT;
	struct wire_field f;
	struct wire w;

	check_ok(lb_keyset_encode(k, &whole, &err), &err);
	for (uint8_t without = 128; without <= 136; without++) {
		buf_clear(&cut);
		wire_init(&w, lb_secret_span(&whole));
		while (wire_field(&w, &f))
			if (f.tag != without)
				wire_put_field(&cut, f.tag, f.value);
		check_err(lb_keyset_decode(&back, buf_span(&cut), &err), ERR_CORRUPT,
		          "without %d", without);
	}
	buf_clear(&cut);
	buf_put(&cut, lb_secret_span(&whole));
	wire_put_field(&cut, 137, SPAN_EMPTY);
	check_err(lb_keyset_decode(&back, buf_span(&cut), &err), ERR_CORRUPT, "with 137");
	for (size_t n = 0; n < whole.len; n++)
		check_err(lb_keyset_decode(&back, span_sub(lb_secret_span(&whole), 0, n),
		                           &err),
		          ERR_CORRUPT, "%zu bytes", n);
	/* A reader's keys in a slot that may not read. */
	k->roles = LB_ROLE_BACKUP;
	lb_secret_free(&whole);
	check_ok(lb_keyset_encode(k, &whole, &err), &err);
	buf_clear(&cut);
	buf_put(&cut, lb_secret_span(&whole));
	wire_put_field(&cut, 135, span_of((char *)k->repo_secret.b, LB_KEY));
	check_err(lb_keyset_decode(&back, buf_span(&cut), &err), ERR_CORRUPT, "too many");
	buf_fini(&cut);
	lb_secret_free(&whole);
	lb_keyset_free(k);
}

Test(keyset, epochs_beyond_the_limit_are_refused)
{
	struct lb_keyset *k = generated();
	struct lb_keyset *back = NULL;
	struct lb_secret whole = LB_SECRET_INIT;
	struct buf long_one = BUF_INIT;
	struct buf epochs = BUF_INIT;
	struct err err = ERR_INIT;
	struct wire_field f;
	struct wire w;

	check_ok(lb_keyset_encode(k, &whole, &err), &err);
	for (uint32_t i = 0; i <= LB_EPOCHS_MAX; i++) {
		wire_put_u32(&epochs, i);
		wire_put_zeros(&epochs, LB_KEY);
	}
	wire_init(&w, lb_secret_span(&whole));
	while (wire_field(&w, &f))
		wire_put_field(&long_one, f.tag,
		               f.tag == 136 ? buf_span(&epochs) : f.value);
	check_err(lb_keyset_decode(&back, buf_span(&long_one), &err), ERR_CORRUPT,
	          "one too many");
	buf_fini(&epochs);
	buf_fini(&long_one);
	lb_secret_free(&whole);
	lb_keyset_free(k);
}

Test(keyset, makes_a_keyring)
{
	struct lb_keyset *k = generated();
	struct lb_keyset *writer = NULL;
	struct lb_keyring *ring = NULL;
	struct err err = ERR_INIT;
	struct lb_config c;

	lb_config_default(&c);
	check_ok(lb_keyset_keyring(&ring, k, &c, &err), &err);
	check_true(lb_id_eq(&ring->repo, &c.repo), "repository");
	check_int_eq(ring->suite, c.suite, "suite");
	check_int_eq(ring->ident, c.ident, "chunk ids");
	check_true(lb_key_eq(&ring->id_key, &k->id_key), "id key");
	check_true(lb_key_eq(&ring->chunker_key, &k->chunker_key), "chunker key");
	check_true(lb_key_eq(&ring->dedup_key, &k->dedup_key), "dedup key");
	check_true(ring->can_read, "reads");
	check_not_null(lb_epochs_find(&ring->epochs, LB_EPOCH_FIRST), "data key");
	lb_keyring_free(ring);
	check_ok(lb_keyset_grant(&writer, k, LB_ROLE_BACKUP, &err), &err);
	check_ok(lb_keyset_keyring(&ring, writer, &c, &err), &err);
	check_true(!ring->can_read, "a writer does not");
	lb_keyring_free(ring);
	lb_keyset_free(writer);
	lb_keyset_free(k);
}
