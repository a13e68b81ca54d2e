// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"

#include <stddef.h>

void cancel_init(struct cancel *c)
{
	atomic_init(&c->state, 0);
}

void cancel_set(struct cancel *c, int signal_number)
{
	int running = 0;

	atomic_compare_exchange_strong(&c->state, &running,
	                               signal_number > 0 ? signal_number : -1);
}

bool cancel_is_set(const struct cancel *c)
{
	return c != NULL && atomic_load(&c->state) != 0;
}

int cancel_lift(struct cancel *c)
{
	return atomic_exchange(&c->state, 0);
}

void cancel_restore(struct cancel *c, int lifted)
{
	int running = 0;

	atomic_compare_exchange_strong(&c->state, &running, lifted);
}

int cancel_signal(const struct cancel *c)
{
	int state = c == NULL ? 0 : atomic_load(&c->state);

	return state > 0 ? state : 0;
}
