// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_DAMAGE_H
#define PACK_DAMAGE_H

#include "base/err.h"

#include <stdbool.h>

/* Is the object at fault that was to be read, rather than the store, the key or this
 * program? Then the others can still be read. A caller for whom more codes say so names
 * them beside the call. */
bool lb_is_damage(enum err_code rc);

#endif
