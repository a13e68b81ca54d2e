// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_OUTPUT_H
#define GATE_CLAIMS_OUTPUT_H

#include "claims/claim.h"
#include "cli/cli.h"
#include "output.h"

/* The claims of documents in the formats of `claims`, where --format and --output send
 * them. People get them on standard output unless something else goes there. */

struct claims_file {
	const char *path;  /* as it was given */
	const char *below; /* from the project's top, with '/'; else as given */
	struct gate_claims claims;
};

struct claims_files {
	struct claims_file *items;
	size_t count;
};

/* Checks the options before anything is read. ERR_USAGE. */
enum err_code claims_output_plan(struct output *out, const struct program_call *call,
                                 struct err *err) ERR_CHECKED;
enum err_code claims_output_write(const struct output *out,
                                  const struct program_call *call,
                                  const struct claims_files *files,
                                  struct err *err) ERR_CHECKED;
/* How many of each verdict. */
void claims_output_count(const struct claims_files *files, size_t counts[3]);

#endif
