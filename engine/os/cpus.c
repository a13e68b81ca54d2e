// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "os/cpu.h"

#ifdef __linux__
#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#endif

enum { WORD = 64 };

static bool has(const struct os_cpus *cpus, size_t cpu)
{
	return (cpus->bits[cpu / WORD] >> (cpu % WORD) & 1) != 0;
}

size_t os_cpus_count(const struct os_cpus *cpus)
{
	size_t count = 0;

	for (size_t i = 0; i < OS_CPUS_MAX; i++)
		count += has(cpus, i);
	return count;
}

void os_cpus_keep_last(struct os_cpus *cpus, size_t n)
{
	size_t count = os_cpus_count(cpus);

	for (size_t i = 0; i < OS_CPUS_MAX && count > n; i++) {
		if (!has(cpus, i))
			continue;
		cpus->bits[i / WORD] &= ~(UINT64_C(1) << (i % WORD));
		count--;
	}
}

void os_cpus_put(struct buf *out, const struct os_cpus *cpus)
{
	bool first = true;

	for (size_t i = 0; i < OS_CPUS_MAX; i++) {
		if (!has(cpus, i))
			continue;
		buf_printf(out, "%s%zu", first ? "" : ",", i);
		first = false;
	}
}

#ifdef __linux__

bool os_cpus_get(struct os_cpus *out)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	memset(out, 0, sizeof(*out));
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return false;
	for (size_t i = 0; i < OS_CPUS_MAX; i++)
		if (CPU_ISSET(i, &set))
			out->bits[i / WORD] |= UINT64_C(1) << (i % WORD);
	return true;
}

bool os_cpus_bind(const struct os_cpus *cpus)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < OS_CPUS_MAX; i++)
		if (has(cpus, i))
			CPU_SET(i, &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0;
}

bool os_random_addresses(bool on, bool *before)
{
	const unsigned long ask = 0xffffffff;
	const int now = personality(ask);
	unsigned long wanted;

	if (now == -1)
		return false;
	if (before != NULL)
		*before = ((unsigned)now & ADDR_NO_RANDOMIZE) == 0;
	wanted = (unsigned)now;
	if (on)
		wanted &= ~(unsigned long)ADDR_NO_RANDOMIZE;
	else
		wanted |= ADDR_NO_RANDOMIZE;
	return personality(wanted) != -1;
}

#else

bool os_cpus_get(struct os_cpus *out)
{
	(void)out;
	return false;
}

bool os_cpus_bind(const struct os_cpus *cpus)
{
	(void)cpus;
	return false;
}

bool os_random_addresses(bool on, bool *before)
{
	(void)on;
	(void)before;
	return false;
}

#endif
