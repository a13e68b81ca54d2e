// SPDX-License-Identifier: Apache-2.0
#ifndef OS_MACHINE_H
#define OS_MACHINE_H

#include "base/buf.h"

#include <stdint.h>

/* What kind of machine this is, and how busy. Texts are appended; false, and nothing
 * appended, where the system does not tell. */

bool os_machine_cpu(struct buf *out);      /* "AMD EPYC 7763 64-Core Processor" */
bool os_machine_kernel(struct buf *out);   /* "Linux 6.1.0-18-amd64 x86_64" */
bool os_machine_governor(struct buf *out); /* "performance", of the first processor */
/* Processes that wanted to run, on average over the last minute. */
bool os_machine_load(double *out);

/* Bytes of memory that programs could still have. */
bool os_machine_memory_free(uint64_t *out);
/* Seconds since the system started. */
bool os_machine_uptime(double *out);

/* Time of all processors since the start, in ticks of the system. */
struct os_machine_time {
	uint64_t total;
	uint64_t stolen; /* given to other guests of the host */
};
bool os_machine_time(struct os_machine_time *out);

#endif
