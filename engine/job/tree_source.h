// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_TREE_SOURCE_H
#define JOB_TREE_SOURCE_H

#include "snapshot/tree_read.h"

struct lb_reader;

/* Trees and maps as a repository has them. The reader is borrowed, and so is its
 * thread. */
struct lb_tree_source lb_tree_source_of(struct lb_reader *reader);

#endif
