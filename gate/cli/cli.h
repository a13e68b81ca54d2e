// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLI_H
#define GATE_CLI_H

#include "base/program.h"
#include "policy/detect.h"
#include "policy/policy.h"
#include "record/store.h"

/* What the commands share: their options and the frozen exit codes. */

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
	struct program_options program; /* first */
	/* project and policy */
	const char *policy;
	const char *profile;
	struct opt_list only;
	struct opt_list skip;
	uint64_t jobs;
	bool no_exec;
	bool fail_fast;
	bool no_capture;
	const char *since;
	bool rerun_failed;
	const char *repeat;
	bool watch;
	const char *shard; /* I/N or auto */
	const char *shard_mode;
	bool allow_missing;
	/* output */
	const char *format;
	struct opt_list outputs; /* FORMAT=PATH */
	bool accept_conditional;
	const char *against;
	const char *evidence;
	bool no_archive;
	bool no_check;
	bool dry_run;
	const char *target;
	const char *base;
	/* scan */
	struct opt_list rules;
	const char *fail_on;
	bool no_ignore;
	struct opt_list excludes;
	bool explain_drops;
	bool no_cache;
	bool staged;
	const char *diff;
	bool history;
	bool summary;
	const char *baseline;
	bool no_baseline;
	bool no_blame;
	/* baseline */
	const char *reason;
	const char *owner;
	const char *expires;
	/* bench */
	uint64_t pairs;
	bool calibrate;
	const char *samples;
	/* score */
	const char *now;
	/* explain */
	bool score;
	/* init */
	bool force;
	/* osv */
	const char *osv_output;
	const char *database;
	/* key */
	const char *key_kind;
	const char *password_file;
	const char *password_command;
	/* run, merge */
	const char *sign;
	struct opt_list artefacts; /* also verify */
	/* rollout */
	bool again;
	bool advance;
	const char *stage;
	const char *interval;
	/* serve */
	const char *port;
	const char *address;
	/* sign */
	const char *role;
	const char *attest;
	const char *own_key;
	const char *ssh_key;
	const char *comment;
	bool reject;
	bool print;
	/* waive */
	const char *issue;
	const char *approver;
	bool renew;
	bool withdraw;
	/* verify */
	struct opt_list keys;
	bool is_unsigned;
	/* history, trend */
	uint64_t limit;
	const char *branch;
	const char *anchor_ref;
	bool other_anchors;
	bool note;
};

/* The options of a call. */
static inline const struct cli_options *cli_options(const struct program_call *call)
{
	return (const struct cli_options *)(const void *)call->options;
}

extern const struct program cli_program;
extern const struct program_topic cli_topics[];
void cli_topic(const char *name, struct buf *out);

program_command cli_baseline;
program_command cli_bench;
program_command cli_claims;
program_command cli_diff;
program_command cli_doctor;
program_command cli_evidence;
program_command cli_explain;
program_command cli_export;
program_command cli_history;
program_command cli_init;
program_command cli_key;
program_command cli_merge;
program_command cli_osv;
program_command cli_phases;
program_command cli_plan;
program_command cli_replay;
program_command cli_report;
program_command cli_rollout;
program_command cli_rules;
program_command cli_run;
program_command cli_scan;
program_command cli_schema;
program_command cli_score;
program_command cli_serve;
program_command cli_sign;
program_command cli_test;
program_command cli_trend;
program_command cli_verify;
program_command cli_version;
program_command cli_waive;

#endif
