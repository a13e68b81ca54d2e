// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SUPPORT_TIMED_H
#define TESTS_SUPPORT_TIMED_H

#include <stdbool.h>
#include <time.h>

/* Where times of programs say something: checked memory has times of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define SUPPORT_TIMED false
#elif defined(__has_feature)
#define SUPPORT_TIMED (!__has_feature(address_sanitizer))
#else
#define SUPPORT_TIMED true
#endif

/* That this process has computed since it began: other programs do not count. */
static inline double support_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

#endif
