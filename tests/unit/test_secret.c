// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include "support/check_hex.h"

TestSuite(secret, .timeout = 10);

Test(secret, holds_a_copy)
{
	struct lb_secret s = LB_SECRET_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_secret_dup(&s, SPAN_LIT("open sesame"), &err), &err);
	check_true(span_eq_str(lb_secret_span(&s), "open sesame"), "the same bytes");
	lb_secret_free(&s);
	check_null(s.ptr, "nothing is left");
	lb_secret_free(&s);
	check_ok(lb_secret_dup(&s, SPAN_EMPTY, &err), &err);
	check_size_eq(lb_secret_span(&s).len, 0, "an empty one");
	lb_secret_free(&s);
}

Test(secret, starts_as_zeros)
{
	struct lb_secret s = LB_SECRET_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_secret_new(&s, 100, &err), &err);
	for (size_t i = 0; i < s.len; i++)
		check_int_eq(s.ptr[i], 0, "byte %zu", i);
	lb_secret_free(&s);
	lb_guarded_free(NULL);
}

Test(secret, too_large_a_one_is_an_error)
{
	struct lb_secret s = LB_SECRET_INIT;
	struct err err = ERR_INIT;

	check_err(lb_secret_new(&s, SIZE_MAX - 5, &err), ERR_NOMEM, "all memory");
	check_null(lb_guarded_new(SIZE_MAX / 2), "half of it");
}
