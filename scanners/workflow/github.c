// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/* ---- triggers ---- */

/* The event, however `on` is written; NULL if the workflow does not start by it. */
static const struct yaml *trigger(const struct flow *f, const char *event)
{
	const struct yaml *on = yaml_get(f->root, "on");

	if (yaml_type(on) == YAML_MAP) {
		for (size_t i = 0; i < yaml_count(on); i++) {
			if (str_eq(yaml_text(yaml_key_at(on, i)), event))
				return yaml_key_at(on, i);
		}
		return NULL;
	}
	if (yaml_type(on) == YAML_LIST) {
		for (size_t i = 0; i < yaml_count(on); i++) {
			if (str_eq(yaml_text(yaml_at(on, i)), event))
				return yaml_at(on, i);
		}
		return NULL;
	}
	return str_eq(yaml_text(on), event) ? on : NULL;
}

static bool has_one(const char *text, const char *const *list)
{
	for (; text != NULL && *list != NULL; list++) {
		if (strstr(text, *list) != NULL)
			return true;
	}
	return false;
}

static bool takes_head(struct flow *f, const struct yaml *step)
{
	static const char *const refs[] = { "head_ref",    "head_sha",     "head_branch",
		                            "head_commit", "head.ref",     "head.sha",
		                            "refs/pull/",  "merge_commit", NULL };
	static const char *const commands[] = { "gh pr checkout", "origin pull/",
		                                "refs/pull/", NULL };
	const char *uses = yaml_text(yaml_get(step, "uses"));
	const struct yaml *ref = yaml_get(yaml_get(step, "with"), "ref");
	const struct yaml *run = yaml_get(step, "run");

	if (uses != NULL && str_starts(uses, "actions/checkout"))
		return flow_text(f, ref).len > 0 && has_one(yaml_text(ref), refs);
	return flow_text(f, run).len > 0 && has_one(yaml_text(run), commands);
}

/* Does any job check out what somebody outside proposes? */
static bool checks_out_head(struct flow *f)
{
	const struct yaml *jobs = yaml_get(f->root, "jobs");

	for (size_t i = 0; i < yaml_count(jobs); i++) {
		const struct yaml *steps = yaml_get(yaml_at(jobs, i), "steps");

		for (size_t k = 0; k < yaml_count(steps); k++) {
			if (takes_head(f, yaml_at(steps, k)))
				return true;
		}
	}
	return false;
}

static void check_triggers(struct flow *f)
{
	static const char *const events[] = { "pull_request_target", "workflow_run" };
	bool head = checks_out_head(f);

	for (size_t i = 0; i < 2; i++) {
		const struct yaml *at = trigger(f, events[i]);

		if (at != NULL)
			flow_report(f, "dangerous-triggers", at,
			            head ? &flow_error : NULL,
			            head ? "%s runs with this repository's secrets, and "
			                   "checks out what others propose"
			                 : "%s runs with this repository's secrets on "
			                   "what others propose",
			            events[i]);
	}
}

/* ---- permissions ---- */

static bool is_write(const struct yaml *n)
{
	return str_eq(yaml_text(n), "write");
}

static void check_workflow_permissions(struct flow *f, const struct yaml *permissions)
{
	size_t jobs = yaml_count(yaml_get(f->root, "jobs"));

	if (str_eq(yaml_text(permissions), "write-all"))
		flow_report(f, "excessive-permissions", permissions, &flow_error,
		            "every job may write everything");
	else if (str_eq(yaml_text(permissions), "read-all"))
		flow_report(f, "excessive-permissions", permissions, &flow_note,
		            "every job may read everything");
	for (size_t i = 0; jobs > 1 && i < yaml_count(permissions); i++) {
		if (is_write(yaml_at(permissions, i)))
			flow_report(f, "excessive-permissions",
			            yaml_key_at(permissions, i), NULL,
			            "%s: write is given to every job; give it to the one "
			            "that needs it",
			            yaml_text(yaml_key_at(permissions, i)));
	}
}

/* Does it run only where another workflow calls it, with that one's permissions? */
static bool is_called(const struct flow *f)
{
	const struct yaml *on = yaml_get(f->root, "on");

	return trigger(f, "workflow_call") != NULL &&
	       (yaml_text(on) != NULL || yaml_count(on) == 1);
}

static void check_permissions(struct flow *f)
{
	const struct yaml *permissions = yaml_get(f->root, "permissions");
	const struct yaml *jobs = yaml_get(f->root, "jobs");
	const struct yaml *bare = NULL;

	check_workflow_permissions(f, permissions);
	for (size_t i = 0; i < yaml_count(jobs); i++) {
		const struct yaml *own = yaml_get(yaml_at(jobs, i), "permissions");

		if (str_eq(yaml_text(own), "write-all"))
			flow_report(f, "excessive-permissions", own, &flow_error,
			            "the job may write everything");
		if (own == NULL && bare == NULL)
			bare = yaml_key_at(jobs, i);
	}
	if (permissions == NULL && bare != NULL && !is_called(f))
		flow_report(f, "excessive-permissions", bare, NULL,
		            "no permissions are declared, so the token has whatever the "
		            "repository's default is");
}

