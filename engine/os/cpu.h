// SPDX-License-Identifier: Apache-2.0
#ifndef OS_CPU_H
#define OS_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* What the processor can do, asked at run time. False where nobody knows. */

/* Instructions for SHA-256 (SHA-NI, ARMv8 SHA2). */
bool os_cpu_has_sha256(void);
/* Instructions for AES-GCM (AES-NI with PCLMULQDQ, ARMv8 AES with PMULL). */
bool os_cpu_has_aes_gcm(void);

/* A set of processors. */
#define OS_CPUS_MAX 1024
struct os_cpus {
	uint64_t bits[OS_CPUS_MAX / 64];
};

/* Those that the calling thread may run on; false where the system does not tell. */
bool os_cpus_get(struct os_cpus *out);
/* Binds the calling thread to them, and what it starts from now on. */
bool os_cpus_bind(const struct os_cpus *cpus);
size_t os_cpus_count(const struct os_cpus *cpus);
/* Leaves only the last `n`: the first one is where most interrupts go. */
void os_cpus_keep_last(struct os_cpus *cpus, size_t n);
/* "0,2,3" */
void os_cpus_put(struct buf *out, const struct os_cpus *cpus);

/*
 * Whether programs that this thread starts from now on get random addresses. Answers what
 * was before in `before` (may be NULL); false where the system does not allow it.
 */
bool os_random_addresses(bool on, bool *before);

#endif
