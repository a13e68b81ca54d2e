// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_JUDGE_H
#define SCANNERS_IMPORT_JUDGE_H

#include "scanners/pass.h"
#include "scanners/tree.h"

/* The rules cycle.import and import.unresolved. */

/* Notes what the pass's file imports. */
void scan_import_file(struct scan_pass *p);

/* Resolves what all files import, and reports cycles and what is not there. */
void scan_import_judge(struct scan_tree *t);

#endif
