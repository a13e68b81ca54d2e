// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar_internal.h"
#include "policy/policy.h"

/* The entries of `checks`. */

static const char *const priorities[] = { NULL, "P0", "P1" };
static const struct gate_type type_blocker = {
	.kind = GATE_KIND_WORD,
	.what = "a blocker's priority",
	GATE_WORDS_OF(priorities),
};
static const struct gate_type type_free = {
	.kind = GATE_KIND_FREE,
	.what = "text, a number, true, false or a list of these",
};
static const struct gate_type type_table = {
	.kind = GATE_KIND_TABLE,
	.what = "a mapping from names to texts, numbers or lists of these",
	.item = &type_free,
};
static const struct gate_type type_rules = {
	.kind = GATE_KIND_LIST,
	.what = "a list of globs over rule ids",
	.item = &gate_type_glob,
	.min = 1,
};
static const char *const scopes[] = { "production", "test",     "docs",
	                              "generated",  "vendored", "config" };
static const struct gate_type type_scope = {
	.kind = GATE_KIND_WORD,
	.what = "a scope",
	GATE_WORDS_OF(scopes),
};
static const struct gate_type type_scopes = {
	.kind = GATE_KIND_LIST,
	.what = "a list of scopes",
	.item = &type_scope,
};
static const struct gate_field scan_fields[] = {
	{ .key = "rules",
	  .type = &type_rules,
	  AT(gate_check, scan_rules),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Rules, as globs such as marker.*" },
	{ .key = "scope",
	  .type = &type_scopes,
	  AT(gate_check, scan_scopes),
	  .help = "Kinds of files that count; production by default" },
	{ .key = "new_code",
	  .type = &gate_type_bool,
	  AT(gate_check, scan_new_code),
	  .preset = "false",
	  .help = "Only findings that the --base of the run did not have" },
};
static const struct gate_type type_scan = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with rules, scope and new_code",
	GATE_FIELDS_OF(scan_fields),
};

/* In the order of enum gate_coverage_measure. */
static const char *const coverage_measures[] = { "lines", "branches", "functions",
	                                         "statements" };
static const struct gate_type type_coverage_measure = {
	.kind = GATE_KIND_WORD,
	.what = "a coverage measure",
	GATE_WORDS_OF(coverage_measures),
};
static const struct gate_field coverage_fields[] = {
	{ .key = "from",
	  .type = &gate_type_ids,
	  AT(gate_check, coverage_from),
	  .help = "Suites that produce the coverage; all that have `coverage` by default" },
	{ .key = "measure",
	  .type = &type_coverage_measure,
	  AT(gate_check, coverage_measure),
	  .preset = "lines",
	  .help = "What is counted" },
	{ .key = "paths",
	  .type = &gate_type_globs,
	  AT(gate_check, coverage_paths),
	  .help = "Files that count; all production code by default" },
	{ .key = "new_code",
	  .type = &gate_type_bool,
	  AT(gate_check, coverage_new_code),
	  .preset = "false",
	  .help = "Only lines that the --base of the run does not have" },
};
static const struct gate_type type_coverage = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with from, measure, paths and new_code",
	GATE_FIELDS_OF(coverage_fields),
};

static const struct gate_field command_fields[] = {
	{ .key = "run",
	  .type = &gate_type_command,
	  AT(gate_check, command),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "What runs" },
	{ .key = "timeout",
	  .type = &gate_type_timeout,
	  AT(gate_check, command_timeout_ms),
	  .preset = "60s",
	  .help = "It is ended after this time" },
	{ .key = "format",
	  .type = &gate_type_command_format,
	  AT(gate_check, command_format),
	  .preset = "exit",
	  .help = "How it reports" },
	{ .key = "needs",
	  .type = &gate_type_ids,
	  AT(gate_check, command_needs),
	  .help = "Suites, builds and fixtures that must come before" },
	{ .key = "with",
	  .type = &type_table,
	  AT(gate_check, command_with),
	  .flags = GATE_FIELD_JSON,
	  .help = "Format plugin: settings that it gets" },
};
static const struct gate_type type_command_collector = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with run, timeout, format, needs and with",
	GATE_FIELDS_OF(command_fields),
};

