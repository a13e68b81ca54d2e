// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_BUILD_H
#define SCANNERS_OSV_BUILD_H

#include "record.h"

/*
 * Collects advisories and writes them as one index (format.h). One thread. Records of the
 * same id are one: the one modified last.
 */

struct scan_osv_build;

enum err_code scan_osv_build_new(struct scan_osv_build **out,
                                 struct err *err) ERR_CHECKED;
void scan_osv_build_free(struct scan_osv_build *b);

/* Everything is copied. ERR_LIMIT when the index cannot hold more. */
enum err_code scan_osv_build_add(struct scan_osv_build *b,
                                 const struct scan_osv_record *r,
                                 struct err *err) ERR_CHECKED;
/* One that could not be read: the index says how many there were. */
void scan_osv_build_reject(struct scan_osv_build *b);

/* Appends the file's bytes. Nothing can be added afterwards. */
enum err_code scan_osv_build_finish(struct scan_osv_build *b, int64_t now_ms,
                                    struct buf *out, struct err *err) ERR_CHECKED;

/* The hash by which names are sorted. */
enum err_code scan_osv_hash(struct span key, uint64_t *out, struct err *err) ERR_CHECKED;

#endif
