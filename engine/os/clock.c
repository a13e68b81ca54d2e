// SPDX-License-Identifier: Apache-2.0
#include "os/clock.h"

#include <time.h>

enum {
	MS_PER_S = 1000,
	NS_PER_MS = 1000000,
	NS_PER_S = 1000000000,
	SLICE_NS = 20 * NS_PER_MS, /* of a sleep, between looks at the token */
};

int64_t os_now_ms(void)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t); /* fails for unknown clocks only */
	return (int64_t)t.tv_sec * MS_PER_S + t.tv_nsec / NS_PER_MS;
}

uint64_t os_ticks_ns(void)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* In slices: a signal ends the sleep of one thread only, and not of each that waits. */
void os_wait_until(uint64_t ticks_ns, const struct cancel *cancel)
{
	uint64_t now = os_ticks_ns();

	while (now < ticks_ns && !cancel_is_set(cancel)) {
		const uint64_t left = ticks_ns - now;
		const struct timespec slice = {
			.tv_nsec = (long)(left < SLICE_NS ? left : SLICE_NS)
		};

		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &slice, NULL);
		now = os_ticks_ns();
	}
}

int32_t os_zone_east(int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm parts;

	return localtime_r(&at, &parts) ? (int32_t)parts.tm_gmtoff : 0;
}
