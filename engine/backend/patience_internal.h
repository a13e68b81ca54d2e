// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_PATIENCE_INTERNAL_H
#define BACKEND_PATIENCE_INTERNAL_H

#include "base/cancel.h"
#include "os/clock.h"

/* How decorators wait; tests put a clock of their own here, and nobody sleeps. */
struct lb_patience {
	uint64_t (*ticks_ns)(void);
	void (*wait_until)(uint64_t ticks_ns, const struct cancel *cancel);
};

#define LB_PATIENCE ((struct lb_patience){ os_ticks_ns, os_wait_until })

struct lb_backend;

/* Of a throttle or a retry, before its first use. */
void lb_throttle_set_patience(struct lb_backend *throttle, struct lb_patience patience);
void lb_retry_set_patience(struct lb_backend *retry, struct lb_patience patience);

#endif
