// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DEPEND_MANIFEST_INTERNAL_H
#define SCANNERS_DEPEND_MANIFEST_INTERNAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/* What a manifest asks for. A reader that cannot tell names (Gemfile, build.gradle: they
 * are programs) only says that there is something. */
struct scan_wish {
	const char *name;
};

struct scan_wishes {
	struct arena arena;
	struct scan_wish *items;
	size_t count;
	size_t cap;
	bool any; /* asks for something, named or not */
};

/* Fills *out from the text. ERR_CORRUPT, ERR_NOMEM. */
typedef enum err_code scan_manifest_reader(struct scan_wishes *out, struct span text,
                                           struct err *err);

enum { SCAN_MANIFEST_LOCKS = 8 };

struct scan_manifest_kind {
	const char *name;
	scan_manifest_reader *read;
	const char *locks[SCAN_MANIFEST_LOCKS]; /* any of these will do; NULL ends */
};

/* By the last name of the path; NULL: no manifest. */
const struct scan_manifest_kind *scan_manifest_kind_of(struct span path);

#endif
