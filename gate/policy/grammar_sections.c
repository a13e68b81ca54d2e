// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar_internal.h"

/* Sections and collectors that other parts of the program read from their JSON text:
 * here they are validated only. */

static const struct gate_field task_fields[] = {
	GATE_KEPT("id", gate_type_id, GATE_FIELD_REQUIRED, "Name of the task"),
	GATE_KEPT("title", gate_type_text, 0, "What is to be done"),
	GATE_KEPT("priority", gate_type_priority, 0, "P0 is the most urgent"),
	GATE_KEPT("owner", gate_type_text, 0, "Who does it"),
	GATE_KEPT("accept", gate_type_ids, 0, "Checks that must pass for it to be done"),
	GATE_KEPT("needs", gate_type_ids, 0, "Tasks that come before it"),
};
static const struct gate_type type_tasks = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of tasks",
	GATE_FIELDS_OF(task_fields),
};
static const struct gate_field phase_fields[] = {
	GATE_KEPT("id", gate_type_id, GATE_FIELD_REQUIRED, "Name of the phase"),
	GATE_KEPT("title", gate_type_text, 0, "What the phase is about"),
	GATE_KEPT("target", gate_type_percent, 0, "Score to reach, 0 to 100"),
	GATE_KEPT("tasks", type_tasks, 0, "Its tasks"),
};
const struct gate_type gate_type_phases = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of phases",
	GATE_FIELDS_OF(phase_fields),
};

static const char *const levels[] = { "low", "medium", "high" };
static const struct gate_type type_level = {
	.kind = GATE_KIND_WORD,
	.what = "a level",
	GATE_WORDS_OF(levels),
};
static const struct gate_field risk_fields[] = {
	GATE_KEPT("id", gate_type_id, GATE_FIELD_REQUIRED, "Name of the risk"),
	GATE_KEPT("risk", gate_type_text, GATE_FIELD_REQUIRED, "What may happen"),
	GATE_KEPT("likelihood", type_level, GATE_FIELD_REQUIRED, "How likely it is"),
	GATE_KEPT("impact", type_level, GATE_FIELD_REQUIRED, "How bad it would be"),
	GATE_KEPT("mitigation", gate_type_text, 0, "What makes it less likely or bad"),
	GATE_KEPT("contingency", gate_type_text, 0, "What is done if it happens"),
	GATE_KEPT("owner", gate_type_text, 0, "Who watches it"),
	GATE_KEPT("check", gate_type_id, 0, "Check that fails when it happens"),
};
const struct gate_type gate_type_risks = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of risks",
	GATE_FIELDS_OF(risk_fields),
};

static const struct gate_field metric_fields[] = {
	GATE_KEPT("metric", gate_type_text, GATE_FIELD_REQUIRED, "Name for reports"),
	GATE_KEPT("query", gate_type_text, GATE_FIELD_REQUIRED,
	          "Query of the metrics source"),
	GATE_KEPT("below", gate_type_decimal, 0, "Holds while the value is below"),
	GATE_KEPT("above", gate_type_decimal, 0, "Holds while the value is above"),
	GATE_KEPT("for", gate_type_duration, 0,
	          "How long it must hold: of success the stage's `hold` unless given, of "
	          "abort one sample"),
};
static const struct gate_type type_metrics = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of metric conditions",
	GATE_FIELDS_OF(metric_fields),
};
static const struct gate_field stage_fields[] = {
	GATE_KEPT("id", gate_type_id, GATE_FIELD_REQUIRED, "Name of the stage"),
	GATE_KEPT("traffic", gate_type_percent, 0, "Percent of the traffic"),
	GATE_KEPT("hold", gate_type_duration, GATE_FIELD_REQUIRED,
	          "How long the stage lasts at least"),
	GATE_KEPT("advance", gate_type_command, GATE_FIELD_REQUIRED,
	          "Command that enters the stage"),
	GATE_KEPT("rollback", gate_type_command, GATE_FIELD_REQUIRED,
	          "Command that takes the release back"),
	GATE_KEPT("timeout", gate_type_timeout, 0,
	          "Limit of either command; 30m unless given"),
	GATE_KEPT("success", type_metrics, GATE_FIELD_REQUIRED, "All must hold to go on"),
	GATE_KEPT("abort", type_metrics, 0, "Any that holds rolls back"),
};
static const struct gate_type type_stages = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of stages",
	GATE_FIELDS_OF(stage_fields),
};
static const struct gate_field metrics_fields[] = {
	GATE_KEPT("prometheus", gate_type_text, 0, "Address of a Prometheus server"),
	GATE_KEPT("samples", gate_type_text, 0,
	          "File of recorded samples, relative to the project, instead"),
	GATE_KEPT("step", gate_type_duration, 0, "Distance of samples; 15s unless given"),
};
static const struct gate_type type_metrics_source = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with the metrics source",
	GATE_FIELDS_OF(metrics_fields),
};
static const struct gate_field rollout_fields[] = {
	GATE_KEPT("metrics", type_metrics_source, GATE_FIELD_REQUIRED,
	          "Where metrics come from"),
	GATE_KEPT("stages", type_stages, GATE_FIELD_REQUIRED, "Stages in their order"),
};
const struct gate_type gate_type_rollout = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with metrics and stages",
	GATE_FIELDS_OF(rollout_fields),
};

static const struct gate_field keep_fields[] = {
	GATE_KEPT("within", gate_type_duration, 0,
	          "Keep all runs so long before the newest one"),
	GATE_KEPT("last", gate_type_count, 0, "Keep so many runs"),
	GATE_KEPT("hourly", gate_type_count, 0,
	          "Keep the newest run of each of so many hours"),
	GATE_KEPT("daily", gate_type_count, 0, "The same of days"),
	GATE_KEPT("weekly", gate_type_count, 0, "The same of weeks"),
	GATE_KEPT("monthly", gate_type_count, 0, "The same of months"),
	GATE_KEPT("yearly", gate_type_count, 0, "The same of years"),
};
static const struct gate_type type_keep = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with within, last, hourly, daily, weekly, monthly, "
		"yearly",
	GATE_FIELDS_OF(keep_fields),
};
static const struct gate_field evidence_fields[] = {
	GATE_KEPT("repository", gate_type_text, 0,
	          "Folder or repository of the evidence"),
	GATE_KEPT("keep", type_keep, 0, "How long runs are kept"),
};
const struct gate_type gate_type_evidence = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with repository and keep",
	GATE_FIELDS_OF(evidence_fields),
};

const struct gate_type gate_type_plugins = {
	.kind = GATE_KIND_LIST,
	.what = "empty: a plug-in stands in the check that it answers, as collect: "
		"{command: {run: .., format: plugin}}",
	.item = &gate_type_command,
	.max = 0,
	.bounded = true,
};

static const struct gate_type type_tiers = {
	.kind = GATE_KIND_LIST,
	.what = "a list of sizes of the load",
	.item = &gate_type_count,
	.min = 1,
};
static const struct gate_field load_fields[] = {
	GATE_KEPT("tiers", type_tiers, GATE_FIELD_REQUIRED,
	          "Units of load, one run each"),
};
const struct gate_type gate_type_load = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with tiers",
	GATE_FIELDS_OF(load_fields),
};
