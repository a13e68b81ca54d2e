// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHOWN_H
#define GATE_SHOWN_H

#include "collect/runner.h"

/* How the end of a unit is shown to people, when it runs and when the run is replayed
 * (events.jsonl of its folder: an object a unit, in the order they ended). */
struct shown {
	struct progress *progress;
	const struct term *terminal;
	bool no_output; /* it was shown as it came */
};

/* "120 passed (2 flaky), 1 failed, 3 skipped, 1 quarantined"; flaky ones passed as well.
 */
struct shown_sum {
	uint64_t passed, failed, skipped, flaky, quarantined;
};
void shown_counts(struct buf *out, const struct shown_sum *sum);

/* Its state, counts and time, why it is no pass, and the end of its output then. */
void shown_end(const struct shown *s, const char *id, const struct gate_run *r);
void shown_left_out(const struct shown *s, const char *id, const char *why);

struct json;
/* Appends a line of events.jsonl; `left_out` may be NULL. */
void shown_put(struct buf *out, const char *id, const char *left_out,
               const struct gate_run *r);
/* Reads one into an initialized run that has no cases but their counts; false for what is
 * none. */
bool shown_take(const struct json *v, struct gate_run *r);

#endif
