// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/cli.h"
#include "lib/json.h"

/* How jobs are shown: a progress line on a terminal, JSON Lines with --json, troubles on
 * stderr. Its events are given to a job. */
struct cli_output {
	const struct program_call *call;
	struct lb_events events;
	struct progress *progress;
	const char *unit_label; /* e.g. "backing up" */
	uint64_t last_bytes;
	uint64_t troubles;
};

enum err_code cli_output_init(struct cli_output *o, const struct program_call *call,
                              const char *label, struct err *err) ERR_CHECKED;
/* Clears the progress line. */
void cli_output_fini(struct cli_output *o);

/* RFC 3339 with milliseconds. */
void cli_field_time(struct json_writer *w, const char *key, int64_t ns);
/* Seconds with three decimals, of nanoseconds. */
void cli_field_seconds(struct json_writer *w, const char *key, int64_t ns);
/* Ends the line and prints what the writer has made. */
enum err_code cli_print_line(struct buf *line, struct err *err) ERR_CHECKED;

#endif
