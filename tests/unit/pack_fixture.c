// SPDX-License-Identifier: Apache-2.0
#include "pack_fixture.h"

#include "crypto/box.h"
#include "support/check.h"

enum { GROUP_CHUNKS = 3 };

uint64_t pack_test_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void pack_test_fill(uint64_t seed, void *out, size_t len)
{
	unsigned char *at = out;

	for (size_t i = 0; i < len; i++)
		at[i] = (unsigned char)pack_test_random(&seed);
}

struct lb_keyring *pack_test_keys(unsigned seed, enum lb_suite suite, bool write_only)
{
	struct err err = ERR_INIT;
	struct lb_keyring *k = NULL;
	struct lb_key data;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_keyring_new(&k, &err), &err);
	k->suite = suite;
	k->ident = LB_IDENT_HMAC_SHA256;
	pack_test_fill(seed, k->repo.b, LB_ID);
	pack_test_fill(seed + 1, k->id_key.b, LB_KEY);
	pack_test_fill(seed + 2, k->chunker_key.b, LB_KEY);
	pack_test_fill(seed + 3, k->dedup_key.b, LB_KEY);
	pack_test_fill(seed + 4, k->secret.b, LB_KEY);
	pack_test_fill(seed + 5, data.b, LB_KEY);
	lb_box_public(&k->public, &k->secret);
	k->can_read = !write_only;
	if (write_only)
		lb_key_wipe(&k->secret);
	else
		check_ok(lb_epochs_add(&k->epochs, 7, &data, &err), &err);
	return k;
}

void pack_test_chunk(const struct lb_keyring *k, uint64_t n, size_t len, uint8_t type,
                     struct buf *plain, struct lb_chunk *out)
{
	struct err err = ERR_INIT;
	struct lb_ident *ident = NULL;
	size_t from = plain->len;

	buf_fill(plain, 0, len);
	check_true(buf_ok(plain), "room for a chunk");
	pack_test_fill(n, plain->ptr + from, len);
	check_ok(lb_ident_new(&ident, k->ident, &k->id_key, &err), &err);
	check_ok(lb_ident_of(ident, (enum lb_chunk_type)type,
	                     span_of(plain->ptr + from, len), &out->id, &err),
	         &err);
	lb_ident_free(ident);
	out->length = (uint32_t)len;
	out->type = type;
}

void pack_test_pack(struct lb_pack_writer *w, const struct lb_keyring *k, uint64_t first,
                    size_t groups, size_t chunk_len, uint8_t type,
                    struct lb_pack_info *info, struct span *bytes)
{
	struct err err = ERR_INIT;
	struct buf plain = BUF_INIT;

	for (size_t g = 0; g < groups; g++) {
		struct lb_chunk chunks[GROUP_CHUNKS];
		struct lb_pack_group group = { .chunks = chunks, .count = GROUP_CHUNKS };

		buf_clear(&plain);
		for (size_t i = 0; i < GROUP_CHUNKS; i++)
			pack_test_chunk(k, first + g * GROUP_CHUNKS + i, chunk_len + i,
			                type, &plain, &chunks[i]);
		group.stored = buf_span(&plain);
		group.length = (uint32_t)plain.len;
		check_ok(lb_pack_writer_add(w, &group, &err), &err);
	}
	check_ok(lb_pack_writer_finish(w, info, bytes, &err), &err);
	buf_fini(&plain);
}
