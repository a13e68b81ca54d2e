// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_REDACT_H
#define GATE_REDACT_H

#include "collect/runner.h"

struct scan_redactor;

/*
 * Takes secrets out of all that a run left, before anything of it is hashed, stored or
 * reported: the captured output, result files, messages and names of cases, reasons,
 * what a plug-in said, and the gate's own fault. What stands in a text is
 * found by the scanner's rules, and then taken out of all others too, also where they
 * have only a part of it. "[redacted RULE]" stands in its place.
 *
 * r->redactions is then what a run keeps of it, "" for none:
 *
 *   {"schema_version": 1, "redacted": [{"rule", "place", "line", "count"}, ..]}
 *
 * `line` is the first one in that place.
 */
enum err_code gate_redact(struct scan_redactor *redactor, struct gate_run *r,
                          struct err *err) ERR_CHECKED;

#endif
