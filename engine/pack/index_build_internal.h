// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_INDEX_BUILD_INTERNAL_H
#define PACK_INDEX_BUILD_INTERNAL_H

#include "pack/index_internal.h"

/* For the two files that write runs. */

/* A name for a new run, temporary until it is adopted. */
enum err_code index_new_path(const struct lb_index *ix, struct buf *out,
                             struct err *err) ERR_CHECKED;
/* Opens a finished run under its final name; the file goes on failure. */
enum err_code index_adopt(struct lb_index *ix, const char *temporary, bool own,
                          struct index_slot *out, struct err *err) ERR_CHECKED;

#endif
