// SPDX-License-Identifier: Apache-2.0
#include "os/machine.h"
#include "support/check.h"

TestSuite(machine, .timeout = 10);

Test(machine, tells_what_it_is)
{
	struct buf text = BUF_INIT;
	struct os_machine_time before;
	struct os_machine_time after;
	double load = -1;

	check_true(os_machine_kernel(&text), "every system has a kernel");
	check_str_contains(buf_str(&text), " ", "name and release");
	buf_clear(&text);
	if (os_machine_cpu(&text))
		check_true(text.len > 0, "a model has a name");
	buf_clear(&text);
	if (!os_machine_governor(&text))
		check_size_eq(text.len, 0, "nothing where nobody knows");
	check_true(!os_machine_load(&load) || load >= 0, "load %f", load);
	if (!os_machine_time(&before) || !os_machine_time(&after))
		cr_skip_test("no /proc/stat");
	check_true(before.total > 0 && after.total >= before.total, "time goes on");
	check_true(after.stolen <= after.total, "a part of it");
	buf_fini(&text);
}
