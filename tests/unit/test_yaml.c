/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "lib/yaml_internal.h"
#include "support/check.h"

#include <sys/resource.h>

TestSuite(yaml, .timeout = 20);

static struct yaml_doc *parse(const char *text)
{
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;

	check_ok(yaml_parse(&doc, span_str(text), "p.yml", &err), &err);
	return doc;
}

static void refuse(const char *text, enum err_code code, const char *message)
{
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;
	enum err_code rc = yaml_parse(&doc, span_str(text), "p.yml", &err);

	check_int_eq(rc, code, "%s gave: %s", check_quote(text), err.msg);
	check_null(doc, "no document from %s", check_quote(text));
	check_str_contains(err.msg, message, "message for %s", check_quote(text));
}

static size_t column_of(const struct yaml *n)
{
	return n->column;
}

Test(yaml, reads_maps_and_lists_with_places)
{
	struct yaml_doc *doc =
		parse("# head\nname: gate\nlist:\n  - one\n  - {a: 1, b: [x]}\n");
	const struct yaml *root = yaml_root(doc);
	const struct yaml *list = yaml_get(root, "list");
	const struct yaml *inner = yaml_at(list, 1);

	check_int_eq(yaml_type(root), YAML_MAP, "root");
	check_size_eq(yaml_count(root), 2, "members");
	check_str_eq(yaml_text(yaml_get(root, "name")), "gate", "a scalar");
	check_size_eq(yaml_line(yaml_get(root, "name")), 2, "line of the value");
	check_size_eq(column_of(yaml_get(root, "name")), 7, "column of the value");
	check_size_eq(yaml_line(yaml_key_at(root, 1)), 3, "line of a key");
	check_size_eq(column_of(yaml_key_at(root, 1)), 1, "column of a key");
	check_int_eq(yaml_type(list), YAML_LIST, "list");
	check_size_eq(yaml_count(list), 2, "elements");
	check_str_eq(yaml_text(yaml_at(list, 0)), "one", "first element");
	check_size_eq(yaml_line(inner), 5, "line of a flow map");
	check_size_eq(column_of(inner), 5, "column of a flow map");
	check_null(yaml_at(list, 2), "no third element");
	check_null(yaml_text(list), "a list has no text");
	check_null(yaml_get(list, "a"), "a list has no keys");
	yaml_free(doc);
}

Test(yaml, places_count_bytes)
{
	struct yaml_doc *doc = parse("\xc3\xa9t\xc3\xa9: {\xe2\x82\xac: x}\r\nb: y\r\n");
	const struct yaml *map = yaml_at(yaml_root(doc), 0);

	check_size_eq(column_of(map), 8, "after five bytes of key");
	check_size_eq(column_of(yaml_at(map, 0)), 14, "after three bytes of key");
	check_size_eq(yaml_line(yaml_get(yaml_root(doc), "b")), 2, "CRLF is one line");
	yaml_free(doc);
}

