// SPDX-License-Identifier: Apache-2.0
#include "crypto/key.h"

#include "base/str.h"
#include "base/wire.h"
#include "os/random.h"

#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

static const char domain[] = "lifeboat";

enum err_code lb_crypto_init(struct err *err)
{
	/* 1 says that it was done before. */
	if (sodium_init() < 0)
		return err_set(err, ERR_UNSUPPORTED, "libsodium could not start");
	return ERR_OK;
}

void lb_kdf(struct lb_key *out, const struct lb_key *key, const char *label,
            struct span context)
{
	crypto_generichash_state state;
	const size_t label_len = strlen(label);
	const unsigned char label_byte = (unsigned char)label_len;

	assert(label_len <= UINT8_MAX);
	/* These fail only for bad lengths, and the lengths are constants. */
	(void)crypto_generichash_init(&state, key->b, LB_KEY, LB_KEY);
	(void)crypto_generichash_update(&state, (const unsigned char *)domain,
	                                sizeof(domain) - 1);
	(void)crypto_generichash_update(&state, &label_byte, 1);
	(void)crypto_generichash_update(&state, (const unsigned char *)label, label_len);
	(void)crypto_generichash_update(&state, (const unsigned char *)context.ptr,
	                                context.len);
	(void)crypto_generichash_final(&state, out->b, LB_KEY);
	sodium_memzero(&state, sizeof(state));
}

void lb_commit(unsigned char out[LB_KEY], const struct lb_key *key)
{
	struct lb_key commit;

	lb_kdf(&commit, key, "commit", SPAN_EMPTY);
	memcpy(out, commit.b, LB_KEY);
}

void lb_keystream(uint64_t *out, size_t count, const struct lb_key *key,
                  const char *label)
{
	enum { BLOCK = 64, NUMBER = 8 };
	unsigned char block[BLOCK];
	unsigned char number[4];
	crypto_generichash_state state;

	assert(count % (BLOCK / NUMBER) == 0);
	for (size_t i = 0; i < count; i++) {
		const size_t at = i * NUMBER % BLOCK;

		if (at == 0) {
			wire_store_u32(number, (uint32_t)(i * NUMBER / BLOCK));
			(void)crypto_generichash_init(&state, key->b, LB_KEY, BLOCK);
			(void)crypto_generichash_update(
				&state, (const unsigned char *)label, strlen(label));
			(void)crypto_generichash_update(&state, number, sizeof(number));
			(void)crypto_generichash_final(&state, block, BLOCK);
		}
		out[i] = wire_load_u64(block + at);
	}
	sodium_memzero(&state, sizeof(state));
	sodium_memzero(block, sizeof(block));
}

void lb_key_random(struct lb_key *out)
{
	os_random(out->b, sizeof(out->b));
}

void lb_key_wipe(struct lb_key *key)
{
	sodium_memzero(key->b, sizeof(key->b));
}

bool lb_key_eq(const struct lb_key *a, const struct lb_key *b)
{
	return lb_equal(a->b, b->b, LB_KEY);
}

void lb_wipe(void *p, size_t len)
{
	if (len > 0)
		sodium_memzero(p, len);
}

bool lb_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

bool lb_id_eq(const struct lb_id *a, const struct lb_id *b)
{
	return memcmp(a->b, b->b, LB_ID) == 0;
}

int lb_id_cmp(const struct lb_id *a, const struct lb_id *b)
{
	return memcmp(a->b, b->b, LB_ID);
}

bool lb_id_is_zero(const struct lb_id *id)
{
	return sodium_is_zero(id->b, LB_ID) == 1;
}

void lb_id_random(struct lb_id *out)
{
	os_random(out->b, sizeof(out->b));
}

struct span lb_id_span(const struct lb_id *id)
{
	return span_of((const char *)id->b, LB_ID);
}

void lb_id_hex(const struct lb_id *id, char out[LB_ID_HEX])
{
	str_hex(id->b, LB_ID, out);
}

bool lb_id_parse(struct span hex, struct lb_id *out)
{
	return str_unhex(hex, out->b, LB_ID);
}

bool lb_id16_eq(const struct lb_id16 *a, const struct lb_id16 *b)
{
	return memcmp(a->b, b->b, LB_ID16) == 0;
}

int lb_id16_cmp(const struct lb_id16 *a, const struct lb_id16 *b)
{
	return memcmp(a->b, b->b, LB_ID16);
}

bool lb_id16_is_zero(const struct lb_id16 *id)
{
	return sodium_is_zero(id->b, LB_ID16) == 1;
}

void lb_id16_random(struct lb_id16 *out)
{
	os_random(out->b, sizeof(out->b));
}

struct span lb_id16_span(const struct lb_id16 *id)
{
	return span_of((const char *)id->b, LB_ID16);
}

void lb_id16_hex(const struct lb_id16 *id, char out[LB_ID16_HEX])
{
	str_hex(id->b, LB_ID16, out);
}

bool lb_id16_parse(struct span hex, struct lb_id16 *out)
{
	return str_unhex(hex, out->b, LB_ID16);
}
