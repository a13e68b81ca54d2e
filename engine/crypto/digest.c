// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include "base/mem.h"
#include "base/str.h"

#include <openssl/evp.h>

enum { SHA256_BYTES = 32 };

struct digest {
	EVP_MD_CTX *context;
};

static enum err_code failed(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "libcrypto refused SHA-256");
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
	if (EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1) {
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

enum err_code digest_finish(struct digest *d, char hex[DIGEST_HEX], struct err *err)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	const bool done = EVP_DigestFinal_ex(d->context, bytes, NULL) == 1;

	digest_free(d);
	if (!done)
		return failed(err);
	str_hex(bytes, SHA256_BYTES, hex);
	return ERR_OK;
}

void digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	mem_free(d);
}

enum err_code digest_hex(struct span data, char hex[DIGEST_HEX], struct err *err)
{
	struct digest *d = NULL;
	enum err_code rc;

	if ((rc = digest_new(&d, err)) != ERR_OK)
		return rc;
	if ((rc = digest_add(d, data, err)) != ERR_OK) {
		digest_free(d);
		return rc;
	}
	return digest_finish(d, hex, err);
}
