// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/mem.h"
#include "support/check.h"

#include <criterion/redirect.h>
#include <stdio.h>

TestSuite(log, .timeout = 10, .init = cr_redirect_stderr);

Test(log, the_threshold_decides_what_is_said)
{
	log_init("prog", LOG_WARN);
	log_event(LOG_ERROR, "one %d", 1);
	log_event(LOG_WARN, "two");
	log_event(LOG_INFO, "three");
	log_init("prog", LOG_ERROR);
	log_event(LOG_WARN, "four");
	log_init("other", LOG_DEBUG);
	log_event(LOG_INFO, "five");
	log_event(LOG_DEBUG, "six");
	fflush(stderr);
	cr_assert_stderr_eq_str("prog: error: one 1\nprog: warning: two\n"
	                        "other: info: five\nother: debug: six\n",
	                        "all lines");
}

Test(log, hostile_text_is_escaped)
{
	log_init("prog", LOG_WARN);
	log_event(LOG_WARN, "%s", "a\x1b[31m\nprog: error: forged \xff");
	fflush(stderr);
	cr_assert_stderr_eq_str("prog: warning: a\\x1b[31m\\nprog: error: forged \\xff\n",
	                        "one line");
}

Test(log, out_of_memory_is_said_without_memory)
{
	log_init("prog", LOG_WARN);
	mem_fail_after(1);
	log_event(LOG_WARN, "lost");
	mem_fail_after(0);
	fflush(stderr);
	cr_assert_stderr_eq_str("out of memory while reporting an error\n", "fixed text");
}

Test(log, a_line_for_others_to_show_knows_no_threshold)
{
	struct buf line = BUF_INIT;

	log_init("prog", LOG_ERROR);
	log_put(&line, LOG_WARN, SPAN_LIT("a\x1b[31m"));
	check_str_eq(buf_str(&line), "prog: warning: a\\x1b[31m", "without its end");
	buf_fini(&line);
}
