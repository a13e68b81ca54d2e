// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RETRY_H
#define GATE_RETRY_H

#include "runner_internal.h"

/*
 * A suite that failed is started again, as often as its `retries` say, with a pause that
 * doubles: to find out whether it is flaky, not to make it pass. Every attempt is kept. A
 * test that failed and passes at last is flaky; one that failed and is not among the
 * passed ones later makes the suite unknown. What a sanitizer or race detector reported
 * is found: it is not tried again until it hides.
 */

/* One start of the suite, from nothing to its state in `run`. */
typedef enum err_code gate_attempt_once(struct gate_job *j, struct err *err);

enum err_code gate_retry(struct gate_job *j, gate_attempt_once *attempt,
                         struct err *err) ERR_CHECKED;

/* Appends what the failed cases are called, a name a line, and what they said first. */
void gate_retry_failures(struct buf *out, const struct gate_cases *c);

#endif
