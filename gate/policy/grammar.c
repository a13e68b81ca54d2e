// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar.h"

#include "base/str.h"
#include "policy/grammar_internal.h"
#include "policy/policy.h"

#include <assert.h>

const struct gate_type gate_type_text = { .kind = GATE_KIND_TEXT, .what = "text" };
const struct gate_type gate_type_label = { .kind = GATE_KIND_LABEL, .what = "text" };
const struct gate_type gate_type_id = {
	.kind = GATE_KIND_ID,
	.what = "an id: letters, digits and . _ - only, starting with a letter or digit",
};
const struct gate_type gate_type_bool = {
	.kind = GATE_KIND_BOOL,
	.what = "true or false",
};
const struct gate_type gate_type_count = {
	.kind = GATE_KIND_COUNT,
	.what = "a whole number, 0 or more",
};
const struct gate_type gate_type_decimal = {
	.kind = GATE_KIND_DECIMAL,
	.what = "a number",
};
const struct gate_type gate_type_percent = {
	.kind = GATE_KIND_DECIMAL,
	.what = "a number from 0 to 100",
	.max = 100,
	.bounded = true,
};
const struct gate_type gate_type_share = {
	.kind = GATE_KIND_DECIMAL,
	.what = "a number from 0 to 1",
	.max = 1,
	.bounded = true,
};
const struct gate_type gate_type_duration = {
	.kind = GATE_KIND_DURATION,
	.what = "a duration with its unit, such as 10s, 5m, 24h or 30d",
};
static const char *const task_priorities[] = { "P0", "P1", "P2", "P3", "P4" };
const struct gate_type gate_type_priority = {
	.kind = GATE_KIND_WORD,
	.what = "a priority",
	GATE_WORDS_OF(task_priorities),
};
const struct gate_type gate_type_glob = {
	.kind = GATE_KIND_GLOB,
	.what = "a glob",
};
const struct gate_type gate_type_texts = {
	.kind = GATE_KIND_LIST,
	.what = "a list of texts",
	.item = &gate_type_text,
};
const struct gate_type gate_type_ids = {
	.kind = GATE_KIND_LIST,
	.what = "a list of ids",
	.item = &gate_type_id,
};
const struct gate_type gate_type_globs = {
	.kind = GATE_KIND_LIST,
	.what = "a list of globs",
	.item = &gate_type_glob,
};
const struct gate_type gate_type_instant = {
	.kind = GATE_KIND_INSTANT,
	.what = "a date (2027-01-31) or an RFC 3339 time (2027-01-31T12:00:00Z)",
};
static const struct gate_type type_retries = {
	.kind = GATE_KIND_COUNT,
	.what = "a whole number from 0 to 100",
	.max = 100,
	.bounded = true,
};
/* In the order of enum gate_leaks. */
static const char *const leaks[] = { "warn", "fail", "ignore" };
static const struct gate_type type_leaks = {
	.kind = GATE_KIND_WORD,
	.what = "warn, fail or ignore",
	GATE_WORDS_OF(leaks),
};
static const struct gate_type type_priority = {
	.kind = GATE_KIND_COUNT,
	.what = "a whole number from 0 to 100",
	.max = 100,
	.bounded = true,
};
const struct gate_type gate_type_timeout = {
	.kind = GATE_KIND_DURATION,
	.what = "a duration above 0 with its unit, such as 10s, 5m, 24h or 30d",
	.min = 1,
	.max = SIZE_MAX,
	.bounded = true,
};
static const struct gate_type type_version = {
	.kind = GATE_KIND_COUNT,
	.what = "1, the only version of the file there is",
	.min = 1,
	.max = 1,
	.bounded = true,
};
const struct gate_type gate_type_command = {
	.kind = GATE_KIND_COMMAND,
	.what = "a command: one line for the shell, or a list that runs as it is",
};
const struct gate_type gate_type_env = {
	.kind = GATE_KIND_ENV,
	.what = "a mapping from names to texts",
};
static const struct gate_type type_amount = {
	.kind = GATE_KIND_AMOUNT,
	.what = "a whole number or a size such as 10MiB",
};
static const struct gate_type type_resources = {
	.kind = GATE_KIND_TABLE,
	.what = "a mapping from resources to amounts",
	.item = &type_amount,
};
/* The names in the order of enum gate_format. */
static const char *const formats[GATE_FORMATS] = {
	"junit",      "tap",   "gotest", "ctest",    "pytest",   "libtest",
	"criterion",  "jest",  "mocha",  "unittest", "automake", "node",
	"playwright", "rspec", "trx",    "xunit",    "exit",     "regex",
};
const struct gate_type gate_type_format = {
	.kind = GATE_KIND_WORD,
	.what = "a result format",
	GATE_WORDS_OF(formats),
};
/* The same and one more: a check's command may also be a plug-in. */
static const char *const command_formats[GATE_FORMATS + 1] = {
	"junit", "tap",   "gotest",   "ctest",    "pytest", "libtest",    "criterion",
	"jest",  "mocha", "unittest", "automake", "node",   "playwright", "rspec",
	"trx",   "xunit", "exit",     "regex",    "plugin",
};
const struct gate_type gate_type_command_format = {
	.kind = GATE_KIND_WORD,
	.what = "a result format, or plugin",
	GATE_WORDS_OF(command_formats),
};

