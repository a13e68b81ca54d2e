/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_CHUNKS_H
#define SW_TESTS_CHUNKS_H

#include "base/map.h"
#include "snapshot/map_write.h"
#include "snapshot/tree_read.h"
#include "snapshot/tree_write.h"

/* Chunks in memory, by an id made of their bytes; counts what is asked of it. */
struct chunks {
	struct map by_id;
	size_t puts; /* also of what was there already */
	size_t gets;
	size_t largest;
	bool forget; /* ids only: for figures of large trees */
};

void chunks_init(struct chunks *c);
void chunks_fini(struct chunks *c);
lb_tree_put chunks_put;
lb_tree_get chunks_get;
struct lb_tree_source chunks_source(struct chunks *c);
/* Stores any bytes, as if they were a node. */
struct lb_id chunks_add(struct chunks *c, struct span bytes);
/* Takes a chunk away, as if it were lost. */
void chunks_drop(struct chunks *c, const struct lb_id *id);

/* A key of 32 equal bytes. */
struct lb_key chunks_key(unsigned char byte);

/* A plain entry of the type; a file is empty. */
struct lb_entry chunks_entry(enum lb_entry_type type, const char *name);

#endif
