// SPDX-License-Identifier: Apache-2.0
#include "crypto/ident_internal.h"
#include "crypto/secret.h"
#include "os/cpu.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <sodium.h>

static const char *const names[IDENT_TYPES] = { "data", "tree", "map" };

bool lb_ident_alg_known(uint64_t number)
{
	return number == LB_IDENT_HMAC_SHA256 || number == LB_IDENT_BLAKE2B;
}

enum lb_ident_alg lb_ident_best(void)
{
	return os_cpu_has_sha256() ? LB_IDENT_HMAC_SHA256 : LB_IDENT_BLAKE2B;
}

bool lb_chunk_type_known(uint64_t number)
{
	return number >= LB_CHUNK_DATA && number <= LB_CHUNK_MAP;
}

const char *lb_chunk_type_name(enum lb_chunk_type type)
{
	return lb_chunk_type_known(type) ? names[type - LB_CHUNK_DATA] : "unknown";
}

static enum err_code refused(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "libcrypto refused HMAC-SHA-256");
}

static enum err_code start_hmac(struct lb_ident *t, struct err *err)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	enum err_code rc = ERR_OK;

	if (mac == NULL)
		return refused(err);
	for (int i = 0; i < IDENT_TYPES && rc == ERR_OK; i++) {
		t->hmac[i] = EVP_MAC_CTX_new(mac);
		if (t->hmac[i] == NULL)
			rc = err_nomem(err);
		else if (EVP_MAC_init(t->hmac[i], t->key[i].b, LB_KEY, params) != 1)
			rc = refused(err);
	}
	EVP_MAC_free(mac);
	return rc;
}

enum err_code lb_ident_new(struct lb_ident **out, enum lb_ident_alg alg,
                           const struct lb_key *id_key, struct err *err)
{
	struct lb_ident *t;
	enum err_code rc;

	if (!lb_ident_alg_known(alg))
		return err_set(err, ERR_UNSUPPORTED, "unknown chunk id algorithm %d",
		               (int)alg);
	t = lb_guarded_new(sizeof(*t));
	if (t == NULL)
		return err_nomem(err);
	t->alg = alg;
	for (int i = 0; i < IDENT_TYPES; i++)
		lb_kdf(&t->key[i], id_key, names[i], SPAN_EMPTY);
	if (alg == LB_IDENT_HMAC_SHA256 && (rc = start_hmac(t, err)) != ERR_OK) {
		lb_ident_free(t);
		return rc;
	}
	t->lanes = SHA256_HAS_LANES && alg == LB_IDENT_HMAC_SHA256 && os_cpu_has_sha256();
	if (t->lanes)
		lb_ident_lanes_init(t);
	*out = t;
	return ERR_OK;
}

void lb_ident_free(struct lb_ident *t)
{
	if (t == NULL)
		return;
	for (int i = 0; i < IDENT_TYPES; i++)
		EVP_MAC_CTX_free(t->hmac[i]);
	lb_guarded_free(t);
}

enum err_code lb_ident_of(struct lb_ident *t, enum lb_chunk_type type, struct span plain,
                          struct lb_id *out, struct err *err)
{
	const unsigned char *data = (const unsigned char *)plain.ptr;
	const int i = (int)type - LB_CHUNK_DATA;
	EVP_MAC_CTX *c;
	size_t n;

	assert(lb_chunk_type_known(type));
	if (t->alg == LB_IDENT_BLAKE2B) {
		(void)crypto_generichash(out->b, LB_ID, data, plain.len, t->key[i].b,
		                         LB_KEY);
		return ERR_OK;
	}
	c = t->hmac[i];
	/* Without a key it starts anew under the one that it has. */
	if (EVP_MAC_init(c, NULL, 0, NULL) != 1 ||
	    (plain.len > 0 && EVP_MAC_update(c, data, plain.len) != 1) ||
	    EVP_MAC_final(c, out->b, &n, LB_ID) != 1)
		return refused(err);
	return ERR_OK;
}

bool lb_ident_has_lanes(const struct lb_ident *t)
{
	return t->lanes;
}

enum err_code lb_ident_of_all(struct lb_ident *t, struct lb_ident_job *jobs, size_t count,
                              struct err *err)
{
	enum err_code rc = ERR_OK;

	if (t->lanes && count > 1) {
		lb_ident_lanes(t, jobs, count);
		return ERR_OK;
	}
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = lb_ident_of(t, jobs[i].type, jobs[i].plain, &jobs[i].id, err);
	return rc;
}
