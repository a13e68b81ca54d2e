// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_POLICY_H
#define GATE_POLICY_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

/*
 * The policy: what `seaworthy.yml` says after `extends` is resolved, every default filled
 * in. One arena owns all of it. Decimals stay text (num_is_decimal holds), because
 * scoring is exact. Optional numbers that were not given are NULL.
 */

enum gate_priority { GATE_NO_BLOCKER, GATE_P0, GATE_P1 };

enum gate_collector {
	GATE_COLLECT_SUITE,
	GATE_COLLECT_COVERAGE,
	GATE_COLLECT_SCAN,
	GATE_COLLECT_BENCH,
	GATE_COLLECT_LOAD,
	GATE_COLLECT_CHAOS,
	GATE_COLLECT_DRILL,
	GATE_COLLECT_COMMAND,
	GATE_COLLECT_PROBE,
	GATE_COLLECT_ATTEST,
};

const char *gate_collector_name(enum gate_collector c);

struct gate_strings {
	const char **items;
	size_t count;
};

/* Predicate of `applies_when`. */
enum gate_predicate_kind {
	GATE_WHEN_ALL,
	GATE_WHEN_ANY,
	GATE_WHEN_NOT,
	GATE_WHEN_FILE,
	GATE_WHEN_GLOB,
	GATE_WHEN_LANGUAGE,
	GATE_WHEN_ENV,
	GATE_WHEN_SUITE,
};
struct gate_predicate {
	enum gate_predicate_kind kind;
	const char *text;                /* file, glob, language, env, suite */
	struct gate_predicate *children; /* all, any; one for not */
	size_t child_count;
};

/* How a command reports: formats of suites, also of `command`. */
enum gate_format {
	GATE_FORMAT_JUNIT,
	GATE_FORMAT_TAP,
	GATE_FORMAT_GOTEST,
	GATE_FORMAT_CTEST,
	GATE_FORMAT_PYTEST,
	GATE_FORMAT_LIBTEST,
	GATE_FORMAT_CRITERION,
	GATE_FORMAT_JEST,
	GATE_FORMAT_MOCHA,
	GATE_FORMAT_UNITTEST,
	GATE_FORMAT_AUTOMAKE,
	GATE_FORMAT_NODE,
	GATE_FORMAT_PLAYWRIGHT,
	GATE_FORMAT_RSPEC,
	GATE_FORMAT_TRX,
	GATE_FORMAT_XUNIT,
	GATE_FORMAT_EXIT,
	GATE_FORMAT_REGEX,
	GATE_FORMAT_PLUGIN, /* of commands only: docs/plugins.md */
};
#define GATE_FORMATS 18 /* of suites */
#define GATE_COLLECTORS 10
const char *gate_format_name(enum gate_format f);
bool gate_format_find(const char *name, enum gate_format *out);

/* A command: either a shell line or a list that runs as it is. */
struct gate_command {
	const char *shell; /* NULL if a list */
	struct gate_strings argv;
};

/* How a benchmark reports. */
enum gate_bench_format {
	GATE_BENCH_TIME, /* not at all: the command itself is timed */
	GATE_BENCH_GOOGLE,
	GATE_BENCH_HYPERFINE,
	GATE_BENCH_GO,
	GATE_BENCH_CRITERION,
	GATE_BENCH_PYTEST,
	GATE_BENCH_JMH,
	GATE_BENCH_K6,
	GATE_BENCH_WRK,
	GATE_BENCH_LINES,
};
#define GATE_BENCH_FORMATS 10
const char *gate_bench_format_name(enum gate_bench_format f);

enum gate_bench_control {
	GATE_BENCH_REBUILD, /* the base, built a second time */
	GATE_BENCH_SAME,    /* the base's own build once more */
};
enum gate_bench_clock { GATE_BENCH_WALL, GATE_BENCH_CPU };
enum gate_bench_better { GATE_BENCH_BY_UNIT, GATE_BENCH_LOWER, GATE_BENCH_HIGHER };

