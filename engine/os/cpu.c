// SPDX-License-Identifier: Apache-2.0
#include "os/cpu.h"

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>

bool os_cpu_has_sha256(void)
{
	unsigned a = 0;
	unsigned b = 0;
	unsigned c = 0;
	unsigned d = 0;
	const unsigned too = bit_SSSE3 | bit_SSE4_1; /* what code for it uses as well */

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & too) != too)
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

bool os_cpu_has_aes_gcm(void)
{
	unsigned a = 0;
	unsigned b = 0;
	unsigned c = 0;
	unsigned d = 0;

	return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_AES) != 0 &&
	       (c & bit_PCLMUL) != 0;
}

#elif defined(__aarch64__) && defined(__linux__)

#include <asm/hwcap.h>
#include <sys/auxv.h>

bool os_cpu_has_sha256(void)
{
	return (getauxval(AT_HWCAP) & HWCAP_SHA2) != 0;
}

bool os_cpu_has_aes_gcm(void)
{
	const unsigned long both = HWCAP_AES | HWCAP_PMULL;

	return (getauxval(AT_HWCAP) & both) == both;
}

#else

bool os_cpu_has_sha256(void)
{
	return false;
}

bool os_cpu_has_aes_gcm(void)
{
	return false;
}

#endif
