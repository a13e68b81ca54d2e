// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_TRY_H
#define SCANNERS_RULE_TRY_H

#include "base/buf.h"
#include "scanners/rule.h"

/*
 * Looks for each rule in its own examples and counter-examples, with one engine. What is
 * not as it should be goes to `wrong`, a line each: "FILE:12: own.x: not found in: text",
 * without a file (NULL) from the id on. Rules are sorted by id. Examples of rules that
 * need a whole scan are left out.
 */
enum err_code scan_rule_try(const struct scan_rule *rules, size_t count, const char *file,
                            enum scan_engine_kind kind, struct buf *wrong,
                            struct err *err) ERR_CHECKED;
/* A rule of ours that only a scan can find: with a baseline, with advisories, or looking
 * at other files. */
bool scan_rule_needs_scan(const struct scan_rule *r);

#endif
