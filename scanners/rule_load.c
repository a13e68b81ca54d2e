// SPDX-License-Identifier: Apache-2.0
#include "rule_load.h"

#include "base/str.h"
#include "lib/yaml.h"
#include "rule_load_internal.h"
#include "rule_table.h"

#include <stdlib.h>
#include <string.h>

/* Lists of rules; the fields of one are in rule_field.c. */

/* ---- ids ---- */

static bool is_id_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Length of a word of an id at the start, 0 if there is none. */
static size_t id_word(struct span s)
{
	size_t n = 0;

	while (n < s.len && is_id_byte(s.ptr[n]))
		n++;
	return n > 0 && s.ptr[0] != '-' && s.ptr[n - 1] != '-' ? n : 0;
}

static bool is_id(struct span id)
{
	size_t family = id_word(id);
	struct span name = span_from(id, family + 1);

	return family > 0 && family < id.len && id.ptr[family] == '.' && name.len > 0 &&
	       id_word(name) == name.len && id.len <= RULE_ID_MAX;
}

static enum err_code read_id(struct loader *l, const struct yaml *n,
                             struct scan_rule *out, struct err *err)
{
	const struct yaml *id = yaml_get(n, "id");
	struct span text = id == NULL ? SPAN_EMPTY : span_str(yaml_text(id));

	if (id == NULL)
		return yaml_error(err, l->doc, n,
		                  "a rule without an id; write id: "
		                  "FAMILY.NAME");
	if (!is_id(text))
		return yaml_error(err, l->doc, id,
		                  "an id is FAMILY.NAME of small "
		                  "letters, digits and -, at most 60 "
		                  "bytes");
	if (l->family != NULL && !(span_starts(text, span_str(l->family)) &&
	                           text.ptr[strlen(l->family)] == '.'))
		return yaml_error(err, l->doc, id, "the id of family %s starts with %s.",
		                  l->family, l->family);
	out->id = arena_dup(l->arena, text);
	return ERR_OK;
}

/* ---- one rule ---- */

static enum err_code check_keys(struct loader *l, const struct yaml *n, bool is_default,
                                struct err *err)
{
	const char *names[RULE_FIELDS_MAX];
	size_t count = 0;
	const struct rule_field *fields = rule_fields(&count);

	for (size_t i = 0; i < count; i++)
		names[i] = fields[i].key;
	if (!is_default)
		names[count++] = "id";
	for (size_t i = 0; i < yaml_count(n); i++) {
		const struct yaml *key = yaml_key_at(n, i);
		struct span name = span_str(yaml_text(key));
		const char *nearest;
		size_t k = 0;

		while (k < count && !span_eq_str(name, names[k]))
			k++;
		if (k < count)
			continue;
		nearest = str_nearest(name, names, count);
		return yaml_error(err, l->doc, key, "no such field of a rule%s%s%s",
		                  nearest != NULL ? "; did you mean " : "",
		                  nearest != NULL ? nearest : "",
		                  nearest != NULL ? "?" : "");
	}
	return ERR_OK;
}

static enum err_code check_whole(struct loader *l, const struct yaml *n,
                                 const struct scan_rule *r, struct err *err)
{
	bool finds = r->pattern != NULL || r->words.count > 0;

	if (r->title == NULL || r->why == NULL || r->remedy == NULL)
		return yaml_error(err, l->doc, n,
		                  "rule %s needs a title, a why and a "
		                  "remedy",
		                  r->id);
	if (r->pattern != NULL && r->words.count > 0)
		return yaml_error(err, l->doc, n,
		                  "rule %s has a pattern and words; "
		                  "leave one out",
		                  r->id);
	if (!finds && r->builtin == SCAN_BUILTIN_NONE)
		return yaml_error(err, l->doc, n,
		                  "rule %s looks for nothing; give it a "
		                  "pattern or words",
		                  r->id);
	if ((r->group > 0 || r->key_group > 0) && r->pattern == NULL)
		return yaml_error(err, l->doc, n, "rule %s has a group and no pattern",
		                  r->id);
	if (r->group > l->groups || r->key_group > l->groups)
		return yaml_error(err, l->doc, n,
		                  "rule %s: its pattern has %zu groups, "
		                  "not %zu",
		                  r->id, l->groups,
		                  r->group > l->groups ? r->group : r->key_group);
	return ERR_OK;
}

static enum err_code read_rule(struct loader *l, const struct yaml *n,
                               struct scan_rule *out, struct err *err)
{
	size_t count;
	const struct rule_field *fields = rule_fields(&count);
	enum err_code rc;

	*out = (struct scan_rule){ .line = yaml_line(n), .in = SCAN_IN_ANY };
	if (yaml_type(n) != YAML_MAP)
		return yaml_error(err, l->doc, n, "a rule is a mapping with an id");
	if ((rc = check_keys(l, n, false, err)) != ERR_OK ||
	    (rc = read_id(l, n, out, err)) != ERR_OK)
		return rc;
	out->redact = str_starts(out->id, "secret.");
	for (int s = 0; s < SCAN_SCOPES; s++)
		out->severity[s] = SCAN_WARNING;
	l->groups = 0;
	l->key = NULL;
	l->value = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct yaml *value = yaml_get(n, fields[i].key);

