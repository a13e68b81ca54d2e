// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_GLOB_H
#define SNAPSHOT_GLOB_H

#include "base/err.h"
#include "base/span.h"

/* A single pattern as snapshot/filter.h describes them, compiled once and asked often.
 * Read-only afterwards: any number of threads may ask. */
struct lb_glob;

/* ERR_USAGE with the pattern and what is wrong with it; one that starts with ! is wrong,
 * for there is nothing to take back. */
enum err_code lb_glob_new(struct lb_glob **out, struct span pattern, bool ignore_case,
                          struct err *err) ERR_CHECKED;
void lb_glob_free(struct lb_glob *g);
/* Is it about exactly this path (without slashes at its ends), not one around it? */
bool lb_glob_match(const struct lb_glob *g, struct span path, bool is_folder);

#endif
