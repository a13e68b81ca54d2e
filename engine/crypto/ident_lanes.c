// SPDX-License-Identifier: Apache-2.0
#include "crypto/ident_internal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* Padding: one bit, zeros, and the length in bits as 8 bytes. */
#define LENGTH 8u

/* ---- keys ---- */

static void after_key(uint32_t state[SHA256_WORDS], const struct lb_key *key,
                      unsigned char pad)
{
	unsigned char block[SHA256_BLOCK];
	struct lb_sha256_lane lane = { .next = block };

	memset(block, pad, sizeof block);
	for (size_t i = 0; i < LB_KEY; i++)
		block[i] ^= key->b[i];
	lb_sha256_start(lane.state);
	lb_sha256_one(&lane, 1);
	memcpy(state, lane.state, sizeof lane.state);
	sodium_memzero(block, sizeof block);
	sodium_memzero(&lane, sizeof lane);
}

void lb_ident_lanes_init(struct lb_ident *t)
{
	for (int i = 0; i < IDENT_TYPES; i++) {
		after_key(t->inner[i], &t->key[i], 0x36);
		after_key(t->outer[i], &t->key[i], 0x5c);
	}
}

/* ---- one message in a lane ---- */

struct lane {
	struct lb_sha256_lane hash;
	size_t blocks;            /* whole ones to come */
	struct lb_ident_job *job; /* NULL: none */
};

static void put_words(unsigned char *out, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		out[4 * i] = (unsigned char)(words[i] >> 24);
		out[4 * i + 1] = (unsigned char)(words[i] >> 16);
		out[4 * i + 2] = (unsigned char)(words[i] >> 8);
		out[4 * i + 3] = (unsigned char)words[i];
	}
}

/* The end of a message of `total` bytes, key block included: its last `len` bytes. */
static void end_message(struct lb_sha256_lane *hash, const unsigned char *last,
                        size_t len, uint64_t total)
{
	unsigned char tail[2 * SHA256_BLOCK] = { 0 };
	size_t blocks = len + 1 + LENGTH <= SHA256_BLOCK ? 1 : 2;
	const uint32_t bits[2] = { (uint32_t)(total >> 29), (uint32_t)(total << 3) };

	if (len > 0)
		memcpy(tail, last, len);
	tail[len] = 0x80;
	put_words(tail + blocks * SHA256_BLOCK - LENGTH, bits, 2);
	hash->next = tail;
	lb_sha256_one(hash, blocks);
}

static void begin(struct lane *l, const struct lb_ident *t, struct lb_ident_job *job)
{
	const unsigned char *plain = (const unsigned char *)job->plain.ptr;

	assert(lb_chunk_type_known(job->type));
	memcpy(l->hash.state, t->inner[job->type - LB_CHUNK_DATA], sizeof l->hash.state);
	l->hash.next = plain;
	l->blocks = job->plain.len / SHA256_BLOCK;
	l->job = job;
}

static void finish(struct lane *l, const struct lb_ident *t)
{
	struct lb_ident_job *job = l->job;
	unsigned char digest[LB_ID];

	end_message(&l->hash, l->hash.next, job->plain.len % SHA256_BLOCK,
	            SHA256_BLOCK + job->plain.len);
	put_words(digest, l->hash.state, SHA256_WORDS);
	memcpy(l->hash.state, t->outer[job->type - LB_CHUNK_DATA], sizeof l->hash.state);
	end_message(&l->hash, digest, sizeof digest, SHA256_BLOCK + sizeof digest);
	put_words(job->id.b, l->hash.state, SHA256_WORDS);
	l->job = NULL;
}

/* ---- all ---- */

/* A lane whose message is over takes the next one. */
static void refill(struct lane *l, const struct lb_ident *t, struct lb_ident_job *jobs,
                   size_t count, size_t *at)
{
	while (l->blocks == 0 && (l->job || *at < count)) {
		if (l->job)
			finish(l, t);
		if (*at < count)
			begin(l, t, &jobs[(*at)++]);
	}
}

static void run(struct lane *a, struct lane *b)
{
	size_t blocks = a->blocks < b->blocks ? a->blocks : b->blocks;

	if (blocks > 0) {
		lb_sha256_two(&a->hash, &b->hash, blocks);
		a->blocks -= blocks;
		b->blocks -= blocks;
		return;
	}
	lb_sha256_one(&a->hash, a->blocks);
	lb_sha256_one(&b->hash, b->blocks);
	a->blocks = 0;
	b->blocks = 0;
}

void lb_ident_lanes(const struct lb_ident *t, struct lb_ident_job *jobs, size_t count)
{
	struct lane a = { .job = NULL };
	struct lane b = { .job = NULL };
	size_t at = 0;

	refill(&a, t, jobs, count, &at);
	refill(&b, t, jobs, count, &at);
	while (a.job || b.job) {
		run(&a, &b);
		refill(&a, t, jobs, count, &at);
		refill(&b, t, jobs, count, &at);
	}
	sodium_memzero(&a, sizeof a);
	sodium_memzero(&b, sizeof b);
}
