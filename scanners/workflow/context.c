// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/*
 * Who writes what a name holds: "github.event.issue.title" anybody, "github.sha" nobody.
 * Names mean the same in small and capital letters, and "a['b']" is "a.b"; so they are
 * judged in one form. What is not known below github.event is anybody's.
 */

enum { NAME_MAX_LEN = 255, NESTED_MAX = 3 };

/* "GitHub['event'].Commits[0]" becomes "github.event.commits.*". */
static void one_form(struct span name, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < name.len && len < NAME_MAX_LEN; i++) {
		char c = name.ptr[i];

		if (c == '[') {
			struct span index = span_trim(span_from(name, i + 1));

			out[len++] = '.';
			if (index.len > 0 && index.ptr[0] != '\'' && len < NAME_MAX_LEN)
				out[len++] = '*';
		} else if (c == '\'' || c == ']' || c == ' ' || c == '\t') {
			continue;
		} else if (len < 2 || out[len - 1] != '*' || out[len - 2] != '.' ||
		           c == '.') {
			out[len++] = ascii_lower(c);
		}
	}
	out[len] = '\0';
}

static bool is_one(const char *text, const char *const *list)
{
	return flow_is_in(text, list);
}

static bool starts_one(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (str_starts(text, *list))
			return true;
	}
	return false;
}

static bool ends_one(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (str_ends(text, *list))
			return true;
	}
	return false;
}

/* ---- github.event ---- */

/* Numbers, hashes, times, addresses and words of GitHub's own. */
static bool is_fixed(const char *name)
{
	static const char *const last[] = {
		"number",
		"id",
		"sha",
		"action",
		"draft",
		"merged",
		"state",
		"before",
		"after",
		"full_name",
		"login",
		"installation",
		"run_number",
		"run_attempt",
		"url",
		"conclusion",
		"author_association",
		"type",
		"private",
		"fork",
		"size",
		"prerelease",
		"locked",
		"event",
		"timestamp",
		"ref_type",
		"schedule",
		"visibility",
		"additions",
		"deletions",
		"changed_files",
		NULL,
	};
	static const char *const ends[] = { "_url", "_at", "_id", "_sha", NULL };
	static const char *const counts[] = { "pull_request.commits",
		                              "pull_request.comments",
		                              "pull_request.review_comments",
		                              "issue.comments", NULL };
	static const char *const given[] = { "target_url", "environment_url", "log_url",
		                             NULL };
	const char *dot = strrchr(name, '.');

	return is_one(dot != NULL ? dot + 1 : name, last) || is_one(name, counts) ||
	       (ends_one(name, ends) && !ends_one(name, given));
}

/* The name of a repository, an organization or an account is letters, digits, "-", "_"
 * and ".". */
static bool is_plain_name(const char *name)
{
	static const char *const plain[] = { "repository.name",       ".repo.name",
		                             "head_repository.name",  "owner.name",
		                             "repository.owner.name", "pusher.name",
		                             "repository.language",   NULL };

	return ends_one(name, plain);
}

/* What only those write that may write to the repository. */
static bool is_callers(const char *name)
{
	static const char *const whole[] = { "ref", "base_ref", "inputs", "target_url",
		                             NULL };
	static const char *const theirs[] = { "client_payload", "release.",
		                              "milestone.",     "label.",
		                              "deployment.",    "deployment_status.",
		                              "package.",       NULL };
	static const char *const ends[] = { ".base.ref", ".base.label",
		                            ".milestone.title", NULL };

	return is_one(name, whole) || starts_one(name, theirs) || ends_one(name, ends) ||
	       strstr(name, ".labels.") != NULL;
}

static enum flow_danger danger_of_event(const char *name)
{
	if (is_fixed(name) || is_plain_name(name))
		return FLOW_SAFE;
	if (is_callers(name))
		return FLOW_CALLER;
	if (str_starts(name, "repository.") || str_starts(name, "organization.") ||
	    strstr(name, ".base.repo.") != NULL)
		return FLOW_DOUBTFUL;
	return FLOW_ATTACKER;
}

/* ---- what the workflow itself gives ---- */

/* The value of a key, whatever its letters' case; NULL if there is none. */
static const struct yaml *find(struct flow *f, const struct yaml *map, const char *key)
{
	for (size_t i = 0;
	     yaml_type(map) == YAML_MAP && i < yaml_count(map) && flow_spend(f, 1); i++) {
		const char *text = yaml_text(yaml_key_at(map, i));
		size_t n = 0;

		while (text != NULL && text[n] != '\0' &&
		       ascii_lower(text[n]) == ascii_lower(key[n]))
			n++;
		if (text != NULL && text[n] == '\0' && key[n] == '\0')
			return yaml_at(map, i);
	}
	return NULL;
}

