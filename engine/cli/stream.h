// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_STREAM_H
#define CLI_STREAM_H

#include "cli/cli.h"
#include "job/backup.h"

/* Standard input, or what a command prints, as the content of a backup. */
struct cli_stream {
	struct lb_backup_stream stream;
	const struct program_call *call;
	char *path; /* "/NAME" */
};

/* Does the call ask for a stream? */
bool cli_stream_wanted(const struct cli_options *o);
/* ERR_USAGE for what does not go together. */
enum err_code cli_stream_init(struct cli_stream *s, const struct program_call *call,
                              struct err *err) ERR_CHECKED;
void cli_stream_fini(struct cli_stream *s);

#endif
