// SPDX-License-Identifier: Apache-2.0
#include "policy/load_internal.h"

#include "base/str.h"

#include <string.h>

/* Mappings with exactly one key: predicates and collectors. */

enum err_code gate_decode_only(struct gate_load *l, const struct gate_type *t,
                               const char *key, const struct yaml *n,
                               const struct gate_field **field, const struct yaml **value)
{
	const struct gate_field *f;

	if (yaml_type(n) != YAML_MAP)
		return gate_decode_wrong(l, t, key, n);
	for (size_t i = 0; i < yaml_count(n); i++) {
		const struct yaml *name = yaml_key_at(n, i);

		f = gate_grammar_field(t, span_str(yaml_text(name)));
		if (f == NULL)
			return gate_decode_unknown(l, t, key, name);
		if (i > 0)
			return yaml_error(
				l->err, l->doc, name,
				"'%s' has '%s' already: exactly one is possible", key,
				(*field)->key);
		*field = f;
		*value = yaml_at(n, i);
	}
	if (yaml_count(n) == 0)
		return yaml_error(l->err, l->doc, n, "'%s' must not be empty", key);
	return ERR_OK;
}

static enum err_code decode_node(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n,
                                 struct gate_predicate *out);

static enum err_code decode_children(struct gate_load *l, const struct gate_type *t,
                                     const struct gate_field *f, const struct yaml *n,
                                     struct gate_predicate *out)
{
	bool single = out->kind == GATE_WHEN_NOT;
	size_t count = single ? 1 : yaml_count(n);
	enum err_code rc;

	if (!single && yaml_type(n) != YAML_LIST)
		return gate_decode_wrong(l, f->type, f->key, n);
	if (!single && (rc = gate_decode_count(l, f->key, n, 1)) != ERR_OK)
		return rc;
	out->children = arena_array(&l->policy->arena, count, sizeof(*out->children));
	if (out->children == NULL)
		return err_nomem(l->err);
	out->child_count = count;
	for (size_t i = 0; i < count; i++) {
		rc = decode_node(l, t, f->key, single ? n : yaml_at(n, i),
		                 &out->children[i]);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* A path of a predicate stays inside the project. */
static enum err_code check_inside(struct gate_load *l, const char *key,
                                  const struct yaml *n)
{
	struct span rest = span_str(yaml_text(n));
	struct span part;
	bool outside = rest.len > 0 && rest.ptr[0] == '/';

	while (span_split(&rest, '/', &part))
		outside = outside || span_eq_str(part, "..");
	if (outside)
		return yaml_error(l->err, l->doc, n,
		                  "'%s' must be relative and stay inside the project",
		                  key);
	return ERR_OK;
}

/* Depth is bounded by the YAML reader's. */
static enum err_code decode_node(struct gate_load *l, const struct gate_type *t,
                                 const char *key, const struct yaml *n,
                                 struct gate_predicate *out)
{
	const struct gate_field *f = NULL;
	const struct yaml *value = NULL;
	enum err_code rc = gate_decode_only(l, t, key, n, &f, &value);

	if (rc != ERR_OK)
		return rc;
	out->kind = (enum gate_predicate_kind)(f - t->fields);
	if (out->kind <= GATE_WHEN_NOT)
		return decode_children(l, t, f, value, out);
	rc = gate_decode_scalar(l, f->type, f->key, value, NULL);
	if (rc == ERR_OK && (out->kind == GATE_WHEN_FILE || out->kind == GATE_WHEN_GLOB))
		rc = check_inside(l, f->key, value);
	if (rc != ERR_OK)
		return rc;
	out->text = arena_str(&l->policy->arena, yaml_text(value));
	return out->text != NULL ? ERR_OK : err_nomem(l->err);
}

enum err_code gate_decode_predicate(struct gate_load *l, const struct gate_type *t,
                                    const char *key, const struct yaml *n,
                                    const struct gate_predicate **out)
{
	struct gate_predicate *p = arena_new(&l->policy->arena, sizeof(*p));
	enum err_code rc;

	if (p == NULL)
		return err_nomem(l->err);
	rc = decode_node(l, t, key, n, p);
	if (rc == ERR_OK && out != NULL)
		*out = p;
	return rc;
}

/* What an earlier file said about collecting is gone: a check has one collector. */
static void forget_collector(struct gate_check *c)
{
	const struct gate_strings none = { NULL, 0 };

	c->suite = NULL;
	c->scan_rules = c->scan_scopes = none;
	c->scan_new_code = false;
	c->coverage_from = c->coverage_paths = none;
	c->coverage_measure = GATE_COVERAGE_LINES;
	c->coverage_new_code = false;
	c->command = (struct gate_command){ NULL, none };
	c->command_timeout_ms = 0;
	c->command_needs = none;
	c->command_with = NULL;
	c->bench = (struct gate_bench){ .dir = NULL };
	c->attest_role = c->attest_statement = c->attest_value = NULL;
	c->has_attest_expires = false;
	c->attest_signature = NULL;
	c->settings = NULL;
}

void gate_decode_collects_anew(const struct yaml *entry, struct gate_check *c)
{
	const struct yaml *collect = yaml_get(entry, "collect");

	if (yaml_type(collect) != YAML_MAP || yaml_count(collect) == 0 ||
	    str_eq(yaml_text(yaml_key_at(collect, 0)), gate_collector_name(c->collector)))
		return;
	c->measure = NULL;
	c->has_scale = false;
	c->scale_fail = c->scale_pass = c->scale_unit = NULL;
}

enum err_code gate_decode_collect(struct gate_load *l, const struct gate_type *t,
                                  const char *key, const struct yaml *n,
                                  struct gate_check *check)
{
	const struct gate_field *f = NULL;
	const struct yaml *value = NULL;
	char *base = (char *)check;
	enum err_code rc = gate_decode_only(l, t, key, n, &f, &value);

	if (rc != ERR_OK)
		return rc;
	forget_collector(check);
	check->collector = (enum gate_collector)(f - t->fields);
	if (f->offset == GATE_NOWHERE)
		base = NULL;
	else if (f->type->kind == GATE_KIND_RECORD)
		gate_decode_presets(l, f->type, base + f->offset);
	rc = gate_decode_value(l, f->type, f->key, value,
	                       base != NULL ? base + f->offset : NULL);
	if (rc == ERR_OK)
		rc = gate_node_json(l, n, &check->settings);
	return rc;
}
