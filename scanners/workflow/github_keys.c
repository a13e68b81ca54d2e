// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/* What GitHub refuses or passes over: keys, events, permissions and steps as its
 * reference of the workflow syntax has them. */

static const char *const workflow_keys[] = { "name",        "run-name", "on",
	                                     "permissions", "env",      "defaults",
	                                     "concurrency", "jobs",     NULL };

static const char *const job_keys[] = {
	"name",        "permissions",       "needs",    "if",        "runs-on",
	"environment", "concurrency",       "outputs",  "env",       "defaults",
	"steps",       "timeout-minutes",   "strategy", "container", "services",
	"snapshot",    "continue-on-error", NULL,
};

/* A job that is another workflow. */
static const char *const call_keys[] = {
	"name", "permissions", "needs",   "if",          "strategy",
	"uses", "with",        "secrets", "concurrency", NULL,
};

static const char *const step_keys[] = {
	"id",
	"if",
	"name",
	"uses",
	"run",
	"with",
	"env",
	"shell",
	"continue-on-error",
	"timeout-minutes",
	"working-directory",
	NULL,
};

static const char *const events[] = {
	"branch_protection_rule",
	"check_run",
	"check_suite",
	"create",
	"delete",
	"deployment",
	"deployment_status",
	"discussion",
	"discussion_comment",
	"fork",
	"gollum",
	"image_version",
	"issue_comment",
	"issues",
	"label",
	"merge_group",
	"milestone",
	"page_build",
	"project",
	"project_card",
	"project_column",
	"public",
	"pull_request",
	"pull_request_comment",
	"pull_request_review",
	"pull_request_review_comment",
	"pull_request_target",
	"push",
	"registry_package",
	"release",
	"repository_dispatch",
	"schedule",
	"status",
	"watch",
	"workflow_call",
	"workflow_dispatch",
	"workflow_run",
	NULL,
};

static const char *const scopes[] = {
	"actions",
	"artifact-metadata",
	"attestations",
	"checks",
	"contents",
	"deployments",
	"discussions",
	"id-token",
	"issues",
	"models",
	"packages",
	"pages",
	"pull-requests",
	"repository-projects",
	"security-events",
	"statuses",
	NULL,
};

static const char *const filter_keys[] = {
	"branches",     "branches-ignore", "tags",      "tags-ignore", "paths",
	"paths-ignore", "types",           "workflows", "inputs",      "outputs",
	"secrets",      "names",           "versions",  NULL,
};

void flow_keys(struct flow *f, const struct yaml *map, const char *const *keys,
               const char *what)
{
	size_t known = 0;

	if (yaml_type(map) != YAML_MAP)
		return;
	while (keys[known] != NULL)
		known++;
	for (size_t i = 0; i < yaml_count(map); i++) {
		const char *key = yaml_text(yaml_key_at(map, i));
		const char *near;

		if (flow_is_in(key, keys) || str_eq(key, "<<"))
			continue;
		near = str_nearest(span_str(key), keys, known);
		flow_report(f, "syntax", yaml_key_at(map, i), NULL,
		            "there is no key %s in %s%s%s", key, what,
		            near != NULL ? "; is it " : "", near != NULL ? near : "");
	}
}

/* ---- events ---- */

static void check_event(struct flow *f, const struct yaml *name)
{
	const char *text = yaml_text(name);

	if (text != NULL && !flow_is_in(text, events))
		flow_report(f, "syntax", name, NULL, "there is no event %s", text);
}

/* Two filters that exclude one another. */
static void check_filters(struct flow *f, const struct yaml *filter)
{
	static const char *const pairs[][2] = { { "branches", "branches-ignore" },
		                                { "tags", "tags-ignore" },
		                                { "paths", "paths-ignore" } };

	if (yaml_type(filter) != YAML_MAP)
		return;
	flow_keys(f, filter, filter_keys, "an event");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct yaml *ignore = yaml_get(filter, pairs[i][1]);

		if (ignore != NULL && yaml_get(filter, pairs[i][0]) != NULL)
			flow_report(f, "syntax", ignore, NULL,
			            "%s and %s may not stand together", pairs[i][0],
			            pairs[i][1]);
	}
}