static const struct gate_field category_fields[] = {
	{ .key = "id",
	  .type = &gate_type_id,
	  AT(gate_category, id),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name that checks refer to" },
	{ .key = "title",
	  .type = &gate_type_text,
	  AT(gate_category, title),
	  .help = "Name in reports; the id by default" },
	{ .key = "weight",
	  .type = &gate_type_count,
	  AT(gate_category, weight),
	  .flags = GATE_FIELD_NEEDED,
	  .help = "Its part of the whole score" },
	{ .key = "floor",
	  .type = &gate_type_percent,
	  AT(gate_category, floor),
	  .help = "Below this score of the category at most CONDITIONAL GO" },
	{ .key = "hard_floor",
	  .type = &gate_type_percent,
	  AT(gate_category, hard_floor),
	  .help = "Below this score of the category NO-GO" },
	{ .key = "owner",
	  .type = &gate_type_text,
	  AT(gate_category, owner),
	  .help = "Who answers for its checks, such as @team-api" },
	{ .key = "deadline",
	  .type = &gate_type_duration,
	  AT(gate_category, deadline_ms),
	  AUX(gate_category, has_deadline),
	  .help = "Time to meet a condition on one of its checks" },
};
static const struct gate_type type_categories = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of categories",
	GATE_FIELDS_OF(category_fields),
	.size = sizeof(struct gate_category),
};

static const struct gate_field limit_fields[] = {
	GATE_KEPT("memory", type_amount, 0, "Data of each process, such as 2GiB"),
	GATE_KEPT("cpu_time", gate_type_timeout, 0, "Processor time of each process"),
	GATE_KEPT("file_size", type_amount, 0, "Largest file that is written"),
	GATE_KEPT("open_files", type_amount, 0, "Files open at a time in a process"),
	GATE_KEPT("processes", type_amount, 0, "Processes at a time; 1000 by default"),
};
static const struct gate_type type_limits = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping of limits",
	GATE_FIELDS_OF(limit_fields),
};

