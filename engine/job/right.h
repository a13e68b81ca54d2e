// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_RIGHT_H
#define JOB_RIGHT_H

#include "base/err.h"

#include <stdint.h>

struct lb_repo;

/*
 * For the beginning of a job that writes, so that it is not refused at its end only.
 * ERR_AUTH, saying what it may not, unless the key slot in use has all these roles
 * (LB_ROLE_*); ERR_UNSUPPORTED where they are for writing, and writing to this repository
 * takes a newer program.
 */
enum err_code lb_right(struct lb_repo *repo, uint32_t roles, const char *what,
                       struct err *err) ERR_CHECKED;

#endif