/* Five fields of digits, names, * , - and /. */
static bool is_cron(const char *text)
{
	struct span rest = span_trim(span_str(text));
	size_t fields = 0;

	while (rest.len > 0) {
		size_t n = 0;

		while (n < rest.len && rest.ptr[n] != ' ')
			n++;
		for (size_t i = 0; i < n; i++) {
			char c = rest.ptr[i];

			if (strchr("*,-/?", c) == NULL && !(c >= '0' && c <= '9') &&
			    !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z'))
				return false;
		}
		fields++;
		rest = span_trim(span_from(rest, n));
	}
	return fields == 5;
}

static void check_schedule(struct flow *f, const struct yaml *list)
{
	for (size_t i = 0; yaml_type(list) == YAML_LIST && i < yaml_count(list); i++) {
		const struct yaml *cron = yaml_get(yaml_at(list, i), "cron");

		if (yaml_text(cron) == NULL ||
		    (flow_text(f, cron).len > 0 && !is_cron(yaml_text(cron))))
			flow_report(f, "syntax", cron != NULL ? cron : yaml_at(list, i),
			            NULL, "a schedule has a cron of five fields");
	}
}

static void check_on(struct flow *f, const struct yaml *on)
{
	if (yaml_type(on) == YAML_STRING)
		check_event(f, on);
	for (size_t i = 0; i < yaml_count(on); i++) {
		if (yaml_type(on) == YAML_LIST) {
			check_event(f, yaml_at(on, i));
			continue;
		}
		check_event(f, yaml_key_at(on, i));
		if (str_eq(yaml_text(yaml_key_at(on, i)), "schedule"))
			check_schedule(f, yaml_at(on, i));
		else
			check_filters(f, yaml_at(on, i));
	}
}

/* ---- permissions ---- */

static void check_permissions(struct flow *f, const struct yaml *n)
{
	static const char *const all[] = { "read-all", "write-all", NULL };
	static const char *const values[] = { "read", "write", "none", NULL };

	if (yaml_text(n) != NULL && !flow_is_in(yaml_text(n), all))
		flow_report(f, "syntax", n, NULL,
		            "permissions are read-all, write-all or a mapping");
	if (yaml_type(n) != YAML_MAP)
		return;
	flow_keys(f, n, scopes, "permissions");
	for (size_t i = 0; i < yaml_count(n); i++) {
		if (!flow_is_in(yaml_text(yaml_at(n, i)), values))
			flow_report(f, "syntax", yaml_at(n, i), NULL,
			            "a permission is read, write or none");
	}
}

/* ---- jobs and steps ---- */

static bool has_id_before(struct flow *f, const struct yaml *steps, size_t at,
                          const char *id)
{
	for (size_t i = 0; i < at && flow_spend(f, 10); i++) {
		if (str_eq(yaml_text(yaml_get(yaml_at(steps, i), "id")), id))
			return true;
	}
	return false;
}

static void check_step(struct flow *f, const struct yaml *steps, size_t at)
{
	const struct yaml *step = yaml_at(steps, at);
	const struct yaml *id = yaml_get(step, "id");
	bool uses = yaml_get(step, "uses") != NULL;
	bool run = yaml_get(step, "run") != NULL;

	if (yaml_type(step) != YAML_MAP) {
		flow_report(f, "syntax", step, NULL, "a step is a mapping");
		return;
	}
	flow_keys(f, step, step_keys, "a step");
	if (uses == run)
		flow_report(f, "syntax", step, NULL,
		            uses ? "a step has either uses or run"
		                 : "a step has to have uses or run");
	if (yaml_text(id) != NULL && has_id_before(f, steps, at, yaml_text(id)))
		flow_report(f, "syntax", id, NULL, "two steps have the id %s",
		            yaml_text(id));
}

static bool is_id(const char *text)
{
	if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
	      *text == '_'))
		return false;
	for (; *text != '\0'; text++) {
		if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
		      (*text >= '0' && *text <= '9') || *text == '_' || *text == '-'))
			return false;
	}
	return true;
}

static void check_job(struct flow *f, const struct yaml *key, const struct yaml *job)
{
	const struct yaml *steps = yaml_get(job, "steps");
	bool calls = yaml_get(job, "uses") != NULL;

	if (yaml_text(key) != NULL && !is_id(yaml_text(key)))
		flow_report(f, "syntax", key, NULL,
		            "the name of a job is letters, digits, - and _");
	if (yaml_type(job) != YAML_MAP) {
		flow_report(f, "syntax", key, NULL, "a job is a mapping");
		return;
	}
	flow_keys(f, job, calls ? call_keys : job_keys,
	          calls ? "a job that calls a workflow" : "a job");
	check_permissions(f, yaml_get(job, "permissions"));
	if (!calls && yaml_get(job, "runs-on") == NULL)
		flow_report(f, "syntax", key, NULL, "the job has no runs-on");
	if (!calls && yaml_type(steps) != YAML_LIST)
		flow_report(f, "syntax", key, NULL, "the job has no steps");
	for (size_t i = 0; yaml_type(steps) == YAML_LIST && i < yaml_count(steps); i++)
		check_step(f, steps, i);
}

void flow_github_syntax(struct flow *f)
{
	const struct yaml *on = yaml_get(f->root, "on");
	const struct yaml *jobs = yaml_get(f->root, "jobs");

	if (yaml_type(f->root) != YAML_MAP) {
		flow_report(f, "syntax", f->root, NULL, "a workflow is a mapping");
		return;
	}
	flow_keys(f, f->root, workflow_keys, "a workflow");
	if (on == NULL)
		flow_report(f, "syntax", f->root, NULL, "the workflow has no on");
	if (yaml_type(jobs) != YAML_MAP || yaml_count(jobs) == 0)
		flow_report(f, "syntax", jobs != NULL ? jobs : f->root, NULL,
		            "the workflow has no jobs");
	check_on(f, on);
	check_permissions(f, yaml_get(f->root, "permissions"));
	for (size_t i = 0; yaml_type(jobs) == YAML_MAP && i < yaml_count(jobs); i++)
		check_job(f, yaml_key_at(jobs, i), yaml_at(jobs, i));
}