static const struct gate_field attest_fields[] = {
	{ .key = "role",
	  .type = &gate_type_text,
	  AT(gate_check, attest_role),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Role that attests" },
	{ .key = "statement",
	  .type = &gate_type_text,
	  AT(gate_check, attest_statement),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "What is attested" },
	{ .key = "value",
	  .type = &gate_type_share,
	  AT(gate_check, attest_value),
	  .preset = "1.0",
	  .help = "Value that the attestation gives, 0 to 1" },
	{ .key = "expires",
	  .type = &gate_type_instant,
	  AT(gate_check, attest_expires_ms),
	  AUX(gate_check, has_attest_expires),
	  .help = "When it ends, at most a year from now" },
	{ .key = "signature",
	  .type = &gate_type_text,
	  AT(gate_check, attest_signature),
	  .help = "Written by seaworthy sign --attest" },
};
static const struct gate_type type_attest = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with role, statement, value, expires and signature",
	GATE_FIELDS_OF(attest_fields),
};

/* In the order of enum gate_collector. */
static const struct gate_field collect_fields[GATE_COLLECTORS] = {
	[GATE_COLLECT_SUITE] = { .key = "suite",
	                         .type = &gate_type_text,
	                         AT(gate_check, suite),
	                         .help = "A suite or build, * for every suite, builds:* "
	                                 "for every build" },
	[GATE_COLLECT_COVERAGE] = { .key = "coverage",
	                            .type = &type_coverage,
	                            .help = "Coverage that suites measured" },
	[GATE_COLLECT_SCAN] = { .key = "scan",
	                        .type = &type_scan,
	                        .help = "Findings of the scanners" },
	[GATE_COLLECT_BENCH] = { .key = "bench",
	                         .type = &gate_type_bench,
	                         .help = "Benchmarks, beside those of an earlier state" },
	[GATE_COLLECT_LOAD] = GATE_KEPT("load", gate_type_load, 0, "A load test"),
	[GATE_COLLECT_CHAOS] = GATE_KEPT("chaos", type_table, 0, "A chaos exercise"),
	[GATE_COLLECT_DRILL] = GATE_KEPT("drill", type_table, 0, "A recovery drill"),
	[GATE_COLLECT_COMMAND] = { .key = "command",
	                           .type = &type_command_collector,
	                           .help = "A command and its verdict" },
	[GATE_COLLECT_PROBE] = GATE_KEPT("probe", type_table, 0, "An automatic probe"),
	[GATE_COLLECT_ATTEST] = { .key = "attest",
	                          .type = &type_attest,
	                          .help = "A person's signed word" },
};
static const struct gate_type type_collect = {
	.kind = GATE_KIND_COLLECT,
	.what = "a mapping with exactly one collector",
	GATE_FIELDS_OF(collect_fields),
};

