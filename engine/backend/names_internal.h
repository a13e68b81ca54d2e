// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_NAMES_INTERNAL_H
#define BACKEND_NAMES_INTERNAL_H

#include "base/span.h"

/*
 * A sorted list from names to pointers. Unlike a map its order is the same in every
 * process, so that a crash found with a seed is found again with it.
 */
struct lb_names {
	struct lb_name {
		char *name; /* owned */
		void *value;
	} * items;
	size_t count;
	size_t cap;
};

#define LB_NAMES_INIT      \
	{                  \
		NULL, 0, 0 \
	}

void lb_names_init(struct lb_names *n);
void lb_names_fini(struct lb_names *n);
/* The value or NULL. */
void *lb_names_get(const struct lb_names *n, struct span name);
/* Stores or replaces; false on running out of memory. */
bool lb_names_set(struct lb_names *n, struct span name, void *value);
/* Position of the first name after this one. */
size_t lb_names_after(const struct lb_names *n, struct span name);
void lb_names_remove(struct lb_names *n, struct span name);

#endif
