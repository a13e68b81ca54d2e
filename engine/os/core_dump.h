// SPDX-License-Identifier: Apache-2.0
#ifndef OS_CORE_DUMP_H
#define OS_CORE_DUMP_H

#include "base/err.h"

/*
 * For programs that hold keys, first thing in main: no core dump of this process is
 * written or piped to a collector, and other processes of the same user cannot read its
 * memory. Children start afresh once they exec.
 */
enum err_code os_core_dump_forbid(struct err *err) ERR_CHECKED;

#endif
