// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAUDE_FLOW_H
#define GATE_CLAUDE_FLOW_H

#include "record/host.h"
#include "verdict/assess.h"

/*
 * A run as metrics of Claude-Flow (`.claude-flow/metrics/`). Each takes the text of its
 * file as it is, empty if there is none, and appends the new one; ERR_CORRUPT for a text
 * that is not what it should be, and nothing is appended then. What else stands in the
 * files stays.
 */

/* task-metrics.json: an array, one record a check more. */
enum err_code gate_claude_flow_tasks(const struct gate_assessment *a,
                                     struct span existing, const char *name,
                                     struct buf *out, struct err *err) ERR_CHECKED;
/* performance.json: an object, its four counters go on. */
enum err_code gate_claude_flow_performance(const struct gate_assessment *a,
                                           struct span existing, const char *name,
                                           struct buf *out, struct err *err) ERR_CHECKED;
/* system-metrics.json: an array, the start and the end of the run more. */
enum err_code gate_claude_flow_system(const struct gate_host_sample *start,
                                      const struct gate_host_sample *end,
                                      struct span existing, const char *name,
                                      struct buf *out, struct err *err) ERR_CHECKED;

#endif
