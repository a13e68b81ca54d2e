// SPDX-License-Identifier: Apache-2.0
#ifndef OS_CPU_H
#define OS_CPU_H

#include <stdbool.h>

/* What the processor can do, asked at run time. False where nobody knows. */

/* Instructions for SHA-256 (SHA-NI, ARMv8 SHA2). */
bool os_cpu_has_sha256(void);
/* Instructions for AES-GCM (AES-NI with PCLMULQDQ, ARMv8 AES with PMULL). */
bool os_cpu_has_aes_gcm(void);

#endif
