// SPDX-License-Identifier: Apache-2.0
#include "policy/load_internal.h"

#include "base/str.h"
#include "policy/scalar.h"

#include <string.h>

/* Mappings with known keys, and lists of them. */

enum err_code gate_decode_unknown(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *name)
{
	const char *text = yaml_text(name);
	const char *near = gate_grammar_nearest(t, span_str(text));
	const char *shown = gate_load_shown(l, text);

	if (near != NULL)
		return yaml_error(l->err, l->doc, name,
		                  "unknown key '%s' in %s; did you mean '%s'?", shown,
		                  key, near);
	return yaml_error(l->err, l->doc, name, "unknown key '%s' in %s", shown, key);
}

/* A mapping given as a whole replaces what a parent gave: its texts start empty. */
static void clear_texts(const struct gate_type *t, char *base)
{
	const char *none = NULL;

	for (size_t i = 0; i < t->field_count; i++)
		memcpy(base + t->fields[i].offset, &none, sizeof(none));
}

/* The entry's slot, new or a parent's. */
static enum err_code entry_slot(struct gate_load *l, const struct gate_field *f,
                                struct gate_section *s, const struct yaml *n, char *base,
                                char **entry)
{
	const char *id =
		f->flags & GATE_FIELD_MERGED ? yaml_text(yaml_get(n, "id")) : NULL;
	const struct gate_origin *known = map_get(&s->by_id, span_str(id));
	struct gate_origin *origin = arena_new(&l->arena, sizeof(*origin));
	struct gate_origin **latest;
	char *array;

	if (known != NULL && known->doc == l->doc)
		return yaml_error(l->err, l->doc, yaml_get(n, "id"),
		                  "'%s' is twice in '%s'; the first is on line %zu", id,
		                  f->key, yaml_line(known->node));
	if (origin == NULL)
		return err_nomem(l->err);
	*origin = (struct gate_origin){ l->doc, n, known, s->count };
	if (known != NULL) {
		origin->index = known->index;
		s->latest[known->index] = origin;
	} else {
		latest = arena_push(&l->arena, &s->latest, &s->count, &s->latest_cap,
		                    sizeof(*s->latest));
		*entry = arena_push(&l->policy->arena, base + f->offset,
		                    (size_t *)(void *)(base + f->aux), &s->cap,
		                    f->type->size);
		if (latest == NULL || *entry == NULL)
			return err_nomem(l->err);
		*latest = origin;
		gate_decode_presets(l, f->type, *entry);
	}
	if (id != NULL && !map_set(&s->by_id, span_str(id), origin))
		return err_nomem(l->err);
	memcpy(&array, base + f->offset, sizeof(array));
	*entry = array + origin->index * f->type->size;
	return ERR_OK;
}

/* Nobody forgets the id and writes another key that is none: it is misspelt. */
static enum err_code no_id(struct gate_load *l, const struct gate_field *f,
                           const struct yaml *n)
{
	for (size_t i = 0; i < yaml_count(n); i++) {
		const struct yaml *name = yaml_key_at(n, i);

		if (gate_grammar_field(f->type, span_str(yaml_text(name))) == NULL)
			return gate_decode_unknown(l, f->type, f->key, name);
	}
	return yaml_error(l->err, l->doc, n, "an entry of '%s' needs 'id'", f->key);
}

static enum err_code decode_entry(struct gate_load *l, const struct gate_field *f,
                                  struct gate_section *s, const struct yaml *n,
                                  char *base)
{
	const struct gate_field *id = gate_grammar_field(f->type, SPAN_LIT("id"));
	const struct yaml *named = yaml_get(n, "id");
	enum err_code rc;
	char *entry = NULL;

	if (yaml_type(n) != YAML_MAP)
		return yaml_error(
			l->err, l->doc, n,
			"an entry of '%s' must be a mapping such as {id: name, ..}",
			f->key);
	if ((f->flags & GATE_FIELD_MERGED) && named == NULL)
		return no_id(l, f, n);
	if ((f->flags & GATE_FIELD_MERGED) &&
	    (rc = gate_decode_scalar(l, id->type, "id", named, NULL)) != ERR_OK)
		return rc;
	if ((rc = entry_slot(l, f, s, n, base, &entry)) != ERR_OK)
		return rc;
	if (str_eq(f->key, "checks"))
		gate_decode_collects_anew(n, (struct gate_check *)(void *)entry);
	return gate_decode_record(l, f->type, f->key, n, entry);
}

