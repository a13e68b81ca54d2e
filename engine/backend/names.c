// SPDX-License-Identifier: Apache-2.0
#include "backend/names_internal.h"

#include "base/mem.h"

#include <string.h>

void lb_names_init(struct lb_names *n)
{
	*n = (struct lb_names)LB_NAMES_INIT;
}

void lb_names_fini(struct lb_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		mem_free(n->items[i].name);
	mem_free(n->items);
	lb_names_init(n);
}

/* Where the name is, or would go. */
static size_t position(const struct lb_names *n, struct span name, bool *found)
{
	size_t low = 0;
	size_t high = n->count;

	*found = false;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = span_cmp(span_str(n->items[middle].name), name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void *lb_names_get(const struct lb_names *n, struct span name)
{
	bool found;
	const size_t i = position(n, name, &found);

	return found ? n->items[i].value : NULL;
}

size_t lb_names_after(const struct lb_names *n, struct span name)
{
	bool found;
	const size_t i = position(n, name, &found);

	return i + found;
}

bool lb_names_set(struct lb_names *n, struct span name, void *value)
{
	bool found;
	const size_t i = position(n, name, &found);
	char *copy;

	if (found) {
		n->items[i].value = value;
		return true;
	}
	if (!mem_grow(&n->items, n->count, &n->cap, sizeof(*n->items)))
		return false;
	if ((copy = mem_dup(name)) == NULL)
		return false;
	memmove(&n->items[i + 1], &n->items[i], (n->count - i) * sizeof(*n->items));
	n->items[i] = (struct lb_name){ copy, value };
	n->count++;
	return true;
}

void lb_names_remove(struct lb_names *n, struct span name)
{
	bool found;
	const size_t i = position(n, name, &found);

	if (!found)
		return;
	mem_free(n->items[i].name);
	n->count--;
	memmove(&n->items[i], &n->items[i + 1], (n->count - i) * sizeof(*n->items));
}
