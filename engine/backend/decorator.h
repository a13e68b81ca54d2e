// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_DECORATOR_H
#define BACKEND_DECORATOR_H

#include "backend/backend.h"

/*
 * A backend on top of another one, which sees each call as data: it may look at it, wait,
 * perform it once, more than once or not at all. Probing, arbitration and the name go
 * straight through.
 */

enum lb_operation_kind {
	LB_OP_PUT,
	LB_OP_PUT_NEW,
	LB_OP_REPLACE,
	LB_OP_GET,
	LB_OP_READ,
	LB_OP_SIZE,
	LB_OP_DELETE,
	LB_OP_LIST,
	LB_OP_SYNC,
	LB_OP_SYNC_FOLDER,
};

/* Which members count depends on the kind. */
struct lb_call {
	enum lb_operation_kind kind;
	const char *key; /* "" for LB_OP_SYNC */
	const struct span *parts;
	size_t count;
	uint64_t at; /* offset, or the most bytes to get */
	size_t len;
	unsigned char *out;
	struct buf *bytes;
	uint64_t *size;
	lb_backend_visit *visit;
	void *context;
};

/* Embedded as the first member. */
struct lb_decorator {
	struct lb_backend base;
	struct lb_backend *inner;
	enum err_code (*run)(struct lb_decorator *d, const struct lb_call *call,
	                     struct err *err);
	/* Releases it, and the inner backend where it owns that. */
	void (*close)(struct lb_decorator *d);
};

/* Sets the base; the caller fills in the rest. */
void lb_decorator_init(struct lb_decorator *d);

enum err_code lb_call_perform(struct lb_backend *b, const struct lb_call *call,
                              struct err *err) ERR_CHECKED;
/* Bytes that it sends; 0 for what sends none. */
uint64_t lb_call_sent(const struct lb_call *call);

#endif