Test(yaml, types_follow_the_core_schema)
{
	static const struct {
		const char *text;
		enum yaml_type type;
	} cases[] = {
		{ "", YAML_NULL },
		{ "~", YAML_NULL },
		{ "null", YAML_NULL },
		{ "nul", YAML_STRING },
		{ "true", YAML_BOOL },
		{ "FALSE", YAML_BOOL },
		{ "yes", YAML_STRING },
		{ "on", YAML_STRING },
		{ "12", YAML_NUMBER },
		{ "-0.5e+3", YAML_NUMBER },
		{ "+.5", YAML_NUMBER },
		{ "5.", YAML_NUMBER },
		{ ".", YAML_STRING },
		{ "1e", YAML_STRING },
		{ "0x1F", YAML_NUMBER },
		{ "0o17", YAML_NUMBER },
		{ "0o18", YAML_STRING },
		{ ".inf", YAML_NUMBER },
		{ "1.2.3", YAML_STRING },
		{ "12s", YAML_STRING },
		{ "\"12\"", YAML_STRING },
		{ "'true'", YAML_STRING },
		{ "!!str 12", YAML_STRING },
		{ "! 12", YAML_STRING },
		{ "|\n  12\n", YAML_STRING },
		{ "10:30", YAML_STRING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_doc *doc = parse(cases[i].text);

		check_int_eq(yaml_type(yaml_root(doc)), cases[i].type, "%s",
		             check_quote(cases[i].text));
		yaml_free(doc);
	}
}

Test(yaml, converts_what_is_exact)
{
	struct yaml_doc *doc = parse("[18446744073709551615, -1, 0.95, True, 'true']");
	const struct yaml *l = yaml_root(doc);
	uint64_t u = 0;
	bool b = false;

	check_true(yaml_u64(yaml_at(l, 0), &u) && u == UINT64_MAX, "largest number");
	check_true(!yaml_u64(yaml_at(l, 1), &u), "negative");
	check_true(!yaml_u64(yaml_at(l, 2), &u), "fraction");
	check_str_eq(yaml_text(yaml_at(l, 2)), "0.95", "as written");
	check_true(yaml_bool(yaml_at(l, 3), &b) && b, "boolean");
	check_true(!yaml_bool(yaml_at(l, 4), &b), "quoted is no boolean");
	yaml_free(doc);
}

Test(yaml, reads_json)
{
	struct yaml_doc *doc =
		parse("{\"a\":{\"b\":[1,true,null,\"x\\n\"]},\n\t\"c\":\"\\u00e9\"}");
	const struct yaml *l = yaml_get(yaml_get(yaml_root(doc), "a"), "b");

	check_size_eq(yaml_count(l), 4, "elements");
	check_str_eq(yaml_text(yaml_at(l, 3)), "x\n", "escape");
	check_str_eq(yaml_text(yaml_get(yaml_root(doc), "c")), "\xc3\xa9",
	             "unicode escape");
	yaml_free(doc);
}

Test(yaml, empty_text_is_a_null_node)
{
	static const char *const texts[] = { "", "\n", "# only a comment\n", "---\n",
		                             "---\n...\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct yaml_doc *doc = parse(texts[i]);

		check_int_eq(yaml_type(yaml_root(doc)), YAML_NULL, "%s",
		             check_quote(texts[i]));
		check_str_eq(yaml_text(yaml_root(doc)), "", "its text");
		yaml_free(doc);
	}
}

Test(yaml, aliases_share_what_they_name)
{
	struct yaml_doc *doc = parse("a: &x [1, 2]\nb: *x\nc: {k: *x}\n");
	const struct yaml *root = yaml_root(doc);

	check_size_eq(yaml_count(yaml_get(root, "b")), 2, "the same list");
	check_true(yaml_get(root, "a") == yaml_get(root, "b"), "not a copy");
	check_size_eq(yaml_count(yaml_get(yaml_get(root, "c"), "k")), 2, "in a map");
	yaml_free(doc);
}

Test(yaml, nulls_can_be_taken_out_of_maps)
{
	struct yaml_doc *doc = parse("{a: null, b: [null, {c: ~, d: 1}], e: {f: null}}");
	const struct yaml *root;

	yaml_drop_nulls(doc);
	root = yaml_root(doc);
	check_size_eq(yaml_count(root), 2, "members that stay");
	check_null(yaml_get(root, "a"), "a null member");
	check_size_eq(yaml_count(yaml_get(root, "b")), 2, "an element is no member");
	check_null(yaml_get(yaml_at(yaml_get(root, "b"), 1), "c"), "below a list");
	check_str_eq(yaml_text(yaml_get(yaml_at(yaml_get(root, "b"), 1), "d")), "1",
	             "the member behind it");
	check_size_eq(yaml_count(yaml_get(root, "e")), 0, "a map of nulls is empty");
	yaml_free(doc);
	doc = parse("null");
	yaml_drop_nulls(doc);
	check_int_eq(yaml_type(yaml_root(doc)), YAML_NULL, "the root stays");
	yaml_free(doc);
}

Test(yaml, refuses_with_place_line_and_caret)
{
	refuse("a: 1\nb: [1, 2\nc: 3\n", ERR_CORRUPT, "p.yml:");
	refuse("a: 1\nb: 2\na: 3\n", ERR_CORRUPT,
	       "p.yml:3:1: key a a second time (the first is at line 1)\n  a: 3\n  ^");
	refuse("x: {k: 1, 'k': 2}\n", ERR_CORRUPT, "p.yml:1:11: key k a second time");
	refuse("1: a\n\"1\": b\n", ERR_CORRUPT, "p.yml:2:1: key 1 a second time");
	refuse("a: 1\n---\nb: 2\n", ERR_CORRUPT, "p.yml:2:1: a second document");
	refuse("a: \xff\n", ERR_CORRUPT,
	       "p.yml:1:4: bytes that are not UTF-8\n  a: \\xff\n     ^");
	refuse("a: *nowhere\n", ERR_CORRUPT, "alias of an anchor");
	refuse("a: &x [*x]\n", ERR_CORRUPT, "alias of an anchor");
	refuse("[a, b]: c\n", ERR_CORRUPT, "a key must be a plain value");
	refuse("a: \"x\\0y\"\n", ERR_CORRUPT, "NUL");
	refuse("a: b: c\n", ERR_CORRUPT, "p.yml:1:");
	refuse("a:\n\t- b\n", ERR_CORRUPT, "p.yml:2:");
	refuse("a: 'open\n", ERR_CORRUPT, "p.yml:");
	refuse("}", ERR_CORRUPT, "p.yml:1:1: ");
	refuse("a:\nb: [1,\n\n\n", ERR_CORRUPT, "p.yml:2:7: ");
	refuse("a: {b: c\n\n", ERR_CORRUPT, "p.yml:1:9: ");
	refuse("%YAML 9.9\n---\na\n", ERR_CORRUPT, "p.yml:1:");
}

/* A block scalar that the text ends before is empty. */
Test(yaml, a_block_without_lines)
{
	static const char *const texts[] = { "a: |\n", "a: |", "a: >\n\n",
		                             "a: |\nb: 1\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct yaml_doc *doc = NULL;
		struct err err = ERR_INIT;

		check_ok(yaml_parse(&doc, span_str(texts[i]), "p.yml", &err), &err);
		check_size_eq(
			span_trim(span_str(yaml_text(yaml_get(yaml_root(doc), "a")))).len,
			0, "%zu", i);
		yaml_free(doc);
	}
}

Test(yaml, names_the_cause_whatever_the_line)
{
	struct buf text = BUF_INIT;
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;

	buf_puts(&text, "a: 1\n? ");
	buf_fill(&text, 'x', 3000);
	buf_puts(&text, "\n: 1\na: 2 # ");
	for (int i = 0; i < 3000; i++)
		buf_puts(&text, "\xe2\x80\xae"); /* grows when it is shown */
	check_err(yaml_parse(&doc, buf_span(&text), "p.yml", &err), ERR_CORRUPT,
	          "duplicate");
	check_str_contains(err.msg, "p.yml:4:1: key a a second time", "the cause stays");
	check_true(strlen(err.msg) < sizeof(err.msg), "fits");
	buf_fini(&text);
}

Test(yaml, stops_alias_bombs)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 30; i++)
		buf_printf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
		           i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	refuse(buf_str(&text), ERR_LIMIT, "with aliases expanded");
	buf_clear(&text);
	buf_puts(&text, "- &a0 [x]\n");
	for (int i = 1; i < 200; i++)
		buf_printf(&text, "- &a%d [*a%d]\n", i, i - 1);
	refuse(buf_str(&text), ERR_LIMIT, "nested deeper than 100");
	buf_fini(&text);
}

