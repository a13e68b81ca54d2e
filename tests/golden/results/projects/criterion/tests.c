#include <criterion/criterion.h>
#include <signal.h>

#ifdef SCENARIO_pass
Test(pass, plain)
{
	cr_expect_eq(1 + 1, 2);
}

Test(pass, talks)
{
	cr_log_info("<&>");
}
#endif

#ifdef SCENARIO_fails
Test(fails, bad)
{
	cr_expect_eq(1, 2, "one is not <two>");
}

Test(fails, good) {}
#endif

#ifdef SCENARIO_skipped
Test(skipped, left_out)
{
	cr_skip_test("no network");
}

Test(skipped, off, .disabled = true) {}

Test(skipped, good) {}
#endif

#ifdef SCENARIO_crash
Test(crash, hard)
{
	raise(SIGSEGV);
}

Test(crash, good) {}
#endif

#ifdef SCENARIO_timeout
Test(timeout, slow, .timeout = 1)
{
	for (;;)
		;
}
#endif
