// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_CACHE_LOAD_H
#define SCANNERS_SCAN_CACHE_LOAD_H

#include "base/buf.h"
#include "crypto/digest.h"

/*
 * Reading what scans keep (scan_cache.h), and the hash that tells whether it is whole:
 * the SHA-256 of the SHA-256 of every 512 KiB, so that all processors read and hash a
 * part.
 */

enum err_code scan_cache_sum(struct span body, struct lb_id *out,
                             struct err *err) ERR_CHECKED;
/* Puts the whole file into `out`, which is empty, and the hash of what follows its first
 * `head` bytes into *sum. ERR_CORRUPT if it is shorter or larger than `max`, or changes
 * meanwhile. */
enum err_code scan_cache_load(const char *path, size_t head, uint64_t max,
                              struct buf *out, struct lb_id *sum,
                              struct err *err) ERR_CHECKED;

#endif
