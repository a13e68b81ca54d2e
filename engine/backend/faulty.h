// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_FAULTY_H
#define BACKEND_FAULTY_H

#include "backend/decorator.h"

/*
 * A client's connection that fails on demand, on top of another backend (borrowed). What
 * happens to each operation is decided by a callback, so that a test's scheduler can also
 * make a thread wait for its turn there. Requests that were delayed or are repeated stay
 * with the connection until they are delivered, also after the client has died. Any
 * thread may call, unless the callback forbids it.
 */

struct lb_operation {
	uint64_t number; /* 1 = the first of this connection */
	enum lb_operation_kind kind;
	const char *key; /* borrowed; "" for LB_OP_SYNC */
};

enum lb_fault {
	LB_FAULT_NONE,
	LB_FAULT_FAIL,   /* ERR_IO, without effect */
	LB_FAULT_LOSE,   /* takes effect, but ERR_TIMEOUT is the answer */
	LB_FAULT_DELAY,  /* ERR_TIMEOUT, effect when delivered; what reads just fails */
	LB_FAULT_REPEAT, /* takes effect now, and again when delivered */
	LB_FAULT_STALE,  /* a list leaves some objects out; others as NONE */
	LB_FAULT_DIE,    /* before its effect the client dies: ERR_CANCELLED for ever */
	LB_FAULT_DIE_AFTER, /* the same, after its effect */
};

/* Runs on the caller's thread, with no lock held; may block. */
typedef enum lb_fault lb_faulty_choose(const struct lb_operation *op, void *context);

/* `choose` may be NULL: nothing fails. */
enum err_code lb_faulty_new(struct lb_backend **out, struct lb_backend *inner,
                            lb_faulty_choose *choose, void *context,
                            struct err *err) ERR_CHECKED;
/* These take a backend that lb_faulty_new made. */
uint64_t lb_faulty_operations(struct lb_backend *faulty);
/* Has the client died? */
bool lb_faulty_dead(struct lb_backend *faulty);
/* Requests that have not been delivered; closing drops them. */
size_t lb_faulty_pending(struct lb_backend *faulty);
/* Lets the i-th pending request take effect, its answer unheard; false if there is none
 * such. With `again` it stays pending, to be delivered once more. */
bool lb_faulty_deliver(struct lb_backend *faulty, size_t i, bool again);

/* A chooser: the n-th operation meets the fault, the others nothing. Context: this. */
struct lb_faulty_nth {
	uint64_t n;
	enum lb_fault fault;
};
lb_faulty_choose lb_faulty_choose_nth;

/* A chooser: each operation meets each fault with so many chances in 1,024, drawn from
 * the state. One thread at a time. Context: this. */
struct lb_faulty_dice {
	uint64_t state; /* the seed */
	uint16_t chances[LB_FAULT_DIE_AFTER + 1];
};
lb_faulty_choose lb_faulty_choose_dice;

#endif
