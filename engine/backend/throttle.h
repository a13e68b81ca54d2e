// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_THROTTLE_H
#define BACKEND_THROTTLE_H

#include "backend/backend.h"
#include "base/cancel.h"

/*
 * Bandwidth limits: a store that takes and gives no more bytes a second than it is
 * allowed to, all threads together. What is sent is paid for before it goes, what is read
 * before it is asked for where its length is known, else after it has come. Objects go in
 * one piece, so the limit holds over times that are long beside that of a pack. Any
 * thread may call.
 *
 * Once the token is set nobody waits any more: what a job still does then, such as
 * keeping what was stored so far, is little, and whoever stopped it waits for that.
 */

#define LB_RATE_MIN ((uint64_t)1 << 10)
#define LB_RATE_MAX ((uint64_t)1 << 33)

/* Bytes a second, LB_RATE_MIN to LB_RATE_MAX; 0 = as many as it can. */
struct lb_rates {
	uint64_t upload;
	uint64_t download;
};

/* Takes the inner backend, also on failure. The token may be NULL. */
enum err_code lb_throttle_new(struct lb_backend **out, struct lb_backend *take_inner,
                              struct lb_rates rates, const struct cancel *cancel,
                              struct err *err) ERR_CHECKED;

#endif
