// SPDX-License-Identifier: Apache-2.0
#ifndef OS_IDENTITY_H
#define OS_IDENTITY_H

#include "base/buf.h"

#include <stdint.h>

/* Who and where: names of the machine, of users and groups. */

/* Name of this machine, "localhost" if it has none. */
void os_host_name(struct buf *out);
/* The effective user, of whom 0 may do everything, and group. */
uint32_t os_user_id(void);
uint32_t os_group_id(void);
/* Name of the effective user, its number if it has none. */
void os_user_name(struct buf *out);

/* Appends the name; nothing if the id has none. Asks the system's databases, which may
 * take long: callers keep what they learn. */
void os_name_of_uid(uint32_t uid, struct buf *out);
void os_name_of_gid(uint32_t gid, struct buf *out);
/* False if nobody has that name. */
bool os_uid_of_name(const char *name, uint32_t *uid);
bool os_gid_of_name(const char *name, uint32_t *gid);

#endif
