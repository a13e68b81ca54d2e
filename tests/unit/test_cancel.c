// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"
#include "support/check.h"

TestSuite(cancel, .timeout = 10);

Test(cancel, null_is_never_cancelled)
{
	check_true(!cancel_is_set(NULL), "NULL");
	check_int_eq(cancel_signal(NULL), 0, "signal of NULL");
}

Test(cancel, the_first_reason_wins)
{
	struct cancel c = CANCEL_INIT;

	check_true(!cancel_is_set(&c), "fresh");
	cancel_set(&c, SIGTERM);
	cancel_set(&c, 0);
	cancel_set(&c, SIGINT);
	check_true(cancel_is_set(&c), "set");
	check_int_eq(cancel_signal(&c), SIGTERM, "first signal");
	cancel_init(&c);
	check_true(!cancel_is_set(&c), "fresh again");
	cancel_set(&c, 0);
	cancel_set(&c, SIGINT);
	check_true(cancel_is_set(&c), "set without signal");
	check_int_eq(cancel_signal(&c), 0, "no signal");
}

Test(cancel, lifted_it_runs_and_can_be_set_again)
{
	struct cancel c = CANCEL_INIT;
	int lifted;

	cancel_restore(&c, cancel_lift(&c));
	check_true(!cancel_is_set(&c), "it was not set");
	cancel_set(&c, SIGINT);
	lifted = cancel_lift(&c);
	check_true(!cancel_is_set(&c), "lifted");
	cancel_restore(&c, lifted);
	check_int_eq(cancel_signal(&c), SIGINT, "as before");
	lifted = cancel_lift(&c);
	cancel_set(&c, SIGTERM);
	cancel_restore(&c, lifted);
	check_int_eq(cancel_signal(&c), SIGTERM, "what came meanwhile counts");
}