static const struct gate_field suite_fields[] = {
	{ .key = "id",
	  .type = &gate_type_id,
	  AT(gate_suite, id),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name that checks and needs refer to" },
	{ .key = "run",
	  .type = &gate_type_command,
	  AT(gate_suite, run),
	  .flags = GATE_FIELD_NEEDED,
	  .help = "Command that runs the tests" },
	{ .key = "dir",
	  .type = &gate_type_text,
	  AT(gate_suite, dir),
	  .preset = ".",
	  .help = "Folder it runs in, relative to the project root" },
	{ .key = "format",
	  .type = &gate_type_format,
	  AT(gate_suite, format),
	  .preset = "exit",
	  .help = "Format of the results; exit counts as exactly one case" },
	{ .key = "regex",
	  .type = &gate_type_text,
	  AT(gate_suite, regex),
	  .help = "Format regex: each match is a case; groups name and status" },
	{ .key = "results",
	  .type = &gate_type_globs,
	  AT(gate_suite, results),
	  .help = "Result files; without them the output is read" },
	{ .key = "coverage",
	  .type = &gate_type_globs,
	  AT(gate_suite, coverage),
	  .help = "Coverage reports that it writes" },
	{ .key = "env",
	  .type = &gate_type_env,
	  AT(gate_suite, env),
	  .help = "Environment variables" },
	{ .key = "timeout",
	  .type = &gate_type_timeout,
	  AT(gate_suite, timeout_ms),
	  .preset = "10m",
	  .help = "The whole suite is ended after this time" },
	{ .key = "test_timeout",
	  .type = &gate_type_timeout,
	  AT(gate_suite, test_timeout_ms),
	  .help = "Longest time of one test" },
	{ .key = "slow",
	  .type = &gate_type_duration,
	  AT(gate_suite, slow_ms),
	  .preset = "5s",
	  .help = "A test that takes longer is slow" },
	{ .key = "retries",
	  .type = &type_retries,
	  AT(gate_suite, retries),
	  .preset = "0",
	  .help = "Times that a failed suite runs again, to find flaky tests" },
	{ .key = "retry_delay",
	  .type = &gate_type_duration,
	  AT(gate_suite, retry_delay_ms),
	  .preset = "0s",
	  .help = "Pause before the first retry; doubles with each, up to a minute" },
	{ .key = "leaks",
	  .type = &type_leaks,
	  AT(gate_suite, leaks),
	  .preset = "warn",
	  .help = "What it means that processes outlive it" },
	{ .key = "rerun",
	  .type = &gate_type_command,
	  AT(gate_suite, rerun),
	  .help = "Command that runs some of its tests again: {names} or {regex} stand "
	          "for them" },
	{ .key = "needs",
	  .type = &gate_type_ids,
	  AT(gate_suite, needs),
	  .help = "Suites, builds and fixtures that must come before" },
	{ .key = "inputs",
	  .type = &gate_type_globs,
	  AT(gate_suite, inputs),
	  .help = "Files that the result depends on" },
	{ .key = "resources",
	  .type = &type_resources,
	  AT(gate_suite, resources),
	  .flags = GATE_FIELD_JSON,
	  .help = "What it occupies while it runs" },
	{ .key = "limits",
	  .type = &type_limits,
	  AT(gate_suite, limits),
	  .flags = GATE_FIELD_JSON,
	  .help = "What its processes may use at most" },
	{ .key = "grace",
	  .type = &gate_type_timeout,
	  AT(gate_suite, grace_ms),
	  .preset = "2s",
	  .help = "Between being told to end and being killed" },
	{ .key = "priority",
	  .type = &type_priority,
	  AT(gate_suite, priority),
	  .preset = "0",
	  .help = "The higher, the earlier it starts" },
	{ .key = "shard",
	  .type = &gate_type_bool,
	  AT(gate_suite, shard),
	  .preset = "false",
	  .help = "It splits itself: every shard of a run starts it, for a part each" },
};
static const struct gate_type type_suites = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of suites",
	GATE_FIELDS_OF(suite_fields),
	.size = sizeof(struct gate_suite),
};

static const struct gate_field build_fields[] = {
	{ .key = "id",
	  .type = &gate_type_id,
	  AT(gate_build, id),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name that suites need" },
	{ .key = "run",
	  .type = &gate_type_command,
	  AT(gate_build, run),
	  .flags = GATE_FIELD_NEEDED,
	  .help = "Command that builds" },
	{ .key = "timeout",
	  .type = &gate_type_timeout,
	  AT(gate_build, timeout_ms),
	  .preset = "20m",
	  .help = "The build is ended after this time" },
	{ .key = "dir",
	  .type = &gate_type_text,
	  AT(gate_build, dir),
	  .preset = ".",
	  .help = "Folder it runs in, relative to the project root" },
	{ .key = "env",
	  .type = &gate_type_env,
	  AT(gate_build, env),
	  .help = "Environment variables" },
	{ .key = "needs",
	  .type = &gate_type_ids,
	  AT(gate_build, needs),
	  .help = "Builds that must come before" },
	{ .key = "limits",
	  .type = &type_limits,
	  AT(gate_build, limits),
	  .flags = GATE_FIELD_JSON,
	  .help = "What its processes may use at most" },
	{ .key = "inputs",
	  .type = &gate_type_globs,
	  AT(gate_build, inputs),
	  .help = "Files that the result depends on" },
};
static const struct gate_type type_builds = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of builds",
	GATE_FIELDS_OF(build_fields),
	.size = sizeof(struct gate_build),
};