/* A list of the policy's own: entries with a known id update it, others are appended. */
static enum err_code decode_entries(struct gate_load *l, const struct gate_field *f,
                                    const struct yaml *n, char *base)
{
	struct gate_section *s = &l->sections[f - gate_grammar()->fields];
	enum err_code rc;

	if (yaml_type(n) != YAML_LIST)
		return gate_decode_wrong(l, f->type, f->key, n);
	if ((rc = gate_decode_count(l, f->key, n, 0)) != ERR_OK)
		return rc;
	if (!(f->flags & GATE_FIELD_MERGED)) {
		s->count = 0;
		memset(base + f->aux, 0, sizeof(size_t));
	}
	if (!arena_reserve(&l->policy->arena, base + f->offset, s->count, &s->cap,
	                   yaml_count(n), f->type->size))
		return err_nomem(l->err);
	for (size_t i = 0; i < yaml_count(n); i++) {
		if (s->count > GATE_LIST_MAX)
			return yaml_error(
				l->err, l->doc, n,
				"'%s' has more than %d entries, parents included", f->key,
				GATE_LIST_MAX);
		if ((rc = decode_entry(l, f, s, yaml_at(n, i), base)) != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

static enum err_code decode_field(struct gate_load *l, const struct gate_field *f,
                                  const struct yaml *n, char *base)
{
	char *at = base != NULL && f->offset != GATE_NOWHERE ? base + f->offset : NULL;
	const char *json = NULL;
	bool given = true;
	enum err_code rc;

	if (at != NULL && f->type->size != 0)
		return decode_entries(l, f, n, base);
	if (f->flags & GATE_FIELD_JSON) {
		rc = gate_decode_value(l, f->type, f->key, n, NULL);
		if (rc == ERR_OK && at != NULL)
			rc = gate_node_json(l, n, &json);
		if (rc == ERR_OK && at != NULL)
			memcpy(at, &json, sizeof(json));
		return rc;
	}
	if (at != NULL && f->aux != 0 && f->type->kind == GATE_KIND_RECORD)
		clear_texts(f->type, at);
	rc = gate_decode_value(l, f->type, f->key, n, at);
	if (rc == ERR_OK && at != NULL && f->aux != 0)
		memcpy(base + f->aux, &given, sizeof(given));
	return rc;
}

static enum err_code require_fields(struct gate_load *l, const struct gate_type *t,
                                    const char *key, const struct yaml *n)
{
	const char *entry = t->kind == GATE_KIND_RECORDS ? "an entry of " : "";

	for (size_t i = 0; i < t->field_count; i++)
		if ((t->fields[i].flags & GATE_FIELD_REQUIRED) &&
		    yaml_get(n, t->fields[i].key) == NULL)
			return yaml_error(l->err, l->doc, n, "%s'%s' needs '%s'", entry,
			                  key, t->fields[i].key);
	return ERR_OK;
}

enum err_code gate_decode_record(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n, char *base)
{
	enum err_code rc;

	if (yaml_type(n) != YAML_MAP)
		return gate_decode_wrong(l, t, key, n);
	for (size_t i = 0; i < yaml_count(n); i++) {
		const struct yaml *name = yaml_key_at(n, i);
		const struct gate_field *f =
			gate_grammar_field(t, span_str(yaml_text(name)));

		if (f == NULL)
			return gate_decode_unknown(l, t, key, name);
		if ((rc = decode_field(l, f, yaml_at(n, i), base)) != ERR_OK)
			return rc;
	}
	return require_fields(l, t, key, n);
}

/* A list that is validated only: ids must differ. */
enum err_code gate_decode_records(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *n)
{
	struct map seen = MAP_INIT;
	enum err_code rc = ERR_OK;

	if (yaml_type(n) != YAML_LIST)
		return gate_decode_wrong(l, t, key, n);
	rc = gate_decode_count(l, key, n, 0);
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(n); i++) {
		const struct yaml *id = yaml_get(yaml_at(n, i), "id");

		if (yaml_type(yaml_at(n, i)) != YAML_MAP) {
			rc = yaml_error(l->err, l->doc, yaml_at(n, i),
			                "an entry of '%s' must be a mapping", key);
			break;
		}
		rc = gate_decode_record(l, t, key, yaml_at(n, i), NULL);
		if (rc != ERR_OK || id == NULL)
			continue;
		if (map_has(&seen, span_str(yaml_text(id))))
			rc = yaml_error(l->err, l->doc, id, "'%s' is twice in '%s'",
			                yaml_text(id), key);
		else if (!map_set(&seen, span_str(yaml_text(id)), NULL))
			rc = err_nomem(l->err);
	}
	map_fini(&seen);
	return rc;
}

void gate_decode_presets(struct gate_load *l, const struct gate_type *t, char *base)
{
	for (size_t i = 0; i < t->field_count; i++) {
		const struct gate_field *f = &t->fields[i];

		if (f->offset == GATE_NOWHERE)
			continue;
		if (f->preset != NULL)
			(void)gate_scalar_set(&l->policy->arena, f->type,
			                      span_str(f->preset), base + f->offset);
		else if (f->type->kind == GATE_KIND_RECORD && f->aux == 0 &&
		         !(f->flags & GATE_FIELD_JSON))
			gate_decode_presets(l, f->type, base + f->offset);
	}
}

enum err_code gate_decode(struct gate_load *l, const struct yaml_doc *doc)
{
	const struct yaml *root = yaml_root(doc);

	l->doc = doc;
	if (yaml_type(root) == YAML_NULL)
		return ERR_OK; /* an empty file is an empty policy */
	if (yaml_type(root) != YAML_MAP)
		return yaml_error(l->err, doc, root,
		                  "a policy is a mapping with keys such "
		                  "as checks and categories");
	if (yaml_get(root, "phases") != NULL)
		l->phases = doc;
	if (yaml_get(root, "risks") != NULL)
		l->risks = doc;
	if (yaml_get(root, "rollout") != NULL)
		l->rollout = doc;
	return gate_decode_record(l, gate_grammar(), "the policy", root,
	                          (char *)l->policy);
}
