// SPDX-License-Identifier: Apache-2.0
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include "base/cancel.h"

#include <stdint.h>

/* The clocks. Logic takes times as parameters; only programs and the runner read these.
 */

/* Milliseconds since the epoch, UTC. */
int64_t os_now_ms(void);
/* Monotonic, for durations and limits. */
uint64_t os_ticks_ns(void);
/* Sleeps until the monotonic clock says so, or the token (may be NULL) is set. */
void os_wait_until(uint64_t ticks_ns, const struct cancel *cancel);
/* Seconds that this machine's zone is east of UTC at an instant (seconds since 1970). */
int32_t os_zone_east(int64_t seconds);

#endif
