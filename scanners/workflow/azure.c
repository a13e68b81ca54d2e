// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

/* Azure's pipelines: stages of jobs of steps, or any of these alone. */

/* Macros that hold what somebody outside writes, filled in before the script runs. */
static const char *const open_macros[] = {
	"$(System.PullRequest.SourceBranch)",
	"$(Build.SourceBranch)",
	"$(Build.SourceBranchName)",
	"$(Build.SourceVersionMessage)",
	"$(System.PullRequest.SourceRepositoryURI)",
	NULL,
};

static void check_script(struct flow *f, const struct yaml *script)
{
	enum { WINDOW = 1 << 16 };
	const char *text = yaml_text(script);

	for (size_t i = 0; text != NULL && open_macros[i] != NULL; i++) {
		struct span macro = span_str(open_macros[i]);
		size_t from = yaml_offset(script);
		struct span rest = span_sub(f->p->source->text, from, WINDOW);
		size_t at;

		if (!flow_spend(f, strlen(text)) || strstr(text, open_macros[i]) == NULL)
			continue;
		at = span_find(rest, macro);
		flow_report_at(f, "template-injection", from + (at < rest.len ? at : 0),
		               from + (at < rest.len ? at : 0) + macro.len, &flow_error,
		               "%s, which others write, is run as part of the script; "
		               "hand it over in env",
		               open_macros[i]);
	}
}

static void check_step(struct flow *f, const struct yaml *step)
{
	static const char *const scripts[] = { "script", "bash", "pwsh", "powershell",
		                               NULL };
	const struct yaml *on_error = yaml_get(step, "continueOnError");
	bool flag = false;

	for (size_t i = 0; scripts[i] != NULL; i++)
		check_script(f, yaml_get(step, scripts[i]));
	check_script(f, yaml_get(yaml_get(step, "inputs"), "script"));
	if (yaml_bool(on_error, &flag) && flag)
		flow_report(f, "disabled-check", on_error, NULL,
		            "the step may fail and nobody learns of it");
}

static void check_part(struct flow *f, const struct yaml *part)
{
	const struct yaml *container = yaml_get(part, "container");
	const struct yaml *condition = yaml_get(part, "condition");
	const struct yaml *steps = yaml_get(part, "steps");

	if (yaml_type(container) == YAML_MAP)
		flow_image(f, yaml_get(container, "image"));
	else if (yaml_text(container) != NULL &&
	         strpbrk(yaml_text(container), ":/") != NULL)
		flow_image(f, container); /* else the name of one in resources */
	if (str_eq(yaml_text(condition), "false"))
		flow_report(f, "never-triggered", condition, NULL, "it never runs");
	for (size_t i = 0; yaml_type(steps) == YAML_LIST && i < yaml_count(steps); i++)
		check_step(f, yaml_at(steps, i));
}

/* What is too much to look at is not missed. */
static bool names(struct flow *f, const struct yaml *list, const char *key,
                  const char *name)
{
	if (!flow_spend(f, 4 * yaml_count(list)))
		return true;
	for (size_t i = 0; i < yaml_count(list); i++) {
		if (str_eq(yaml_text(yaml_get(yaml_at(list, i), key)), name))
			return true;
	}
	return false;
}

/* "dependsOn" of jobs and stages that are lists, not maps. */
static void check_needs(struct flow *f, const struct yaml *list, const char *key)
{
	for (size_t i = 0; yaml_type(list) == YAML_LIST && i < yaml_count(list); i++) {
		const struct yaml *on = yaml_get(yaml_at(list, i), "dependsOn");
		size_t count = yaml_type(on) == YAML_LIST ? yaml_count(on)
		                                          : yaml_text(on) != NULL;

		for (size_t k = 0; k < count; k++) {
			const struct yaml *n =
				yaml_type(on) == YAML_LIST ? yaml_at(on, k) : on;
			const char *name = yaml_text(n);

			if (name != NULL && name[0] != '\0' &&
			    strpbrk(name, "${") == NULL && !names(f, list, key, name))
				flow_report(f, "unknown-need", n, NULL,
				            "there is no %s %s to wait for", key, name);
		}
	}
}

static void check_jobs(struct flow *f, const struct yaml *jobs)
{
	check_needs(f, jobs, "job");
	for (size_t i = 0; yaml_type(jobs) == YAML_LIST && i < yaml_count(jobs); i++)
		check_part(f, yaml_at(jobs, i));
}

static void check_resources(struct flow *f, const struct yaml *resources)
{
	const struct yaml *containers = yaml_get(resources, "containers");
	const struct yaml *repositories = yaml_get(resources, "repositories");

	for (size_t i = 0; i < yaml_count(containers); i++)
		flow_image(f, yaml_get(yaml_at(containers, i), "image"));
	for (size_t i = 0; i < yaml_count(repositories); i++) {
		const struct yaml *r = yaml_at(repositories, i);
		const char *ref = yaml_text(yaml_get(r, "ref"));

		if (ref == NULL || str_starts(ref, "refs/heads/"))
			flow_report(f, "unpinned-uses",
			            ref != NULL ? yaml_get(r, "ref") : r, NULL,
			            "what is used may be something else tomorrow: name a "
			            "tag");
	}
}

void flow_azure(struct flow *f)
{
	const struct yaml *stages = yaml_get(f->root, "stages");

	if (yaml_type(f->root) != YAML_MAP) {
		flow_report(f, "syntax", f->root, NULL, "a pipeline is a mapping");
		return;
	}
	check_resources(f, yaml_get(f->root, "resources"));
	check_part(f, f->root);
	check_jobs(f, yaml_get(f->root, "jobs"));
	check_needs(f, stages, "stage");
	for (size_t i = 0; yaml_type(stages) == YAML_LIST && i < yaml_count(stages);
	     i++) {
		check_part(f, yaml_at(stages, i));
		check_jobs(f, yaml_get(yaml_at(stages, i), "jobs"));
	}
}
