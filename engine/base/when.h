// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/span.h"

#include <stdint.h>

/* Instants as milliseconds since 1970-01-01T00:00:00Z, and RFC 3339 for them. The clock
 * itself is in os/clock.h: logic takes the time as a parameter. */

#define WHEN_TEXT 32 /* room for any formatted time with its NUL */

/* "2026-11-22T10:00:00Z"; with milliseconds "2026-11-22T10:00:00.250Z" if `millis`. Years
 * 0000..9999 only, others are clipped to these. */
void when_format(int64_t ms, bool millis, char out[WHEN_TEXT]);
/* Full RFC 3339 date-time with any offset and fraction (cut to milliseconds), or a bare
 * date (midnight UTC). False if it is not one, or names a day that does not exist. */
bool when_parse(struct span text, int64_t *ms);
/* "1.2 s", "3 min 5 s", "2 h 10 min", "4 d 3 h": for people. */
void when_duration(uint64_t ms, char out[WHEN_TEXT]);

#endif
