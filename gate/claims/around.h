// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_AROUND_H
#define GATE_CLAIMS_AROUND_H

#include "base/buf.h"
#include "base/map.h"

/*
 * The project around a document: which files there are, and which need not be. Paths go
 * from its root, with '/'. One thread; nothing is kept once it is released.
 */
struct claims_around {
	const char *root; /* borrowed */
	bool whole;       /* it is a repository, or has a policy */
	bool archive;    /* it is what somebody packed, and may have left things out of */
	struct buf path; /* the last one that was resolved */
	struct buf full; /* the same with the root, of whatever was asked last */
	struct map names; /* of all files, without their folders; when first needed */
	bool has_names;
	bool all_names; /* else there are too many to know */
	size_t count;
	bool failed; /* no memory */
};

void claims_around_init(struct claims_around *a, const char *root, bool whole);
void claims_around_fini(struct claims_around *a);

/* a->path: `to` from the folder, with "." and ".." taken out; false where that leads out
 * of the project. */
bool claims_resolve(struct claims_around *a, struct span folder, struct span to);
/* With the root in front. */
const char *claims_full(struct claims_around *a, struct span path);
bool claims_exists(struct claims_around *a, struct span path);
/* Is a file of this name anywhere? True where nobody can tell. */
bool claims_is_anywhere(struct claims_around *a, struct span name);
/* Does git ignore it, or a folder above it? */
bool claims_is_ignored(struct claims_around *a, struct span path);
/* Is there what it is made of: "x.in", "x.example"? */
bool claims_is_made(struct claims_around *a, struct span path);
struct span claims_name_of(struct span path);

#endif
