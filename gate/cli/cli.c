// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include "collect/shard/shard.h"
#include "scanners/osv/index.h"

#include <stddef.h>

#define AT(field) offsetof(struct cli_options, field)

static const struct opt common[] = { PROGRAM_OPTIONS, { 0 } };

#define POLICY_OPTION                                                \
	{                                                            \
		"policy", 0, OPT_STRING, AT(policy), "FILE",         \
			"policy file instead of seaworthy.yml", NULL \
	}
#define POLICY_OPTIONS                                              \
	POLICY_OPTION,                                              \
	{                                                           \
		"profile", 0, OPT_CHOICE, AT(profile), "NAME",      \
			"built-in policy instead of seaworthy.yml", \
			"default novacron timelocker"               \
	}
#define SELECT_OPTIONS(what)                                              \
	{                                                                 \
		"only",   0,       OPT_COMMAS,                            \
		AT(only), "ID,..", "only these " what " (globs allowed)", \
		NULL                                                      \
	},                                                                \
	{                                                                 \
		"skip", 0, OPT_COMMAS, AT(skip), "ID,..",                 \
			"all but these " what " (globs allowed)", NULL    \
	}
#define JOBS_OPTION                                                      \
	{                                                                \
		"jobs", 'j', OPT_COUNT, AT(jobs), "N",                   \
			"parallel jobs (default: one a processor)", NULL \
	}
#define NO_CACHE_OPTION                                                              \
	{                                                                            \
		"no-cache", 0, OPT_FLAG, AT(no_cache), NULL,                         \
			"run also what an earlier run answered for the same inputs", \
			NULL                                                         \
	}
#define FAIL_FAST_OPTION                                                            \
	{                                                                           \
		"fail-fast", 0, OPT_FLAG, AT(fail_fast), NULL,                      \
			"start nothing more once a build or suite has failed", NULL \
	}
#define SINCE_OPTION                                                                      \
	{                                                                                 \
		"since", 0, OPT_STRING, AT(since), "REV",                                 \
			"only suites whose `inputs` differ from where HEAD and REV part", \
			NULL                                                              \
	}
#define SHARD_OPTIONS                                                                         \
	{ "shard",                                                                            \
	  0,                                                                                  \
	  OPT_STRING,                                                                         \
	  AT(shard),                                                                          \
	  "I/N",                                                                              \
	  "only part I of N, for `seaworthy merge`; auto takes both from the CI's variables", \
	  NULL },                                                                             \
	{                                                                                     \
		"shard-mode", 0, OPT_CHOICE, AT(shard_mode), "MODE",                          \
			"how it is cut: by durations, by ids, or in turn",                    \
			GATE_SHARD_MODES                                                      \
	}
#define NO_CAPTURE_OPTION                                                               \
	{                                                                               \
		"no-capture", 0, OPT_FLAG, AT(no_capture), NULL,                        \
			"show output as it comes, each line behind its unit's id", NULL \
	}
#define NO_EXEC_OPTION                                                                 \
	{                                                                              \
		"no-exec", 0, OPT_FLAG, AT(no_exec), NULL, "run no project code", NULL \
	}
#define REPORT_OPTIONS                                                           \
	{ "format",                                                              \
	  'f',                                                                   \
	  OPT_STRING,                                                            \
	  AT(format),                                                            \
	  "FORMAT",                                                              \
	  "print this to standard output: human, json, jsonl, markdown, html, "  \
	  "junit, csv, badge, openmetrics, sarif, gitlab, github, or (not of "   \
	  "`score`) bundle",                                                     \
	  NULL },                                                                \
		{ "output",                                                      \
		  'o',                                                           \
		  OPT_LIST,                                                      \
		  AT(outputs),                                                   \
		  "FORMAT=PATH",                                                 \
		  "write a report to a file, - is standard output (repeatable)", \
		  NULL },                                                        \
	{                                                                        \
		"accept-conditional", 0, OPT_FLAG, AT(accept_conditional), NULL, \
			"exit 0 for CONDITIONAL GO", NULL                        \
	}

/* No password ever stands in the arguments. */
#define PASSWORD_OPTIONS                                                            \
	{ "password-file",                                                          \
	  0,                                                                        \
	  OPT_STRING,                                                               \
	  AT(password_file),                                                        \
	  "FILE",                                                                   \
	  "the key's password is its first line",                                   \
	  NULL },                                                                   \
	{                                                                           \
		"password-command", 0, OPT_STRING, AT(password_command), "COMMAND", \
			"the key's password is what it prints", NULL                \
	}
#define SIGN_OPTIONS                                                                   \
	{ "sign",     0,                                                               \
	  OPT_STRING, AT(sign),                                                        \
	  "KEY",      "sign assessment and decision with this key of `seaworthy key`", \
	  NULL },                                                                      \
		PASSWORD_OPTIONS

#define ARTEFACT_OPTION                                                                   \
	{                                                                                 \
		"artefact", 0, OPT_LIST, AT(artefacts), "FILE",                           \
			"this file is released: a subject of what is signed, beside the " \
			"policy's (repeatable)",                                          \
			NULL                                                              \
	}

#define EVIDENCE_OPTION                                                            \
	{                                                                          \
		"evidence", 0, OPT_STRING, AT(evidence), "REPO",                   \
			"repository of the evidence instead of the policy's", NULL \
	}
#define ARCHIVE_OPTIONS                                          \
	EVIDENCE_OPTION,                                         \
	{                                                        \
		"no-archive", 0, OPT_FLAG, AT(no_archive), NULL, \
			"do not store the run as evidence", NULL \
	}

