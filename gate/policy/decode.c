// SPDX-License-Identifier: Apache-2.0
#include "policy/load_internal.h"

#include "base/num.h"
#include "base/str.h"
#include "policy/scalar.h"

#include <stdio.h>
#include <string.h>

/* Interprets the grammar's table over a YAML tree. */

enum { SHOWN_COLUMNS = 60 };

const char *gate_load_shown(struct gate_load *l, const char *text)
{
	struct buf b = BUF_INIT;
	const char *copy;

	str_display_cut(&b, span_str(text), SHOWN_COLUMNS);
	copy = arena_str(&l->arena, buf_str(&b));
	buf_fini(&b);
	return copy != NULL ? copy : "?";
}

static const char *type_word(const struct yaml *n)
{
	switch (yaml_type(n)) {
	case YAML_NULL:
		return "nothing";
	case YAML_BOOL:
		return "true or false";
	case YAML_NUMBER:
		return "a number";
	case YAML_STRING:
		return "text";
	case YAML_LIST:
		return "a list";
	case YAML_MAP:
		break;
	}
	return "a mapping";
}

enum err_code gate_decode_wrong(struct gate_load *l, const struct gate_type *t,
                                const char *key, const struct yaml *n)
{
	return yaml_error(l->err, l->doc, n, "'%s' must be %s, not %s", key, t->what,
	                  type_word(n));
}

static bool scalar_type_fits(const struct gate_type *t, enum yaml_type type)
{
	switch ((int)t->kind) {
	case GATE_KIND_DECIMAL:
	case GATE_KIND_COUNT:
		return type == YAML_NUMBER;
	case GATE_KIND_BOOL:
		return type == YAML_BOOL;
	case GATE_KIND_LABEL:
	case GATE_KIND_AMOUNT:
		return type == YAML_NUMBER || type == YAML_STRING;
	default:
		return type == YAML_STRING;
	}
}

static enum err_code wrong_word(struct gate_load *l, const struct gate_type *t,
                                const char *key, const struct yaml *n)
{
	const char *text = yaml_text(n);
	const char
		*words[GATE_LANGUAGES > GATE_KEYS_MAX ? GATE_LANGUAGES : GATE_KEYS_MAX];
	struct buf all = BUF_INIT;
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < t->word_count; i++) {
		if (t->words[i] == NULL)
			continue;
		buf_printf(&all, "%s%s", count == 0 ? "" : " ", t->words[i]);
		words[count++] = t->words[i];
	}
	near = str_nearest(span_str(text), words, count);
	if (near != NULL)
		(void)yaml_error(l->err, l->doc, n,
		                 "'%s' must be %s, not '%s'; did you mean '%s'?", key,
		                 t->what, gate_load_shown(l, text), near);
	else
		(void)yaml_error(l->err, l->doc, n,
		                 "'%s' must be %s, not '%s'; one of: %s", key, t->what,
		                 gate_load_shown(l, text), buf_str(&all));
	buf_fini(&all);
	return ERR_USAGE;
}

enum err_code gate_decode_scalar(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n, void *at)
{
	const char *text = yaml_text(n);
	const char *why;
	bool yes;

	if (text == NULL || !scalar_type_fits(t, yaml_type(n)))
		return gate_decode_wrong(l, t, key, n);
	if (t->kind == GATE_KIND_BOOL)
		text = yaml_bool(n, &yes) && yes ? "true" : "false";
	why = gate_scalar_set(&l->policy->arena, t, span_str(text), at);
	if (why == NULL)
		return ERR_OK;
	if (t->kind == GATE_KIND_WORD)
		return wrong_word(l, t, key, n);
	if (*why != '\0')
		return yaml_error(l->err, l->doc, n, "'%s' must be %s: %s", key, t->what,
		                  why);
	return yaml_error(l->err, l->doc, n, "'%s' must be %s, not '%s'", key, t->what,
	                  gate_load_shown(l, text));
}

