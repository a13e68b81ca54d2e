// SPDX-License-Identifier: Apache-2.0
#include "crypto/pwhash.h"

#include <sodium.h>

_Static_assert(LB_PWHASH_SALT == crypto_pwhash_argon2id_SALTBYTES, "the salt's size");

uint64_t lb_pwhash_work(const struct lb_pwhash_cost *cost)
{
	return (uint64_t)cost->passes * cost->memory_kib;
}

bool lb_pwhash_cost_valid(const struct lb_pwhash_cost *cost)
{
	return cost->passes >= 1 && cost->passes <= LB_PWHASH_PASSES_MAX &&
	       cost->memory_kib >= LB_PWHASH_MEMORY_MIN &&
	       cost->memory_kib <= LB_PWHASH_MEMORY_MAX &&
	       lb_pwhash_work(cost) <= LB_PWHASH_WORK_MAX;
}

enum err_code lb_pwhash(struct lb_key *out, struct span password,
                        const unsigned char salt[LB_PWHASH_SALT],
                        const struct lb_pwhash_cost *cost, struct err *err)
{
	if (!lb_pwhash_cost_valid(cost))
		return err_set(err, ERR_LIMIT,
		               "Argon2id with %u passes over %u KiB is out of bounds",
		               (unsigned)cost->passes, (unsigned)cost->memory_kib);
	if (crypto_pwhash_argon2id(out->b, LB_KEY, password.len == 0 ? "" : password.ptr,
	                           password.len, salt, cost->passes,
	                           (size_t)cost->memory_kib * 1024,
	                           crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return err_set(err, ERR_NOMEM, "Argon2id needs %u KiB of memory",
		               (unsigned)cost->memory_kib);
	return ERR_OK;
}

void lb_filehash(struct lb_key *out, const struct lb_key *salt, struct span content)
{
	(void)crypto_generichash(out->b, LB_KEY, (const unsigned char *)content.ptr,
	                         content.len, salt->b, LB_KEY);
}
