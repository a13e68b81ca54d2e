// SPDX-License-Identifier: Apache-2.0
#ifndef OS_SPAWN_INTERNAL_H
#define OS_SPAWN_INTERNAL_H

#include "os/process.h"
#include "os/tree_internal.h"

/*
 * Starts the program of `spec` as the root of `tree`, in a session of its own (so that it
 * cannot ask at the terminal), with default signals, stdin from /dev/null or with
 * the input, and nothing else inherited. `read_ends` are the non-blocking ends of its
 * stdout and stderr (-1 when merged).
 */
enum err_code spawn_start(const struct os_spawn *spec, struct tree *tree,
                          int read_ends[2], bool *found, struct err *err) ERR_CHECKED;

#endif
