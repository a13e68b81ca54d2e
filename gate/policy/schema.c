// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "policy/grammar.h"
#include "policy/policy.h"

/* The grammar's table as JSON Schema. What only the whole policy can show (references,
 * circles, keys that a parent may give) is left to the parser. */

static void put_type(struct json_writer *w, const struct gate_type *t);

static void put_pattern(struct json_writer *w, const char *pattern)
{
	json_field_str(w, "type", "string");
	json_field_str(w, "pattern", pattern);
}

static void put_types(struct json_writer *w, const char *const *types, size_t count)
{
	json_put_key(w, "type");
	json_open(w, '[');
	for (size_t i = 0; i < count; i++)
		json_put_str(w, types[i]);
	json_close(w, ']');
}

static void put_bounds(struct json_writer *w, const struct gate_type *t, const char *type)
{
	json_field_str(w, "type", type);
	if (t->bounded) {
		json_field_u64(w, "minimum", t->min);
		json_field_u64(w, "maximum", t->max);
	} else if (t->kind == GATE_KIND_COUNT) {
		json_field_u64(w, "minimum", 0);
	}
}

static void put_word(struct json_writer *w, const struct gate_type *t)
{
	json_put_key(w, "enum");
	json_open(w, '[');
	for (size_t i = 0; i < t->word_count; i++)
		if (t->words[i] != NULL)
			json_put_str(w, t->words[i]);
	json_close(w, ']');
}

/* Opened: one of the possible types of a value. */
static void open_choice(struct json_writer *w)
{
	json_put_key(w, "anyOf");
	json_open(w, '[');
}

static void put_list(struct json_writer *w, const struct gate_type *t)
{
	json_field_str(w, "type", "array");
	if (t->min > 0)
		json_field_u64(w, "minItems", t->min);
	json_field_u64(w, "maxItems", t->bounded ? t->max : GATE_LIST_MAX);
	json_put_key(w, "items");
	json_open(w, '{');
	put_type(w, t->item);
	json_close(w, '}');
}

static void put_one_or_list(struct json_writer *w, const struct gate_type *t)
{
	open_choice(w);
	json_open(w, '{');
	put_type(w, t->item);
	json_close(w, '}');
	json_open(w, '{');
	put_list(w, t);
	json_close(w, '}');
	json_close(w, ']');
}

static void put_required(struct json_writer *w, const struct gate_type *t)
{
	bool any = false;

	for (size_t i = 0; i < t->field_count; i++) {
		if (!(t->fields[i].flags & GATE_FIELD_REQUIRED))
			continue;
		if (!any) {
			json_put_key(w, "required");
			json_open(w, '[');
		}
		any = true;
		json_put_str(w, t->fields[i].key);
	}
	if (any)
		json_close(w, ']');
}

static void put_default(struct json_writer *w, const struct gate_field *f)
{
	switch ((int)f->type->kind) {
	case GATE_KIND_COUNT:
	case GATE_KIND_DECIMAL:
		json_field_number(w, "default", f->preset);
		break;
	case GATE_KIND_BOOL:
		json_field_bool(w, "default", str_eq(f->preset, "true"));
		break;
	default:
		json_field_str(w, "default", f->preset);
		break;
	}
}

static void put_record(struct json_writer *w, const struct gate_type *t)
{
	json_field_str(w, "type", "object");
	put_required(w, t);
	json_field_bool(w, "additionalProperties", false);
	json_put_key(w, "properties");
	json_open(w, '{');
	for (size_t i = 0; i < t->field_count; i++) {
		const struct gate_field *f = &t->fields[i];

		json_put_key(w, f->key);
		json_open(w, '{');
		json_field_str(w, "description", f->help);
		put_type(w, f->type);
		if (f->preset != NULL)
			put_default(w, f);
		json_close(w, '}');
	}
	json_close(w, '}');
}

static void put_choice(struct json_writer *w, const struct gate_type *t)
{
	put_record(w, t);
	json_field_u64(w, "minProperties", 1);
	json_field_u64(w, "maxProperties", 1);
}

static void put_records(struct json_writer *w, const struct gate_type *t)
{
	json_field_str(w, "type", "array");
	json_field_u64(w, "maxItems", GATE_LIST_MAX);
	json_put_key(w, "items");
	json_open(w, '{');
	put_record(w, t);
	json_close(w, '}');
}

static void put_command(struct json_writer *w)
{
	static const char *const words[] = { "string", "number" };

	open_choice(w);
	json_open(w, '{');
	json_field_str(w, "type", "string");
	json_field_u64(w, "minLength", 1);
	json_close(w, '}');
	json_open(w, '{');
	json_field_str(w, "type", "array");
	json_field_u64(w, "minItems", 1);
	json_put_key(w, "items");
	json_open(w, '{');
	put_types(w, words, 2);
	json_close(w, '}');
	json_close(w, '}');
	json_close(w, ']');
}

static void put_mapping(struct json_writer *w, const char *names)
{
	json_field_str(w, "type", "object");
	json_put_key(w, "propertyNames");
	json_open(w, '{');
	json_field_str(w, "pattern", names);
	json_close(w, '}');
	json_put_key(w, "additionalProperties");
}

