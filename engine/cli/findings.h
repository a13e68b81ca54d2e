// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "cli/output.h"
#include "job/check_findings.h"

/* Findings of check and repair, for people or as JSON Lines; notes only with --json or
 * --verbose. */
enum err_code cli_print_findings(const struct program_call *call,
                                 const struct lb_findings *f,
                                 struct err *err) ERR_CHECKED;
/* How many of each, as members of the summary. */
void cli_count_findings(struct json_writer *w, const struct lb_findings *f);

#endif
