/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_CHECK_H
#define SW_TESTS_CHECK_H

/*
 * Assertions on Criterion that cannot be written without a message, so that the
 * XML report says what broke. Each takes a printf format and its arguments last;
 * a failure ends the test case. A case starts its own process: loop over tables
 * inside a case where isolation adds nothing.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

/* Format a message; the text lives until the next call in this thread. */
const char *check_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Are both NULL, or both the same text? */
int check_same_text(const char *a, const char *b);

/* The text in double quotes, bytes outside printable ASCII escaped; NULL reads
 * as (null). The result is one of four rotating buffers. */
const char *check_quote(const char *text);

#define check_true(cond, ...) cr_assert((cond), "%s [%s]", check_note(__VA_ARGS__), #cond)

#define check_fail(...) cr_assert_fail("%s", check_note(__VA_ARGS__))

#define check_int_eq(actual, expected, ...)                                         \
	do {                                                                        \
		long long check_got = (long long)(actual);                          \
		long long check_want = (long long)(expected);                       \
		cr_assert(check_got == check_want, "%s [%s is %lld, want %lld]",    \
		          check_note(__VA_ARGS__), #actual, check_got, check_want); \
	} while (0)

#define check_u64_eq(actual, expected, ...)                                         \
	do {                                                                        \
		unsigned long long check_got = (actual);                            \
		unsigned long long check_want = (expected);                         \
		cr_assert(check_got == check_want, "%s [%s is %llu, want %llu]",    \
		          check_note(__VA_ARGS__), #actual, check_got, check_want); \
	} while (0)

#define check_size_eq(actual, expected, ...)                                        \
	do {                                                                        \
		size_t check_got = (actual);                                        \
		size_t check_want = (expected);                                     \
		cr_assert(check_got == check_want, "%s [%s is %zu, want %zu]",      \
		          check_note(__VA_ARGS__), #actual, check_got, check_want); \
	} while (0)

/* Both are NUL-terminated or NULL. */
#define check_str_eq(actual, expected, ...)                                           \
	do {                                                                          \
		const char *check_got = (actual);                                     \
		const char *check_want = (expected);                                  \
		cr_assert(check_same_text(check_got, check_want),                     \
		          "%s [%s is %s, want %s]", check_note(__VA_ARGS__), #actual, \
		          check_quote(check_got), check_quote(check_want));           \
	} while (0)

#define check_str_contains(actual, part, ...)                                         \
	do {                                                                          \
		const char *check_got = (actual);                                     \
		const char *check_want = (part);                                      \
		cr_assert(check_got != NULL && strstr(check_got, check_want) != NULL, \
		          "%s [%s is %s, want %s in it]", check_note(__VA_ARGS__),    \
		          #actual, check_quote(check_got), check_quote(check_want));  \
	} while (0)

#define check_mem_eq(actual, expected, size, ...)                               \
	cr_assert(memcmp((actual), (expected), (size)) == 0, "%s [%s differs]", \
	          check_note(__VA_ARGS__), #actual)

#define check_null(ptr, ...) \
	cr_assert((ptr) == NULL, "%s [%s is not NULL]", check_note(__VA_ARGS__), #ptr)

#define check_not_null(ptr, ...) \
	cr_assert((ptr) != NULL, "%s [%s is NULL]", check_note(__VA_ARGS__), #ptr)

/* The controlling end of a new pseudo-terminal. A bare chroot has none (/dev/pts is not
 * mounted): the case is skipped then, which the counts show. */
int check_open_pty(void);

/* A result code that must be ERR_OK; prints the message in *err otherwise. */
#define check_ok(rc, err)                                                        \
	do {                                                                     \
		int check_rc = (int)(rc);                                        \
		cr_assert(check_rc == ERR_OK, "%s failed with code %d: %s", #rc, \
		          check_rc, (err)->msg);                                 \
	} while (0)

/* A result code that must be the given error. */
#define check_err(rc, expected, ...)                                             \
	do {                                                                     \
		int check_rc = (int)(rc);                                        \
		cr_assert(check_rc == (int)(expected), "%s [%s is %d, want %s]", \
		          check_note(__VA_ARGS__), #rc, check_rc, #expected);    \
	} while (0)

#endif
