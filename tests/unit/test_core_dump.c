// SPDX-License-Identifier: Apache-2.0
#include "os/core_dump.h"

#include "support/check.h"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

TestSuite(core_dump, .timeout = 10);

Test(core_dump, is_forbidden_afterwards)
{
	struct err err = ERR_INIT;
	struct rlimit limit;

	check_ok(os_core_dump_forbid(&err), &err);
	check_int_eq(getrlimit(RLIMIT_CORE, &limit), 0, "the limit is readable");
	check_u64_eq(limit.rlim_cur, 0, "no byte");
	check_u64_eq(limit.rlim_max, 0, "and it stays so");
#ifdef __linux__
	check_int_eq(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 0,
	             "not for collectors either");
#endif
}