/* ---- jobs ---- */

/* "github.event_name == 'push'" where the workflow does not start by push. */
static void check_event_name(struct flow *f, const struct yaml *condition)
{
	const char *text = yaml_text(condition);
	const char *at = flow_text(f, condition).len > 0
	                         ? strstr(text, "github.event_name == '")
	                         : NULL;
	char event[64];
	struct span name;

	if (at == NULL || !flow_spend(f, yaml_count(yaml_get(f->root, "on"))) ||
	    strstr(text, "||") != NULL || strchr(text, '!') != NULL ||
	    trigger(f, "workflow_call") != NULL)
		return;
	name = span_str(at + strlen("github.event_name == '"));
	name = span_sub(name, 0, span_find_byte(name, '\''));
	if (name.len == 0 || name.len >= sizeof(event))
		return;
	memcpy(event, name.ptr, name.len);
	event[name.len] = '\0';
	if (trigger(f, event) == NULL)
		flow_report(f, "never-triggered", condition, NULL,
		            "never runs: the workflow does not start by %s", event);
}

/* Without what makes an expression of it. */
static struct span bare(const struct yaml *n)
{
	struct span text = span_str(yaml_text(n) != NULL ? yaml_text(n) : "");

	if (span_starts(text, SPAN_LIT("${{")) && span_ends(text, SPAN_LIT("}}")))
		text = span_sub(text, 3, text.len - 5);
	return span_trim(text);
}

bool flow_is_never(const struct yaml *condition)
{
	return span_eq_str(bare(condition), "false");
}

bool flow_is_always(const struct yaml *condition)
{
	bool flag = false;

	return (yaml_bool(condition, &flag) && flag) ||
	       span_eq_str(bare(condition), "true") ||
	       span_eq_str(bare(condition), "always()");
}

static void check_job(struct flow *f, const struct yaml *key, const struct yaml *job)
{
	const struct yaml *container = yaml_get(job, "container");
	const struct yaml *services = yaml_get(job, "services");
	const struct yaml *secrets = yaml_get(job, "secrets");
	const struct yaml *on_error = yaml_get(job, "continue-on-error");
	struct flow_job j = { f->root, job, yaml_get(job, "steps"), NULL };

	if (flow_is_never(yaml_get(job, "if")))
		flow_report(f, "never-triggered", yaml_get(job, "if"), NULL,
		            "the job %s never runs", yaml_text(key));
	check_event_name(f, yaml_get(job, "if"));
	if (flow_is_always(on_error))
		flow_report(f, "disabled-check", on_error, NULL,
		            "the job %s passes whatever fails in it", yaml_text(key));
	if (str_eq(yaml_text(secrets), "inherit"))
		flow_report(f, "secrets-inherit", secrets, NULL,
		            "every secret is handed over; name those that are needed");
	flow_image(f, yaml_type(container) == YAML_MAP ? yaml_get(container, "image")
	                                               : container);
	for (size_t i = 0; i < yaml_count(services); i++)
		flow_image(f, yaml_get(yaml_at(services, i), "image"));
	flow_env(f, yaml_get(job, "env"));
	flow_steps(f, &j);
}

static void check_never(struct flow *f)
{
	const struct yaml *on = yaml_get(f->root, "on");

	if (on != NULL && yaml_text(on) == NULL && yaml_count(on) == 0)
		flow_report(f, "never-triggered", on, NULL,
		            "no event starts this workflow");
}

void flow_github(struct flow *f)
{
	const struct yaml *jobs = yaml_get(f->root, "jobs");

	flow_github_syntax(f);
	check_triggers(f);
	check_never(f);
	check_permissions(f);
	flow_env(f, yaml_get(f->root, "env"));
	for (size_t i = 0; i < yaml_count(jobs); i++) {
		if (yaml_type(jobs) == YAML_MAP &&
		    yaml_type(yaml_at(jobs, i)) == YAML_MAP)
			check_job(f, yaml_key_at(jobs, i), yaml_at(jobs, i));
	}
	flow_needs(f, jobs, "needs", NULL);
}

void flow_action(struct flow *f)
{
	const struct yaml *runs = yaml_get(f->root, "runs");
	struct flow_job j = { NULL, NULL, yaml_get(runs, "steps"), NULL };
	const char *image = yaml_text(yaml_get(runs, "image"));

	if (image != NULL && str_starts(image, "docker://"))
		flow_image(f, yaml_get(runs, "image"));
	for (size_t i = 0; yaml_type(j.steps) == YAML_LIST && i < yaml_count(j.steps);
	     i++) {
		const struct yaml *step = yaml_at(j.steps, i);

		if (yaml_get(step, "run") != NULL && yaml_get(step, "shell") == NULL)
			flow_report(f, "syntax", yaml_get(step, "run"), NULL,
			            "a run of an action has to name its shell");
	}
	flow_steps(f, &j);
}
