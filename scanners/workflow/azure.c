// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

/* Azure's pipelines: stages of jobs of steps, or any of these alone. */

/* Macros that hold what somebody outside writes, filled in before the script runs. */
static const char *const open_macros[] = {
	"$(System.PullRequest.SourceBranch)",
	"$(Build.SourceBranch)",
	"$(Build.SourceBranchName)",
	"$(Build.SourceVersionAuthor)",
	"$(Build.SourceVersionMessage)",
	"$(System.PullRequest.SourceRepositoryURI)",
	NULL,
};

static bool same_letters(struct span a, struct span b)
{
	for (size_t i = 0; a.len == b.len && i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return a.len == b.len;
}

/* Macros are found whatever their letters' case. */
static size_t find_macro(struct span text, struct span macro)
{
	for (size_t from = 0; from < text.len;) {
		size_t at = from + span_find_byte(span_from(text, from), '$');
		size_t n = 0;

		while (n < macro.len && at + n < text.len &&
		       ascii_lower(text.ptr[at + n]) == ascii_lower(macro.ptr[n]))
			n++;
		if (n == macro.len)
			return at;
		from = at + 1;
	}
	return text.len;
}

/* May whoever starts the pipeline write anything there? Not where the type or a list of
 * values says what it may be. */
static bool is_open(struct flow *f, struct span name)
{
	static const char *const types[] = { "boolean", "number", "object", NULL };
	const struct yaml *list = yaml_get(f->root, "parameters");

	for (size_t i = 0; i < yaml_count(list) && flow_spend(f, 8); i++) {
		const struct yaml *p = yaml_at(list, i);
		struct span given = flow_text(f, yaml_get(p, "name"));

		if (same_letters(given, name))
			return yaml_count(yaml_get(p, "values")) == 0 &&
			       !flow_is_in(yaml_text(yaml_get(p, "type")), types);
	}
	return true;
}

static bool is_of_name(char c)
{
	return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The parameter whose text the expression puts in; empty if it only asks about it. */
static struct span parameter_in(struct span expression)
{
	static const char *const asking[] = {
		"eq(",       "ne(",    "and(",      "or(",           "not(",
		"in(",       "notIn(", "contains(", "gt(",           "startsWith(",
		"endsWith(", "lt(",    "ge(",       "le(",           "xor(",
		"if ",       "else",   "each ",     "containsValue("
	};
	struct span rest = span_trim(expression);
	size_t at = span_find(rest, SPAN_LIT("parameters"));
	size_t n = 0;

	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (span_starts(rest, span_str(asking[i])))
			return SPAN_EMPTY;
	rest = span_from(rest, at < rest.len ? at + strlen("parameters") : rest.len);
	while (rest.len > 0 && strchr(".['", rest.ptr[0]) != NULL && rest.ptr[0] != '\0')
		rest = span_from(rest, 1);
	while (n < rest.len && is_of_name(rest.ptr[n]))
		n++;
	return span_sub(rest, 0, n);
}

/* ${{ parameters.x }} is filled in before the shell reads the script. */
static void check_parameters(struct flow *f, const struct yaml *script)
{
	struct span text = f->p->source->text;
	struct span rest = flow_text(f, script);
	size_t from = rest.len > 0 ? yaml_offset(script) : 0;

	for (;;) {
		size_t at = span_find(rest, SPAN_LIT("${{"));
		struct span expression = span_from(rest, at);
		size_t end = span_find(expression, SPAN_LIT("}}"));
		struct span name;

		if (at == rest.len || end == expression.len || !flow_spend(f, rest.len))
			return;
		expression.len = end + 2;
		rest = span_from(rest, at + expression.len);
		name = parameter_in(span_sub(expression, 3, end - 3));
		at = from + span_find(span_from(text, from), expression);
		if (!flow_spend(f, at - from))
			return;
		if (at == text.len) { /* written otherwise: escaped, folded */
			at = from;
			expression.len = 0;
		}
		from = at + expression.len;
		if (name.len > 0 && is_open(f, name))
			flow_report_at(f, "template-injection", at, from, NULL,
			               "the parameter %.*s, which whoever starts it "
			               "writes, is run as part of the script; hand it "
			               "over in env, or list its values",
			               (int)name.len, name.ptr);
	}
}

static void check_script(struct flow *f, const struct yaml *script)
{
	enum { WINDOW = 1 << 16 };
	const char *text = yaml_text(script);

	check_parameters(f, script);
	for (size_t i = 0; text != NULL && open_macros[i] != NULL; i++) {
		struct span macro = span_str(open_macros[i]);
		size_t from = yaml_offset(script);
		struct span rest = span_sub(f->p->source->text, from, WINDOW);
		struct span whole = flow_text(f, script);
		size_t at;

		if (find_macro(whole, macro) == whole.len)
			continue;
		at = find_macro(rest, macro);
		flow_report_at(f, "template-injection", from + (at < rest.len ? at : 0),
		               from + (at < rest.len ? at : 0) + macro.len, &flow_error,
		               "%s, which others write, is run as part of the script; "
		               "hand it over in env",
		               open_macros[i]);
	}
}

static void check_on_error(struct flow *f, const struct yaml *n, const char *what)
{
	const struct yaml *on_error = yaml_get(n, "continueOnError");
	bool flag = false;

	if (yaml_bool(on_error, &flag) && flag)
		flow_report(f, "disabled-check", on_error, NULL,
		            "the %s may fail and nobody learns of it", what);
}

static void check_step(struct flow *f, const struct yaml *step)
{
	static const char *const scripts[] = { "script", "bash", "pwsh", "powershell",
		                               NULL };
	static const char *const inputs[] = { "script", "inlineScript", "inline",
		                              "Inline", NULL };
	const struct yaml *enabled = yaml_get(step, "enabled");
	const struct yaml *condition = yaml_get(step, "condition");
	bool flag = true;

	for (size_t i = 0; scripts[i] != NULL; i++)
		check_script(f, yaml_get(step, scripts[i]));
	for (size_t i = 0; inputs[i] != NULL; i++)
		check_script(f, yaml_get(yaml_get(step, "inputs"), inputs[i]));
	check_on_error(f, step, "step");
	if (yaml_bool(enabled, &flag) && !flag)
		flow_report(f, "disabled-check", enabled, NULL, "the step never runs");
	if (str_eq(yaml_text(condition), "false"))
		flow_report(f, "disabled-check", condition, NULL, "the step never runs");
}

/* "- ${{ if .. }}:" holds a list of what its own list holds. */
static const struct yaml *guarded(const struct yaml *item)
{
	const char *key = yaml_text(yaml_key_at(item, 0));

	if (yaml_count(item) != 1 || key == NULL || !str_starts(key, "${{") ||
	    yaml_type(yaml_at(item, 0)) != YAML_LIST)
		return NULL;
	return yaml_at(item, 0);
}

static void check_each(struct flow *f, const struct yaml *list,
                       void (*check)(struct flow *f, const struct yaml *item), int depth)
{
	enum { GUARDS_MAX = 4 };

	for (size_t i = 0; yaml_type(list) == YAML_LIST && i < yaml_count(list); i++) {
		const struct yaml *item = yaml_at(list, i);
		const struct yaml *inner = guarded(item);

		if (!flow_spend(f, 10))
			return;
		if (inner == NULL)
			check(f, item);
		else if (depth < GUARDS_MAX)
			check_each(f, inner, check, depth + 1);
	}
}

/* The steps of a deployment stand below its strategy, by the time they run at. */
static void check_strategy(struct flow *f, const struct yaml *strategy)
{
	static const char *const ways[] = { "runOnce", "rolling", "canary", NULL };
	static const char *const times[] = { "preDeploy",        "deploy", "routeTraffic",
		                             "postRouteTraffic", "on",     NULL };
	static const char *const ends[] = { "success", "failure", NULL };

	for (size_t i = 0; i < 3 * 5; i++) {
		const struct yaml *at =
			yaml_get(yaml_get(strategy, ways[i / 5]), times[i % 5]);

		check_each(f, yaml_get(at, "steps"), check_step, 0);
		for (size_t k = 0; ends[k] != NULL; k++)
			check_each(f, yaml_get(yaml_get(at, ends[k]), "steps"),
			           check_step, 0);
	}
}

static void check_container(struct flow *f, const struct yaml *container)
{
	if (yaml_type(container) == YAML_MAP)
		flow_image(f, yaml_get(container, "image"));
	else if (yaml_text(container) != NULL &&
	         strpbrk(yaml_text(container), ":/") != NULL)
		flow_image(f, container); /* else the name of one in resources */
}

/* A stage, a job, or a file that is only a list of steps. */
static void check_part(struct flow *f, const struct yaml *part)
{
	const struct yaml *condition = yaml_get(part, "condition");
	const struct yaml *services = yaml_get(part, "services");

	check_container(f, yaml_get(part, "container"));
	for (size_t i = 0; yaml_type(services) == YAML_MAP && i < yaml_count(services);
	     i++)
		check_container(f, yaml_at(services, i));
	if (str_eq(yaml_text(condition), "false"))
		flow_report(f, "never-triggered", condition, NULL, "it never runs");
	check_on_error(f, part, "job");
	check_each(f, yaml_get(part, "steps"), check_step, 0);
	check_strategy(f, yaml_get(part, "strategy"));
}

static bool same_name(const char *a, const char *b)
{
	size_t n = 0;

	if (a == NULL)
		return false;
	while (a[n] != '\0' && ascii_lower(a[n]) == ascii_lower(b[n]))
		n++;
	return a[n] == '\0' && b[n] == '\0';
}

/* What is too much to look at is not missed; nor is what a template may hold. */
static bool names(struct flow *f, const struct yaml *list, const char *key,
                  const char *name)
{
	if (!flow_spend(f, 16 * yaml_count(list)))
		return true;
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *item = yaml_at(list, i);

		if (same_name(yaml_text(yaml_get(item, key)), name) ||
		    same_name(yaml_text(yaml_get(item, "deployment")), name) ||
		    yaml_get(item, "template") != NULL || guarded(item) != NULL)
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
	check_each(f, jobs, check_part, 0);
}

static void check_stage(struct flow *f, const struct yaml *stage)
{
	check_part(f, stage);
	check_jobs(f, yaml_get(stage, "jobs"));
}

static bool is_hash(const char *ref)
{
	return strlen(ref) == 40 && strspn(ref, "0123456789abcdef") == 40;
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

		if (ref == NULL || (!str_starts(ref, "refs/tags/") && !is_hash(ref) &&
		                    strpbrk(ref, "${") == NULL))
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
	check_each(f, stages, check_stage, 0);
}
