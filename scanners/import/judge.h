// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_JUDGE_H
#define SCANNERS_IMPORT_JUDGE_H

#include "import.h"
#include "scanners/pass.h"
#include "scanners/tree.h"

/* The rules cycle.import and import.unresolved. */

/* Notes what the pass's file imports. */
void scan_import_file(struct scan_pass *p);

/* What the families look files up in; read-only once it is made. */
struct scan_import_index;

/* NULL where no rule asks for imports. */
enum err_code scan_import_index_new(struct scan_import_index **out,
                                    const struct scan_tree *t,
                                    struct err *err) ERR_CHECKED;
void scan_import_index_free(struct scan_import_index *x);

/* Resolves what the files of a family import, and reports cycles and what is not there.
 * Without an index there is nothing to do. */
void scan_import_judge(struct scan_tree *t, const struct scan_import_index *x,
                       enum scan_import_family family);

#endif
