// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/span.h"

/*
 * Memory for things that live and die together (a policy, a run's model, a list of
 * findings). Failure is sticky like buf's: arena_ok at the end tells. Pointers stay valid
 * until fini. Not for use by two threads at once.
 */
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out, for limits and tests */
	bool failed;
};

#define ARENA_INIT             \
	{                      \
		NULL, 0, false \
	}

void arena_init(struct arena *a);
void arena_fini(struct arena *a);

/* Zeroed and suitably aligned, or NULL. */
void *arena_new(struct arena *a, size_t size);
/* Zeroed array; NULL on overflow or failure. */
void *arena_array(struct arena *a, size_t count, size_t elem_size);
/* NUL-terminated copies; NULL on failure (a NULL `s` gives NULL without failure). */
char *arena_str(struct arena *a, const char *s);
char *arena_dup(struct arena *a, struct span s);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Appends room for one element to an arena array (`*slot`, `*count` used of `*cap`) and
 * returns the zeroed new element, or NULL. Old arrays stay in the arena until fini (at
 * most twice the size).
 */
void *arena_push(struct arena *a, void *slot, size_t *count, size_t *cap,
                 size_t elem_size);

/* Room for `more` elements behind those that such an array has, at once. */
bool arena_reserve(struct arena *a, void *slot, size_t count, size_t *cap, size_t more,
                   size_t elem_size);

/* What is in `from` lives on with `to`; `from` is empty. */
void arena_join(struct arena *to, struct arena *from);

bool arena_ok(const struct arena *a);
enum err_code arena_err(const struct arena *a, struct err *err);

#endif