/* `collect: bench`. */
struct gate_bench {
	struct gate_command run;
	enum gate_bench_format format;
	const char *dir;                /* relative to the project root */
	struct gate_strings results;    /* globs below the root; none = the output */
	struct gate_strings env;        /* "NAME=value" */
	struct gate_strings benchmarks; /* globs over names; none = all */
	struct gate_strings builds;
	bool has_builds;  /* false: every build of the policy */
	const char *base; /* revision or "release"; NULL = --base, else "release" */
	uint64_t pairs;
	const char *margin;  /* percent */
	const char *margins; /* of some benchmarks: a JSON list of {"benchmarks": globs,
	                        "margin": percent}, the first that fits; or NULL */
	enum gate_bench_control control;
	enum gate_bench_better better;
	uint64_t timeout_ms; /* of one process */
	uint64_t min_time_ms;
	uint64_t cpus;               /* that it is bound to; 0 = all that we may use */
	enum gate_bench_clock clock; /* format time */
	bool instructions;
	const char *toggle;        /* function whose instructions count; NULL = all */
	struct gate_strings small; /* arguments that mean little work, and much */
	struct gate_strings large;
};

/* What of the code was run. */
enum gate_coverage_measure {
	GATE_COVERAGE_LINES,
	GATE_COVERAGE_BRANCHES,
	GATE_COVERAGE_FUNCTIONS,
	GATE_COVERAGE_STATEMENTS,
};

struct gate_check {
	const char *id;
	const char *title; /* the id if none was given */
	const char *category_id;
	size_t category; /* index into categories */
	uint64_t weight;
	enum gate_priority blocker;
	bool required; /* as written; see gate_check_required */
	enum gate_collector collector;
	/* The collector's own settings; only those of `collector` are set. */
	const char *suite; /* suite or build id; "*" = every suite, "builds:*" = every
	                      build */
	struct gate_strings scan_rules;  /* globs */
	struct gate_strings scan_scopes; /* names; none = production */
	bool scan_new_code;              /* only what is new since the base of the run */
	struct gate_strings coverage_from;  /* suites; none = all that have `coverage` */
	struct gate_strings coverage_paths; /* globs; none = all */
	enum gate_coverage_measure coverage_measure;
	bool coverage_new_code; /* only lines that the base of the run does not have */
	struct gate_command command;
	uint64_t command_timeout_ms;
	struct gate_strings command_needs; /* suites, builds and fixtures */
	enum gate_format command_format;
	const char *command_with; /* settings for a plug-in as JSON, or NULL */
	struct gate_bench bench;
	const char *attest_role;
	const char *attest_statement;
	const char *attest_value; /* decimal 0..1 */
	bool has_attest_expires;
	int64_t attest_expires_ms;
	const char *attest_signature; /* over all of it, or NULL */
	const char *settings; /* all settings of `collect` as JSON, for evidence */
	/* What is measured: "count" by default for a scan; NULL = the collector's own
	 * verdict. Names: gate_measures. */
	const char *measure;
	bool has_scale;
	const char *scale_fail; /* decimals */
	const char *scale_pass;
	const char *scale_unit; /* NULL = none */
	bool has_max_age;
	uint64_t max_age_ms;
	bool same_tree;
	const struct gate_predicate *applies_when; /* NULL = always */
	const char *not_applicable_reason;         /* NULL = applicable */
	const char *not_applicable_approver;
	const char *owner; /* who answers for it; NULL: whoever does for its category */
	bool has_deadline;
	uint64_t deadline_ms; /* of a condition on it, from the decision on */
	bool has_warns_until;
	int64_t warns_until_ms; /* until then it has no weight and blocks nothing */
};

/* blocker or `required: true`. */
bool gate_check_required(const struct gate_check *c);

struct gate_category {
	const char *id;
	const char *title;
	uint64_t weight;
	const char *floor; /* decimals or NULL */
	const char *hard_floor;
	const char *owner; /* of its checks that have none; or NULL */
	bool has_deadline;
	uint64_t deadline_ms; /* of its checks that have none */
};

/* The private folder, as commands and `results` name it. */
#define GATE_SCRATCH "$SEAWORTHY_SCRATCH"

struct gate_plugin_ask;

/* What it means for a suite that its processes outlive it. */
enum gate_leaks { GATE_LEAKS_WARN, GATE_LEAKS_FAIL, GATE_LEAKS_IGNORE };

