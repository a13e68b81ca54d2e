// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_RIGHT_H
#define JOB_RIGHT_H

#include "base/err.h"

#include <stdint.h>

struct lb_repo;

/* ERR_AUTH, saying what it may not, unless the key slot in use has all these roles
 * (LB_ROLE_*). */
enum err_code lb_right(const struct lb_repo *repo, uint32_t roles, const char *what,
                       struct err *err) ERR_CHECKED;

#endif