static const struct gate_field fixture_fields[] = {
	{ .key = "id",
	  .type = &gate_type_id,
	  AT(gate_fixture, id),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name that suites and commands need" },
	{ .key = "run",
	  .type = &gate_type_command,
	  AT(gate_fixture, run),
	  .help = "Command that sets it up" },
	{ .key = "serve",
	  .type = &gate_type_command,
	  AT(gate_fixture, serve),
	  .help = "Command that runs until it is torn down, such as a server" },
	{ .key = "ready",
	  .type = &gate_type_command,
	  AT(gate_fixture, ready),
	  .help = "Command that is tried until it ends with 0: it can be used then" },
	{ .key = "stop",
	  .type = &gate_type_command,
	  AT(gate_fixture, stop),
	  .help = "Command that tears it down" },
	{ .key = "timeout",
	  .type = &gate_type_timeout,
	  AT(gate_fixture, timeout_ms),
	  .preset = "1m",
	  .help = "Longest time of run, of waiting until it is ready, and of stop" },
	{ .key = "dir",
	  .type = &gate_type_text,
	  AT(gate_fixture, dir),
	  .preset = ".",
	  .help = "Folder it runs in, relative to the project root" },
	{ .key = "env",
	  .type = &gate_type_env,
	  AT(gate_fixture, env),
	  .help = "Environment variables of its own commands" },
	{ .key = "needs",
	  .type = &gate_type_ids,
	  AT(gate_fixture, needs),
	  .help = "Builds and fixtures that must come before" },
	{ .key = "resources",
	  .type = &type_resources,
	  AT(gate_fixture, resources),
	  .flags = GATE_FIELD_JSON,
	  .help = "What it occupies until it is torn down" },
};
static const struct gate_type type_fixtures = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of fixtures",
	GATE_FIELDS_OF(fixture_fields),
	.size = sizeof(struct gate_fixture),
};

