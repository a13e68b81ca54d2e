// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_RETRY_H
#define BACKEND_RETRY_H

#include "backend/backend.h"
#include "base/cancel.h"

/*
 * Patience with a store that is unwell for a moment: a request that failed for a reason
 * that passes (busy, no answer in time, a network folder that came back under another
 * handle) is made again, each time after a longer pause, until LB_RETRY_MAX were in vain.
 * What will not change by itself (full, read-only, forbidden, damaged, a failing device)
 * is told at once. All requests of a backend may be repeated, see backend.h; a list only
 * before its first object was told. Any thread may call.
 */

enum {
	LB_RETRY_MAX = 7, /* with pauses of 0.1 s and then twice as long each: 12.7 s */
};

/* Would the same request perhaps succeed a moment later? */
bool lb_retry_helps(const struct err *err);

struct lb_retry_options {
	/* The pauses end, and no request is repeated, once it is set; may be NULL. */
	const struct cancel *cancel;
	/* Called before each pause (NULL: nobody), on any thread. */
	void (*tell)(void *context, const struct err *err, uint64_t pause_ns);
	void *context;
};

/* Takes the inner backend, also on failure. */
enum err_code lb_retry_new(struct lb_backend **out, struct lb_backend *take_inner,
                           const struct lb_retry_options *options,
                           struct err *err) ERR_CHECKED;

#endif
