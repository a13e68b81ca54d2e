// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_TABLE_H
#define SCANNERS_RULE_TABLE_H

#include "scanners/rule.h"

/* The rules of the program, sorted by id: made of scanners/rules when it is built
 * (rule_embed_main.c). */
extern const struct scan_rule *const scan_rule_table;
extern const size_t scan_rule_table_count;

#endif
