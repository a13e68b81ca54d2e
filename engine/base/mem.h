// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/span.h"

#include <stdint.h>

/*
 * The only way to the heap. All of it may fail and say so. Tests inject failures through
 * mem_fail_after.
 */

/* Zeroed bytes, NULL on failure; size 0 gives a unique pointer. */
void *mem_new(size_t size);
void mem_free(void *p);
char *mem_strdup(const char *s);
/* A NUL-terminated copy of the span. */
char *mem_dup(struct span s);

/*
 * Resizes the array that `*(T **)slot` points to. False on overflow or failure: the old
 * array is untouched then. New elements are not zeroed. Count 0 frees it and stores NULL.
 */
bool mem_array(void *slot, size_t count, size_t elem_size);

/*
 * Makes room for one more element in a growing array: `*slot` has `count` elements and
 * room for
 * `*cap`. Amortised doubling. False on failure, the array untouched.
 */
bool mem_grow(void *slot, size_t count, size_t *cap, size_t elem_size);

/* Tests only: the n-th allocation from now (1 = the next) and all after it fail; 0 turns
 * it off. */
void mem_fail_after(uint64_t n);

#endif
