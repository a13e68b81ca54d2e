// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"
#include "base/str.h"
#include "support/check.h"

#include <errno.h>

TestSuite(err, .timeout = 10);

Test(err, set_fills_code_and_text)
{
	struct err err = { ERR_IO, 5, "old" };

	check_err(err_set(&err, ERR_CORRUPT, "line %d: %s", 3, "bad"), ERR_CORRUPT,
	          "code");
	check_int_eq(err.code, ERR_CORRUPT, "stored code");
	check_int_eq(err.os_code, 0, "a stated fault has no errno");
	check_str_eq(err.msg, "line 3: bad", "text");
}

Test(err, null_is_allowed)
{
	errno = ENOENT;
	check_err(err_sys(NULL, "open"), ERR_NOT_FOUND, "err_sys");
	check_err(err_set(NULL, ERR_LIMIT, "x"), ERR_LIMIT, "err_set");
	check_err(err_wrap(NULL, ERR_AUTH, "x"), ERR_AUTH, "err_wrap");
	check_err(err_nomem(NULL), ERR_NOMEM, "err_nomem");
}

Test(err, the_old_message_may_be_an_argument)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_IO, "cause");
	err_set(&err, ERR_LIMIT, "seen: %s", err.msg);
	check_str_eq(err.msg, "seen: cause", "set");
	err_wrap(&err, ERR_LIMIT, "<%s>", err.msg);
	check_str_eq(err.msg, "<seen: cause>: seen: cause", "wrap");
}

Test(err, sys_maps_errno)
{
	static const struct {
		int os_code;
		enum err_code code;
	} cases[] = {
		{ ENOENT, ERR_NOT_FOUND },  { ENOTDIR, ERR_NOT_FOUND },
		{ EEXIST, ERR_EXISTS },     { EACCES, ERR_AUTH },
		{ EPERM, ERR_AUTH },        { ENOMEM, ERR_NOMEM },
		{ ETIMEDOUT, ERR_TIMEOUT }, { ENOSPC, ERR_IO },
		{ EINTR, ERR_IO },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		errno = cases[i].os_code;
		check_err(err_sys(&err, "open %s", "f"), cases[i].code, "case %zu", i);
		check_int_eq(err.os_code, cases[i].os_code, "errno of case %zu", i);
		check_true(str_starts(err.msg, "open f: "), "text of case %zu: %s", i,
		           err.msg);
	}
	errno = ENOENT;
	struct err err = ERR_INIT;
	err_sys(&err, "open %s", "f");
	check_str_eq(err.msg, "open f: No such file or directory", "strerror comes last");
}

Test(err, wrap_puts_context_before_the_cause)
{
	struct err err = ERR_INIT;

	errno = ENOSPC;
	err_sys(&err, "read");
	err_wrap(&err, ERR_CORRUPT, "pack %d", 3);
	err_wrap(&err, ERR_CORRUPT, "restore /home");
	check_str_eq(err.msg, "restore /home: pack 3: read: No space left on device",
	             "text");
	check_int_eq(err.code, ERR_CORRUPT, "the last code wins");
	check_int_eq(err.os_code, ENOSPC, "errno survives");
}

Test(err, wrap_of_an_empty_message_is_the_context)
{
	struct err err = ERR_INIT;

	err_wrap(&err, ERR_IO, "alone");
	check_str_eq(err.msg, "alone", "no colon without a cause");
}

/* For every length of cause and context around the limit. */
Test(err, the_cause_is_never_cut)
{
	char cause[512];
	char context[600];

	memset(context, 'c', sizeof(context) - 1);
	context[sizeof(context) - 1] = '\0';
	for (size_t len = 1; len < sizeof(cause); len++) {
		struct err err = ERR_INIT;

		memset(cause, 'x', len);
		cause[len] = '\0';
		err_set(&err, ERR_IO, "%s", cause);
		err_wrap(&err, ERR_IO, "%s", context);
		check_true(str_ends(err.msg, cause), "cause of %zu bytes whole", len);
		check_true(strlen(err.msg) <= 511, "fits with cause of %zu", len);
		check_true(len < 509 ? str_starts(err.msg, "c") : err.msg[0] == 'x',
		           "context at cause of %zu", len);
	}
}

Test(err, cutting_leaves_no_half_character)
{
	char text[700];
	struct err err = ERR_INIT;

	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'a', shift);
		for (size_t i = 0; i < 160; i++)
			memcpy(text + shift + 4 * i, "\xF0\x9F\x98\x80", 4);
		text[shift + 640] = '\0';
		err_set(&err, ERR_IO, "%s", text);
		check_true(str_is_utf8(span_str(err.msg)), "set, shift %zu", shift);
		check_true(strlen(err.msg) >= 508, "set is cut late, shift %zu", shift);
		err_set(&err, ERR_IO, "cause");
		err_wrap(&err, ERR_IO, "%s", text);
		check_true(str_is_utf8(span_str(err.msg)), "wrap, shift %zu", shift);
	}
}

Test(err, bytes_that_are_no_text_are_cut_too)
{
	char text[700];
	struct err err = ERR_INIT;

	memset(text, 0x80, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_IO, "%s", text);
	check_size_eq(strlen(err.msg), 508, "at most three bytes go with the cut");
}

Test(err, context_that_would_be_empty_after_the_cut_is_left_out)
{
	struct err err = ERR_INIT;
	char cause[512];

	/* Room for one byte of context, but its first character has two. */
	memset(cause, 'x', 508);
	cause[508] = '\0';
	err_set(&err, ERR_IO, "%s", cause);
	err_wrap(&err, ERR_IO, "\xC3\xA4");
	check_str_eq(err.msg, cause, "the cause alone");
}

Test(err, names_are_stable)
{
	check_str_eq(err_name(ERR_OK), "ok", "first");
	check_str_eq(err_name(ERR_NOT_FOUND), "not-found", "two words");
	check_str_eq(err_name(ERR_UNSUPPORTED), "unsupported", "last");
	check_str_eq(err_name((enum err_code)99), "unknown", "no code");
	for (int code = ERR_OK; code <= ERR_UNSUPPORTED; code++)
		check_not_null(err_name((enum err_code)code), "code %d", code);
}
