// SPDX-License-Identifier: Apache-2.0
#include "pack/damage.h"

bool lb_is_damage(enum err_code rc)
{
	return rc == ERR_CORRUPT || rc == ERR_NOT_FOUND || rc == ERR_LIMIT ||
	       rc == ERR_UNSUPPORTED;
}
