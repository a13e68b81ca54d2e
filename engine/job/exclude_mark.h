// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_EXCLUDE_MARK_H
#define JOB_EXCLUDE_MARK_H

#include "snapshot/filter.h"

/* Does this name of the open folder `dir` say that the folder is left out but for it
 * (--exclude-caches, --exclude-if-present)? Reads the start of the file where it has to;
 * a mark that cannot be read is none. */
bool lb_exclude_mark(const struct lb_filter *filter, int dir, const char *name);

#endif
