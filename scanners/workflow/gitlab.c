// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/* Keys of the file that are no jobs. */
static const char *const global_keys[] = {
	"default", "include",  "stages", "variables",     "workflow",
	"image",   "services", "cache",  "before_script", "after_script",
	"pages",   "spec",     NULL,
};

static bool is_job(const struct yaml *key, const struct yaml *value)
{
	const char *name = yaml_text(key);

	return name != NULL && name[0] != '.' && yaml_type(value) == YAML_MAP &&
	       (!flow_is_in(name, global_keys) || str_eq(name, "pages"));
}

static void check_images(struct flow *f, const struct yaml *n)
{
	const struct yaml *image = yaml_get(n, "image");
	const struct yaml *services = yaml_get(n, "services");

	flow_image(f, yaml_type(image) == YAML_MAP ? yaml_get(image, "name") : image);
	for (size_t i = 0; yaml_type(services) == YAML_LIST && i < yaml_count(services);
	     i++) {
		const struct yaml *s = yaml_at(services, i);

		flow_image(f, yaml_type(s) == YAML_MAP ? yaml_get(s, "name") : s);
	}
}

/* It waits for somebody who starts it, in some case at least. */
static bool is_manual(struct flow *f, const struct yaml *job)
{
	const struct yaml *rules = yaml_get(job, "rules");
	size_t count = yaml_type(rules) == YAML_LIST ? yaml_count(rules) : 0;

	for (size_t i = 0; i < count && flow_spend(f, 4); i++) {
		if (str_eq(yaml_text(yaml_get(yaml_at(rules, i), "when")), "manual"))
			return true;
	}
	return str_eq(yaml_text(yaml_get(job, "when")), "manual");
}

/* "when: never" in every rule. */
static bool never_runs(struct flow *f, const struct yaml *job)
{
	const struct yaml *rules = yaml_get(job, "rules");

	if (yaml_type(rules) != YAML_LIST || yaml_count(rules) == 0)
		return str_eq(yaml_text(yaml_get(job, "when")), "never");
	for (size_t i = 0; i < yaml_count(rules); i++) {
		if (!flow_spend(f, 4) ||
		    !str_eq(yaml_text(yaml_get(yaml_at(rules, i), "when")), "never"))
			return false;
	}
	return true;
}

/* Files that are included, and those that include this one, may say what is missing. */
static bool is_whole(const struct flow *f)
{
	struct span path = f->p->source->project;
	size_t slash = span_rfind_byte(path, '/');

	if (slash < path.len)
		path = span_from(path, slash + 1);
	return span_eq_str(path, ".gitlab-ci.yml") &&
	       yaml_get(f->root, "include") == NULL;
}

static bool has_stage(struct flow *f, const char *name)
{
	static const char *const given[] = { ".pre",   "build", "test",
		                             "deploy", ".post", NULL };

	if (yaml_type(f->stages) != YAML_LIST || str_eq(name, ".pre") ||
	    str_eq(name, ".post"))
		return flow_is_in(name, given);
	/* What is too much to look at is not missed. */
	if (!flow_spend(f, yaml_count(f->stages)))
		return true;
	for (size_t i = 0; i < yaml_count(f->stages); i++) {
		if (str_eq(yaml_text(yaml_at(f->stages, i)), name))
			return true;
	}
	return false;
}

static void check_syntax(struct flow *f, const struct yaml *key, const struct yaml *job)
{
	static const char *const starts[] = { "script", "trigger", "extends", "run",
		                              "<<",     "release", NULL };
	const struct yaml *stage = yaml_get(job, "stage");
	bool runs = false;

	for (size_t i = 0; i < yaml_count(job); i++)
		runs = runs || flow_is_in(yaml_text(yaml_key_at(job, i)), starts);
	if (!f->whole)
		return;
	if (!runs)
		flow_report(f, "syntax", key, NULL, "the job %s has no script",
		            yaml_text(key));
	if (yaml_text(stage) != NULL && strchr(yaml_text(stage), '$') == NULL &&
	    !has_stage(f, yaml_text(stage)))
		flow_report(f, "syntax", stage, NULL, "there is no stage %s",
		            yaml_text(stage));
}

static void check_job(struct flow *f, const struct yaml *key, const struct yaml *job)
{
	const struct yaml *allow = yaml_get(job, "allow_failure");
	bool flag = false;

	check_images(f, job);
	check_syntax(f, key, job);
	if (yaml_bool(allow, &flag) && flag && !is_manual(f, job))
		flow_report(f, "disabled-check", allow, NULL,
		            "the job %s may fail and nobody learns of it",
		            yaml_text(key));
	if (never_runs(f, job))
		flow_report(f, "never-triggered", key, NULL, "the job %s never runs",
		            yaml_text(key));
}

static void check_includes(struct flow *f, const struct yaml *include)
{
	size_t count = yaml_type(include) == YAML_LIST ? yaml_count(include) : 1;

	for (size_t i = 0; include != NULL && i < count; i++) {
		const struct yaml *n =
			yaml_type(include) == YAML_LIST ? yaml_at(include, i) : include;
		const struct yaml *remote = yaml_get(n, "remote");
		const struct yaml *project = yaml_get(n, "project");
		const struct yaml *component = yaml_get(n, "component");

		if (remote != NULL && yaml_get(n, "integrity") == NULL)
			flow_report(f, "unpinned-uses", remote, NULL,
			            "what is included may be something else tomorrow: "
			            "give its integrity");
		if (project != NULL && yaml_get(n, "ref") == NULL)
			flow_report(f, "unpinned-uses", project, NULL,
			            "what is included may be something else tomorrow: "
			            "give its ref");
		if (component != NULL && yaml_text(component) != NULL &&
		    str_ends(yaml_text(component), "@~latest"))
			flow_report(f, "unpinned-uses", component, NULL,
			            "what is included may be something else tomorrow: "
			            "give its version");
	}
}

void flow_gitlab(struct flow *f)
{
	if (yaml_type(f->root) != YAML_MAP) {
		flow_report(f, "syntax", f->root, NULL, "a pipeline is a mapping");
		return;
	}
	f->whole = is_whole(f);
	f->stages = yaml_get(f->root, "stages");
	check_includes(f, yaml_get(f->root, "include"));
	check_images(f, f->root);
	check_images(f, yaml_get(f->root, "default"));
	for (size_t i = 0; i < yaml_count(f->root); i++) {
		if (is_job(yaml_key_at(f->root, i), yaml_at(f->root, i)))
			check_job(f, yaml_key_at(f->root, i), yaml_at(f->root, i));
	}
	if (f->whole) {
		flow_needs(f, f->root, "needs", "job");
		flow_needs(f, f->root, "dependencies", NULL);
	}
}
