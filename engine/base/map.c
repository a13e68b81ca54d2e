// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"

#include "base/map_internal.h"
#include "base/mem.h"
#include "base/num.h"
#include "os/random.h"

#include <pthread.h>
#include <string.h>

/*
 * Open addressing with linear probing, at most three quarters full, capacity a power of
 * two. Removal shifts later entries back instead of leaving tombstones. A slot is free
 * when its key is NULL.
 */
struct map_slot {
	char *key;
	size_t len;
	uint64_t hash;
	void *value;
};

#define CAP_MIN ((size_t)8)

static uint64_t hash_key[2];
static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;

static void draw_hash_key(void)
{
	os_random(hash_key, sizeof(hash_key));
}

static uint64_t rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static uint64_t read_u64le(const char *bytes, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
	return v;
}

/* SipHash-1-3: one round for each eight bytes, three to finish. */
uint64_t map_siphash(const uint64_t key[2], struct span s)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)s.len << 56;
	size_t at = 0;

	for (; s.len - at >= 8; at += 8) {
		uint64_t word = read_u64le(s.ptr + at, 8);

		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	if (at < s.len)
		last |= read_u64le(s.ptr + at, s.len - at);
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t map_hash(struct span key)
{
	(void)pthread_once(&hash_key_once, draw_hash_key);
	return map_siphash(hash_key, key);
}

void map_init(struct map *m)
{
	*m = (struct map)MAP_INIT;
}

void map_fini(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		mem_free(m->slots[i].key);
	mem_free(m->slots);
	map_init(m);
}

/* The slot that holds the key, or the free one where it would go. */
static struct map_slot *find(const struct map *m, struct span key, uint64_t hash)
{
	size_t mask = m->cap - 1;
	size_t i = (size_t)hash & mask;

	for (;; i = (i + 1) & mask) {
		struct map_slot *slot = &m->slots[i];

		if (slot->key == NULL)
			return slot;
		if (slot->hash == hash && span_eq(span_of(slot->key, slot->len), key))
			return slot;
	}
}

static struct map_slot *lookup(const struct map *m, struct span key)
{
	struct map_slot *slot;

	if (m->count == 0)
		return NULL;
	slot = find(m, key, map_hash(key));
	return slot->key == NULL ? NULL : slot;
}

void *map_get(const struct map *m, struct span key)
{
	const struct map_slot *slot = lookup(m, key);

	return slot == NULL ? NULL : slot->value;
}

bool map_has(const struct map *m, struct span key)
{
	return lookup(m, key) != NULL;
}

static bool grow(struct map *m)
{
	struct map bigger = MAP_INIT;
	size_t size;

	if (m->cap > 0 && m->count < m->cap / 4 * 3)
		return true;
	if (!num_mul(m->cap == 0 ? CAP_MIN / 2 : m->cap, 2, &bigger.cap) ||
	    !num_mul(bigger.cap, sizeof(*m->slots), &size))
		return false;
	bigger.slots = mem_new(size);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < m->cap; i++) {
		const struct map_slot *old = &m->slots[i];

		if (old->key != NULL)
			*find(&bigger, span_of(old->key, old->len), old->hash) = *old;
	}
	mem_free(m->slots);
	m->slots = bigger.slots;
	m->cap = bigger.cap;
	return true;
}

bool map_set(struct map *m, struct span key, void *value)
{
	uint64_t hash = map_hash(key);
	struct map_slot *slot = m->count == 0 ? NULL : find(m, key, hash);
	char *copy;

	if (slot != NULL && slot->key != NULL) {
		slot->value = value;
		return true;
	}
	if (!grow(m))
		return false;
	copy = mem_dup(key);
	if (copy == NULL)
		return false;
	*find(m, key, hash) = (struct map_slot){ copy, key.len, hash, value };
	m->count++;
	return true;
}

/* Fills the hole at `i` from the run behind it, so that every probe still finds its
 * entry. */
static void close_hole(struct map *m, size_t hole)
{
	size_t mask = m->cap - 1;

	for (size_t i = (hole + 1) & mask; m->slots[i].key != NULL; i = (i + 1) & mask) {
		size_t home = (size_t)m->slots[i].hash & mask;

		/* The entry may move back only if its home is not between hole and i. */
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	memset(&m->slots[hole], 0, sizeof(m->slots[hole]));
}

bool map_remove(struct map *m, struct span key)
{
	struct map_slot *slot = lookup(m, key);

	if (slot == NULL)
		return false;
	mem_free(slot->key);
	close_hole(m, (size_t)(slot - m->slots));
	m->count--;
	return true;
}

bool map_next(const struct map *m, size_t *at, struct span *key, void **value)
{
	while (*at < m->cap) {
		const struct map_slot *slot = &m->slots[(*at)++];

		if (slot->key == NULL)
			continue;
		*key = span_of(slot->key, slot->len);
		*value = slot->value;
		return true;
	}
	return false;
}
