/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "lib/json.h"
#include "lib/yaml.h"
#include "os/fs.h"
#include "policy/policy.h"
#include "support/check.h"

TestSuite(policy_schema, .timeout = 30);

#define EXAMPLE TEST_SOURCE_DIR "/unit/data/policy_example.yml"

static struct json_doc *schema(void)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_schema(&text, &err), &err);
	check_ok(json_parse(&doc, buf_span(&text), "schema", &err), &err);
	buf_fini(&text);
	return doc;
}

Test(policy_schema, is_of_the_draft_that_editors_read)
{
	struct json_doc *doc = schema();
	const struct json *root = json_root(doc);
	const struct json *when = json_get(json_get(root, "$defs"), "predicate");

	check_str_eq(json_string(json_get(root, "$schema")),
	             "https://json-schema.org/draft/2020-12/schema", "draft");
	check_str_eq(json_string(json_get(root, "type")), "object", "a mapping");
	check_size_eq(json_count(json_get(when, "properties")), 8, "kinds of predicates");
	json_free(doc);
}

/* The schema for the elements or values below one that may have choices. */
static const struct json *deref(const struct json *root, const struct json *s,
                                enum yaml_type type)
{
	if (str_eq(json_string(json_get(s, "$ref")), "#/$defs/predicate"))
		return json_get(json_get(root, "$defs"), "predicate");
	for (const struct json *c = json_first(json_get(s, "anyOf")); c != NULL;
	     c = json_next(c))
		if (type == YAML_LIST &&
		    str_eq(json_string(json_get(c, "type")), "array"))
			return c;
	return s;
}

/* Every key of the document stands in the schema; counts them. */
static size_t check_keys(const struct json *root, const struct json *s,
                         const struct yaml *n)
{
	size_t keys = 0;

	s = deref(root, s, yaml_type(n));
	for (size_t i = 0; i < yaml_count(n); i++) {
		const struct json *below = json_get(s, "items");

		if (yaml_type(n) == YAML_MAP) {
			const char *key = yaml_text(yaml_key_at(n, i));

			keys++;
			below = json_get(json_get(s, "properties"), key);
			if (below == NULL)
				below = json_get(s, "additionalProperties");
			check_true(below != NULL && json_type(below) == JSON_OBJECT,
			           "the schema knows %s", key);
		}
		keys += check_keys(root, below, yaml_at(n, i));
	}
	return keys;
}

Test(policy_schema, knows_every_key_of_the_example)
{
	struct json_doc *doc = schema();
	struct yaml_doc *example = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(os_read_file(EXAMPLE, 1 << 20, &text, &err), &err);
	check_ok(yaml_parse(&example, buf_span(&text), "example", &err), &err);
	check_true(check_keys(json_root(doc), json_root(doc), yaml_root(example)) > 150,
	           "the example has many keys");
	yaml_free(example);
	json_free(doc);
	buf_fini(&text);
}

/* Does the parser know the key, where the schema has it? A null is of no type, so the
 * answer of a known key is about its type. */
static void check_parser_knows(const char *text, const char *key)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_err(gate_policy_parse(&p, span_str(text), "p", NULL, &err), ERR_USAGE,
	          "null is refused for %s", key);
	check_true(strstr(err.msg, "unknown key") == NULL, "the parser knows %s: %s", key,
	           err.msg);
}

static void check_properties(const struct json *s, const char *before, const char *after)
{
	struct buf text = BUF_INIT, wrong = BUF_INIT;

	for (const struct json *c = json_first(json_get(s, "properties")); c != NULL;
	     c = json_next(c)) {
		struct gate_policy *p = NULL;
		struct err err = ERR_INIT;

		buf_clear(&text);
		buf_printf(&text, "%s%s: null%s", before, json_key(c), after);
		check_parser_knows(buf_str(&text), json_key(c));
		buf_clear(&wrong);
		buf_printf(&wrong, "%s%s-x: null%s", before, json_key(c), after);
		check_err(gate_policy_parse(&p, buf_span(&wrong), "p", NULL, &err),
		          ERR_USAGE, "unknown key");
		check_str_contains(err.msg, "unknown key", "%s-x", json_key(c));
	}
	buf_fini(&text);
	buf_fini(&wrong);
}

Test(policy_schema, has_no_key_that_the_parser_does_not_know)
{
	static const struct {
		const char *section;
		const char *before;
		const char *after;
	} sections[] = {
		{ "thresholds", "thresholds: {", "}" },
		{ "categories", "categories: [{id: a, ", "}]" },
		{ "checks", "checks: [{id: a, ", "}]" },
		{ "suites", "suites: [{id: a, ", "}]" },
		{ "builds", "builds: [{id: a, ", "}]" },
		{ "components", "components: [{", "}]" },
		{ "phases", "phases: [{", "}]" },
		{ "rollout",
		  "rollout: {metrics: {samples: s}, stages: [{id: a, hold: 1m, advance: b, rollback: c, success: [{metric: m, query: q, below: 1}]}], ",
		  "}" },
		{ "signoff", "signoff: [{", "}]" },
		{ "waivers", "waivers: [{", "}]" },
		{ "evidence", "evidence: {", "}" },
		{ "attestations", "attestations: {", "}" },
		{ "release", "release: {", "}" },
	};
	struct json_doc *doc = schema();
	const struct json *properties = json_get(json_root(doc), "properties");

	check_properties(json_root(doc), "", "\n");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct json *s = json_get(properties, sections[i].section);

		if (json_get(s, "items") != NULL)
			s = json_get(s, "items");
		check_true(json_count(json_get(s, "properties")) > 0, "%s has keys",
		           sections[i].section);
		check_properties(s, sections[i].before, sections[i].after);
	}
	json_free(doc);
}
