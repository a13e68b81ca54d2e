// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_MAN_H
#define SCANNERS_RULE_MAN_H

#include "base/buf.h"
#include "scanners/rule.h"

/* The man page seaworthy-rules(7): every rule with its severity, its remedy and an
 * example. Used when the program is built. */
void scan_rule_man(struct buf *out, const struct scan_rule *rules, size_t count);

#endif