static void put_free(struct json_writer *w)
{
	static const char *const scalars[] = { "string", "number", "boolean" };
	static const char *const all[] = { "string", "number", "boolean", "array" };

	put_types(w, all, 4);
	json_put_key(w, "items");
	json_open(w, '{');
	put_types(w, scalars, 3);
	json_close(w, '}');
}

static void put_text(struct json_writer *w, const char *key)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_field_str(w, "type", "string");
	json_close(w, '}');
}

/* An object that needs all of these, each of which `put` writes, and nothing else. */
static void put_strict(struct json_writer *w, const char *const *keys, size_t count,
                       void (*put)(struct json_writer *w, const char *key))
{
	json_open(w, '{');
	json_field_str(w, "type", "object");
	json_put_key(w, "required");
	json_open(w, '[');
	for (size_t i = 0; i < count; i++)
		json_put_str(w, keys[i]);
	json_close(w, ']');
	json_field_bool(w, "additionalProperties", false);
	json_put_key(w, "properties");
	json_open(w, '{');
	for (size_t i = 0; i < count; i++)
		put(w, keys[i]);
	json_close(w, '}');
	json_close(w, '}');
}

static void put_files(struct json_writer *w, const char *key)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_field_str(w, "type", "object");
	json_field_u64(w, "minProperties", 1);
	put_text(w, "additionalProperties");
	json_close(w, '}');
}

static void put_sample(struct json_writer *w)
{
	static const char *const file[] = { "path", "text" };
	static const char *const tree[] = { "files" };

	open_choice(w);
	json_open(w, '{');
	json_field_str(w, "type", "string");
	json_field_u64(w, "minLength", 1);
	json_close(w, '}');
	put_strict(w, file, 2, put_text);
	put_strict(w, tree, 1, put_files);
	json_close(w, ']');
}

static void put_env(struct json_writer *w)
{
	static const char *const scalars[] = { "string", "number", "boolean" };

	put_mapping(w, "^[A-Za-z_][A-Za-z0-9_]*$");
	json_open(w, '{');
	put_types(w, scalars, 3);
	json_close(w, '}');
}

static void put_scalar(struct json_writer *w, const struct gate_type *t)
{
	static const char *const label[] = { "string", "number" };

	switch ((int)t->kind) {
	case GATE_KIND_LABEL:
		put_types(w, label, 2);
		break;
	case GATE_KIND_ID:
		put_pattern(w, "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$");
		break;
	case GATE_KIND_URI:
		put_pattern(w, "^[A-Za-z][A-Za-z0-9+.-]*:"
		               "[A-Za-z0-9:/?#\\[\\]@!$&'()*+,;=._~%-]+$");
		break;
	case GATE_KIND_BASE:
		put_pattern(w, "^(tags|[0-9a-f]{40}|[0-9a-f]{64})$");
		break;
	case GATE_KIND_DECIMAL:
		put_bounds(w, t, "number");
		break;
	case GATE_KIND_COUNT:
		put_bounds(w, t, "integer");
		break;
	case GATE_KIND_BOOL:
		json_field_str(w, "type", "boolean");
		break;
	case GATE_KIND_DURATION:
		put_pattern(w, "^[0-9]+(ms|s|m|h|d)$");
		break;
	case GATE_KIND_INSTANT:
		put_pattern(w, "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?$");
		break;
	case GATE_KIND_WORD:
		put_word(w, t);
		break;
	case GATE_KIND_AMOUNT:
		put_types(w, label, 2);
		json_field_str(w, "pattern", "^[0-9]+([kKMGT]i?B)?$");
		json_field_u64(w, "minimum", 0);
		break;
	default: /* text and globs */
		json_field_str(w, "type", "string");
		json_field_u64(w, "minLength", 1);
		break;
	}
}

static void put_type(struct json_writer *w, const struct gate_type *t)
{
	switch ((int)t->kind) {
	case GATE_KIND_LIST:
		put_list(w, t);
		break;
	case GATE_KIND_ONE_OR_LIST:
		put_one_or_list(w, t);
		break;
	case GATE_KIND_RECORD:
		put_record(w, t);
		break;
	case GATE_KIND_RECORDS:
		put_records(w, t);
		break;
	case GATE_KIND_COLLECT:
		put_choice(w, t);
		break;
	case GATE_KIND_PREDICATE: /* refers to itself, so it has a name */
		json_field_str(w, "$ref", "#/$defs/predicate");
		break;
	case GATE_KIND_TABLE:
		put_mapping(w, "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$");
		json_open(w, '{');
		put_type(w, t->item);
		json_close(w, '}');
		break;
	case GATE_KIND_COMMAND:
		put_command(w);
		break;
	case GATE_KIND_ENV:
		put_env(w);
		break;
	case GATE_KIND_FREE:
		put_free(w);
		break;
	case GATE_KIND_SAMPLE:
		put_sample(w);
		break;
	default:
		put_scalar(w, t);
		break;
	}
}

enum err_code gate_policy_schema(struct buf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_str(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_field_str(&w, "title", "seaworthy.yml");
	json_field_str(&w, "description", "The policy of a release-readiness gate");
	put_record(&w, gate_grammar());
	json_put_key(&w, "$defs");
	json_open(&w, '{');
	json_put_key(&w, "predicate");
	json_open(&w, '{');
	put_choice(&w, gate_grammar_predicate());
	json_close(&w, '}');
	json_close(&w, '}');
	json_close(&w, '}');
	buf_putc(out, '\n');
	return buf_err(out, err);
}