static const struct gate_field waiver_fields[] = {
	{ .key = "check",
	  .type = &gate_type_id,
	  AT(gate_waiver, check),
	  .help = "Check that is waived; or a fingerprint" },
	{ .key = "fingerprint",
	  .type = &gate_type_text,
	  AT(gate_waiver, fingerprint),
	  .help = "Finding that is waived" },
	{ .key = "owner",
	  .type = &gate_type_text,
	  AT(gate_waiver, owner),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Who mends it" },
	{ .key = "approver",
	  .type = &gate_type_text,
	  AT(gate_waiver, approver),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Who permitted it; not the owner" },
	{ .key = "reason",
	  .type = &gate_type_text,
	  AT(gate_waiver, reason),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Why" },
	{ .key = "issue",
	  .type = &gate_type_label,
	  AT(gate_waiver, issue),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Where the mending is tracked" },
	{ .key = "expires",
	  .type = &gate_type_instant,
	  AT(gate_waiver, expires_ms),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "When it ends" },
	{ .key = "granted",
	  .type = &gate_type_instant,
	  AT(gate_waiver, granted_ms),
	  AUX(gate_waiver, has_granted),
	  .help = "When it was granted; it ends 90 days later, renewed 180" },
	{ .key = "renewed",
	  .type = &gate_type_count,
	  AT(gate_waiver, renewed),
	  .preset = "0",
	  .help = "How often it was renewed; once at most" },
	{ .key = "signature",
	  .type = &gate_type_text,
	  AT(gate_waiver, signature),
	  .help = "Written by seaworthy waive" },
};
static const struct gate_type type_waivers = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of waivers",
	GATE_FIELDS_OF(waiver_fields),
	.size = sizeof(struct gate_waiver),
};

static const struct gate_field signoff_fields[] = {
	{ .key = "role",
	  .type = &gate_type_text,
	  AT(gate_signoff_rule, role),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Role that signs" },
	{ .key = "need",
	  .type = &gate_type_count,
	  AT(gate_signoff_rule, need),
	  .preset = "1",
	  .help = "How many people of the role" },
	{ .key = "people",
	  .type = &gate_type_texts,
	  AT(gate_signoff_rule, people),
	  .help = "Their public keys with their names, or file:NAME of an allowed_signers file" },
	{ .key = "not_author",
	  .type = &gate_type_bool,
	  AT(gate_signoff_rule, not_author),
	  .preset = "false",
	  .help = "The author of the change may not sign" },
};
static const struct gate_type type_signoff = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of roles that sign",
	GATE_FIELDS_OF(signoff_fields),
	.size = sizeof(struct gate_signoff_rule),
};

static const struct gate_type type_uri = {
	.kind = GATE_KIND_URI,
	.what = "a URI, such as pkg:github/acme/app",
};
static const struct gate_field attestation_fields[] = {
	{ .key = "key",
	  .type = &gate_type_id,
	  AT(gate_attestations, key),
	  .help = "Key of seaworthy key that runs are signed with, where there is one" },
	{ .key = "resource",
	  .type = &type_uri,
	  AT(gate_attestations, resource),
	  .help = "URI of what is released, for the verification summary" },
	{ .key = "conditional_passes",
	  .type = &gate_type_bool,
	  AT(gate_attestations, conditional_passes),
	  .help = "CONDITIONAL GO is PASSED in the verification summary" },
	{ .key = "artefacts",
	  .type = &gate_type_globs,
	  AT(gate_attestations, artefacts),
	  .help = "Files that are released: subjects of what runs sign, by SHA-256" },
};
static const struct gate_type type_attestations = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with key, resource, conditional_passes and artefacts",
	GATE_FIELDS_OF(attestation_fields),
};

static const struct gate_type type_base = {
	.kind = GATE_KIND_BASE,
	.what = "the id of a commit in full, or tags",
};
static const struct gate_field release_fields[] = {
	{ .key = "base",
	  .type = &type_base,
	  AT(gate_release, base),
	  .help = "Commit of the last release: who wrote what came after are authors; tags "
	          "believes the last tag; all commits by default" },
};
static const struct gate_type type_release = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with base",
	GATE_FIELDS_OF(release_fields),
};

static const struct gate_field quarantine_fields[] = {
	{ .key = "test",
	  .type = &gate_type_text,
	  AT(gate_quarantine, test),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name of a test, or a glob over names" },
	{ .key = "suite",
	  .type = &gate_type_text,
	  AT(gate_quarantine, suite),
	  .preset = "*",
	  .help = "Suite that has it; a glob over ids, * by default" },
	{ .key = "owner",
	  .type = &gate_type_text,
	  AT(gate_quarantine, owner),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Who mends it" },
	{ .key = "issue",
	  .type = &gate_type_label,
	  AT(gate_quarantine, issue),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Where the mending is tracked" },
	{ .key = "expires",
	  .type = &gate_type_instant,
	  AT(gate_quarantine, expires_ms),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "From then on its failure is one again" },
	{ .key = "release_after",
	  .type = &gate_type_count,
	  AT(gate_quarantine, release_after),
	  .preset = "0",
	  .help = "Clean runs in a row that end it early; 0: only time does" },
};
static const struct gate_type type_quarantine = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of unreliable tests",
	GATE_FIELDS_OF(quarantine_fields),
	.size = sizeof(struct gate_quarantine),
};

static const struct gate_field component_fields[] = {
	{ .key = "id",
	  .type = &gate_type_id,
	  AT(gate_component, id),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name of the component" },
	{ .key = "paths",
	  .type = &gate_type_globs,
	  AT(gate_component, paths),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Its files, as globs" },
	{ .key = "critical",
	  .type = &gate_type_bool,
	  AT(gate_component, critical),
	  .preset = "false",
	  .help = "Its own score decides too" },
	{ .key = "owner",
	  .type = &gate_type_text,
	  AT(gate_component, owner),
	  .help = "Who answers for it, such as @team-api" },
};
static const struct gate_type type_components = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of components",
	GATE_FIELDS_OF(component_fields),
	.size = sizeof(struct gate_component),
};

#define THRESHOLD(name, of, member, text, line)                            \
	{                                                                  \
		.key = (name), .type = &(of), AT(gate_thresholds, member), \
		.preset = (text), .help = (line)                           \
	}

static const struct gate_field min_coverage_fields[] = {
	THRESHOLD("go", gate_type_share, min_coverage_go, "0.95",
	          "Least coverage for GO"),
	THRESHOLD("conditional", gate_type_share, min_coverage_conditional, "0.85",
	          "Least coverage for CONDITIONAL GO"),
};
static const struct gate_type type_min_coverage = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with go and conditional",
	GATE_FIELDS_OF(min_coverage_fields),
};
static const struct gate_field band_fields[] = {
	THRESHOLD("green", gate_type_percent, band_green, "80", "Green from this score"),
	THRESHOLD("yellow", gate_type_percent, band_yellow, "60",
	          "Yellow from this score, red below"),
};
static const struct gate_type type_bands = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with green and yellow",
	GATE_FIELDS_OF(band_fields),
};
static const struct gate_field cap_fields[] = {
	THRESHOLD("p0", gate_type_percent, cap_p0, "59", "Cap with an open P0"),
	THRESHOLD("p1", gate_type_percent, cap_p1, "84",
	          "Cap with an open P1 or required check, or a waived P0"),
};
static const struct gate_type type_caps = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with p0 and p1",
	GATE_FIELDS_OF(cap_fields),
};
static const struct gate_field threshold_fields[] = {
	THRESHOLD("go", gate_type_percent, go, "95", "Score from which GO is possible"),
	THRESHOLD("conditional", gate_type_percent, conditional, "75",
	          "Score below which it is NO-GO"),
	{ .key = "min_coverage",
	  .type = &type_min_coverage,
	  .help = "Least evidence coverage, 0 to 1" },
	{ .key = "bands", .type = &type_bands, .help = "Colours of scores" },
	{ .key = "caps",
	  .type = &type_caps,
	  .help = "Highest scores with open blockers" },
	THRESHOLD("max_attested_share", gate_type_percent, max_attested_share, "20",
	          "Percent of all weight that may be attested"),
	THRESHOLD("max_not_applicable_share", gate_type_percent, max_not_applicable_share,
	          "30", "Percent of all weight that may be not applicable"),
	THRESHOLD("allow_dirty", gate_type_bool, allow_dirty, "false",
	          "Uncommitted changes are no reason for NO-GO"),
	THRESHOLD("signed_waivers", gate_type_bool, signed_waivers, "false",
	          "Waivers that their approver did not sign are ignored"),
	THRESHOLD("signed_attestations", gate_type_bool, signed_attestations, NULL,
	          "What its role did not sign is not attested"),
	THRESHOLD("deadline", gate_type_duration, deadline_ms, "14d",
	          "Time to meet the conditions of a CONDITIONAL GO"),
};
static const struct gate_type type_thresholds = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping of thresholds",
	GATE_FIELDS_OF(threshold_fields),
};

