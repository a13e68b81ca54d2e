/* SPDX-License-Identifier: Apache-2.0 */
#include "os/late.h"
#include "support/check.h"

#include <math.h>
#include <stdlib.h>

TestSuite(late, .timeout = 20);

#define CALLS(X) X(cos) X(floor)

LATE_LIBRARY(m, "libm.so.6", CALLS)

Test(late, its_functions_are_there_once_it_is_loaded)
{
	struct err err = ERR_INIT;

	for (int i = 0; i < 2; i++) {
		check_ok(late_load(&late_m_library, &err), &err);
		check_true(late_m.cos(0) == 1 && late_m.floor(2.5) == 2,
		           "called, time %d", i);
	}
}

Test(late, a_library_that_is_not_there_is_named)
{
	struct late_library none = late_m_library;
	struct err err = ERR_INIT;

	none.soname = "libnone-such.so.7";
	check_err(late_load(&none, &err), ERR_UNSUPPORTED, "none");
	check_str_contains(err.msg, "needs the library libnone-such.so.7", "named");
	check_true(!none.loaded, "it may be there later");
}

Test(late, one_that_lacks_a_function_is_not_taken)
{
	static const char *const other[] = { "cos", "a_function_that_nobody_has" };
	struct late_library old = late_m_library;
	struct err err = ERR_INIT;

	old.names = other;
	check_err(late_load(&old, &err), ERR_UNSUPPORTED, "old");
	check_str_contains(err.msg, "a_function_that_nobody_has", "named");
	check_true(!old.loaded, "not loaded");
}
