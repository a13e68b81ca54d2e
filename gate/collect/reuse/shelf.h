// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHELF_H
#define GATE_SHELF_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Bytes by their hash, and entries by a key, below ROOT/.seaworthy/cache. What is read
 * has the hash it is named by, or is not there. At most SHELF_ENTRIES entries are kept
 * whose objects have at most SHELF_BYTES together; those that were not used for the
 * longest time go first, and never one that this shelf gave or took.
 */
struct gate_shelf;

enum { SHELF_ENTRIES = 500 };
#define SHELF_BYTES (UINT64_C(1) << 30)

/* Makes nothing until something is put. */
enum err_code gate_shelf_open(struct gate_shelf **out, const char *root,
                              struct err *err) ERR_CHECKED;
/* Sweeps, if anything was put: down to three quarters of what is allowed, where there is
 * more. */
void gate_shelf_close(struct gate_shelf *s);
/* Other bounds than the usual ones. */
void gate_shelf_bound(struct gate_shelf *s, size_t entries, uint64_t bytes);

/* Appends; false if there is none or it is damaged. */
bool gate_shelf_get(struct gate_shelf *s, const char *hash, struct buf *out);
/* `hash` (DIGEST_HEX bytes) may be NULL. False if it could not be written. */
bool gate_shelf_put(struct gate_shelf *s, struct span data, char *hash);

/* The entry of a key. */
bool gate_shelf_find(struct gate_shelf *s, const char *key, struct buf *out);
/* The entry that was found answers: it stays. */
void gate_shelf_use(struct gate_shelf *s, const char *key);
void gate_shelf_keep(struct gate_shelf *s, const char *key, struct span entry);

#endif