struct gate_suite {
	const char *id;
	struct gate_command run;
	const char *dir; /* relative to the project root */
	enum gate_format format;
	/* Globs of result files, relative to the root or below GATE_SCRATCH; none = the
	 * output. */
	struct gate_strings results;
	/* Globs of the coverage reports that it writes, like `results`; none = it writes
	 * none. */
	struct gate_strings coverage;
	struct gate_strings env; /* "NAME=value" */
	uint64_t timeout_ms;
	uint64_t test_timeout_ms; /* 0 = none */
	uint64_t slow_ms;
	uint64_t retries;
	uint64_t retry_delay_ms; /* before the first retry; doubles */
	enum gate_leaks leaks;
	struct gate_strings needs; /* suites and builds */
	struct gate_strings inputs;
	const char *resources; /* JSON object text or NULL */
	uint64_t priority;     /* the higher the earlier */
	bool shard;         /* splits itself: runs in every shard of a run, a part each */
	const char *limits; /* JSON object text or NULL; collect/limits.h */
	uint64_t grace_ms;  /* between SIGTERM and SIGKILL; 0: two seconds */
	const char *regex;  /* format regex: named groups name, status (a default if the
	                       policy gives none); NULL otherwise */
	/* Runs some of its tests: {names} or {regex} stand for them; neither shell nor
	 * list if the policy gives none. */
	struct gate_command rerun;
	/* Set by detection only. */
	const char *rerun_known; /* the same of a runner that is known, or NULL */
	const char *tool;    /* program that must exist, e.g. "go"; NULL = none known */
	const char *install; /* command that would install it */
	bool scratch; /* runs in a copy of the project, so that the project stays clean */
	const char *unknown; /* why it cannot be run here (no dependencies installed ..),
	                        or NULL */
	const char *detected_from; /* file that gave it away, NULL if from the policy */
	/* What is run instead where the build it needs was done another way; or NULL. */
	struct gate_suite *otherwise;
	const struct gate_plugin_ask *ask; /* of a plug-in (collect/plugin): its check */
	size_t line;                       /* of its file; 0: not known */
};

struct gate_build {
	const char *id;
	struct gate_command run;
	const char *dir;
	struct gate_strings env;
	uint64_t timeout_ms;
	struct gate_strings needs;
	struct gate_strings inputs; /* files that the result depends on; none: not told */
	const char *limits;         /* as of a suite */
	const char *tool;
	const char *install;
	bool scratch;
	const char *unknown;
	const char *detected_from;
	/* The first step of `run`, which only looks whether this can be built here; set
	 * where there is an `otherwise`: the next way to build, for where it cannot. */
	struct gate_command configure;
	struct gate_build *otherwise;
};

/* What suites and commands need to be there while they run: it is set up once before the
 * first of them and torn down once after the last. */
struct gate_fixture {
	const char *id;
	/* Neither shell nor list where there is none; `run` or `serve` is there. */
	struct gate_command run;   /* sets it up */
	struct gate_command serve; /* runs until it is torn down */
	struct gate_command ready; /* ends with 0 once it can be used */
	struct gate_command stop;  /* tears it down */
	const char *dir;           /* relative to the project root */
	struct gate_strings env;
	uint64_t timeout_ms; /* of run, of waiting until it is ready, and of stop */
	struct gate_strings needs;
	const char *resources; /* JSON object text or NULL */
};

struct gate_waiver {
	const char *check;       /* or NULL */
	const char *fingerprint; /* or NULL */
	const char *owner;
	const char *approver;
	const char *reason;
	const char *issue;
	int64_t expires_ms;
	bool has_granted;
	int64_t granted_ms;
	uint64_t renewed;
	const char *signature; /* or NULL */
};

struct gate_signoff_rule {
	const char *role;
	uint64_t need;
	struct gate_strings people;
	bool not_author;
};

/* Tests that are known to be unreliable: until it expires, their failure is no failure of
 * the suite, but never a pass either. */
struct gate_quarantine {
	const char *suite; /* glob over ids of suites */
	const char *test;  /* name of a test, or a glob over names */
	const char *owner;
	const char *issue;
	int64_t expires_ms;
	uint64_t release_after; /* clean runs in a row that end it; 0: only time does */
	size_t line;            /* of its file; 0: not known */
};

/* A part of the product, by path. */
struct gate_component {
	const char *id;
	struct gate_strings paths; /* globs */
	bool critical;             /* its own score decides too */
	const char *owner;         /* or NULL */
};
bool gate_component_has(const struct gate_component *c, struct span path);

/* Can what the check measures be told apart by path? Suites, coverage, and scans that
 * count; a density has no lines of code by path. */
bool gate_check_splits(const struct gate_check *c);

struct gate_thresholds {
	const char *go; /* decimals */
	const char *conditional;
	const char *min_coverage_go;
	const char *min_coverage_conditional;
	const char *band_green;
	const char *band_yellow;
	const char *cap_p0;
	const char *cap_p1;
	const char *max_attested_share;
	const char *max_not_applicable_share;
	bool allow_dirty;
	uint64_t deadline_ms; /* of conditions, where nothing nearer says another */
	bool signed_waivers;
	bool signed_attestations;
};

