// SPDX-License-Identifier: Apache-2.0
#ifndef OS_LIMIT_INTERNAL_H
#define OS_LIMIT_INTERNAL_H

#include "base/arena.h"
#include "os/process.h"

/*
 * A program that has to keep within limits is started by a shell that takes them on
 * first and then becomes the program: set from outside they would come after its first
 * children, or after all of a short one.
 */

bool limit_any(const struct os_limits *l);

/*
 * The command line of `spec` with the shell before it, in the arena. `group` is the
 * folder of a control group to enter, or NULL. `*out` is NULL where the program is not
 * there: it is then started as it is, to be told so. ERR_NOMEM.
 */
enum err_code limit_argv(struct arena *a, const struct os_spawn *spec, const char *group,
                         const char *const **out, struct err *err) ERR_CHECKED;

#endif
