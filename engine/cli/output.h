// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/cli.h"
#include "job/source.h"
#include "lib/json.h"
#include "snapshot/entry.h"

/* How jobs are shown: a progress line on a terminal, JSON Lines with --json, troubles on
 * stderr. Its events are given to a job. */
struct cli_output {
	const struct program_call *call;
	struct lb_events events;
	struct progress *progress;
	bool watched;           /* somebody sees the progress */
	const char *unit_label; /* e.g. "backing up" */
	uint64_t last_bytes;
	/* How the paths of a backup were given, so that they are shown like that; else
	 * NULL, and paths are shown from the root. */
	const struct lb_source *sources;
	/* What went wrong with which path, for the summary: the first of them. */
	struct json_writer troubles;
	struct buf troubles_text;
	size_t trouble_count;
};

enum err_code cli_output_init(struct cli_output *o, const struct program_call *call,
                              const char *label, struct err *err) ERR_CHECKED;
/* The job acts on objects of the store, not on files: they are told by name and size, and
 * as JSON with --json if `always`, whether or not a list was asked for. */
void cli_output_objects(struct cli_output *o, bool always);
/* Ends the progress line: before anything else is printed. */
void cli_output_end(struct cli_output *o);
/* The same, and frees. */
void cli_output_fini(struct cli_output *o);
/* The paths in trouble as the field "unreadable". */
void cli_field_troubles(struct json_writer *w, const struct cli_output *o);

/* RFC 3339 with milliseconds. */
void cli_field_time(struct json_writer *w, const char *key, int64_t ns);
/* The same for the time of a file, which may lie beyond the reach of nanoseconds. */
void cli_field_mtime(struct json_writer *w, const struct lb_entry *e);
/* Appends it for people, without fractions. */
void cli_put_mtime(struct buf *out, const struct lb_entry *e);
/* Seconds with three decimals, of nanoseconds. */
void cli_field_seconds(struct json_writer *w, const char *key, int64_t ns);
/* "1 file", "2 files". */
void cli_put_count(struct buf *out, uint64_t n, const char *noun);
/* Ends the line and prints what the writer has made. */
enum err_code cli_print_line(struct buf *line, struct err *err) ERR_CHECKED;
/* Prints what is left of a list and releases it, also where `rc` says that the list ended
 * early; gives `rc`, or what printing says. */
enum err_code cli_print_rest(struct buf *list, enum err_code rc,
                             struct err *err) ERR_CHECKED;

#endif
