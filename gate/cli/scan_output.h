// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCAN_OUTPUT_H
#define GATE_SCAN_OUTPUT_H

#include "output.h"
#include "scanners/scanner.h"

/* The findings of `scan` in its formats, where --format and --output send them. People
 * get them on standard output unless something else goes there. */

/* Checks the options before anything is scanned. ERR_USAGE. */
enum err_code scan_output_plan(struct output *out, const struct program_call *call,
                               struct err *err) ERR_CHECKED;
enum err_code scan_output_write(const struct output *out, const struct program_call *call,
                                const struct scan_result *r, struct err *err) ERR_CHECKED;

/* Is something not scanned that should have been? */
bool scan_output_is_partial(const struct scan_result *r);
uint64_t scan_output_allowed(const struct scan_result *r);

#endif