/* What runs sign, and with what words. */
struct gate_attestations {
	const char *key;      /* of `seaworthy key`, or NULL: only where --sign says so */
	const char *resource; /* URI of what is released, or NULL */
	bool conditional_passes; /* CONDITIONAL GO is a pass to the programs of others */
	struct gate_strings artefacts; /* globs: files that are released */
};

/* What is about to be released, for whom may approve it (record/authors.h). */
struct gate_release {
	const char *base; /* id of the commit that was released last; "tags": the last
	                   * tag says; NULL: nothing was */
};

struct gate_policy {
	struct arena arena;
	const char *path;          /* file, NULL = built in */
	struct gate_strings files; /* real paths of it and all it extends */
	const char *profile;       /* last built-in profile it extends, or NULL */
	char digest[65];           /* SHA-256 of the canonical JSON (gate_policy_json) */
	uint64_t version;          /* of the file's grammar: 1 */
	struct gate_thresholds thresholds;
	struct gate_category *categories;
	size_t category_count;
	struct gate_check *checks;
	size_t check_count;
	struct gate_suite *suites;
	size_t suite_count;
	struct gate_build *builds;
	size_t build_count;
	struct gate_fixture *fixtures;
	size_t fixture_count;
	struct gate_waiver *waivers;
	size_t waiver_count;
	struct gate_signoff_rule *signoffs;
	size_t signoff_count;
	struct gate_attestations attestations;
	struct gate_release release;
	struct gate_quarantine *quarantine;
	size_t quarantine_count;
	struct gate_component *components;
	size_t component_count;
	/* Sections whose work is done elsewhere (phases, risks, rollout,
	 * evidence, plugins, rules, locked): validated, and kept as canonical JSON text;
	 * NULL if absent.
	 */
	const char *phases;
	const char *risks;
	const char *rollout;
	const char *evidence;
	const char *plugins;
	const char *rules;
	struct gate_strings locked;
	/* The program's scan rules and those of `rules`. */
	struct scan_ruleset *ruleset; /* owned; NULL: those of the program alone */
};

/*
 * Reads a policy. `name` stands in messages, `dir` is where relative `extends` paths
 * start (NULL: `extends` of files is refused). Every problem is ERR_USAGE with
 * "file:line:column", the line, and a did-you-mean for unknown keys.
 */
enum err_code gate_policy_parse(struct gate_policy **out, struct span text,
                                const char *name, const char *dir,
                                struct err *err) ERR_CHECKED;
/*
 * The same for policy.json of a recorded run. Programs that write one may spell out every
 * key: there a null is an absent key, while in a file that people write it is an error.
 */
enum err_code gate_policy_recorded(struct gate_policy **out, struct span text,
                                   const char *name, struct err *err) ERR_CHECKED;
enum err_code gate_policy_load(struct gate_policy **out, const char *path,
                               struct err *err) ERR_CHECKED;
/* The same, with all that it extends, as the next commit has them (lib/vcs_staged.h);
 * ERR_NOT_FOUND if that has no such file. */
struct vcs_staged;
enum err_code gate_policy_load_staged(struct gate_policy **out, const char *path,
                                      struct vcs_staged *staged,
                                      struct err *err) ERR_CHECKED;
/* A built-in profile ("default", "novacron", "timelocker"); ERR_USAGE with a
 * did-you-mean. */
enum err_code gate_policy_builtin(struct gate_policy **out, const char *profile,
                                  struct err *err) ERR_CHECKED;
void gate_policy_free(struct gate_policy *p);

/* The resolved policy as JSON with the keys of `seaworthy.yml`: what `policy.json` of a
 * run holds. Parsing it again gives an equal policy and the same digest. Adopted suites
 * and builds are not part of it: they are what was found on one machine, not policy. */
enum err_code gate_policy_json(const struct gate_policy *p, struct buf *out,
                               struct err *err) ERR_CHECKED;

/* The JSON Schema (draft 2020-12) of `seaworthy.yml`, from the parser's own table. */
enum err_code gate_policy_schema(struct buf *out, struct err *err) ERR_CHECKED;

/* The names that `measure` can have for a collector; 0 = any name, because the collector
 * knows its metrics only when it has run. */
size_t gate_measures(enum gate_collector c, const char *const **names);

/* Computes `digest` anew, after a change. */
enum err_code gate_policy_digest(struct gate_policy *p, struct err *err) ERR_CHECKED;

const struct gate_suite *gate_policy_suite(const struct gate_policy *p, const char *id);
const struct gate_build *gate_policy_build(const struct gate_policy *p, const char *id);

#endif
