// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include "base/mem.h"

#include <assert.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

struct digest {
	EVP_MD_CTX *context;
};

static enum err_code failed(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "libcrypto refused SHA-256");
}

/* Fetched once: libcrypto otherwise looks it up for every digest, which takes longer than
 * hashing a path. */
static const EVP_MD *sha256(void)
{
	static _Atomic(EVP_MD *) kept;
	EVP_MD *other = NULL;
	EVP_MD *md = atomic_load(&kept);

	if (md != NULL)
		return md;
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md != NULL && !atomic_compare_exchange_strong(&kept, &other, md)) {
		EVP_MD_free(md);
		md = other;
	}
	return md != NULL ? md : EVP_sha256();
}

enum err_code digest_new(struct digest **out, struct err *err)
{
	struct digest *d = mem_new(sizeof(*d));

	if (d == NULL)
		return err_nomem(err);
	d->context = EVP_MD_CTX_new();
	if (d->context == NULL) {
		digest_free(d);
		return err_nomem(err);
	}
	if (EVP_DigestInit_ex(d->context, sha256(), NULL) != 1) {
		digest_free(d);
		return failed(err);
	}
	*out = d;
	return ERR_OK;
}

enum err_code digest_add(struct digest *d, struct span data, struct err *err)
{
	if (data.len > 0 && EVP_DigestUpdate(d->context, data.ptr, data.len) != 1)
		return failed(err);
	return ERR_OK;
}

enum err_code digest_finish_id(struct digest *d, struct lb_id *out, struct err *err)
{
	const bool done = EVP_DigestFinal_ex(d->context, out->b, NULL) == 1;

	digest_free(d);
	return done ? ERR_OK : failed(err);
}

enum err_code digest_finish(struct digest *d, char hex[DIGEST_HEX], struct err *err)
{
	struct lb_id id;
	enum err_code rc;

	if ((rc = digest_finish_id(d, &id, err)) == ERR_OK)
		lb_id_hex(&id, hex);
	return rc;
}

void digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	mem_free(d);
}

enum err_code lb_hash(struct span data, struct lb_id *out, struct err *err)
{
	if (EVP_Digest(data.ptr, data.len, out->b, NULL, sha256(), NULL) != 1)
		return failed(err);
	return ERR_OK;
}

enum err_code digest_hex(struct span data, char hex[DIGEST_HEX], struct err *err)
{
	struct lb_id id;
	enum err_code rc;

	if ((rc = lb_hash(data, &id, err)) == ERR_OK)
		lb_id_hex(&id, hex);
	return rc;
}

enum err_code lb_check(struct span data, unsigned char out[LB_CHECK], struct err *err)
{
	struct lb_id id;
	enum err_code rc;

	if ((rc = lb_hash(data, &id, err)) == ERR_OK)
		memcpy(out, id.b, LB_CHECK);
	return rc;
}

void digest_short(const struct digest_short_key *key, struct span data,
                  unsigned char out[DIGEST_SHORT])
{
	static_assert(sizeof(key->b) == crypto_shorthash_siphashx24_KEYBYTES, "key");
	static_assert(DIGEST_SHORT == crypto_shorthash_siphashx24_BYTES, "value");
	(void)crypto_shorthash_siphashx24(out, (const unsigned char *)data.ptr, data.len,
	                                  key->b);
}
