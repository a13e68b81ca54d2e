// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCAN_OUTPUT_H
#define GATE_SCAN_OUTPUT_H

#include "cli/cli.h"
#include "output.h"
#include "scanners/scanner.h"

struct json_writer;

/* The findings of `scan` in its formats, where --format and --output send them. People
 * get them on standard output unless something else goes there. */

/* Checks the options before anything is scanned. ERR_USAGE. */
enum err_code scan_output_plan(struct output *out, const struct program_call *call,
                               struct err *err) ERR_CHECKED;
enum err_code scan_output_write(const struct output *out, const struct program_call *call,
                                const struct scan_result *r, struct err *err) ERR_CHECKED;

/* How the scan ended, whatever it found: CLI_INTERNAL where something could not be read,
 * CLI_EVIDENCE where there was nothing to compare with, else CLI_OK. */
enum cli_exit scan_output_exit(const struct scan_result *r);
/* The key "skipped": what was missed, and what that means. */
void scan_output_skips(struct json_writer *w, const struct scan_result *r);
uint64_t scan_output_allowed(const struct scan_result *r);

#endif
