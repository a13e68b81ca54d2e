// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LIMITS_H
#define GATE_LIMITS_H

#include "os/process.h"

/* The policy's `limits`: JSON text as the policy keeps it, or NULL for none. */

/* Alive at a time in one suite or build, unless the policy says otherwise: more is a fork
 * bomb. */
enum { GATE_PROCESSES_MAX = 1000 };

struct gate_limits {
	struct os_limits os;
	size_t processes;
};

void gate_limits_read(const char *text, struct gate_limits *out);

#endif
