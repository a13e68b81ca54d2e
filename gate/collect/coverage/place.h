// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_PLACE_H
#define GATE_COVERAGE_PLACE_H

#include "base/buf.h"

/*
 * Which file a report means by a name. Reports spell names as their tools saw them:
 * absolute, relative to a folder that the report names, to the one that the suite ran in,
 * or to the report's own; below the project or below a copy of it; as a Go import path.
 */

struct gate_cov_place {
	const char *root;           /* of the project, absolute and real */
	const char *seen;           /* what the suite saw as it: the root, or a copy */
	const char *dir;            /* that the suite ran in, absolute */
	const char *own;            /* of the report, absolute */
	const char *const *folders; /* that the report names */
	size_t folder_count;
	bool go; /* names are import paths */
};

enum gate_cov_where {
	GATE_COV_INSIDE,  /* `out` is relative to the root */
	GATE_COV_OUTSIDE, /* it is a file, and none of the project */
	GATE_COV_NOWHERE, /* no such file here: `out` is the name, tidied up */
};

/* Replaces `out`, whose memory the caller asks about. */
enum gate_cov_where gate_cov_place_of(const struct gate_cov_place *p, struct span name,
                                      struct buf *out);

/* Appends a path without ".", ".." and empty names. */
void gate_cov_path_clean(struct span path, struct buf *out);

#endif
