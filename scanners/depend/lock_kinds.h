// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DEPEND_LOCK_KINDS_H
#define SCANNERS_DEPEND_LOCK_KINDS_H

#include "lock.h"

/* The formats by file name, and whose packages they hold. */
struct scan_lock_kind {
	const char *name; /* the last name of the path, or the last two */
	const char *ecosystem;
	scan_lock_reader *read;
};

#endif
