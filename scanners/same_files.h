// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SAME_FILES_H
#define SCANNERS_SAME_FILES_H

#include "base/buf.h"
#include "base/map.h"
#include "scanners/tree.h"

/*
 * Which files of a tree are equal in name and content. Only those are read again that
 * another one of the tree equals in name and size; and of small ones, and of those that
 * are told of nowhere, only what somebody asks for: they are many.
 */
struct scan_same {
	struct scan_tree *t;
	size_t rule;        /* that is told where a file cannot be read again */
	size_t *class;      /* of each file: that of the first that is equal to it */
	bool *loose;        /* of each file: its class goes by name and size alone */
	struct map settled; /* loose class, digest: the class to that; addresses in class
	                     */
	struct buf piece;
};

/* Of these every folder may have its own: no copy to be told of. */
bool scan_same_is_own(const struct scan_seen *f);

/* A failure is that of the tree. */
void scan_same_init(struct scan_same *s, struct scan_tree *t, size_t rule);
/* From here on the file's class is by content. */
void scan_same_settle(struct scan_same *s, size_t file);
void scan_same_fini(struct scan_same *s);

#endif
