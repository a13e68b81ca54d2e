// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "policy/grammar.h"
#include "policy/policy.h"
#include "policy/scalar.h"

#include <string.h>

/* Writes the policy as JSON by the grammar's table: the inverse of decoding. */

static void put_record(struct json_writer *w, const struct gate_type *t,
                       const char *base);

static void put_strings(struct json_writer *w, const struct gate_strings *s)
{
	json_open(w, '[');
	for (size_t i = 0; i < s->count; i++)
		json_put_str(w, s->items[i]);
	json_close(w, ']');
}

static void put_command(struct json_writer *w, const struct gate_command *c)
{
	if (c->shell != NULL)
		json_put_str(w, c->shell);
	else
		put_strings(w, &c->argv);
}

static void put_env(struct json_writer *w, const struct gate_strings *env)
{
	json_open(w, '{');
	for (size_t i = 0; i < env->count; i++) {
		struct span pair = span_str(env->items[i]);
		size_t equals = span_find_byte(pair, '=');
		char name[GATE_ID_MAX + 1] = "";

		if (equals > GATE_ID_MAX)
			continue; /* cannot be: the decoder bounds names */
		memcpy(name, pair.ptr, equals);
		json_put_key(w, name);
		json_put_string(w, span_from(pair, equals + 1));
	}
	json_close(w, '}');
}

/* Depth is bounded by the reader's. */
static void put_predicate(struct json_writer *w, const struct gate_predicate *p)
{
	const char *key = gate_grammar_predicate()->fields[p->kind].key;

	json_open(w, '{');
	json_put_key(w, key);
	switch (p->kind) {
	case GATE_WHEN_ALL:
	case GATE_WHEN_ANY:
		json_open(w, '[');
		for (size_t i = 0; i < p->child_count; i++)
			put_predicate(w, &p->children[i]);
		json_close(w, ']');
		break;
	case GATE_WHEN_NOT:
		put_predicate(w, &p->children[0]);
		break;
	case GATE_WHEN_FILE:
	case GATE_WHEN_GLOB:
	case GATE_WHEN_LANGUAGE:
	case GATE_WHEN_ENV:
	case GATE_WHEN_SUITE:
		json_put_str(w, p->text);
		break;
	}
	json_close(w, '}');
}

/* JSON text of gate_node_json; an entry that is not complete yet has none. */
static void put_kept(struct json_writer *w, const char *text)
{
	if (text != NULL)
		json_put_raw(w, text);
	else
		json_put_null(w);
}

static bool is_adopted(const struct gate_field *f, const char *entry)
{
	if (str_eq(f->key, "suites"))
		return ((const struct gate_suite *)(const void *)entry)->detected_from !=
		       NULL;
	if (str_eq(f->key, "builds"))
		return ((const struct gate_build *)(const void *)entry)->detected_from !=
		       NULL;
	return false;
}

static size_t count_entries(const struct gate_field *f, const char *array, size_t count)
{
	size_t own = 0;

	for (size_t i = 0; i < count; i++)
		own += !is_adopted(f, array + i * f->type->size);
	return own;
}

static void put_entries(struct json_writer *w, const struct gate_field *f,
                        const char *base)
{
	const char *array;
	size_t count;

	memcpy(&array, base + f->offset, sizeof(array));
	memcpy(&count, base + f->aux, sizeof(count));
	json_open(w, '[');
	for (size_t i = 0; i < count; i++) {
		const char *entry = array + i * f->type->size;

		if (is_adopted(f, entry))
			continue;
		put_record(w, f->type, entry);
	}
	json_close(w, ']');
}

/* Does memory hold something other than the nothing a record starts with? */
static bool field_given(const struct gate_field *f, const char *base)
{
	const char *at = base + f->offset;
	const char *pointer;
	size_t count;
	bool any = false;

	if (f->offset == GATE_NOWHERE)
		return false;
	memcpy(&pointer, at, sizeof(pointer));
	if (f->type->size != 0) {
		memcpy(&count, base + f->aux, sizeof(count));
		return count_entries(f, pointer, count) > 0;
	}
	if (f->aux != 0)
		return *(const bool *)(base + f->aux);
	if (f->flags & GATE_FIELD_JSON)
		return pointer != NULL;
	switch ((int)f->type->kind) {
	case GATE_KIND_LIST:
	case GATE_KIND_ENV: /* struct gate_strings: items, then count */
		return ((const struct gate_strings *)(const void *)at)->count > 0;
	case GATE_KIND_RECORD:
		for (size_t i = 0; i < f->type->field_count; i++)
			any = any || field_given(&f->type->fields[i], at);
		return any;
	case GATE_KIND_COMMAND:
		return ((const struct gate_command *)(const void *)at)->shell != NULL ||
		       ((const struct gate_command *)(const void *)at)->argv.count > 0;
	case GATE_KIND_COLLECT: /* needed, so always written */
		return false;
	default:
		return gate_scalar_present(f->type, at);
	}
}

static void put_field(struct json_writer *w, const struct gate_field *f, const char *base)
{
	const char *at = base + f->offset;
	const char *text;

	if (f->type->size != 0) {
		put_entries(w, f, base);
		return;
	}
	if (f->flags & GATE_FIELD_JSON) {
		memcpy(&text, at, sizeof(text));
		put_kept(w, text);
		return;
	}
	switch ((int)f->type->kind) {
	case GATE_KIND_LIST:
		put_strings(w, (const void *)at);
		break;
	case GATE_KIND_ENV:
		put_env(w, (const void *)at);
		break;
	case GATE_KIND_COMMAND:
		put_command(w, (const void *)at);
		break;
	case GATE_KIND_RECORD:
		put_record(w, f->type, at);
		break;
	case GATE_KIND_PREDICATE:
		put_predicate(w, *(const struct gate_predicate *const *)(const void *)at);
		break;
	case GATE_KIND_COLLECT:
		put_kept(w, ((const struct gate_check *)(const void *)base)->settings);
		break;
	default:
		gate_scalar_put(w, f->type, at);
		break;
	}
}

static void put_record(struct json_writer *w, const struct gate_type *t, const char *base)
{
	const unsigned always = GATE_FIELD_REQUIRED | GATE_FIELD_NEEDED;

	json_open(w, '{');
	for (size_t i = 0; i < t->field_count; i++) {
		const struct gate_field *f = &t->fields[i];

		if (f->flags & GATE_FIELD_OWN || f->offset == GATE_NOWHERE)
			continue;
		if (f->preset == NULL && !(f->flags & always) && !field_given(f, base))
			continue;
		json_put_key(w, f->key);
		put_field(w, f, base);
	}
	json_close(w, '}');
}

enum err_code gate_policy_json(const struct gate_policy *p, struct buf *out,
                               struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	put_record(&w, gate_grammar(), (const char *)p);
	return buf_err(out, err);
}
