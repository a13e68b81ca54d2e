/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clock.h"
#include "os/random.h"
#include "support/check.h"

#include <time.h>

TestSuite(clock, .timeout = 10);

Test(clock, agrees_with_the_calendar)
{
	const int64_t before = (int64_t)time(NULL) * 1000;
	const int64_t now = os_now_ms();

	check_true(now >= before && now < before + 5000, "milliseconds since the epoch");
}

Test(clock, ticks_never_go_back)
{
	uint64_t last = os_ticks_ns();

	for (int i = 0; i < 100000; i++) {
		const uint64_t now = os_ticks_ns();

		check_true(now >= last, "monotonic");
		last = now;
	}
	check_true(last > 0, "runs");
}

Test(clock, random_bytes_differ)
{
	unsigned char a[64] = { 0 };
	unsigned char b[64] = { 0 };

	os_random(a, sizeof(a));
	os_random(b, sizeof(b));
	os_random(b, 0);
	check_true(memcmp(a, b, sizeof(a)) != 0, "two draws are never the same");
}