enum err_code gate_decode_count(struct gate_load *l, const char *key,
                                const struct yaml *n, size_t min)
{
	if (yaml_count(n) > GATE_LIST_MAX)
		return yaml_error(l->err, l->doc, n, "'%s' has %zu entries; at most %d",
		                  key, yaml_count(n), GATE_LIST_MAX);
	if (yaml_count(n) < min)
		return yaml_error(l->err, l->doc, n, "'%s' must not be empty", key);
	return ERR_OK;
}

/* One element of a list; texts are copied to `*into` unless it is NULL. */
static enum err_code decode_element(struct gate_load *l, const struct gate_type *item,
                                    const char *key, const struct yaml *n,
                                    const char **into)
{
	enum err_code rc = gate_decode_value(l, item, key, n, NULL);

	if (rc == ERR_OK && into != NULL)
		*into = arena_str(&l->policy->arena, yaml_text(n));
	return rc;
}

static enum err_code decode_list(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n,
                                 struct gate_strings *out)
{
	bool alone = t->kind == GATE_KIND_ONE_OR_LIST && yaml_type(n) == YAML_STRING;
	size_t count = alone ? 1 : yaml_count(n);
	struct gate_strings list = { NULL, 0 };
	enum err_code rc;

	if (!alone && yaml_type(n) != YAML_LIST)
		return gate_decode_wrong(l, t, key, n);
	if (!alone && t->bounded && count > t->max)
		return yaml_error(l->err, l->doc, n, "'%s' must be %s", key, t->what);
	if (!alone && (rc = gate_decode_count(l, key, n, t->min)) != ERR_OK)
		return rc;
	if (out != NULL && count > 0) {
		list.items = arena_array(&l->policy->arena, count, sizeof(*list.items));
		if (list.items == NULL)
			return err_nomem(l->err);
	}
	for (size_t i = 0; i < count; i++) {
		rc = decode_element(l, t->item, key, alone ? n : yaml_at(n, i),
		                    out != NULL ? &list.items[i] : NULL);
		if (rc != ERR_OK)
			return rc;
	}
	list.count = count;
	if (out != NULL)
		*out = list;
	return ERR_OK;
}

static enum err_code decode_command(struct gate_load *l, const struct gate_type *t,
                                    const char *key, const struct yaml *n,
                                    struct gate_command *out)
{
	static const struct gate_type word = { .kind = GATE_KIND_LABEL,
		                               .what = "a text or number" };
	static const struct gate_type words = {
		.kind = GATE_KIND_LIST, .what = "a list of words", .item = &word, .min = 1
	};
	struct gate_command command = { NULL, { NULL, 0 } };
	enum err_code rc;

	if (yaml_type(n) == YAML_LIST)
		rc = decode_list(l, &words, key, n, out != NULL ? &command.argv : NULL);
	else if (yaml_type(n) == YAML_STRING)
		rc = gate_decode_scalar(l, &word, key, n,
		                        out != NULL ? &command.shell : NULL);
	else
		return gate_decode_wrong(l, t, key, n);
	if (rc == ERR_OK && out != NULL)
		*out = command;
	return rc;
}

static bool is_env_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return name.len > 0 && name.len <= GATE_ID_MAX;
}

static enum err_code decode_env_value(struct gate_load *l, const struct yaml *n, size_t i,
                                      const char **out)
{
	const char *name = yaml_text(yaml_key_at(n, i));
	const struct yaml *value = yaml_at(n, i);
	const char *text = yaml_text(value);

	if (!is_env_name(span_str(name)))
		return yaml_error(l->err, l->doc, yaml_key_at(n, i),
		                  "'%s' is no name of an environment variable",
		                  gate_load_shown(l, name));
	if (text == NULL || yaml_type(value) == YAML_NULL)
		return yaml_error(l->err, l->doc, value, "'%s' must be text, not %s",
		                  name, type_word(value));
	if (strlen(text) > GATE_TEXT_MAX || l->policy->arena.used > GATE_POLICY_MAX)
		return yaml_error(l->err, l->doc, value, "'%s' is too long", name);
	*out = arena_printf(&l->policy->arena, "%s=%s", name, text);
	return *out != NULL ? ERR_OK : err_nomem(l->err);
}