static const struct gate_type type_extends = {
	.kind = GATE_KIND_ONE_OR_LIST,
	.what = "a profile, a path, or a list of these",
	.item = &gate_type_text,
};

#define SECTION(name, of, member, how, text)                                           \
	{                                                                              \
		.key = (name), .type = &(of), AT(gate_policy, member), .flags = (how), \
		.help = (text)                                                         \
	}
#define ENTRIES(name, of, member, counter, how, text)                     \
	{                                                                 \
		.key = (name), .type = &(of), AT(gate_policy, member),    \
		AUX(gate_policy, counter), .flags = (how), .help = (text) \
	}

static const struct gate_field policy_fields[] = {
	{ .key = "version",
	  .type = &type_version,
	  AT(gate_policy, version),
	  .preset = "1",
	  .help = "Version of this file's grammar" },
	GATE_KEPT("extends", type_extends, GATE_FIELD_OWN,
	          "A built-in profile, a path, or a list of these; later wins"),
	SECTION("thresholds", type_thresholds, thresholds, 0, "Limits of the decision"),
	ENTRIES("categories", type_categories, categories, category_count,
	        GATE_FIELD_MERGED, "Parts of the score"),
	ENTRIES("checks", gate_type_checks, checks, check_count, GATE_FIELD_MERGED,
	        "Questions that evidence answers"),
	ENTRIES("suites", type_suites, suites, suite_count, GATE_FIELD_MERGED,
	        "Sets of tests; without any, what detection finds"),
	ENTRIES("builds", type_builds, builds, build_count, GATE_FIELD_MERGED,
	        "Builds; without any, what detection finds"),
	ENTRIES("fixtures", type_fixtures, fixtures, fixture_count, GATE_FIELD_MERGED,
	        "What is set up before and torn down after those that need it"),
	ENTRIES("components", type_components, components, component_count, 0,
	        "Parts of the product, by path"),
	SECTION("phases", gate_type_phases, phases, GATE_FIELD_JSON,
	        "Steps of the roadmap"),
	SECTION("risks", gate_type_risks, risks, GATE_FIELD_JSON,
	        "What may go wrong, and the checks that watch it"),
	SECTION("rollout", gate_type_rollout, rollout, GATE_FIELD_JSON,
	        "Stages of a rollout"),
	ENTRIES("signoff", type_signoff, signoffs, signoff_count, 0,
	        "Roles that must sign the decision"),
	SECTION("attestations", type_attestations, attestations, 0,
	        "What runs sign, and how others are to read it"),
	SECTION("release", type_release, release, 0,
	        "Since when somebody is an author of what is released"),
	ENTRIES("quarantine", type_quarantine, quarantine, quarantine_count, 0,
	        "Tests that are known to be unreliable"),
	ENTRIES("waivers", type_waivers, waivers, waiver_count, 0,
	        "Permissions that expire; written by seaworthy waive"),
	SECTION("evidence", gate_type_evidence, evidence, GATE_FIELD_JSON,
	        "Where evidence is kept, and how long"),
	SECTION("plugins", gate_type_plugins, plugins, GATE_FIELD_JSON,
	        "Commands that add collectors"),
	SECTION("rules", gate_type_scan_rules, rules, GATE_FIELD_JSON,
	        "Scan rules of the project"),
	SECTION("locked", gate_type_texts, locked, 0,
	        "Keys that no file that extends this one can change"),
};
static const struct gate_type type_policy = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping, the policy",
	GATE_FIELDS_OF(policy_fields),
};

const struct gate_type *gate_grammar(void)
{
	return &type_policy;
}

const struct gate_field *gate_grammar_field(const struct gate_type *t, struct span key)
{
	for (size_t i = 0; i < t->field_count; i++)
		if (span_eq_str(key, t->fields[i].key))
			return &t->fields[i];
	return NULL;
}

const char *gate_grammar_nearest(const struct gate_type *t, struct span key)
{
	const char *keys[GATE_KEYS_MAX];
	size_t count = 0;

	assert(t->field_count <= GATE_KEYS_MAX);
	for (size_t i = 0; i < t->field_count; i++)
		keys[count++] = t->fields[i].key;
	return str_nearest(key, keys, count);
}

const char *gate_format_name(enum gate_format f)
{
	return command_formats[f];
}

bool gate_format_find(const char *name, enum gate_format *out)
{
	for (int i = 0; i < GATE_FORMATS; i++)
		if (str_eq(name, gate_format_name((enum gate_format)i))) {
			*out = (enum gate_format)i;
			return true;
		}
	return false;
}