		if (value == NULL && l->defaults != NULL)
			value = yaml_get(l->defaults, fields[i].key);
		if (value == NULL)
			continue;
		rc = fields[i].read(l, value, out, &fields[i], err);
		if (rc != ERR_OK)
			return rc;
	}
	rc = rule_compose(l, out, err);
	return rc == ERR_OK ? check_whole(l, n, out, err) : rc;
}

/* ---- lists ---- */

static int compare_rules(const void *a, const void *b)
{
	const struct scan_rule *x = a;
	const struct scan_rule *y = b;

	return strcmp(x->id, y->id);
}

static enum err_code check_order(struct loader *l, const struct yaml *list,
                                 const struct scan_rule_list *rules, struct err *err)
{
	for (size_t i = 1; i < rules->count; i++) {
		int order = strcmp(rules->items[i - 1].id, rules->items[i].id);

		if (order == 0)
			return yaml_error(err, l->doc, list, "two rules are named %s",
			                  rules->items[i].id);
		if (order > 0)
			return yaml_error(err, l->doc, yaml_at(list, i),
			                  "rules stand in the order of their ids: %s "
			                  "comes before %s",
			                  rules->items[i].id, rules->items[i - 1].id);
	}
	return ERR_OK;
}

static enum err_code read_list(struct loader *l, const struct yaml *list,
                               struct scan_rule_list *out, struct err *err)
{
	enum err_code rc = ERR_OK;

	*out = (struct scan_rule_list){ NULL, 0 };
	if (list == NULL || yaml_type(list) != YAML_LIST)
		return yaml_error(err, l->doc, list != NULL ? list : yaml_root(l->doc),
		                  "rules: is a list of rules");
	if (yaml_count(list) > SCAN_RULES_MAX)
		return yaml_error(err, l->doc, list, "more than %d rules",
		                  SCAN_RULES_MAX);
	out->items = arena_array(l->arena, yaml_count(list), sizeof(*out->items));
	if (out->items == NULL)
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(list); i++)
		rc = read_rule(l, yaml_at(list, i), &out->items[out->count++], err);
	return rc == ERR_OK ? arena_err(l->arena, err) : rc;
}

static enum err_code read_file(struct loader *l, const struct yaml *root,
                               struct scan_rule_list *out, struct err *err)
{
	static const char *const known[] = { "defaults", "family", "rules" };
	const struct yaml *family = yaml_get(root, "family");
	enum err_code rc;

	for (size_t i = 0; i < yaml_count(root); i++) {
		struct span key = span_str(yaml_text(yaml_key_at(root, i)));

		if (!span_eq_str(key, known[0]) && !span_eq_str(key, known[1]) &&
		    !span_eq_str(key, known[2]))
			return yaml_error(err, l->doc, yaml_key_at(root, i),
			                  "a rule file has family, defaults and rules");
	}
	l->family = family != NULL ? yaml_text(family) : NULL;
	if (l->family == NULL)
		return yaml_error(err, l->doc, root, "a rule file names its family");
	l->defaults = yaml_get(root, "defaults");
	if (l->defaults != NULL && (rc = check_keys(l, l->defaults, true, err)) != ERR_OK)
		return rc;
	return read_list(l, yaml_get(root, "rules"), out, err);
}

enum err_code scan_rule_load(struct scan_rule_list *out, struct arena *arena,
                             const struct yaml_doc *doc, struct err *err)
{
	struct loader l = { .arena = arena, .doc = doc };
	const struct yaml *root = yaml_root(doc);
	enum err_code rc = read_file(&l, root, out, err);

	if (rc == ERR_OK)
		rc = check_order(&l, yaml_get(root, "rules"), out, err);
	return rc;
}

static enum err_code check_own_ids(const struct yaml_doc *doc, const struct yaml *list,
                                   const struct scan_rule_list *rules, struct err *err)
{
	for (size_t i = 0; i < rules->count; i++) {
		const char *id = rules->items[i].id;

		if (i > 0 && strcmp(rules->items[i - 1].id, id) == 0)
			return yaml_error(err, doc, list, "two rules are named %s", id);
		if (scan_rule_find(scan_rule_table, scan_rule_table_count, id) <
		    scan_rule_table_count)
			return yaml_error(err, doc, list,
			                  "%s is a rule of the program; choose another "
			                  "id",
			                  id);
	}
	return ERR_OK;
}

enum err_code scan_rule_load_own(struct scan_rule_list *out, struct arena *arena,
                                 const struct yaml_doc *doc, const struct yaml *list,
                                 struct err *err)
{
	struct loader l = { .arena = arena, .doc = doc, .is_own = true };
	enum err_code rc = read_list(&l, list, out, err);

	if (rc != ERR_OK)
		return rc;
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), compare_rules);
	return check_own_ids(doc, list, out, err);
}
