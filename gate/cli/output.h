// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_OUTPUT_H
#define GATE_OUTPUT_H

#include "cli/cli.h"
#include "reports/report.h"

/*
 * Where reports go: --output FORMAT=PATH (repeatable, "-" is stdout) and --format FORMAT,
 * which is
 * --output FORMAT=-. Without any, the human scorecard goes to stdout; when data goes to
 * stdout, the human scorecard goes to stderr.
 */

#define OUTPUT_MAX 16

struct output_item {
	const char *name; /* of the format */
	const char *path; /* borrowed; "-" = stdout */
};

struct output {
	struct output_item items[OUTPUT_MAX];
	size_t count;
	bool data_on_stdout;
	bool human_on_stdout;
};

/* Checks the options before anything runs: unknown formats, two writers of one path.
 * ERR_USAGE. */
enum err_code output_plan(struct output *out, const struct program_call *call,
                          struct err *err) ERR_CHECKED;
/* The same for a recorded run, which can also be a bundle (cli/bundling.h): that one is
 * left to others by output_write. */
#define OUTPUT_BUNDLE "bundle"
enum err_code output_plan_run(struct output *out, const struct program_call *call,
                              struct err *err) ERR_CHECKED;

/* The same for formats of these names, which outlive it. */
enum err_code output_plan_named(struct output *out, const struct program_call *call,
                                const char *const *names, size_t count,
                                struct err *err) ERR_CHECKED;

/* Is a report of this format asked for? */
bool output_has(const struct output *out, const char *format);

/* Writes a file that is no pipe and no device, at once. */
enum err_code output_file(const char *path, struct span data,
                          struct err *err) ERR_CHECKED;

/* Renders and writes all of them, and the human scorecard where it belongs. */
enum err_code output_write(const struct output *out, const struct program_call *call,
                           const struct rep_scorecard *s, struct err *err) ERR_CHECKED;

/* Style of a stream. */
struct rep_style output_style(const struct program_call *call, const struct term *t);

#endif
