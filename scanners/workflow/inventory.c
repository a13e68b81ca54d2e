// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "workflow_internal.h"

#include <string.h>

/* The list of what there is: only where it is asked for. What a file starts by and what
 * runs then, in the words of its system; of each so many. */

enum { NAMES_MAX = 100 };

struct list {
	struct flow *f;
	struct json_writer *w;
	size_t count;
};

static void put(struct list *l, struct span name)
{
	if (l->count < NAMES_MAX && name.len > 0 && flow_spend(l->f, name.len + 1)) {
		json_put_string(l->w, name);
		l->count++;
	}
}

static void put_node(struct list *l, const struct yaml *n)
{
	put(l, flow_text(l->f, n));
}

/* Keys of a map, entries of a list, or one word. */
static void put_names(struct list *l, const struct yaml *n)
{
	for (size_t i = 0; i < yaml_count(n) && l->count < NAMES_MAX; i++)
		put_node(l, yaml_type(n) == YAML_MAP ? yaml_key_at(n, i) : yaml_at(n, i));
	if (yaml_count(n) == 0)
		put_node(l, n);
}

/* ---- GitHub ---- */

static void github_triggers(struct list *l)
{
	put_names(l, yaml_get(l->f->root, "on"));
}

static void github_jobs(struct list *l)
{
	put_names(l, yaml_get(l->f->root, "jobs"));
}

/* ---- GitLab ---- */

static void gitlab_triggers(struct list *l)
{
	const struct yaml *rules = yaml_get(yaml_get(l->f->root, "workflow"), "rules");

	for (size_t i = 0; i < yaml_count(rules) && l->count < NAMES_MAX; i++)
		put_node(l, yaml_get(yaml_at(rules, i), "if"));
}

/* A job is a map with something to run; names with a dot in front are templates. */
static void gitlab_jobs(struct list *l)
{
	const struct yaml *root = l->f->root;

	for (size_t i = 0; i < yaml_count(root) && l->count < NAMES_MAX; i++) {
		const struct yaml *job = yaml_at(root, i);
		struct span name = flow_text(l->f, yaml_key_at(root, i));

		if (yaml_type(job) == YAML_MAP && name.len > 0 && name.ptr[0] != '.' &&
		    (yaml_get(job, "script") != NULL || yaml_get(job, "run") != NULL ||
		     yaml_get(job, "trigger") != NULL ||
		     yaml_get(job, "extends") != NULL))
			put(l, name);
	}
}

/* ---- Azure ---- */

static void azure_triggers(struct list *l)
{
	static const char *const keys[] = { "trigger", "pr", "schedules", "resources" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct yaml *n = yaml_get(l->f->root, keys[i]);

		if (n != NULL && !str_eq(yaml_text(n), "none"))
			put(l, span_str(keys[i]));
	}
}

static void azure_list(struct list *l, const struct yaml *jobs)
{
	for (size_t i = 0; i < yaml_count(jobs) && l->count < NAMES_MAX; i++) {
		const struct yaml *job = yaml_at(jobs, i);

		put_node(l, yaml_get(job, "job"));
		put_node(l, yaml_get(job, "deployment"));
		put_node(l, yaml_get(job, "template"));
	}
}

static void azure_jobs(struct list *l)
{
	const struct yaml *stages = yaml_get(l->f->root, "stages");

	azure_list(l, yaml_get(l->f->root, "jobs"));
	for (size_t i = 0; i < yaml_count(stages) && l->count < NAMES_MAX; i++)
		azure_list(l, yaml_get(yaml_at(stages, i), "jobs"));
}

/* ---- Jenkins: no YAML ---- */

/* Names in quotes behind a word, as in stage('Build'). */
static void quoted_behind(struct list *l, struct span word)
{
	struct span rest = l->f->p->source->text;

	for (;;) {
		size_t at = span_find(rest, word);
		struct span name;

		if (at == rest.len || l->count >= NAMES_MAX)
			return;
		rest = span_from(rest, at + word.len);
		if (rest.len == 0 || (rest.ptr[0] != '\'' && rest.ptr[0] != '"'))
			continue;
		name = span_from(rest, 1);
		name = span_sub(name, 0, span_find_byte(name, rest.ptr[0]));
		if (span_find_byte(name, '\n') == name.len)
			put(l, name);
	}
}

static void jenkins_triggers(struct list *l)
{
	static const char *const words[] = { "cron(", "pollSCM(", "upstream(" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_find(l->f->p->source->text, span_str(words[i])) <
		    l->f->p->source->text.len)
			put(l, span_sub(span_str(words[i]), 0, strlen(words[i]) - 1));
}

static void jenkins_jobs(struct list *l)
{
	quoted_behind(l, SPAN_LIT("stage("));
}

/* ---- all of them ---- */

static const struct kind {
	void (*run)(struct flow *f); /* of the system */
	void (*triggers)(struct list *l);
	void (*jobs)(struct list *l);
} kinds[] = {
	{ flow_github, github_triggers, github_jobs },
	{ flow_gitlab, gitlab_triggers, gitlab_jobs },
	{ flow_azure, azure_triggers, azure_jobs },
	{ flow_jenkins, jenkins_triggers, jenkins_jobs },
};

static void put_list(struct flow *f, struct json_writer *w, const char *key,
                     void (*names)(struct list *l))
{
	struct list l = { .f = f, .w = w };

	json_put_key(w, key);
	json_open(w, '[');
	names(&l);
	json_close(w, ']');
}

void flow_inventory(struct flow *f, const char *system, void (*run)(struct flow *f),
                    bool readable)
{
	const struct span text = f->p->source->text;
	struct buf details = BUF_INIT;
	struct json_writer w;

	if (text.len == 0 || !flow_runs(f, "inventory"))
		return;
	json_writer_init(&w, &details, 0);
	json_open(&w, '{');
	json_field_path(&w, "file", f->p->source->project);
	json_field_str(&w, "system", system);
	for (size_t i = 0; readable && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].run != run)
			continue;
		put_list(f, &w, "triggers", kinds[i].triggers);
		put_list(f, &w, "jobs", kinds[i].jobs);
	}
	json_close(&w, '}');
	if (buf_ok(&details))
		flow_report_details(f, "inventory", span_find_byte(text, '\n'),
		                    buf_str(&details), system);
	else
		f->p->rc = ERR_NOMEM;
	buf_fini(&details);
}