/* Of env.NAME as much as of what it is given. */
static enum flow_danger danger_of_env(struct flow *f, const struct flow_job *j,
                                      const char *name, unsigned nested)
{
	const struct yaml *const maps[] = { yaml_get(j->step, "env"),
		                            yaml_get(j->job, "env"),
		                            yaml_get(j->workflow, "env") };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		const struct yaml *value = find(f, maps[i], name);
		struct span text = flow_text(f, value);
		enum flow_danger d;

		if (value == NULL)
			continue;
		if (span_find(text, SPAN_LIT("${{")) == text.len)
			return FLOW_SAFE;
		d = nested < NESTED_MAX ? flow_danger_in(f, j, text, nested + 1)
		                        : FLOW_DOUBTFUL;
		return d > FLOW_DOUBTFUL ? d : FLOW_DOUBTFUL;
	}
	return FLOW_DOUBTFUL;
}

/* An input that can only be true, false, a number or one of a list, however the workflow
 * is started. */
static enum flow_danger danger_of_input(struct flow *f, const char *name)
{
	static const char *const triggers[] = { "workflow_dispatch", "workflow_call" };
	static const char *const tame[] = { "boolean", "number", "choice", "environment",
		                            NULL };
	const struct yaml *on = yaml_get(f->root, "on");
	size_t declared = 0;

	for (size_t i = 0; i < 2 && flow_spend(f, yaml_count(on)); i++) {
		const struct yaml *input =
			find(f, yaml_get(yaml_get(on, triggers[i]), "inputs"), name);

		if (input != NULL && !is_one(yaml_text(yaml_get(input, "type")), tame))
			return FLOW_CALLER;
		declared += input != NULL;
	}
	return declared > 0 ? FLOW_SAFE : FLOW_CALLER;
}

static bool is_template(struct flow *f, const struct yaml *value)
{
	struct span text = flow_text(f, value);

	return span_find(text, SPAN_LIT("${{")) < text.len;
}

/* Is it, or one that it lists, filled in later? */
static bool is_computed(struct flow *f, const struct yaml *value)
{
	if (yaml_type(value) != YAML_LIST)
		return is_template(f, value);
	for (size_t i = 0; i < yaml_count(value) && flow_spend(f, 1); i++) {
		if (is_template(f, yaml_at(value, i)))
			return true;
	}
	return false;
}

/* What stands in the file is as good as the file. */
static enum flow_danger danger_of_matrix(struct flow *f, const struct flow_job *j,
                                         const char *name)
{
	const struct yaml *matrix = yaml_get(yaml_get(j->job, "strategy"), "matrix");
	char key[NAME_MAX_LEN + 1];
	size_t len = strcspn(name, ".");

	memcpy(key, name, len);
	key[len] = '\0';
	if (yaml_type(matrix) != YAML_MAP || is_computed(f, find(f, matrix, key)) ||
	    yaml_text(yaml_get(matrix, "include")) != NULL)
		return FLOW_DOUBTFUL;
	return FLOW_SAFE;
}

/* ---- one name ---- */

static enum flow_danger danger_of_github(struct flow *f, const char *name)
{
	static const char *const refs[] = { "ref", "ref_name", "base_ref", NULL };

	if (str_eq(name, "head_ref") || str_eq(name, "event"))
		return FLOW_ATTACKER;
	if (str_starts(name, "event.inputs."))
		return danger_of_input(f, name + strlen("event.inputs."));
	if (str_starts(name, "event."))
		return danger_of_event(name + strlen("event."));
	return is_one(name, refs) ? FLOW_CALLER : FLOW_SAFE;
}

enum flow_danger flow_danger_of(struct flow *f, const struct flow_job *j,
                                struct span name, unsigned nested)
{
	static const char *const whole[] = { "env", "needs", "steps", "inputs", NULL };
	char form[NAME_MAX_LEN + 1] = "";

	one_form(name, form);
	if (str_eq(form, "github"))
		return FLOW_ATTACKER;
	if (str_starts(form, "github."))
		return danger_of_github(f, form + strlen("github."));
	if (str_starts(form, "inputs."))
		return danger_of_input(f, form + strlen("inputs."));
	if (str_starts(form, "env."))
		return danger_of_env(f, j, form + strlen("env."), nested);
	if (str_starts(form, "matrix."))
		return danger_of_matrix(f, j, form + strlen("matrix."));
	if (is_one(form, whole) ||
	    ((str_starts(form, "steps.") || str_starts(form, "needs.")) &&
	     strstr(form, ".outputs") != NULL))
		return FLOW_DOUBTFUL;
	return FLOW_SAFE;
}
