// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HISTORY_CLASS_H
#define SCANNERS_HISTORY_CLASS_H

#include "lib/vcs_history.h"
#include "scanners/scan_blobs.h"

/*
 * Which versions of a history are scanned. A blob that stands at many paths says the same
 * at most of them: what is found goes by its file name, its scope, whether it is a
 * workflow, and the rules that take its path. Versions of a blob that agree in these are
 * a class, and its first one is scanned. Of a blob with more names than
 * SCAN_HISTORY_CLASSES the later ones are not scanned, and told.
 */

enum { SCAN_HISTORY_CLASSES = 64 };

/* A blob of which not all was scanned. */
struct scan_history_left {
	uint32_t version; /* the first that was not */
	uint32_t count;
};

struct scan_history_classes {
	uint32_t *turns; /* owned; the first version of each class */
	size_t count;
	uint32_t *next; /* owned; of each version the next of its class, 0: none */
	struct scan_history_left *left; /* owned */
	size_t left_count;
	size_t left_cap;
};

/* Of the versions that `l` wants. */
enum err_code scan_history_classes_init(struct scan_history_classes *c,
                                        const struct scan_blob_list *l,
                                        const struct vcs_history *h,
                                        struct err *err) ERR_CHECKED;
void scan_history_classes_fini(struct scan_history_classes *c);

#endif
