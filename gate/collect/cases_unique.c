// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "collect/cases.h"

#include <string.h>

/* Open addressing over the cases' positions: names need no second copy. */
struct names {
	struct gate_cases *c;
	uint32_t *slots; /* 1 + position */
	size_t mask;
	uint32_t *times; /* by position: how often the name came again */
};

/* The slot of the name, empty if no case has it. */
static uint32_t *slot_of(const struct names *n, const char *name)
{
	size_t at = (size_t)map_hash(span_str(name)) & n->mask;

	while (n->slots[at] != 0 && !str_eq(n->c->items[n->slots[at] - 1].name, name))
		at = (at + 1) & n->mask;
	return &n->slots[at];
}

/* "a (2)", or the first number that is free. */
static void rename_case(struct names *n, size_t i, uint32_t *times)
{
	struct gate_case *item = &n->c->items[i];
	const char *name;

	do {
		name = arena_printf(&n->c->arena, "%s (%u)", item->name, ++*times + 1);
	} while (name != NULL && *slot_of(n, name) != 0);
	if (name == NULL)
		return;
	item->name = name;
	*slot_of(n, name) = (uint32_t)i + 1;
}

static bool make_tables(struct names *n)
{
	size_t count = n->c->count + 1;

	while (n->mask < count * 2)
		n->mask = n->mask * 2 + 1;
	if (!mem_array(&n->slots, n->mask + 1, sizeof(*n->slots)) ||
	    !mem_array(&n->times, count, sizeof(*n->times)))
		return false;
	memset(n->slots, 0, (n->mask + 1) * sizeof(*n->slots));
	memset(n->times, 0, count * sizeof(*n->times));
	return true;
}

enum err_code gate_cases_unique(struct gate_cases *c, struct err *err)
{
	struct names n = { .c = c, .mask = 15 };
	enum err_code rc = make_tables(&n) ? ERR_OK : err_nomem(err);

	for (size_t i = 0; rc == ERR_OK && i < c->count; i++) {
		uint32_t *slot = slot_of(&n, c->items[i].name);

		if (*slot == 0)
			*slot = (uint32_t)i + 1;
		else
			rename_case(&n, i, &n.times[*slot - 1]);
	}
	mem_free(n.slots);
	mem_free(n.times);
	return rc == ERR_OK ? arena_err(&c->arena, err) : rc;
}
