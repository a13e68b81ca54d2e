// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * Cancel token: set once by a signal handler, a failing worker or a caller, polled by
 * everyone else. Safe from any thread and from signal handlers.
 */
struct cancel {
	atomic_int state; /* 0 running, -1 cancelled, n > 0 cancelled by signal n */
};

#define CANCEL_INIT \
	{           \
		0   \
	}

void cancel_init(struct cancel *c);
/* The first reason wins. signal_number 0 means "not by a signal". */
void cancel_set(struct cancel *c, int signal_number);
/* False for NULL. */
bool cancel_is_set(const struct cancel *c);
/* For what has to be done after all: the token runs again, and a new signal sets it.
 * Gives what cancel_restore takes back; nobody else may poll it meanwhile. */
int cancel_lift(struct cancel *c);
/* As it was before, unless it was set again. */
void cancel_restore(struct cancel *c, int lifted);
/* The signal that cancelled, or 0. */
int cancel_signal(const struct cancel *c);

#endif
