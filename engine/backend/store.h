// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_STORE_H
#define BACKEND_STORE_H

#include "backend/retry.h"
#include "backend/throttle.h"

/*
 * The store of a repository as jobs use it: where it is, with retries, and with bandwidth
 * limits where there are any. Each attempt of a request counts against the limits.
 */
struct lb_store_options {
	struct lb_rates rates;
	struct lb_retry_options retry; /* its token ends the waiting for rates too */
};

/* Folders alone are supported yet: both refuse addresses ("s3:..", "host:/..") with
 * ERR_USAGE; a folder with such a name is "./s3:..". */

/* ERR_NOT_FOUND. */
enum err_code lb_store_open(struct lb_backend **out, const char *path,
                            const struct lb_store_options *options,
                            struct err *err) ERR_CHECKED;
/* As lb_local_create. */
enum err_code lb_store_create(struct lb_backend **out, const char *path,
                              const struct lb_store_options *options,
                              struct err *err) ERR_CHECKED;

#endif
