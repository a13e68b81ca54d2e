// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LIVE_H
#define GATE_LIVE_H

#include "base/term.h"

/* Output of a unit as it comes, for people: whole lines, each behind the unit's id, so
 * that units that run beside each other can be told apart. One thread. */
struct gate_live {
	struct progress *progress; /* NULL: nothing is shown */
	const char *id;            /* borrowed */
	struct buf partial[2];     /* of the streams: lines that have no end yet */
};

/* `stream` 1 or 2. */
void gate_live_put(struct gate_live *l, int stream, struct span data);
/* Shows what has no end, and frees. */
void gate_live_end(struct gate_live *l);

#endif
