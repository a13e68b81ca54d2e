// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLI_H
#define GATE_CLI_H

#include "base/cancel.h"
#include "base/opt.h"
#include "base/term.h"
#include "policy/detect.h"
#include "policy/policy.h"
#include "record/store.h"

/*
 * What the commands share: options, where the project is, and the frozen exit codes. A
 * command parses nothing itself: it gets its options, calls one job and prints.
 */

/* Exit codes (frozen). With several causes: INTERNAL > VERIFY > USAGE > EVIDENCE > NO_GO
 * > CONDITIONAL. */
enum cli_exit {
	CLI_OK = 0,
	CLI_NO_GO = 1,
	CLI_USAGE = 2,
	CLI_CONDITIONAL = 3,
	CLI_EVIDENCE = 4,
	CLI_INTERNAL = 5,
	CLI_VERIFY = 6,
};

/* Targets of all option tables; a command uses those of its own table. */
struct cli_options {
	/* common */
	const char *color;
	bool quiet;
	bool verbose;
	bool no_progress;
	/* project and policy */
	const char *policy;
	const char *profile;
	struct opt_list only;
	struct opt_list skip;
	uint64_t jobs;
	bool no_exec;
	/* output */
	const char *format;
	struct opt_list outputs; /* FORMAT=PATH */
	bool accept_conditional;
	/* scan */
	struct opt_list rules;
	const char *fail_on;
	bool no_ignore;
	bool summary;
	/* score */
	const char *now;
	/* explain */
	bool score;
	/* init */
	bool force;
};

struct cli {
	struct cli_options o;
	struct opt_args args;
	struct cancel *cancel;
	struct term out; /* stdout */
	struct term err; /* stderr */
};

typedef int cli_command(struct cli *c);

/* One program's commands; `name` NULL ends the table. */
struct cli_entry {
	struct opt_command command;
	cli_command *run;
};
extern const struct cli_entry cli_entries[];
extern const struct opt cli_common[];
size_t cli_entry_count(void);
const struct cli_entry *cli_entry_find(const char *name);
/* The bare command table as generators take it (mem_free); NULL without memory. */
struct opt_command *cli_commands(void);

cli_command cli_completion;
cli_command cli_doctor;
cli_command cli_explain;
cli_command cli_help;
cli_command cli_init;
cli_command cli_plan;
cli_command cli_report;
cli_command cli_run;
cli_command cli_scan;
cli_command cli_schema;
cli_command cli_score;
cli_command cli_test;
cli_command cli_version;

/* Prints the error and gives its exit code: usage errors 2, a signal 128 + n, all others
 * 5. A reader of our output that went away is no error: nothing is printed, and the code
 * is that of SIGPIPE, as of every program that such a pipe ends. `c` may be NULL. */
int cli_fail(const struct cli *c, const struct err *err);

/* A line for people on stderr, shown escaped; callers leave it out under --quiet. */
void cli_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Writes to stdout; a closed pipe or full disk is an error. */
enum err_code cli_print(struct span text, struct err *err) ERR_CHECKED;

#endif
