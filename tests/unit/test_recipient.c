// SPDX-License-Identifier: Apache-2.0
#include "repo/recipient.h"

#include "base/buf.h"
#include "crypto/box.h"
#include "support/check.h"

#include <string.h>

TestSuite(recipient, .timeout = 10);

static void make(struct lb_key *secret, struct lb_public *public,
                 char secret_text[LB_RECIPIENT_TEXT], char text[LB_RECIPIENT_TEXT])
{
	struct err err = ERR_INIT;

	lb_recipient_new(secret, public);
	check_int_eq(lb_recipient_format(public, text, &err), ERR_OK, "%s", err.msg);
	check_int_eq(lb_recipient_secret_format(secret, secret_text, &err), ERR_OK, "%s",
	             err.msg);
}

Test(recipient, both_halves_are_read_back)
{
	struct lb_key secret;
	struct lb_key again;
	struct lb_public public;
	struct lb_public of_again;
	char secret_text[LB_RECIPIENT_TEXT];
	char text[LB_RECIPIENT_TEXT];
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;

	make(&secret, &public, secret_text, text);
	buf_printf(&file, "# of ann\n\n  %s \r\nmore\n", secret_text);
	check_int_eq(lb_recipient_secret_parse(buf_span(&file), &again, &err), ERR_OK,
	             "%s", err.msg);
	check_true(lb_key_eq(&secret, &again), "the secret");
	check_int_eq(lb_recipient_parse(span_str(text), &of_again, &err), ERR_OK, "%s",
	             err.msg);
	check_int_eq(memcmp(&public, &of_again, sizeof public), 0, "the public key");
	lb_box_public(&of_again, &again);
	check_int_eq(memcmp(&public, &of_again, sizeof public), 0, "they are a pair");
	buf_fini(&file);
}

Test(recipient, the_wrong_half_and_typing_mistakes_are_told)
{
	struct lb_key secret;
	struct lb_public public;
	char secret_text[LB_RECIPIENT_TEXT];
	char text[LB_RECIPIENT_TEXT];
	struct err err = ERR_INIT;

	make(&secret, &public, secret_text, text);
	check_int_eq(lb_recipient_parse(span_str(secret_text), &public, &err), ERR_USAGE,
	             "the private one");
	check_str_contains(err.msg, "wrong half", "which");
	check_true(strstr(err.msg, secret_text) == NULL, "it is not repeated");
	check_int_eq(lb_recipient_secret_parse(span_str(text), &secret, &err), ERR_USAGE,
	             "the public one");
	text[30] = text[30] == '0' ? '1' : '0';
	check_int_eq(lb_recipient_parse(span_str(text), &public, &err), ERR_USAGE,
	             "a digit");
	check_str_contains(err.msg, "do not fit", "the check");
	text[strlen(text) - 1] = '\0';
	check_int_eq(lb_recipient_parse(span_str(text), &public, &err), ERR_USAGE, "cut");
	check_int_eq(lb_recipient_parse(SPAN_EMPTY, &public, &err), ERR_USAGE, "nothing");
	check_int_eq(lb_recipient_parse(SPAN_LIT("# only a comment"), &public, &err),
	             ERR_USAGE, "a comment");
	check_true(public.b[0] == 0 && memcmp(public.b, public.b + 1, LB_PUBLIC - 1) == 0,
	           "zeros");
}