Test(yaml, bounds_depth_and_size)
{
	struct buf text = BUF_INIT;
	struct yaml_doc *doc;

	buf_fill(&text, '[', 100);
	buf_fill(&text, ']', 100);
	doc = parse(buf_str(&text));
	check_size_eq(yaml_count(yaml_root(doc)), 1, "100 levels are fine");
	yaml_free(doc);
	buf_clear(&text);
	buf_fill(&text, '[', 100000);
	refuse(buf_str(&text), ERR_LIMIT, "p.yml:1:101: nested deeper than 100");
	buf_clear(&text);
	for (int i = 0; i < 300; i++) {
		buf_fill(&text, ' ', (size_t)i);
		buf_puts(&text, "a:\n");
	}
	refuse(buf_str(&text), ERR_LIMIT, "p.yml:101:101: nested deeper than 100");
	buf_clear(&text);
	buf_fill(&text, ' ', (16 << 20) + 1);
	refuse(buf_str(&text), ERR_LIMIT, "larger than 16 MiB");
	buf_fini(&text);
}

Test(yaml, a_million_values_are_the_limit)
{
	struct buf text = BUF_INIT;

	buf_putc(&text, '[');
	for (int i = 0; i < 1000001; i++)
		buf_puts(&text, "1,");
	buf_putc(&text, ']');
	refuse(buf_str(&text), ERR_LIMIT, "more than 1000000 values");
	buf_fini(&text);
}

Test(yaml, wide_maps_are_checked_quickly)
{
	struct buf text = BUF_INIT;
	struct yaml_doc *doc;

	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "key%d: %d\n", i, i);
	doc = parse(buf_str(&text));
	check_size_eq(yaml_count(yaml_root(doc)), 100000, "all members");
	yaml_free(doc);
	buf_puts(&text, "key77: 1\n");
	refuse(buf_str(&text), ERR_CORRUPT, "p.yml:100001:1: key key77 a second time");
	buf_fini(&text);
}

