// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/*
 * "${{ .. }}" is put into a script as text before anything runs it: what somebody else
 * may write there is run as well. Looked at is each name of a context in the expression,
 * but not one that is only compared.
 */

enum { FUNCTIONS_MAX = 32 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool starts(struct span s, const char *what)
{
	size_t n = strlen(what);

	if (s.len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (lower(s.ptr[i]) != what[i])
			return false;
	}
	return true;
}

static bool is_one(struct span s, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (s.len == strlen(*list) && starts(s, *list))
			return true;
	}
	return false;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static struct span last_part(struct span name)
{
	size_t dot = span_rfind_byte(name, '.');

	return dot == name.len ? name : span_from(name, dot + 1);
}

/* ---- what a name may hold ---- */

enum danger { SAFE, DOUBTFUL, CALLER, ATTACKER };

/* Numbers, hashes, times and words of GitHub's own. */
static bool is_fixed(struct span name)
{
	static const char *const fixed[] = {
		"number",
		"id",
		"sha",
		"action",
		"draft",
		"merged",
		"state",
		"created_at",
		"updated_at",
		"node_id",
		"merge_commit_sha",
		"before",
		"after",
		"full_name",
		"login",
		"installation",
		"run_number",
		"run_id",
		"html_url",
		"url",
		"merged_at",
		"closed_at",
		"head_sha",
		"conclusion",
		"author_association",
		"type",
		"private",
		"fork",
		"size",
		"prerelease",
		"locked",
		"event",
		"clone_url",
		"ssh_url",
		NULL,
	};

	return is_one(last_part(name), fixed);
}

/* Is env.NAME given here, and is it a plain text? */
static bool is_plain_env(struct flow *f, const struct yaml *env, struct span name)
{
	for (size_t i = 0; i < yaml_count(env) && flow_spend(f, 1); i++) {
		const char *value = yaml_text(yaml_at(env, i));

		if (value != NULL && span_eq_str(name, yaml_text(yaml_key_at(env, i))))
			return strstr(value, "${{") == NULL;
	}
	return false;
}

static enum danger danger_of_env(struct flow *f, const struct flow_job *j,
                                 struct span name)
{
	const struct yaml *const maps[] = { yaml_get(j->step, "env"),
		                            yaml_get(j->job, "env"),
		                            yaml_get(j->workflow, "env") };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		if (is_plain_env(f, maps[i], name))
			return SAFE;
	}
	return DOUBTFUL;
}

/* An input that can only be true, false, a number or one of a list. */
static bool is_tame_input(struct flow *f, struct span name)
{
	static const char *const triggers[] = { "workflow_dispatch", "workflow_call" };
	static const char *const tame[] = { "boolean", "number", "choice", "environment",
		                            NULL };
	char key[128];

	if (name.len == 0 || name.len >= sizeof(key))
		return false;
	memcpy(key, name.ptr, name.len);
	key[name.len] = '\0';
	for (size_t i = 0; i < 2; i++) {
		const struct yaml *on = yaml_get(f->root, "on");
		const struct yaml *inputs = yaml_get(yaml_get(on, triggers[i]), "inputs");
		const struct yaml *input = yaml_get(inputs, key);

		if (!flow_spend(f, yaml_count(f->root) + yaml_count(on) +
		                           yaml_count(inputs)))
			return false;
		if (flow_is_in(yaml_text(yaml_get(input, "type")), tame))
			return true;
	}
	return false;
}

static bool is_plain_matrix(const struct flow_job *j)
{
	const struct yaml *matrix = yaml_get(yaml_get(j->job, "strategy"), "matrix");

	return yaml_type(matrix) == YAML_MAP;
}

static enum danger danger_of(struct flow *f, const struct flow_job *j, struct span name)
{
	static const char *const refs[] = { "github.ref", "github.ref_name",
		                            "github.base_ref", NULL };

	if (starts(name, "github.head_ref"))
		return ATTACKER;
	if (starts(name, "github.event.inputs."))
		return is_tame_input(f, span_from(name, 20)) ? SAFE : CALLER;
	if (starts(name, "github.event."))
		return is_fixed(name) ? SAFE : ATTACKER;
	if (is_one(name, refs))
		return CALLER;
	if (starts(name, "inputs."))
		return is_tame_input(f, span_from(name, 7)) ? SAFE : CALLER;
	if (starts(name, "env."))
		return danger_of_env(f, j, span_from(name, 4));
	if (starts(name, "matrix."))
		return is_plain_matrix(j) ? SAFE : DOUBTFUL;
	if ((starts(name, "steps.") || starts(name, "needs.")) &&
	    span_find(name, SPAN_LIT(".outputs")) != name.len)
		return DOUBTFUL;
	return SAFE;
}

/* ---- one expression ---- */

struct reading {
	struct flow *f;
	const struct flow_job *job;
	struct span text;
	size_t at;
	size_t depth;
	bool tests[FUNCTIONS_MAX]; /* is the bracket that of contains() and kin? */
	enum danger worst;
	struct span name; /* that is the worst */
};

static void skip_blanks(struct reading *r)
{
	while (r->at < r->text.len &&
	       (r->text.ptr[r->at] == ' ' || r->text.ptr[r->at] == '\n' ||
	        r->text.ptr[r->at] == '\t'))
		r->at++;
}

