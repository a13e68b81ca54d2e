// SPDX-License-Identifier: Apache-2.0
#include "os/space.h"

#include "base/num.h"

#include <sys/statvfs.h>

enum err_code os_free_space(int fd, uint64_t *bytes, struct err *err)
{
	struct statvfs s;

	if (fstatvfs(fd, &s) != 0)
		return err_sys(err, "ask for the free space");
	if (!num_mul_u64(s.f_bavail, s.f_frsize, bytes))
		*bytes = UINT64_MAX;
	return ERR_OK;
}