static const struct opt run_options[] = {
	POLICY_OPTIONS,
	SELECT_OPTIONS("checks and suites"),
	SINCE_OPTION,
	SHARD_OPTIONS,
	{ "base", 0, OPT_STRING, AT(base), "REV",
	  "revision that checks on new code (collect: scan: new_code) compare with",
	  NULL },
	{ "against", 0, OPT_STRING, AT(against), "RUN",
	  "run that findings are compared with; the last one unless given", NULL },
	JOBS_OPTION,
	FAIL_FAST_OPTION,
	NO_CAPTURE_OPTION,
	NO_CACHE_OPTION,
	NO_EXEC_OPTION,
	ARTEFACT_OPTION,
	SIGN_OPTIONS,
	ARCHIVE_OPTIONS,
	REPORT_OPTIONS,
	{ 0 },
};
static const struct opt plan_options[] = {
	POLICY_OPTIONS,
	SELECT_OPTIONS("checks and suites"),
	SINCE_OPTION,
	NO_CACHE_OPTION,
	SHARD_OPTIONS,
	JOBS_OPTION,
	NO_EXEC_OPTION,
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt test_options[] = {
	POLICY_OPTIONS,
	SELECT_OPTIONS("checks and suites"),
	SINCE_OPTION,
	{ "rerun-failed", 0, OPT_FLAG, AT(rerun_failed), NULL,
	  "only what did not pass when it ran last: suites, of these the failed tests",
	  NULL },
	{ "repeat", 0, OPT_STRING, AT(repeat), "N",
	  "again and again, N times or until something does not pass", NULL },
	{ "watch", 0, OPT_FLAG, AT(watch), NULL,
	  "after each change of a file the suites whose `inputs` changed, until Ctrl-C",
	  NULL },
	SHARD_OPTIONS,
	JOBS_OPTION,
	FAIL_FAST_OPTION,
	NO_CAPTURE_OPTION,
	NO_CACHE_OPTION,
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt scan_options[] = {
	{ "rule", 'r', OPT_COMMAS, AT(rules), "ID,..",
	  "only these rules, or with !ID all but these (globs allowed, repeatable)",
	  NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT",
	  "print this to standard output",
	  "human json jsonl markdown sarif gitlab github" },
	{ "output", 'o', OPT_LIST, AT(outputs), "FORMAT=PATH",
	  "write findings to a file, - is standard output (repeatable)", NULL },
	{ "fail-on", 0, OPT_CHOICE, AT(fail_on), "SEVERITY",
	  "exit 1 for findings at or above this one; error unless given",
	  "note warning error none" },
	{ "no-ignore", 0, OPT_FLAG, AT(no_ignore), NULL, "scan ignored files too", NULL },
	{ "exclude", 0, OPT_LIST, AT(excludes), "GLOB",
	  "leave out what matches, as a line of a .gitignore in PATH would (repeatable)",
	  NULL },
	{ "baseline", 0, OPT_STRING, AT(baseline), "FILE",
	  "known findings; seaworthy-baseline.yml of the project unless given", NULL },
	{ "no-baseline", 0, OPT_FLAG, AT(no_baseline), NULL,
	  "as if no finding were known", NULL },
	{ "staged", 0, OPT_FLAG, AT(staged), NULL,
	  "what is staged for the next commit, as it is in git's index", NULL },
	{ "diff", 0, OPT_STRING, AT(diff), "BASE",
	  "files that differ from where HEAD and BASE part, and of their findings the new ones",
	  NULL },
	{ "history", 0, OPT_FLAG, AT(history), NULL,
	  "every file of every commit that a branch, tag or other ref reaches", NULL },
	{ "no-blame", 0, OPT_FLAG, AT(no_blame), NULL,
	  "do not ask git for age and author of markers", NULL },
	{ "no-cache", 0, OPT_FLAG, AT(no_cache), NULL,
	  "look at every file, also at those that have not changed since an earlier scan",
	  NULL },
	{ "explain-drops", 0, OPT_FLAG, AT(explain_drops), NULL,
	  "also tell what is no finding, and why: a line each on standard error, in JSON "
	  "where the findings are",
	  NULL },
	{ "summary", 0, OPT_FLAG, AT(summary), NULL,
	  "end with a JSON line of files, bytes, seconds and skipped on standard error",
	  NULL },
	JOBS_OPTION,
	{ 0 },
};
/* No profile: the built-in policies have no benchmarks. */
static const struct opt bench_options[] = {
	POLICY_OPTION,
	SELECT_OPTIONS("checks"),
	{ "base", 0, OPT_STRING, AT(base), "REV",
	  "revision to compare with, whatever the policy says; its last common commit "
	  "with HEAD, or release: the last tag before HEAD",
	  NULL },
	{ "pairs", 0, OPT_COUNT, AT(pairs), "N",
	  "pairs of measurements in each stage, 8 to 200, instead of the policy's",
	  NULL },
	{ "calibrate", 0, OPT_FLAG, AT(calibrate), NULL,
	  "compare the project with itself, and keep how much this machine varies",
	  NULL },
	{ "samples", 0, OPT_STRING, AT(samples), "FILE",
	  "judge a recorded bench.json again; run nothing", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json markdown csv openmetrics" },
	{ 0 },
};
static const struct opt claims_options[] = {
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT",
	  "print this to standard output", "human json jsonl markdown sarif github" },
	{ "output", 'o', OPT_LIST, AT(outputs), "FORMAT=PATH",
	  "write claims to a file, - is standard output (repeatable)", NULL },
	{ 0 },
};
static const struct opt baseline_options[] = {
	{ "rule", 'r', OPT_COMMAS, AT(rules), "ID,..",
	  "only findings of these rules (globs allowed, repeatable)", NULL },
	{ "reason", 0, OPT_STRING, AT(reason), "TEXT",
	  "create, update: why the new ones are accepted", NULL },
	{ "owner", 0, OPT_STRING, AT(owner), "NAME",
	  "create, update: who answers for the new ones", NULL },
	{ "expires", 0, OPT_STRING, AT(expires), "DATE",
	  "create, update: last day of the new ones, and of those whose own is over, as "
	  "2027-01-31",
	  NULL },
	{ "force", 0, OPT_FLAG, AT(force), NULL, "create: replace an existing file",
	  NULL },
	JOBS_OPTION,
	{ 0 },
};
static const struct opt evidence_options[] = {
	EVIDENCE_OPTION,
	POLICY_OPTION,
	{ "target", 0, OPT_STRING, AT(target), "DIR",
	  "get: write there; - is standard output, of a whole run as tar", NULL },
	{ "no-check", 0, OPT_FLAG, AT(no_check), NULL,
	  "ls: do not read the runs back, so that no state is known", NULL },
	{ "dry-run", 0, OPT_FLAG, AT(dry_run), NULL, "forget: only say how many", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "ls, show: how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt merge_options[] = {
	{ "allow-missing", 0, OPT_FLAG, AT(allow_missing), NULL,
	  "make unknown what shards that are missing ran, instead of refusing", NULL },
	ARTEFACT_OPTION,
	SIGN_OPTIONS,
	ARCHIVE_OPTIONS,
	REPORT_OPTIONS,
	{ 0 },
};
static const struct opt score_options[] = {
	{ "now", 0, OPT_STRING, AT(now), "TIME",
	  "score as of this RFC 3339 time, or date", NULL },
	REPORT_OPTIONS,
	{ 0 },
};
static const struct opt replay_options[] = { REPORT_OPTIONS, { 0 } };
static const struct opt report_options[] = {
	SIGN_OPTIONS,
	{ "force", 0, OPT_FLAG, AT(force), NULL,
	  "with --sign: in place of another signature", NULL },
	REPORT_OPTIONS,
	{ 0 },
};
static const struct opt explain_options[] = {
	{ "score", 0, OPT_FLAG, AT(score), NULL,
	  "print the whole sum instead of one check", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt phases_options[] = {
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt export_options[] = {
	{ "output", 'o', OPT_STRING, AT(osv_output), "PATH",
	  "write there: a file, for claude-flow a folder; - is standard output", NULL },
	{ "now", 0, OPT_STRING, AT(now), "TIME",
	  "time of what changed, RFC 3339; the clock's unless given", NULL },
	{ 0 },
};
static const struct opt init_options[] = {
	{ "profile", 0, OPT_CHOICE, AT(profile), "NAME",
	  "what the policy extends; default unless given",
	  "default novacron timelocker" },
	{ "force", 0, OPT_FLAG, AT(force), NULL, "replace an existing seaworthy.yml",
	  NULL },
	{ 0 },
};
static const struct opt osv_options[] = {
	{ "output", 'o', OPT_STRING, AT(osv_output), "FILE",
	  "import: write the index there instead of the user's own place", NULL },
	{ "database", 'd', OPT_STRING, AT(database), "FILE",
	  "info, query: read this index", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt key_options[] = {
	{ "kind", 0, OPT_CHOICE, AT(key_kind), "KIND",
	  "new: what kind of key; ed25519 unless given, ecdsa-p256 for cosign",
	  "ed25519 ecdsa-p256" },
	PASSWORD_OPTIONS,
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT",
	  "list: human or json; export: PEM, or with ssh a line for `people` of the policy",
	  "human json ssh" },
	{ 0 },
};
/* How a person signs. */
#define PERSON_OPTIONS                                                                             \
	{ "key",       0,      OPT_STRING,                                                         \
	  AT(own_key), "NAME", "sign with this key of `seaworthy key`",                            \
	  NULL },                                                                                  \
		{ "ssh",                                                                           \
		  0,                                                                               \
		  OPT_STRING,                                                                      \
		  AT(ssh_key),                                                                     \
		  "FILE",                                                                          \
		  "sign with this key of OpenSSH, or with the agent's other half of a public one", \
		  NULL },                                                                          \
		PASSWORD_OPTIONS
#define NOW_OPTION                                                \
	{                                                         \
		"now", 0, OPT_STRING, AT(now), "TIME",            \
			"as if it were this time, RFC 3339", NULL \
	}

static const struct opt sign_options[] = {
	{ "role", 0, OPT_STRING, AT(role), "ROLE",
	  "in what role: one of the policy's `signoff`", NULL },
	PERSON_OPTIONS,
	{ "comment", 0, OPT_STRING, AT(comment), "TEXT", "what to say besides", NULL },
	{ "reject", 0, OPT_FLAG, AT(reject), NULL, "object: the decision is NO-GO",
	  NULL },
	{ "expires", 0, OPT_STRING, AT(expires), "DATE",
	  "from then on it does not count any more, as 2027-01-31", NULL },
	{ "print", 0, OPT_FLAG, AT(print), NULL,
	  "print the statement instead, to be signed elsewhere", NULL },
	{ "attest", 0, OPT_STRING, AT(attest), "CHECK",
	  "sign what the policy has its role attest, instead of a run", NULL },
	NOW_OPTION,
	{ 0 },
};
static const struct opt waive_options[] = {
	POLICY_OPTION,
	{ "reason", 0, OPT_STRING, AT(reason), "TEXT", "why it may be", NULL },
	{ "issue", 0, OPT_STRING, AT(issue), "ID", "where the mending is tracked", NULL },
	{ "owner", 0, OPT_STRING, AT(owner), "NAME", "who mends it", NULL },
	{ "approver", 0, OPT_STRING, AT(approver), "NAME",
	  "who permits it: neither the owner nor an author of the change", NULL },
	{ "expires", 0, OPT_STRING, AT(expires), "DATE",
	  "when it ends, at most 90 days from now", NULL },
	PERSON_OPTIONS,
	{ "renew", 0, OPT_FLAG, AT(renew), NULL,
	  "give the one that there is a later end; once, and what is not given stays",
	  NULL },
	{ "withdraw", 0, OPT_FLAG, AT(withdraw), NULL, "take out the one that there is",
	  NULL },
	NOW_OPTION,
	{ 0 },
};
static const struct opt rules_options[] = {
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt doctor_options[] = {
	POLICY_OPTIONS,
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt version_options[] = {
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};

static const struct opt diff_options[] = {
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};
static const struct opt history_options[] = {
	{ "limit", 'n', OPT_COUNT, AT(limit), "N",
	  "the newest N runs; for people 20, else all unless given", NULL },
	{ "branch", 'b', OPT_STRING, AT(branch), "NAME", "only runs of this branch",
	  NULL },
	{ "key", 0, OPT_LIST, AT(keys), "KEY",
	  "verify: every entry has to be signed by this key, as of verify (repeatable)",
	  NULL },
	{ "unsigned", 0, OPT_FLAG, AT(is_unsigned), NULL,
	  "verify --key: also entries that nobody signed", NULL },
	{ "ref", 0, OPT_STRING, AT(anchor_ref), "REF",
	  "anchor, verify: the ref of anchors; refs/seaworthy/history unless given",
	  NULL },
	{ "other-anchors", 0, OPT_FLAG, AT(other_anchors), NULL,
	  "verify: anchors of other histories alone are no fault; the repository has several",
	  NULL },
	{ "note", 0, OPT_FLAG, AT(note), NULL,
	  "anchor: as a note on the last run's commit instead", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT",
	  "how to print it; verify has human and json", "human json jsonl csv" },
	{ 0 },
};

static const struct opt serve_options[] = {
	{ "port", 'p', OPT_STRING, AT(port), "PORT",
	  "listen there: 8470 unless given, 0 for any that is free", NULL },
	{ "address", 0, OPT_STRING, AT(address), "ADDRESS",
	  "listen on this address instead of 127.0.0.1: whoever reaches it can read all "
	  "of it",
	  NULL },
	{ 0 },
};
static const struct opt rollout_options[] = {
	POLICY_OPTIONS,
	{ "samples", 0, OPT_STRING, AT(samples), "FILE",
	  "recorded samples instead of the policy's source", NULL },
	{ "now", 0, OPT_STRING, AT(now), "TIME",
	  "judge as of this RFC 3339 time; the clock's unless given", NULL },
	{ "accept-conditional", 0, OPT_FLAG, AT(accept_conditional), NULL,
	  "advance: also begin with a CONDITIONAL GO", NULL },
	{ "again", 0, OPT_FLAG, AT(again), NULL,
	  "advance: run the command of a stage once more that failed or was interrupted, "
	  "or begin anew with a commit that was rolled out or back before",
	  NULL },
	{ "reason", 0, OPT_STRING, AT(reason), "TEXT", "rollback: why, for the log",
	  NULL },
	{ "stage", 0, OPT_STRING, AT(stage), "ID",
	  "rollback: from this stage, where the log cannot be trusted any more", NULL },
	{ "interval", 0, OPT_STRING, AT(interval), "DURATION",
	  "watch: time between two looks; 30s unless given", NULL },
	{ "advance", 0, OPT_FLAG, AT(advance), NULL,
	  "watch: enter the next stage as soon as one has held", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};

static const struct opt trend_options[] = {
	{ "limit", 'n', OPT_COUNT, AT(limit), "N", "the newest N runs; 1000 unless given",
	  NULL },
	{ "branch", 'b', OPT_STRING, AT(branch), "NAME", "only runs of this branch",
	  NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json csv" },
	{ 0 },
};
static const struct opt verify_options[] = {
	{ "key", 0, OPT_LIST, AT(keys), "KEY",
	  "trust this key: one of `seaworthy key`, or a file with a public key as PEM; a "
	  "name that is both is refused (repeatable); all of `seaworthy key` unless given",
	  NULL },
	{ "artefact", 0, OPT_LIST, AT(artefacts), "FILE",
	  "is this file one that the run vouches for, by its SHA-256? (repeatable)",
	  NULL },
	{ "unsigned", 0, OPT_FLAG, AT(is_unsigned), NULL, "also a run that nobody signed",
	  NULL },
	{ "now", 0, OPT_STRING, AT(now), "TIME",
	  "judge sign-offs as of this time, RFC 3339; the clock's unless given", NULL },
	{ "format", 'f', OPT_CHOICE, AT(format), "FORMAT", "how to print it",
	  "human json" },
	{ 0 },
};

/* Sorted by name: help and completions show them in this order. */
static const struct program_entry entries[] = {
	{ { "baseline", "create|update|prune [FILE]",
	    "accept the findings that there are, so that only new ones fail",
	    "Scans the project and writes what it finds to FILE, "
	    "seaworthy-baseline.yml of the project unless given: one line a finding, "
	    "to be committed. `scan` and `run` count such findings and fail for others "
	    "only; in a run an entry accepts nothing until it has a reason and an owner. "
	    "`update` adds what is new and keeps all lines; with --expires it "
	    "renews those that are past their last day. `prune` takes out those that "
	    "fit no finding any more.\n\n"
	    "Exit code 5 if something could not be read.",
	    "seaworthy baseline create --reason 'from before the gate' --owner @core # once\n"
	    "seaworthy baseline update --owner @core --expires 2027-06-30 # new ones\n"
	    "seaworthy baseline prune # after mending some",
	    baseline_options, 1, 2 },
	  cli_baseline },
	{ { "bench", "[PATH]",
	    "compare the benchmarks of this state with those of an earlier one",
	    "Builds both states, measures them in turn (see seaworthy.yml(5), collect: "
	    "bench) and says of each benchmark how much slower or faster it is, between "
	    "which bounds, and whether that is certain. A dot is the ratio, a line its "
	    "bounds, and between the colons lies the margin.\n\n"
	    "--calibrate compares the project with itself; what differs then is the "
	    "noise of the machine. It is kept for this kind of machine below "
	    "$XDG_STATE_HOME/seaworthy, and from then on `bench` says what the pairs of "
	    "each check can tell here.\n\n"
	    "Exit code 1 if a benchmark is slower, 4 if it cannot be told of one.",
	    "seaworthy bench # beside the last release\n"
	    "seaworthy bench --base main --only 'performance.*' # beside main\n"
	    "seaworthy bench --calibrate # what this machine can tell apart",
	    bench_options, 0, 1 },
	  cli_bench },
	{ { "claims", "FILE..", "check the numbers and references of Markdown documents",
	    "Finds what documents state and what can be computed: totals, weighted totals "
	    "and means of tables, bands against their legend, counts of items, rows and "
	    "boxes, shares and changes in percent, written sums, dates and spans, links, "
	    "files, scripts, commands and issues that they refer to. "
	    "A number behind <!-- seaworthy: METRIC --> is compared with the last "
	    "recorded run; METRIC is the id of a check, or tests, tests.passed, "
	    "tests.failed, tests.skipped, suites, todos, coverage or files.\n\n"
	    "Each claim is confirmed, refuted, with the arithmetic, or unchecked, where "
	    "another reading is possible. People see those that are refuted, with "
	    "--verbose all. FILE - is standard input. Exit code 1 if one is refuted.",
	    "seaworthy claims README.md CHANGELOG.md # what is refuted\n"
	    "seaworthy claims --verbose docs/roadmap.md # all claims, and why\n"
	    "seaworthy claims --format jsonl README.md # a claim a line, for programs\n"
	    "git show HEAD~1:README.md | seaworthy claims - # what it said before",
	    claims_options, 1, 100000 },
	  cli_claims },
	{ { "completion", "bash|zsh|fish", "print the completion script of a shell",
	    "Prints a script that completes commands, options and their values. SHELL "
	    "is bash, zsh or fish.",
	    "seaworthy completion bash > /etc/bash_completion.d/seaworthy # for all "
	    "users",
	    NULL, 1, 1 },
	  program_completion },
	{ { "diff", "A B",
	    "why run B scores differently from run A, to the last fraction",
	    "The change is put down to evidence (values), policy (which checks count, and for "
	    "how much) and caps, check by check; all terms add up to it exactly. A and B are "
	    "folders of runs, ids of runs or the unique start of one, numbers of `seaworthy "
	    "history`, or `last`; of a run whose folder is gone the history knows enough.\n\n"
	    "Exit code 6 if a run is not what was recorded.",
	    "seaworthy diff 0 last # since the first run\n"
	    "seaworthy diff --format json 20261122T10 last # for programs",
	    diff_options, 2, 2 },
	  cli_diff },
	{ { "doctor", "[PATH]",
	    "say which tools the project's checks need and which are missing",
	    "Looks for the program behind every detected or declared suite and build. "
	    "Exit code 4 if one is missing: its checks would be unknown.",
	    "seaworthy doctor # in the project's folder\n"
	    "seaworthy doctor --format json # for programs",
	    doctor_options, 0, 1 },
	  cli_doctor },
	{ { "evidence", "ls|show|get|add|forget [RUN] [CHECK|PATH|SHA256]",
	    "the runs in the repository of the evidence",
	    "`run` and `merge` store each run in a Lifeboat repository: that of "
	    "--evidence, else of the policy (evidence: repository), else "
	    ".seaworthy/evidence. `ls` lists runs, the newest first, each read back and "
	    "compared with what it recorded; `show` prints the records of one, or of one "
	    "CHECK, with the SHA-256 of what they rest on; `get` writes a run, or one "
	    "file of it by its path or SHA-256, to --target. `add` stores runs that were "
	    "not: those named, or all that a failure left behind. `forget` removes those "
	    "named, or what evidence: keep of the policy does not keep. RUN is a run's id "
	    "or the unique start of one; the newest for show without it. `seaworthy help "
	    "records` says what a run consists of and where the repository's key is.\n\n"
	    "Exit code 6, with the files named, if a run is damaged.",
	    "seaworthy evidence ls # newest first\n"
	    "seaworthy evidence show # the newest run, check by check\n"
	    "seaworthy evidence get 20261122 --target run # then seaworthy verify run\n"
	    "seaworthy evidence forget --dry-run # what the policy does not keep",
	    evidence_options, 1, 1000 },
	  cli_evidence },
	{ { "explain", "[CHECK]",
	    "why a check has its value, and what would raise the score most",
	    "Reads the last recorded run; runs nothing. Without CHECK it prints the "
	    "decision's reasons and the three changes that would raise the score most.",
	    "seaworthy explain tests.suites # one check\n"
	    "seaworthy explain --score # the whole sum, line by line",
	    explain_options, 0, 1 },
	  cli_explain },
	{ { "help", "[TOPIC]", "help on a command or a topic",
	    "Topics beside the commands: exit-codes, formats, languages, policy, records, "
	    "scoring.",
	    "seaworthy help scoring # how the score is computed", NULL, 0, 1 },
	  program_help },
	{ { "export", "beads|claude-flow|csv [RUN]",
	    "write a recorded run for other trackers",
	    "beads: phases, tasks, blockers and findings as issues, merged into "
	    ".beads/issues.jsonl; what is there stays, what is gone is closed with what was "
	    "measured, what was closed by hand and is not gone is opened again. "
	    "claude-flow: appends to the files of .claude-flow/metrics. csv: a row a check. "
	    "RUN as of report.",
	    "seaworthy export beads # the last run\n"
	    "seaworthy export claude-flow # its metrics\n"
	    "seaworthy export csv -o checks.csv # for a spreadsheet",
	    export_options, 1, 2 },
	  cli_export },
	{ { "history", "[verify|anchor|export FILE|import FILE]",
	    "the runs that were recorded, and whether they are as they were",
	    "Every scored run is appended to .seaworthy/history.jsonl, signed by the key of "
	    "--sign: a chain, in which each entry names the one before. Without more, the runs "
	    "are listed, the newest first.\n\n"
	    "`anchor` keeps the head of the chain in the project's git repository: as a commit "
	    "on a ref of its own, or a note on the last run's commit. Nothing is pushed. "
	    "`verify` reads all of the history: that the chain holds, that it has what was "
	    "anchored, and who signed its entries. It is `intact`, `intact but unanchored`, or "
	    "`broken at N`, the first entry that does not hold: exit code 6. So is a history, "
	    "or none, where git has anchors, but of another one alone.\n\n"
	    "`export` writes the history to FILE, `import` appends what FILE has more; - is "
	    "standard output or input. Two that went on differently are not joined: exit code "
	    "2.",
	    "seaworthy history # the last 20 runs\n"
	    "seaworthy history --branch main --format csv # for a spreadsheet\n"
	    "seaworthy history anchor # then git push origin refs/seaworthy/history\n"
	    "seaworthy history verify --key release.pem # is it all still true?\n"
	    "seaworthy history export - | ssh ci seaworthy history import - # to another "
	    "machine",
	    history_options, 0, 2 },
	  cli_history },
	{ { "init", "[PATH]", "write a commented seaworthy.yml for what was detected",
	    "Never replaces a file unless --force is given.",
	    "seaworthy init # then edit seaworthy.yml and run `seaworthy run`",
	    init_options, 0, 1 },
	  cli_init },
	{ { "key", "new|list|export [NAME]", "the keys that sign what a run found",
	    "`new` makes a key, below $XDG_DATA_HOME/seaworthy/keys or "
	    "~/.local/share/seaworthy/keys, under a password: of --password-file, "
	    "--password-command, SEAWORTHY_KEY_PASSWORD, SEAWORTHY_KEY_PASSWORD_FILE, "
	    "SEAWORTHY_KEY_PASSWORD_COMMAND, or asked for at the terminal. `export` "
	    "prints the public half as PEM, which is what others verify with, or with "
	    "--format ssh as OpenSSH writes it, for those who sign off; `list` the keys "
	    "that there are, with the SHA-256 of their public halves.",
	    "seaworthy key new release # asks for a password\n"
	    "seaworthy key new --kind ecdsa-p256 --password-file pw ci # for cosign\n"
	    "seaworthy key export release > release.pem # for those who verify",
	    key_options, 1, 2 },
	  cli_key },
	{ { "merge", "DIR..", "join the shards of a run, and judge and report it",
	    "DIR is the folder of a run that `seaworthy run --shard I/N` made, on any "
	    "machine, or a folder with several of them. All of them have to be of one "
	    "plan: the same policy, tree, suites and known durations. The joined run is "
	    "recorded in the project of the current folder, as if one machine had run "
	    "all of it. Files are taken only with the SHA-256 that their shard noted; "
	    "exit code 6 if one was changed, 2 if shards are missing or do not belong "
	    "together, else as `seaworthy run`.",
	    "seaworthy merge shards # a folder with the folders of all shards\n"
	    "seaworthy merge --allow-missing shards # what is missing is unknown",
	    merge_options, 1, 1000 },
	  cli_merge },
	{ { "osv", "import DUMP|info|query ECOSYSTEM NAME VERSION",
	    "known vulnerabilities: make the index, ask it about a version",
	    "Dependencies are compared with advisories in the OSV format, without a "
	    "network. `import` reads a dump (a folder or a zip archive, one JSON file an "
	    "advisory, as osv.dev publishes them for each ecosystem) and makes one index "
	    "of it: $XDG_DATA_HOME/seaworthy/osv.db, or that below ~/.local/share. "
	    "`info` says what the index holds and how old the data is; `query` names the "
	    "advisories that affect one version. ECOSYSTEM is written as in OSV: npm, "
	    "PyPI, Go, crates.io, Maven, NuGet, RubyGems, Packagist, Debian:12. Dumps are "
	    "at " SCAN_OSV_DUMPS "/ECOSYSTEM/all.zip: fetch those of your dependencies "
	    "into one folder, under different names, and import it.\n\n"
	    "A few records that cannot be read are named and counted; a dump with "
	    "nothing readable in it, with more than one bad record in ten, or with an "
	    "archive that was cut leaves the index as it was: exit code 5. Exit code 4 "
	    "without an index, or where it has nothing for the ecosystem.",
	    "seaworthy osv import osv-dump # a folder with the archives of ecosystems\n"
	    "seaworthy osv info # what it holds, and of when\n"
	    "seaworthy osv query npm lodash 4.17.20 # advisories for this version",
	    osv_options, 1, 4 },
	  cli_osv },
	{ { "phases", "[RUN]",
	    "show the roadmap as measured, and the way to its next target",
	    "The phases of the policy with their tasks, of which those are done whose "
	    "checks pass; what is ready and what is blocked; the fewest checks that bring "
	    "the score to the target of the current phase; and the risks, the gravest "
	    "first, with what their checks say. RUN as of report.",
	    "seaworthy phases # after the last run\n"
	    "seaworthy phases --format json # for programs",
	    phases_options, 0, 1 },
	  cli_phases },
	{ { "plan", "[PATH]", "print what `run` would run, in which order; runs nothing",
	    "Lists builds, suites, scans and commands in the order in which they would "
	    "start, with what they wait for, how long each is expected to take, its "
	    "priority and what it occupies.",
	    "seaworthy plan # what starts when\n"
	    "seaworthy plan --format json # for programs",
	    plan_options, 0, 1 },
	  cli_plan },
	{ { "replay", "[RUN]", "show a recorded run again as it was shown when it ran",
	    "Units in the order they ended, with counts and times, and of those that did not "
	    "pass the end of their output, from the evidence; then the result. Of a merged "
	    "run in the order of the plan; of a shard those that ran there. RUN as of "
	    "report. Exit code as of the run, 6 if something of it is damaged.",
	    "seaworthy replay # the last run", replay_options, 0, 1 },
	  cli_replay },
	{ { "report", "[RUN]", "render a recorded run again in any format",
	    "RUN is a run's id (or the unique start of one) or its folder; without it "
	    "the last run. The score is recomputed as of the time of that run.\n\n"
	    "--sign signs it later than `run --sign` would have, so that the key need "
	    "not be where the project's code is run: only what is as it was recorded. "
	    "-o bundle=FILE, here and of `run` and `merge`, packs the run with all its "
	    "evidence, statements and signatures into one file for `seaworthy verify`; "
	    "tar --zstd reads it as well.",
	    "seaworthy report -o html=scorecard.html # the last run as one HTML file\n"
	    "seaworthy report --sign release -o bundle=release.seaworthy # for others",
	    report_options, 0, 1 },
	  cli_report },
	{ { "rollout", "[status|advance|rollback|watch]",
	    "the staged rollout: where it is, and its next step",
	    "The stages stand in the policy with their traffic, how long each holds, what "
	    "has to hold meanwhile and what ends it, and the commands that enter a stage "
	    "and take the release back. `status` judges the current stage by samples of a "
	    "Prometheus server or of a file. `advance` begins with the GO of a recorded "
	    "run of this commit, and goes on only where every criterion held for its "
	    "whole time: what is not known is no success. `rollback` takes the release "
	    "back; `watch` looks again and again, and does so by itself when an abort "
	    "criterion is met. All steps are in .seaworthy/rollout with the samples behind "
	    "them.\n\n"
	    "Exit code 1 where a criterion, a decision or a command is against it, 4 where "
	    "it is too early or samples are missing, 6 if the log was changed. "
	    "SEAWORTHY_PROMETHEUS_TOKEN is sent to the server as a bearer token.",
	    "seaworthy rollout # where it is\n"
	    "seaworthy rollout advance # enter the first or the next stage\n"
	    "seaworthy rollout watch --advance # until it is finished or rolled back\n"
	    "seaworthy rollout rollback --reason 'checkout is broken'",
	    rollout_options, 0, 1 },
	  cli_rollout },
	{ { "rules", "list [GLOB]|explain ID|test FILE",
	    "what the scanners look for, and trying rules of one's own",
	    "`list` names every rule, or those that a glob means, with its severity in "
	    "production, those that the project's seaworthy.yml adds included; `explain` says what a finding of "
	    "one means, how it is mended and what is looked for. `test` reads the "
	    "rules of FILE (a policy, or a file of rules) and looks for each in its "
	    "own examples and counterexamples, with both engines. Exit code 1 if one "
	    "is not as it should be, or no rule has any; a rule without is named.",
	    "seaworthy rules list # all of them\n"
	    "seaworthy rules list 'marker.*' # one family\n"
	    "seaworthy rules explain marker.todo # one of them\n"
	    "seaworthy rules test seaworthy.yml # the project's own",
	    rules_options, 1, 2 },
	  cli_rules },
	{ { "run", "[PATH]", "run, measure, score, decide and report: everything",
	    "Plans, runs builds and suites, scans, stores the evidence below "
	    ".seaworthy/runs, computes the score and the decision from it, and writes "
	    "the reports. Works without a policy file: suites are detected and the "
	    "built-in policy applies. The exit code is the decision: 0 GO, 1 NO-GO, 3 "
	    "CONDITIONAL GO, 4 too little evidence, 5 an error of the gate itself.",
	    "seaworthy run # the project that the current folder lies in\n"
	    "seaworthy run --format json . # the scorecard as JSON\n"
	    "seaworthy run -o markdown=card.md -o html=card.html . # reports to files\n"
	    "seaworthy run --base origin/main # for checks on new code\n"
	    "seaworthy run --against 20261122 # new and fixed findings since that run\n"
	    "seaworthy run --since main # suites that nothing changed for stay unknown\n"
	    "seaworthy run --no-exec . # scan only, run no project code\n"
	    "seaworthy run --shard 2/5 # the second of five parts, for seaworthy merge\n"
	    "seaworthy run --sign release # for seaworthy verify",
	    run_options, 0, 1 },
	  cli_run },
	{ { "scan", "[PATH]", "only the scanners; runs no project code",
	    "Exit code 1 if there are findings at or above --fail-on, 5 if something "
	    "could not be read, 4 if there was nothing to compare with (no index of "
	    "advisories for a lock file): an incomplete scan is not a clean one. A rule "
	    "behind a ! is left out. With --staged, --diff and --history rules that need "
	    "the whole tree do not run.",
	    "seaworthy scan --rule 'marker.*' src # markers below src\n"
	    "seaworthy scan --format jsonl --fail-on warning . # a finding a line, for "
	    "programs\n"
	    "seaworthy scan --rule '!dependency.*' # all rules but these\n"
	    "seaworthy scan --staged # before a commit\n"
	    "seaworthy scan --diff main --fail-on warning # what a branch brings\n"
	    "seaworthy scan --history --rule 'secret.*' # what was ever committed",
	    scan_options, 0, 1 },
	  cli_scan },
	{ { "schema", "", "print the JSON Schema of seaworthy.yml",
	    "Draft 2020-12. Editors use it to complete and check the policy.",
	    "seaworthy schema > seaworthy.schema.json # beside seaworthy.yml", NULL, 0,
	    0 },
	  cli_schema },
	{ { "score", "[EVIDENCE]", "recompute score and decision from recorded evidence",
	    "EVIDENCE is a folder with policy.json, subject.json and checks/, a run's "
	    "id, or absent for the last run. Runs nothing. Evidence ages: the time is "
	    "the clock's unless --now is given.",
	    "seaworthy score --format json # the last run, judged as of now\n"
	    "seaworthy score --now 2026-11-11T00:00:00Z # as of a given time",
	    score_options, 0, 1 },
	  cli_score },
	{ { "serve", "[PROJECT..]", "show the recorded runs of projects in a browser",
	    "A page with all projects (folders; this one unless given), their last "
	    "decisions and scores, one with the history of each, and the scorecard of "
	    "every run that is still kept. It can only be read, answers on this machine "
	    "alone unless --address is given, prints where, and runs until Ctrl-C.",
	    "seaworthy serve # then open the address that it prints\n"
	    "seaworthy serve ~/src/* --port 0 # many projects, any free port",
	    serve_options, 0, 1000 },
	  cli_serve },
	{ { "sign", "[RUN]", "sign off a recorded run, or object to it",
	    "Signs the run's assessment (the SHA-256 of its assessment.json) in a role that "
	    "the policy's `signoff` asks for, and writes that beside the run, into signoffs/. "
	    "Nothing that was signed before changes; `score`, `report` and `verify` decide "
	    "anew. Authors of the change may not approve it where the policy says "
	    "not_author, people are counted and not their keys, and a run that is repeated "
	    "has to be signed again. What would not count is refused: exit code 2, and "
	    "nothing is written. RUN as of report. With --attest nothing is written either: the "
	    "lines that are printed go into the policy.",
	    "seaworthy sign --role sre-lead --ssh ~/.ssh/id_ed25519 # the last run\n"
	    "seaworthy sign --role sre-lead --key alice --expires 2027-01-31\n"
	    "seaworthy sign --role sre-lead --key alice --reject --comment 'not on a Friday'\n"
	    "seaworthy sign --role sre-lead --print > word.json # then ssh-keygen -Y sign "
	    "-n seaworthy\n"
	    "seaworthy sign --attest operations.oncall --ssh ~/.ssh/id_ed25519 --expires "
	    "2027-01-31",
	    sign_options, 0, 1 },
	  cli_sign },
	{ { "test", "[PATH]", "run the suites only and print their results",
	    "Builds what the suites need. Exit code 1 if a test failed, 4 if a suite is "
	    "unknown.",
	    "seaworthy test # all suites\n"
	    "seaworthy test --only unit # one suite, by its id\n"
	    "seaworthy test --since main # those that this branch matters to\n"
	    "seaworthy test --rerun-failed # what did not pass last time\n"
	    "seaworthy test --watch # and again after each change\n"
	    "seaworthy test --repeat 20 --only tests.unit # is anything flaky?\n"
	    "seaworthy test --only 'tests.*' --format json # results as JSON",
	    test_options, 0, 1 },
	  cli_test },
	{ { "trend", "[METRIC|CHECK]",
	    "how a score or a check went on, and where it changed its level",
	    "METRIC is score, lower, upper or coverage; of a CHECK it is what was measured, or "
	    "else its value. Changes of level are found by their energy distance and Welch's "
	    "test; they are for reading, and no decision rests on them.",
	    "seaworthy trend # the score of the last 1000 runs\n"
	    "seaworthy trend --branch main tests.coverage # one check",
	    trend_options, 0, 1 },
	  cli_trend },
	{ { "verify", "[RUN]", "verify a recorded run offline, to its last byte",
	    "RUN is the folder of a run, copied from anywhere, a bundle (-o bundle=FILE), "
	    "or as of report. Every file "
	    "has to be what the run recorded, and nothing else may be there; assessment "
	    "and decision are computed again from the evidence and have to come out byte "
	    "for byte; both have to be signed by a key that is trusted. Runs nothing, and "
	    "needs no project.\n\n"
	    "Exit code 6, with the files named, if the run is broken. An intact run is "
	    "unanchored unless the history of the current folder's project has it where "
	    "`history anchor` vouches for that: whoever has the key can make another. "
	    "Exit code 6 too if a file of --artefact is none that the run vouches for.",
	    "seaworthy verify --key release.pem run # a folder from elsewhere\n"
	    "seaworthy verify --key release.pem --artefact acme-1.tgz release.seaworthy\n"
	    "seaworthy verify --key release.pem release.seaworthy # all in one file\n"
	    "seaworthy verify --unsigned # the last run, whoever vouches for it",
	    verify_options, 0, 1 },
	  cli_verify },
	{ { "version", "", "print the version", NULL,
	    "seaworthy version # name and number\n"
	    "seaworthy version --format json # for programs",
	    version_options, 0, 0 },
	  cli_version },
	{ { "waive", "CHECK", "permit for a time that a check does not pass",
	    "CHECK is a check of the policy, or the fingerprint of a finding. Writes an entry "
	    "of `waivers` into seaworthy.yml, signed by the approver where --key or --ssh "
	    "is given, and changes nothing else of the file. A waiver changes no value: it "
	    "turns the NO-GO of a failed P0 into CONDITIONAL GO, and caps the score at 84. "
	    "It ends after 90 days at most and is renewed at most once; reports name it 14 "
	    "days before.",
	    "seaworthy waive security.secrets --reason 'keys of a test' --issue '#12' --owner "
	    "bob --approver alice --expires 2026-12-31 --ssh ~/.ssh/id_ed25519\n"
	    "seaworthy waive security.secrets --renew --expires 2027-01-31 --ssh "
	    "~/.ssh/id_ed25519\n"
	    "seaworthy waive security.secrets --withdraw # it passes now",
	    waive_options, 1, 1 },
	  cli_waive },
	{ { 0 }, NULL },
};

/* What no command judged itself is the gate's own fault. */
static int exit_of(const struct err *err)
{
	(void)err;
	return CLI_INTERNAL;
}

const struct program cli_program = {
	.name = "seaworthy",
	.lead = "seaworthy decides whether a release may sail: it runs a project's "
		"tests, scans its\n"
		"files, and computes a score and GO, CONDITIONAL GO or NO-GO from the "
		"evidence.\n",
	.hint = "`seaworthy run` judges a project",
	.usage = "[OPTIONS] COMMAND [OPTIONS] [PATH]",
	.examples =
		"  seaworthy run                    # judge the project of the current "
		"folder\n"
		"  seaworthy scan --rule 'marker.*' # only look for TODO, FIXME and kin\n"
		"  seaworthy explain                # what would raise the score most\n",
	.common = common,
	.entries = entries,
	.topics = cli_topics,
	.topic = cli_topic,
	.exit_of = exit_of,
};
