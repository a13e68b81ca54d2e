// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "lib/yaml.h"
#include "regex.h"
#include "rule_load_internal.h"

#include <string.h>

/*
 * A name and a value in every form in which one is given to the other, as one pattern:
 *
 *   NAME=value  name: "value"  {"name": "value"}  name => 'value'  x["name"] = "value"
 *   name := `value`  ${NAME:-value}  setName("value")  const name: string = "value"
 *   <name>value  name: X\n value: Y  <add key="name" value="..">  name || "value"
 *
 * The repetitions are short: none of them costs more than its bound on any text. What
 * comes up to the value is what scan_assignment_follows looks for.
 */

static const char form_rest[] = "[0-9A-Za-z_.\\t -]{0,40}[\\]\\\\\"'`)]{0,3}";
static const char form_given[] =
	"(?:\\s{0,8}(?::{0,3}=>?|[?+|]{1,2}=|:-|:|,|->|>|\\|\\||\\()\\s{0,8}"
	"|:\\s{0,4}[A-Za-z&'<>\\[\\] ]{1,24}=\\s{0,8}"
	"|[\"']?,?\\s{1,40}[\"']?(?i:[a-z_]{0,20}value)[\"']?\\s{0,4}[=:]\\s{0,4})";
static const char form_open[] =
	"(?:[A-Za-z]{0,2}\\\\{0,2}[\"'`]{1,3}|[\\[({]\\s{0,4}[\"'`]?)?"
	"(?i:bearer |token |basic )?";
static const char form_end[] = "(?:[^0-9A-Za-z_+/=-]|$)";

enum { KEY_GROUP = 1, VALUE_GROUP = 2 };

static enum err_code check_part(struct loader *l, const struct yaml *n, struct err *err)
{
	struct scan_shape shape;
	enum err_code rc = rule_check_expression(l, n, yaml_text(n), &shape, err);

	if (rc == ERR_OK && shape.groups > 0)
		return yaml_error(err, l->doc, n, "may hold no groups; write (?:..)");
	return rc;
}

static enum err_code put(struct loader *l, struct scan_rule *out, struct err *err)
{
	struct buf text = BUF_INIT;
	struct scan_shape shape;
	enum err_code rc;

	buf_printf(&text, "((?i:%s))%s%s%s(%s)%s", yaml_text(l->key), form_rest,
	           form_given, form_open, yaml_text(l->value), form_end);
	out->assigned = out->pattern == NULL;
	if (out->pattern != NULL)
		buf_printf(&text, "|%s", out->pattern);
	else
		out->lead = arena_printf(l->arena, "(?i:%s)", yaml_text(l->key));
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = rule_check_expression(l, l->value, buf_str(&text), &shape, err);
	if (rc == ERR_OK) {
		l->groups = shape.groups;
		out->pattern = arena_dup(l->arena, buf_span(&text));
		out->group = VALUE_GROUP;
		out->key_group = KEY_GROUP;
	}
	buf_fini(&text);
	return rc;
}

/* ---- what a pattern starts with ---- */

/* Shorter words stand everywhere: looking for them saves nothing. */
enum { LEAD_MIN = 4 };

/* Has the expression alternatives that are not inside a group? */
static bool has_branches(const char *pattern)
{
	bool in_class = false;
	int depth = 0;

	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (in_class)
			in_class = *at != ']';
		else if (*at == '[')
			in_class = true;
		else if (*at == '(' || *at == ')')
			depth += *at == '(' ? 1 : -1;
		else if (*at == '|' && depth == 0)
			return true;
	}
	return false;
}

/* Bytes of the pattern that write one byte of text as itself, 0: it does more. */
static size_t literal_at(const char *at)
{
	if (*at == '\\')
		return at[1] != '\0' && strchr("./$-", at[1]) != NULL ? 2 : 0;
	return *at != '\0' && strchr("^$.[]|()?*+{}", *at) == NULL ? 1 : 0;
}

/* "\\bglpat-" of "\\bglpat-[\\w-]{20}". */
static void find_lead(struct loader *l, struct scan_rule *out)
{
	size_t border = strncmp(out->pattern, "\\b", 2) == 0 ? 2 : 0;
	const char *start = out->pattern + border;
	const char *at = start;
	size_t bytes = 0;
	size_t last = 0;

	if (has_branches(out->pattern))
		return;
	while (literal_at(at) > 0) {
		last = literal_at(at);
		at += last;
		bytes++;
	}
	/* A repetition takes its letter back. */
	if (*at != '\0' && strchr("?*{", *at) != NULL) {
		at -= last;
		bytes--;
	}
	if (bytes >= LEAD_MIN)
		out->lead = arena_dup(l->arena,
		                      span_of(out->pattern, (size_t)(at - out->pattern)));
}

enum err_code rule_compose(struct loader *l, struct scan_rule *out, struct err *err)
{
	const struct yaml *one = l->key != NULL ? l->key : l->value;
	enum err_code rc;

	if (one == NULL && out->pattern != NULL && out->lead == NULL)
		find_lead(l, out);
	if (one == NULL)
		return ERR_OK;
	if (l->key == NULL || l->value == NULL)
		return yaml_error(err, l->doc, one,
		                  "key and value are given together, or neither");
	if (out->group > 0)
		return yaml_error(err, l->doc, one,
		                  "with a key, the value is the match; leave group out");
	rc = check_part(l, l->key, err);
	if (rc == ERR_OK)
		rc = check_part(l, l->value, err);
	return rc == ERR_OK ? put(l, out, err) : rc;
}
