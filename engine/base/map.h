// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/span.h"

#include <stdint.h>

/*
 * Hash map from bytes to a pointer. Keys are copied, values are borrowed. Hashing is
 * SipHash-1-3 with a key drawn once a process, so that hostile keys cannot make it slow.
 * Not for use by two threads at once.
 */
struct map {
	struct map_slot *slots;
	size_t count;
	size_t cap;
};

#define MAP_INIT           \
	{                  \
		NULL, 0, 0 \
	}

void map_init(struct map *m);
void map_fini(struct map *m);
/* The value or NULL. */
void *map_get(const struct map *m, struct span key);
bool map_has(const struct map *m, struct span key);
/* Stores or replaces; false on running out of memory. */
bool map_set(struct map *m, struct span key, void *value);
bool map_remove(struct map *m, struct span key);
/* Walks in unspecified order: start with *at = 0; false at the end. No changes while
 * walking. */
bool map_next(const struct map *m, size_t *at, struct span *key, void **value);
/* Keyed hash of the process, for tables of one's own. */
uint64_t map_hash(struct span key);

#endif
