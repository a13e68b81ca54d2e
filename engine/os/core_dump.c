// SPDX-License-Identifier: Apache-2.0
#include "os/core_dump.h"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum err_code os_core_dump_forbid(struct err *err)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return err_sys(err, "forbid core dumps");
#ifdef __linux__
	/* Where a program collects the dumps, the limit alone does not stop them. */
	if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)
		return err_sys(err, "forbid core dumps");
#endif
	return ERR_OK;
}
