/* SPDX-License-Identifier: Apache-2.0 */
/* seal WORK PAIRS LIMIT: processor time of the engine's cryptography, against the bare
 * call of libcrypto that it rests on. WORK is
 *   frame  sealing frames of 64 KiB, against AES-256-GCM without associated data
 *   name   naming chunks of 2 KiB, against SHA-256 of them without a key */
#include "crypto/seal.h"
#include "base/mem.h"
#include "crypto/ident.h"
#include "paired.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAME = 65536, FRAMES = 1000, CHUNK = 2048, CHUNKS = 30000, NONCE = 12 };

struct bench {
	unsigned char data[FRAME + LB_TAG];
	struct lb_seal *seal;
	struct lb_ident *ident;
	EVP_CIPHER_CTX *cipher;
	EVP_MD_CTX *digest;
};

static double cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct span bytes(const struct bench *b, size_t len)
{
	return span_of((const char *)b->data, len);
}

static int our_frames(struct bench *b)
{
	const struct lb_aad aad = { .type = LB_SEALED_FRAME };

	for (uint64_t i = 0; i < FRAMES; i++)
		if (lb_seal_put(b->seal, i, &aad, bytes(b, FRAME), b->data, NULL) !=
		    ERR_OK)
			return 0;
	return 1;
}

static int bare_frames(struct bench *b)
{
	unsigned char nonce[NONCE] = { 0 };
	int n;

	for (int i = 0; i < FRAMES; i++) {
		nonce[0] = (unsigned char)i;
		nonce[1] = (unsigned char)(i >> 8);
		if (EVP_EncryptInit_ex(b->cipher, NULL, NULL, NULL, nonce) != 1 ||
		    EVP_EncryptUpdate(b->cipher, b->data, &n, b->data, FRAME) != 1 ||
		    EVP_EncryptFinal_ex(b->cipher, b->data + FRAME, &n) != 1)
			return 0;
	}
	return 1;
}

static int our_names(struct bench *b)
{
	struct lb_id id;

	for (int i = 0; i < CHUNKS; i++)
		if (lb_ident_of(b->ident, LB_CHUNK_DATA, bytes(b, CHUNK), &id, NULL) !=
		    ERR_OK)
			return 0;
	return 1;
}

static int bare_names(struct bench *b)
{
	unsigned char out[EVP_MAX_MD_SIZE];

	for (int i = 0; i < CHUNKS; i++)
		if (EVP_DigestInit_ex(b->digest, NULL, NULL) != 1 ||
		    EVP_DigestUpdate(b->digest, b->data, CHUNK) != 1 ||
		    EVP_DigestFinal_ex(b->digest, out, NULL) != 1)
			return 0;
	return 1;
}

static const struct work {
	const char *name;
	int (*ours)(struct bench *b);
	int (*bare)(struct bench *b);
} works[] = {
	{ "frame", our_frames, bare_frames },
	{ "name", our_names, bare_names },
};

static int timed(int (*run)(struct bench *b), struct bench *b, double *ms)
{
	const double started = cpu_ms();
	const int done = run(b);

	*ms = cpu_ms() - started;
	return done;
}

static int pair(const struct work *w, struct bench *b, struct paired *p, size_t i)
{
	if (i % 2 == 0)
		return timed(w->ours, b, &p->a[i]) && timed(w->bare, b, &p->b[i]);
	return timed(w->bare, b, &p->b[i]) && timed(w->ours, b, &p->a[i]);
}

static int measure(const struct work *w, struct bench *b, size_t pairs, double limit)
{
	static struct paired p;
	struct paired_estimate ratio;

	if (!pair(w, b, &p, 0))
		return 2;
	for (p.count = 0; p.count < pairs; p.count++)
		if (!pair(w, b, &p, p.count))
			return 2;
	ratio = paired_ratio(&p);
	return paired_print(w->name, &p, &ratio, limit, "x") ? 0 : 1;
}

static int prepare(struct bench *b)
{
	const struct lb_key key = { { 1 } };

	b->cipher = EVP_CIPHER_CTX_new();
	b->digest = EVP_MD_CTX_new();
	return b->cipher != NULL && b->digest != NULL && lb_crypto_init(NULL) == ERR_OK &&
	       lb_seal_new(&b->seal, LB_SUITE_AES256GCM, NULL) == ERR_OK &&
	       lb_seal_key(b->seal, &key, NULL) == ERR_OK &&
	       lb_ident_new(&b->ident, LB_IDENT_HMAC_SHA256, &key, NULL) == ERR_OK &&
	       EVP_EncryptInit_ex(b->cipher, EVP_aes_256_gcm(), NULL, key.b, NULL) == 1 &&
	       EVP_DigestInit_ex(b->digest, EVP_sha256(), NULL) == 1;
}

int main(int argc, char **argv)
{
	const long pairs = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	const double limit = argc == 4 ? strtod(argv[3], NULL) : 0;
	const struct work *work = NULL;
	struct bench *b;
	int status = 2;

	for (size_t i = 0; argc == 4 && i < sizeof(works) / sizeof(works[0]); i++)
		if (strcmp(works[i].name, argv[1]) == 0)
			work = &works[i];
	if (work == NULL || pairs < 6 || pairs > PAIRED_MAX || limit <= 0) {
		(void)fprintf(stderr, "usage: seal frame|name PAIRS(6..%d) LIMIT\n",
		              PAIRED_MAX);
		return 2;
	}
	b = mem_new(sizeof(*b));
	if (b == NULL || !prepare(b)) {
		(void)fprintf(stderr, "seal: the libraries refused\n");
		return 2;
	}
	status = measure(work, b, (size_t)pairs, limit);
	EVP_CIPHER_CTX_free(b->cipher);
	EVP_MD_CTX_free(b->digest);
	lb_ident_free(b->ident);
	lb_seal_free(b->seal);
	mem_free(b);
	return status;
}
