// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar_internal.h"

/* The project's own scan rules: the fields of scanners/rules/README.md. What a pattern
 * may hold is checked by the scanner's own loader (gate_check_rules). */

static const char *const severities[] = { "note", "warning", "error" };
static const struct gate_type type_severity = {
	.kind = GATE_KIND_WORD,
	.what = "a severity",
	GATE_WORDS_OF(severities),
};
static const struct gate_field severities_fields[] = {
	GATE_KEPT("production", type_severity, 0, "In code that is shipped"),
	GATE_KEPT("test", type_severity, 0, "In tests"),
	GATE_KEPT("docs", type_severity, 0, "In documents and examples"),
	GATE_KEPT("generated", type_severity, 0, "In generated files"),
	GATE_KEPT("vendored", type_severity, 0, "In copies of others' code"),
	GATE_KEPT("config", type_severity, 0, "In configuration"),
	GATE_KEPT("other", type_severity, 0, "Wherever nothing else is said"),
};
static const struct gate_type type_severities = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping from scopes to severities",
	GATE_FIELDS_OF(severities_fields),
};

static const char *const places[] = { "any", "code", "comment", "string", "text" };
static const struct gate_type type_place = {
	.kind = GATE_KIND_WORD,
	.what = "a place",
	GATE_WORDS_OF(places),
};
static const struct gate_type type_places = {
	.kind = GATE_KIND_LIST,
	.what = "a list of places such as [code]",
	.item = &type_place,
	.min = 1,
};

static const struct gate_type type_sample = {
	.kind = GATE_KIND_SAMPLE,
	.what = "a text, {path: .., text: ..} or {files: {path: text}}",
};
static const struct gate_type type_samples = {
	.kind = GATE_KIND_LIST,
	.what = "a list of texts",
	.item = &type_sample,
};

static const struct gate_field rule_fields[] = {
	GATE_KEPT("id", gate_type_id, GATE_FIELD_REQUIRED, "FAMILY.NAME"),
	GATE_KEPT("title", gate_type_text, GATE_FIELD_REQUIRED, "A few words"),
	GATE_KEPT("why", gate_type_text, GATE_FIELD_REQUIRED, "What a finding means"),
	GATE_KEPT("remedy", gate_type_text, GATE_FIELD_REQUIRED, "How it is mended"),
	GATE_KEPT("severity", type_severity, 0, "Of every scope; warning by default"),
	GATE_KEPT("severities", type_severities, 0, "Where it differs, by scope"),
	GATE_KEPT("pattern", gate_type_text, 0,
	          "Expression in the common subset of PCRE2 and Hyperscan"),
	GATE_KEPT("lead", gate_type_text, 0, "What every match of it starts with"),
	GATE_KEPT("words", gate_type_texts, 0, "Or words that stand alone"),
	GATE_KEPT("builtin", gate_type_text, 0, "marker: the words as marks in comments"),
	GATE_KEPT("key", gate_type_text, 0, "Or the name in front of a value"),
	GATE_KEPT("value", gate_type_text, 0, "And the value behind it"),
	GATE_KEPT("group", gate_type_count, 0, "Group of the pattern that is the match"),
	GATE_KEPT("key_group", gate_type_count, 0,
	          "Group that names the value, for its check"),
	GATE_KEPT("entropy", gate_type_decimal, 0, "Bits a byte, at least"),
	GATE_KEPT("in", type_places, 0, "Where a match counts; any by default"),
	GATE_KEPT("check", gate_type_text, 0, "Name of a check such as a checksum"),
	GATE_KEPT("yields", gate_type_bool, 0, "Gives way to other rules"),
	GATE_KEPT("paths", gate_type_globs, 0, "Files that it looks at"),
	GATE_KEPT("not_paths", gate_type_globs, 0, "Files that it leaves out"),
	GATE_KEPT("languages", gate_type_texts, 0, "Languages that it looks at"),
	GATE_KEPT("allow", gate_type_texts, 0, "Expressions on the match that drop it"),
	GATE_KEPT("allow_line", gate_type_texts, 0, "The same on its line"),
	GATE_KEPT("stopwords", gate_type_texts, 0, "Words in a match that drop it"),
	GATE_KEPT("decode", gate_type_bool, 0, "Looks into encoded text"),
	GATE_KEPT("redact", gate_type_bool, 0, "The match is shown nowhere"),
	GATE_KEPT("optional", gate_type_bool, 0, "Runs only when named in full"),
	GATE_KEPT("examples", type_samples, 0, "Texts in which it finds something"),
	GATE_KEPT("counterexamples", type_samples, 0, "Texts in which it does not"),
};
const struct gate_type gate_type_scan_rules = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of scan rules",
	GATE_FIELDS_OF(rule_fields),
};