/* "a.b['c'].*": as long as it goes on. */
static struct span read_name(struct reading *r)
{
	enum { INDEX_MAX = 256 };
	size_t start = r->at;

	while (r->at < r->text.len) {
		char c = r->text.ptr[r->at];
		struct span rest = span_sub(r->text, r->at, INDEX_MAX);

		if (is_word(c) || c == '.' || (c == '*' && r->at > start))
			r->at++;
		else if (c == '[' && span_find_byte(rest, ']') < rest.len)
			r->at += span_find_byte(rest, ']') + 1;
		else
			break;
	}
	return span_sub(r->text, start, r->at - start);
}

static bool is_compared(const struct reading *r, size_t start)
{
	struct span before = span_trim(span_sub(r->text, 0, start));
	struct span behind = span_trim(span_from(r->text, r->at));

	return span_ends(before, SPAN_LIT("==")) || span_ends(before, SPAN_LIT("!=")) ||
	       span_starts(behind, SPAN_LIT("==")) ||
	       span_starts(behind, SPAN_LIT("!=")) ||
	       span_starts(behind, SPAN_LIT("<")) || span_starts(behind, SPAN_LIT(">")) ||
	       span_ends(before, SPAN_LIT("!")) ||
	       (span_starts(behind, SPAN_LIT("&&")) && before.len == 0);
}

static void take_name(struct reading *r)
{
	static const char *const testing[] = { "contains", "startswith", "endswith",
		                               "hashfiles", NULL };
	size_t start = r->at;
	struct span name = read_name(r);
	bool inside = r->depth > 0 && r->depth <= FUNCTIONS_MAX && r->tests[r->depth - 1];
	enum danger d;

	if (name.len == 0) {
		r->at++;
		return;
	}
	skip_blanks(r);
	if (r->at < r->text.len && r->text.ptr[r->at] == '(') {
		if (r->depth < FUNCTIONS_MAX)
			r->tests[r->depth] = inside || is_one(name, testing);
		r->depth++;
		r->at++;
		return;
	}
	if (inside || is_compared(r, start))
		return;
	d = danger_of(r->f, r->job, name);
	if (d > r->worst) {
		r->worst = d;
		r->name = name;
	}
}

static void read_expression(struct reading *r)
{
	while (r->at < r->text.len) {
		char c = r->text.ptr[r->at];

		if (c == '\'') {
			r->at++;
			r->at += span_find_byte(span_from(r->text, r->at), '\'') + 1;
		} else if (c == '(') {
			if (r->depth < FUNCTIONS_MAX)
				r->tests[r->depth] =
					r->depth > 0 && r->tests[r->depth - 1];
			r->depth++;
			r->at++;
		} else if (c == ')') {
			r->depth -= r->depth > 0;
			r->at++;
		} else {
			take_name(r);
		}
	}
}

/* ---- a script ---- */

static void judge(struct flow *f, const struct reading *r, size_t start, size_t end)
{
	int len = (int)(r->name.len < 80 ? r->name.len : 80);

	switch (r->worst) {
	case SAFE:
		return;
	case DOUBTFUL:
		flow_report_at(f, "template-injection", start, end, &flow_note,
		               "%.*s is run as part of the script, whatever it holds; "
		               "hand it over in env",
		               len, r->name.ptr);
		return;
	case CALLER:
		flow_report_at(f, "template-injection", start, end, NULL,
		               "%.*s, which who starts the workflow writes, is run as "
		               "part of the script; hand it over in env",
		               len, r->name.ptr);
		return;
	case ATTACKER:
		flow_report_at(f, "template-injection", start, end, &flow_error,
		               "%.*s, which anybody may write, is run as part of the "
		               "script; hand it over in env",
		               len, r->name.ptr);
		return;
	}
}

/* The place in the file: what the script holds stands there as it is, unless it is folded
 * or escaped; then it is not far away. */
static size_t find_from(struct flow *f, size_t from, struct span what)
{
	enum { WINDOW = 1 << 16, BYTES_A_STEP = 8 };
	struct span rest = span_sub(f->p->source->text, from, WINDOW + what.len);
	size_t at = span_find(rest, what);

	(void)flow_spend(f, at / BYTES_A_STEP);
	return at == rest.len ? from : from + at;
}

void flow_injections(struct flow *f, const struct flow_job *j, const struct yaml *script)
{
	struct span rest = flow_text(f, script);
	size_t from = script != NULL ? yaml_offset(script) : 0;
	size_t open;

	while ((open = span_find(rest, SPAN_LIT("${{"))) < rest.len && flow_spend(f, 1)) {
		struct span inside = span_from(rest, open + 3);
		size_t close = span_find(inside, SPAN_LIT("}}"));
		struct span whole = span_sub(rest, open, close + 5);
		struct reading r = { .f = f,
			             .job = j,
			             .text = span_sub(inside, 0, close) };
		size_t start = find_from(f, from, whole);

		read_expression(&r);
		judge(f, &r, start, start + whole.len);
		from = start + 3;
		rest = span_from(inside, close < inside.len ? close + 2 : close);
	}
}
