// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "support/check.h"

TestSuite(mem, .timeout = 10);

Test(mem, new_is_zeroed)
{
	unsigned char *p = mem_new(1000);

	check_not_null(p, "new");
	for (size_t i = 0; i < 1000; i++)
		check_int_eq(p[i], 0, "byte %zu", i);
	mem_free(p);
	mem_free(NULL);
}

Test(mem, size_zero_is_a_pointer_of_its_own)
{
	void *a = mem_new(0);
	void *b = mem_new(0);

	check_true(a != NULL && b != NULL && a != b, "two pointers");
	mem_free(a);
	mem_free(b);
}

Test(mem, copies_end_in_nul)
{
	char *a = mem_strdup("text");
	char *b = mem_dup(span_sub(SPAN_LIT("text"), 1, 2));
	char *c = mem_dup(SPAN_EMPTY);

	check_str_eq(a, "text", "strdup");
	check_str_eq(b, "ex", "dup");
	check_str_eq(c, "", "dup of nothing");
	mem_free(a);
	mem_free(b);
	mem_free(c);
}

Test(mem, array_keeps_elements_and_frees_at_zero)
{
	int *p = NULL;

	check_true(mem_array(&p, 2, sizeof(*p)), "first");
	p[0] = 7;
	p[1] = 8;
	check_true(mem_array(&p, 1000, sizeof(*p)), "grown");
	check_int_eq(p[1], 8, "kept");
	check_true(!mem_array(&p, SIZE_MAX / 2, sizeof(*p)), "product overflows");
	check_int_eq(p[1], 8, "untouched by the overflow");
	mem_fail_after(1);
	check_true(!mem_array(&p, 2000, sizeof(*p)), "fails on demand");
	mem_fail_after(0);
	check_int_eq(p[0], 7, "untouched by the failure");
	check_true(mem_array(&p, 0, sizeof(*p)), "freed");
	check_null(p, "NULL after count 0");
}

Test(mem, sizes_beyond_the_machine_fail)
{
	char *p = NULL;

	check_null(mem_new(SIZE_MAX), "new");
	check_null(mem_new((size_t)PTRDIFF_MAX + 1), "no object is that large");
	check_null(mem_dup(span_of("x", SIZE_MAX)), "the closing NUL overflows");
	check_true(!mem_array(&p, SIZE_MAX, 1), "array");
	check_null(p, "array untouched");
}

Test(mem, grow_doubles)
{
	size_t *p = NULL;
	size_t cap = 0;
	size_t moves = 0;

	for (size_t i = 0; i < 1000; i++) {
		size_t old = cap;

		check_true(mem_grow(&p, i, &cap, sizeof(*p)), "element %zu", i);
		check_true(cap > i, "room for element %zu", i);
		moves += cap != old;
		p[i] = i;
	}
	for (size_t i = 0; i < 1000; i++)
		check_size_eq(p[i], i, "element");
	check_true(moves <= 8, "%zu moves for 1000 elements", moves);
	mem_free(p);
}

Test(mem, grow_refuses_overflow)
{
	char *p = NULL;
	size_t cap = SIZE_MAX / 2 + 1;

	check_true(!mem_grow(&p, cap, &cap, 1), "twice the capacity overflows");
	check_size_eq(cap, SIZE_MAX / 2 + 1, "capacity untouched");
	check_null(p, "array untouched");
}

Test(mem, the_nth_allocation_and_all_after_it_fail)
{
	for (uint64_t n = 1; n < 5; n++) {
		void *p[6];

		mem_fail_after(n);
		for (size_t i = 0; i < 6; i++)
			p[i] = i % 2 == 0 ? mem_new(8) : mem_dup(SPAN_LIT("x"));
		mem_fail_after(0);
		for (size_t i = 0; i < 6; i++) {
			check_int_eq(p[i] == NULL, i + 1 >= n, "n %d, allocation %zu",
			             (int)n, i);
			mem_free(p[i]);
		}
	}
}
