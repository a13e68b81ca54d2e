// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_THREADS_H
#define JOB_THREADS_H

#include "base/err.h"

#include <stdint.h>

/* How many workers a job may be asked for. */

enum { LB_THREADS_MAX = 1024 };

/* ERR_USAGE above it: before a stack and buffers are made for each. 0 is one a
 * processor. */
enum err_code lb_threads_check(uint64_t threads, struct err *err) ERR_CHECKED;

#endif