static enum err_code decode_env(struct gate_load *l, const struct gate_type *t,
                                const char *key, const struct yaml *n,
                                struct gate_strings *out)
{
	struct gate_strings env = { NULL, 0 };
	enum err_code rc;

	if (yaml_type(n) != YAML_MAP)
		return gate_decode_wrong(l, t, key, n);
	if ((rc = gate_decode_count(l, key, n, 0)) != ERR_OK)
		return rc;
	env.items = arena_array(&l->policy->arena, yaml_count(n) + 1, sizeof(*env.items));
	if (env.items == NULL)
		return err_nomem(l->err);
	for (env.count = 0; env.count < yaml_count(n); env.count++) {
		rc = decode_env_value(l, n, env.count, &env.items[env.count]);
		if (rc != ERR_OK)
			return rc;
	}
	if (out != NULL)
		*out = env;
	return ERR_OK;
}

static enum err_code decode_table(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *n)
{
	enum err_code rc;

	if (yaml_type(n) != YAML_MAP)
		return gate_decode_wrong(l, t, key, n);
	if ((rc = gate_decode_count(l, key, n, 0)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < yaml_count(n); i++) {
		const char *name = yaml_text(yaml_key_at(n, i));

		if (!gate_is_id(span_str(name)))
			return yaml_error(
				l->err, l->doc, yaml_key_at(n, i),
				"a name in '%s' must be letters, digits and . _ -", key);
		rc = gate_decode_value(l, t->item, name, yaml_at(n, i), NULL);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

static enum err_code decode_free(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n)
{
	enum err_code rc = ERR_OK;

	if (yaml_type(n) == YAML_NUMBER && !num_is_json(span_str(yaml_text(n))))
		return yaml_error(l->err, l->doc, n,
		                  "'%s' must be a plain decimal such as 5 or 0.25", key);
	if (yaml_type(n) == YAML_MAP || yaml_type(n) == YAML_NULL)
		return gate_decode_wrong(l, t, key, n);
	if (yaml_type(n) != YAML_LIST)
		return ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(n); i++) {
		if (yaml_type(yaml_at(n, i)) == YAML_LIST)
			return gate_decode_wrong(l, t, key, yaml_at(n, i));
		rc = decode_free(l, t, key, yaml_at(n, i));
	}
	return rc;
}

enum err_code gate_decode_value(struct gate_load *l, const struct gate_type *t,
                                const char *key, const struct yaml *n, void *at)
{
	switch ((int)t->kind) {
	case GATE_KIND_LIST:
	case GATE_KIND_ONE_OR_LIST:
		return decode_list(l, t, key, n, at);
	case GATE_KIND_RECORD:
		return gate_decode_record(l, t, key, n, at);
	case GATE_KIND_RECORDS:
		return gate_decode_records(l, t, key, n);
	case GATE_KIND_COMMAND:
		return decode_command(l, t, key, n, at);
	case GATE_KIND_ENV:
		return decode_env(l, t, key, n, at);
	case GATE_KIND_TABLE:
		return decode_table(l, t, key, n);
	case GATE_KIND_FREE:
		return decode_free(l, t, key, n);
	case GATE_KIND_SAMPLE: /* what a mapping holds, gate_rules_check says */
		return yaml_type(n) == YAML_MAP ? ERR_OK
		                                : gate_decode_scalar(l, t, key, n, at);
	case GATE_KIND_PREDICATE:
		return gate_decode_predicate(l, t, key, n, at);
	case GATE_KIND_COLLECT:
		return gate_decode_collect(l, t, key, n, at);
	default:
		return gate_decode_scalar(l, t, key, n, at);
	}
}
