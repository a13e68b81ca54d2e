// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"

#include "base/num.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* 0 = off, 1 = every allocation fails, n = the n-th from now is the first to fail. */
static _Atomic uint64_t fail_countdown;

void mem_fail_after(uint64_t n)
{
	atomic_store(&fail_countdown, n);
}

/* The fault hook, and sizes that no object may have: pointer differences must fit. */
static bool must_fail(size_t size)
{
	uint64_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);

	while (left > 1)
		if (atomic_compare_exchange_weak(&fail_countdown, &left, left - 1))
			break;
	return left == 1 || size > PTRDIFF_MAX;
}

void *mem_new(size_t size)
{
	return must_fail(size) ? NULL : calloc(1, size == 0 ? 1 : size);
}

void mem_free(void *p)
{
	free(p);
}

char *mem_strdup(const char *s)
{
	return mem_dup(span_str(s));
}

char *mem_dup(struct span s)
{
	size_t size;
	char *copy;

	if (!num_add(s.len, 1, &size) || must_fail(size))
		return NULL;
	copy = malloc(size);
	if (copy == NULL)
		return NULL;
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

bool mem_array(void *slot, size_t count, size_t elem_size)
{
	void *array = NULL;
	void *old;
	size_t size;

	/* The slot is some T **: copying its bytes is the portable way to read it. */
	memcpy(&old, slot, sizeof(old));
	if (count == 0) {
		free(old);
	} else {
		if (!num_mul(count, elem_size, &size) || must_fail(size))
			return false;
		array = realloc(old, size == 0 ? 1 : size);
		if (array == NULL)
			return false;
	}
	memcpy(slot, &array, sizeof(array));
	return true;
}

bool mem_grow(void *slot, size_t count, size_t *cap, size_t elem_size)
{
	size_t wanted = 8;

	if (count < *cap)
		return true;
	if (*cap > 0 && !num_mul(*cap, 2, &wanted))
		return false;
	if (!mem_array(slot, wanted, elem_size))
		return false;
	*cap = wanted;
	return true;
}