static const struct gate_field scale_fields[] = {
	{ .key = "fail",
	  .type = &gate_type_decimal,
	  AT(gate_check, scale_fail),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Measurement with value 0" },
	{ .key = "pass",
	  .type = &gate_type_decimal,
	  AT(gate_check, scale_pass),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Measurement with value 1" },
	{ .key = "unit",
	  .type = &gate_type_text,
	  AT(gate_check, scale_unit),
	  .help = "Unit in reports" },
};
static const struct gate_type type_scale = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with fail, pass and unit",
	GATE_FIELDS_OF(scale_fields),
};
static const struct gate_field not_applicable_fields[] = {
	{ .key = "reason",
	  .type = &gate_type_text,
	  AT(gate_check, not_applicable_reason),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Why the check does not apply" },
	{ .key = "approver",
	  .type = &gate_type_text,
	  AT(gate_check, not_applicable_approver),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Who approved that" },
};
static const struct gate_type type_not_applicable = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with reason and approver",
	GATE_FIELDS_OF(not_applicable_fields),
};
/* In the order of enum gate_predicate_kind. */
static const struct gate_type type_predicates = {
	.kind = GATE_KIND_LIST,
	.what = "a list of predicates",
	.item = &gate_type_predicate,
	.min = 1,
};
static const struct gate_type type_language = {
	.kind = GATE_KIND_WORD,
	.what = "a language",
	.words = gate_language_names,
	.word_count = GATE_LANGUAGES,
};
static const struct gate_field predicate_fields[] = {
	[GATE_WHEN_ALL] = GATE_KEPT("all", type_predicates, 0, "All of them hold"),
	[GATE_WHEN_ANY] = GATE_KEPT("any", type_predicates, 0, "At least one holds"),
	[GATE_WHEN_NOT] = GATE_KEPT("not", gate_type_predicate, 0, "It does not hold"),
	[GATE_WHEN_FILE] =
		GATE_KEPT("file", gate_type_text, 0, "The file or folder exists"),
	[GATE_WHEN_GLOB] = GATE_KEPT("glob", gate_type_glob, 0, "A file matches"),
	[GATE_WHEN_LANGUAGE] =
		GATE_KEPT("language", type_language, 0, "The project has code in it"),
	[GATE_WHEN_ENV] = GATE_KEPT("env", gate_type_text, 0,
	                            "The environment variable is set and not empty"),
	[GATE_WHEN_SUITE] = GATE_KEPT("suite", gate_type_text, 0,
	                              "There is such a suite or build; * for any suite, "
	                              "builds:* for any build"),
};
const struct gate_type gate_type_predicate = {
	.kind = GATE_KIND_PREDICATE,
	.what = "a mapping with exactly one of all, any, not, file, glob, language, env, "
		"suite",
	GATE_FIELDS_OF(predicate_fields),
};

static const struct gate_field check_fields[] = {
	{ .key = "id",
	  .type = &gate_type_id,
	  AT(gate_check, id),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Name, such as tests.unit" },
	{ .key = "title",
	  .type = &gate_type_text,
	  AT(gate_check, title),
	  .help = "Name in reports; the id by default" },
	{ .key = "category",
	  .type = &gate_type_id,
	  AT(gate_check, category_id),
	  .flags = GATE_FIELD_NEEDED,
	  .help = "Category whose score it is part of" },
	{ .key = "weight",
	  .type = &gate_type_count,
	  AT(gate_check, weight),
	  .preset = "1",
	  .help = "Its part of the category's score" },
	{ .key = "collect",
	  .type = &type_collect,
	  .flags = GATE_FIELD_NEEDED,
	  .help = "What produces the evidence" },
	{ .key = "blocker",
	  .type = &type_blocker,
	  AT(gate_check, blocker),
	  .help = "P0: without a pass NO-GO; P1: without a pass no plain GO" },
	{ .key = "required",
	  .type = &gate_type_bool,
	  AT(gate_check, required),
	  .preset = "false",
	  .help = "Required without being a blocker" },
	{ .key = "measure",
	  .type = &gate_type_text,
	  AT(gate_check, measure),
	  .help = "What the collector measures; count by default for a scan" },
	{ .key = "scale",
	  .type = &type_scale,
	  AUX(gate_check, has_scale),
	  .help = "From measurement to value; without it pass or fail" },
	{ .key = "max_age",
	  .type = &gate_type_duration,
	  AT(gate_check, max_age_ms),
	  AUX(gate_check, has_max_age),
	  .help = "Older evidence is expired" },
	{ .key = "same_tree",
	  .type = &gate_type_bool,
	  AT(gate_check, same_tree),
	  .preset = "false",
	  .help = "Evidence must be of this tree or of equal inputs" },
	{ .key = "applies_when",
	  .type = &gate_type_predicate,
	  AT(gate_check, applies_when),
	  .help = "The check is not applicable where this is false" },
	{ .key = "not_applicable",
	  .type = &type_not_applicable,
	  .help = "The check does not apply here; counts toward a limit" },
	{ .key = "owner",
	  .type = &gate_type_text,
	  AT(gate_check, owner),
	  .help = "Who answers for it; by default whoever does for its category" },
	{ .key = "deadline",
	  .type = &gate_type_duration,
	  AT(gate_check, deadline_ms),
	  AUX(gate_check, has_deadline),
	  .help = "Time to meet a condition on it" },
	{ .key = "warns_until",
	  .type = &gate_type_instant,
	  AT(gate_check, warns_until_ms),
	  AUX(gate_check, has_warns_until),
	  .help = "A new check: until then it weighs nothing and only warns" },
};
const struct gate_type gate_type_checks = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of checks",
	GATE_FIELDS_OF(check_fields),
	.size = sizeof(struct gate_check),
};

const char *gate_collector_name(enum gate_collector c)
{
	return collect_fields[c].key;
}

const struct gate_type *gate_grammar_predicate(void)
{
	return &gate_type_predicate;
}
