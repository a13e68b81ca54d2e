// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/* ---- what is used ---- */

static bool is_hash(struct span ref)
{
	for (size_t i = 0; i < ref.len; i++) {
		char c = ref.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return ref.len == 40 || ref.len == 64;
}

/* GitHub's own actions are as trustworthy as the machine they run on. */
static bool is_own(struct span action)
{
	return span_starts(action, SPAN_LIT("actions/")) ||
	       span_starts(action, SPAN_LIT("github/"));
}

static void check_uses(struct flow *f, const struct yaml *uses)
{
	struct span text = flow_text(f, uses);
	size_t at = span_rfind_byte(text, '@');

	if (text.len == 0 || text.ptr[0] == '.' ||
	    span_find(text, SPAN_LIT("${{")) != text.len)
		return;
	if (span_starts(text, SPAN_LIT("docker://"))) {
		flow_image(f, uses);
		return;
	}
	if (at < text.len && is_hash(span_from(text, at + 1)))
		return;
	flow_report(f, "unpinned-uses", uses, is_own(text) ? &flow_note : NULL,
	            at < text.len ? "%s may be something else tomorrow: name the commit"
	                          : "%s names no version: name the commit",
	            yaml_text(uses));
}

/* ---- credentials ---- */

static bool uses_action(const struct yaml *step, const char *action)
{
	const char *uses = yaml_text(yaml_get(step, "uses"));

	return uses != NULL && str_starts(uses, action) &&
	       (uses[strlen(action)] == '@' || uses[strlen(action)] == '\0');
}

static bool uploads(struct flow *f, const struct flow_job *j)
{
	for (size_t i = 0; i < yaml_count(j->steps) && flow_spend(f, 10); i++) {
		if (uses_action(yaml_at(j->steps, i), "actions/upload-artifact"))
			return true;
	}
	return false;
}

static void check_credentials(struct flow *f, const struct flow_job *j)
{
	const struct yaml *keep =
		yaml_get(yaml_get(j->step, "with"), "persist-credentials");
	bool artifacts;

	if (!uses_action(j->step, "actions/checkout") || str_eq(yaml_text(keep), "false"))
		return;
	artifacts = uploads(f, j);
	flow_report(f, "artipacked", yaml_get(j->step, "uses"),
	            artifacts ? NULL : &flow_note,
	            artifacts ? "the token stays in .git/config, and the job uploads "
	                        "files: set persist-credentials: false"
	                      : "the token stays in .git/config: set "
	                        "persist-credentials: false");
}

/* ---- environment ---- */

void flow_env(struct flow *f, const struct yaml *env)
{
	const struct yaml *allow = yaml_get(env, "ACTIONS_ALLOW_UNSECURE_COMMANDS");

	if (allow != NULL && !str_eq(yaml_text(allow), "false"))
		flow_report(f, "insecure-commands", allow, NULL,
		            "what a step prints may set variables and the PATH");
}

/* ---- checks that do not count ---- */

static void check_disabled(struct flow *f, const struct yaml *step)
{
	const struct yaml *on_error = yaml_get(step, "continue-on-error");

	if (flow_is_always(on_error))
		flow_report(f, "disabled-check", on_error, NULL,
		            "the step may fail and nobody learns of it");
	if (flow_is_never(yaml_get(step, "if")))
		flow_report(f, "disabled-check", yaml_get(step, "if"), NULL,
		            "the step never runs");
}

/* ---- steps ---- */

/* Inputs of actions that are run as a script. */
static const struct yaml *script_of(const struct yaml *step)
{
	static const struct {
		const char *action;
		const char *input;
	} scripts[] = {
		{ "actions/github-script", "script" },
		{ "azure/powershell", "inlineScript" },
		{ "Azure/powershell", "inlineScript" },
		{ "azure/cli", "inlineScript" },
		{ "Azure/cli", "inlineScript" },
		{ "appleboy/ssh-action", "script" },
		{ "nick-fields/retry", "command" },
		{ "addnab/docker-run-action", "run" },
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (uses_action(step, scripts[i].action))
			return yaml_get(yaml_get(step, "with"), scripts[i].input);
	}
	return NULL;
}

void flow_steps(struct flow *f, const struct flow_job *job)
{
	struct flow_job j = *job;
	const struct yaml *reused = yaml_get(j.job, "uses");

	if (reused != NULL)
		check_uses(f, reused);
	for (size_t i = 0; yaml_type(j.steps) == YAML_LIST && i < yaml_count(j.steps);
	     i++) {
		j.step = yaml_at(j.steps, i);
		if (yaml_type(j.step) != YAML_MAP)
			continue;
		check_uses(f, yaml_get(j.step, "uses"));
		check_credentials(f, &j);
		flow_env(f, yaml_get(j.step, "env"));
		check_disabled(f, j.step);
		flow_injections(f, &j, yaml_get(j.step, "run"));
		flow_injections(f, &j, script_of(j.step));
	}
}
