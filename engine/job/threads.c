// SPDX-License-Identifier: Apache-2.0
#include "job/threads.h"

#include <inttypes.h>

enum err_code lb_threads_check(uint64_t threads, struct err *err)
{
	if (threads <= LB_THREADS_MAX)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "%" PRIu64 " threads are too many: at most %d",
	               threads, LB_THREADS_MAX);
}
