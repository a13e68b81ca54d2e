// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_FINDING_JSON_H
#define GATE_FINDING_JSON_H

#include "base/buf.h"
#include "scanners/scanner.h"

/*
 * One finding as a line of JSON, with its LF: the format of `scan --format jsonl` and of
 * a run's findings.jsonl. A path that is not UTF-8 is also written as `path_b64`.
 */
void gate_finding_json(struct buf *out, const struct scan_finding *f);

#endif
