// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BUNDLE_INTERNAL_H
#define GATE_BUNDLE_INTERNAL_H

#include "record/bundle.h"

/* The seal of a bundle, by its writer and its reader. */
struct bundle_seal {
	uint64_t archive_bytes;
	char archive[DIGEST_HEX];
	const struct gate_stored *files;
	size_t count;
};

/* Can it be a file of a bundled run? Folders have their names, and nothing else has. */
bool bundle_name_ok(const char *name);
/* Appends its frame. */
enum err_code bundle_seal_write(const struct bundle_seal *s, struct buf *out,
                                struct err *err) ERR_CHECKED;
/* Of a whole bundle; lists live in `arena`. ERR_CORRUPT for anything but what
 * bundle_seal_write gives. */
enum err_code bundle_seal_read(struct bundle_seal *out, struct span bundle,
                               struct arena *arena, struct err *err) ERR_CHECKED;

#endif
