/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_BACKEND_H
#define SW_TESTS_BACKEND_H

#include "backend/backend.h"
#include "support/check.h"

/* What the tests of every backend do: each fails the test case when the answer is not the
 * one wanted. */

static inline void store(struct lb_backend *b, const char *key, const char *text)
{
	const struct span part = span_str(text);
	struct err err = ERR_INIT;

	check_ok(lb_backend_put(b, key, &part, 1, &err), &err);
}

static inline void store_new(struct lb_backend *b, const char *key, const char *text,
                             enum err_code want)
{
	struct err err = ERR_INIT;
	const enum err_code rc = lb_backend_put_new(b, key, span_str(text), &err);

	check_int_eq(rc, want, "put_new %s: %s", key, err.msg);
}

/* `text` NULL: there is no such object. */
static inline void check_object(struct lb_backend *b, const char *key, const char *text)
{
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	const enum err_code rc = lb_backend_get(b, key, 1000, &got, &err);

	check_int_eq(rc, text == NULL ? ERR_NOT_FOUND : ERR_OK, "get %s: %s", key,
	             err.msg);
	if (text != NULL)
		check_str_eq(buf_str(&got), text, "content of %s", key);
	buf_fini(&got);
}

#endif