Test(yaml, callers_point_at_nodes)
{
	struct yaml_doc *doc = parse("tests:\n  weigth: 3\n");
	const struct yaml *key = yaml_key_at(yaml_get(yaml_root(doc), "tests"), 0);
	struct err err = ERR_INIT;

	check_err(yaml_error(&err, doc, key, "unknown key %s", "weigth"), ERR_USAGE,
	          "code");
	check_str_eq(err.msg, "p.yml:2:3: unknown key weigth\n    weigth: 3\n    ^",
	             "message");
	yaml_free(doc);
}

Test(yaml, running_out_of_memory_is_an_error)
{
	struct err err = ERR_INIT;
	struct yaml_doc *doc = NULL;
	enum err_code rc = ERR_NOMEM;
	uint64_t n = 1;

	for (; rc == ERR_NOMEM && n < 1000; n++) {
		mem_fail_after(n);
		rc = yaml_parse(&doc, SPAN_LIT("a: &x [1, {b: c}]\nd: *x\n"), "p.yml",
		                &err);
		mem_fail_after(0);
	}
	check_ok(rc, &err);
	check_true(n > 3, "some allocations failed before");
	yaml_free(doc);
}

/* Types, texts and places of all that is in them. */
static void check_equal(const struct yaml *a, const struct yaml *b, const char *text)
{
	check_int_eq(yaml_type(a), yaml_type(b), "types in %s", text);
	check_str_eq(yaml_text(a) != NULL ? yaml_text(a) : "-",
	             yaml_text(b) != NULL ? yaml_text(b) : "-", "texts in %s", text);
	check_size_eq(yaml_line(a), yaml_line(b), "lines in %s", text);
	check_size_eq(column_of(a), column_of(b), "columns in %s", text);
	check_size_eq(yaml_offset(a), yaml_offset(b), "offsets in %s", text);
	check_size_eq(yaml_count(a), yaml_count(b), "counts in %s", text);
	for (size_t i = 0; i < yaml_count(a); i++) {
		check_equal(yaml_at(a, i), yaml_at(b, i), text);
		if (yaml_type(a) == YAML_MAP)
			check_equal(yaml_key_at(a, i), yaml_key_at(b, i), text);
	}
}

/* A comment behind it makes the same text one that only the YAML reader takes. */
Test(yaml, json_is_read_as_the_same_yaml)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"[[], {}, [[1]]]",
		"{\"a\": [1, -2.5, 1e3, true, false, null, \"null\", \"7\", \"\"]}",
		("{\n  \"list\": [\n    {\"id\": \"x\", \"of\": {\"n\": 0}},\n"
		 "    \"\\u00e9 \\\"q\\\" \\n\"\n  ],\n  \"\xc3\xa9\": \"\xc3\xa9\"\n}"),
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf longer = BUF_INIT;
		struct yaml_doc *json = parse(texts[i]);
		struct yaml_doc *yaml;

		buf_printf(&longer, "%s # more\n", texts[i]);
		yaml = parse(buf_str(&longer));
		check_equal(yaml_root(json), yaml_root(yaml), texts[i]);
		yaml_free(json);
		yaml_free(yaml);
		buf_fini(&longer);
	}
}

Test(yaml, what_only_looks_like_json_is_read_as_yaml)
{
	struct yaml_doc *doc = parse("{a: 1, 'b': [x, y,]}");

	check_str_eq(yaml_text(yaml_get(yaml_root(doc), "a")), "1", "a bare key");
	check_size_eq(yaml_count(yaml_get(yaml_root(doc), "b")), 2, "a last comma");
	yaml_free(doc);
	refuse("{\"a\": 1, \"b\": 2, \"a\": 3}", ERR_CORRUPT,
	       "p.yml:1:18: key a a second time");
	refuse("{\"a\": [1, 2}", ERR_CORRUPT, "p.yml:1:");
}

/* libfyaml keeps every token of a flow collection until its end: fifty times the text. */
Test(yaml, json_takes_little_memory)
{
	struct buf text = BUF_INIT;
	struct rusage before;
	struct rusage after;
	struct yaml_doc *doc;

	buf_putc(&text, '[');
	for (size_t i = 0; i < 20000; i++)
		buf_printf(&text, "%s{\"id\": \"%zu\", \"run\": [\"true\"], \"n\": 0}",
		           i > 0 ? ", " : "", i);
	buf_putc(&text, ']');
	check_int_eq(getrusage(RUSAGE_SELF, &before), 0, "before");
	doc = parse(buf_str(&text));
	check_int_eq(getrusage(RUSAGE_SELF, &after), 0, "after");
	check_size_eq(yaml_count(yaml_root(doc)), 20000, "elements");
	check_true(after.ru_maxrss - before.ru_maxrss < 30000, "%ld KiB for %zu bytes",
	           after.ru_maxrss - before.ru_maxrss, text.len);
	yaml_free(doc);
	buf_fini(&text);
}
