/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "lib/json.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(json, .timeout = 20);

static struct json_doc *parse(const char *text)
{
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	check_ok(json_parse(&doc, span_str(text), "t.json", &err), &err);
	return doc;
}

static void refuse(const char *text, size_t len, const char *message)
{
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	check_err(json_parse(&doc, span_of(text, len), "t.json", &err), ERR_CORRUPT,
	          "%s must be refused", check_quote(text));
	check_null(doc, "no document from %s", check_quote(text));
	check_str_contains(err.msg, message, "message for %s", check_quote(text));
}

Test(json, numbers_keep_their_text)
{
	static const char *const numbers[] = {
		"0",     "-0",   "9007199254740993", "18446744073709551615",
		"1e999", "0.10", "-1.5E+3",          "123456789012345678901234567890",
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct json_doc *doc = parse(numbers[i]);

		check_int_eq(json_type(json_root(doc)), JSON_NUMBER, "%s", numbers[i]);
		check_str_eq(json_number(json_root(doc)), numbers[i],
		             "text of the number");
		check_null(json_string(json_root(doc)), "a number is no string");
		json_free(doc);
	}
}

Test(json, numbers_convert_only_where_exact)
{
	struct json_doc *doc =
		parse("[18446744073709551615, -9223372036854775808, 1.5, 1e2]");
	const struct json *v = json_first(json_root(doc));
	uint64_t u = 7;
	int64_t i = 7;
	double d = 0;

	check_true(json_u64(v, &u) && u == UINT64_MAX, "largest u64, got %llu",
	           (unsigned long long)u);
	check_true(!json_i64(v, &i) && i == 7, "does not fit an i64");
	v = json_next(v);
	check_true(json_i64(v, &i) && i == INT64_MIN, "smallest i64");
	check_true(!json_u64(v, &u), "negative is no u64");
	v = json_next(v);
	check_true(json_double(v, &d) && d > 1.49 && d < 1.51, "a double, got %f", d);
	check_true(!json_u64(v, &u), "a fraction is no u64");
	v = json_next(v);
	check_true(!json_u64(v, &u), "an exponent is no u64");
	check_null(json_next(v), "four elements");
	json_free(doc);
}

Test(json, walks_objects_in_order)
{
	struct json_doc *doc =
		parse("\xef\xbb\xbf{\"a\":true,\"A\":\"x\\u00e9\\ud83d\\ude00\","
	              "\"n\":null,\"l\":[]}\n");
	const struct json *root = json_root(doc);
	bool b = false;

	check_int_eq(json_type(root), JSON_OBJECT, "root");
	check_size_eq(json_count(root), 4, "members");
	check_str_eq(json_key(json_first(root)), "a", "first key");
	check_true(json_bool(json_get(root, "a"), &b) && b, "true");
	check_str_eq(json_string(json_get(root, "A")), "x\xc3\xa9\xf0\x9f\x98\x80",
	             "keys are told apart by case, escapes decoded");
	check_int_eq(json_type(json_get(root, "n")), JSON_NULL, "null");
	check_int_eq(json_type(json_get(root, "l")), JSON_ARRAY, "array");
	check_null(json_get(root, "absent"), "no such member");
	check_null(json_get(json_get(root, "absent"), "x"),
	           "chains over what is missing");
	check_null(json_get(json_get(root, "l"), "x"), "an array has no members");
	json_free(doc);
}

Test(json, refuses_what_is_not_json_with_its_place)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "", "t.json:1:1: the text ends where a value should be" },
		{ " \n ", "t.json:1:1: the text ends where a value should be" },
		{ "1 2", "t.json:1:3: text after the end of the value" },
		{ "{} x", "t.json:1:4: text after the end of the value" },
		{ "{}}", "t.json:1:3: text after the end" },
		{ "[1,]", "t.json:1:4: a value should be here" },
		{ "[,1]", "t.json:1:2: a value or ']' should be here" },
		{ "[1 2]", "t.json:1:4: ',' or ']' should be here" },
		{ "[1,\n 2", "t.json:2:3: ',' or ']' should be here" },
		{ "{\"a\" 1}", "t.json:1:6: ':' should be here" },
		{ "{\"a\",1}", "t.json:1:5: ':' should be here" },
		{ "{\"a\"}", "t.json:1:5: ':' should be here" },
		{ "{\"a\":1,}", "t.json:1:8: a key in double quotes should be here" },
		{ "{\"a\":}", "t.json:1:6: a value should be here" },
		{ "{\"a\":1 \"b\":2}", "t.json:1:8: ',' or '}' should be here" },
		{ "{1:2}", "t.json:1:2: a key in double quotes or '}' should be here" },
		{ "{a:2}", "t.json:1:2: a key in double quotes" },
		{ "{'a':2}", "t.json:1:2: a key in double quotes" },
		{ "{[]:2}", "t.json:1:2: a key in double quotes" },
		{ "[1}", "t.json:1:3: ',' or ']' should be here" },
		{ "[}", "t.json:1:2: a value or ']'" },
		{ "{]", "t.json:1:2: a key in double quotes" },
		{ "]", "t.json:1:1: a value should be here" },
		{ "nul", "not a JSON value" },
		{ "nullx", "t.json:1:5: text after the end" },
		{ "[truefalse]", "t.json:1:6: ',' or ']'" },
		{ "True", "not a JSON value" },
		{ "NaN", "not a JSON value" },
		{ "Infinity", "not a JSON value" },
		{ "-Infinity", "not a number" },
		{ "01", "not a number" },
		{ "1.", "not a number" },
		{ ".5", "not a JSON value" },
		{ "+1", "not a JSON value" },
		{ "1e", "not a number" },
		{ "0x10", "t.json:1:2: text after the end" },
		{ "1.2.3", "not a number" },
		{ "-", "not a number" },
		{ "\"a", "t.json:1:1: string without its closing quote" },
		{ "\"a\nb\"", "control character" },
		{ "\"\\x41\"", "unknown escape" },
		{ "\"\\u00g0\"", "four hexadecimal" },
		{ "\"a\\u0000\"", "t.json:1:3: \\u0000" },
		{ "\"\\ud800\"", "surrogate" },
		{ "\"\\ud800\\u0041\"", "surrogate" },
		{ "\"\\udc00\"", "surrogate" },
		{ "\"\xff\"", "t.json:1:2: bytes that are not UTF-8" },
		{ "\"\xc0\x80\"", "not UTF-8" },
		{ "\"\xed\xa0\x80\"", "not UTF-8" },
		{ "\xff", "not a JSON value" },
		{ "[1\x0b]", "t.json:1:3: ',' or ']'" },
		{ "// c\n1", "not a JSON value" },
		{ "{\"a\":1,\"b\":[1,\"x\"],\"a\":2}",
		  "t.json:1:20: a key of this object" },
		{ "{\"a\":1,\n \"\\u0061\":2}", "t.json:2:2: a key of this object" },
		{ "[{},{\"k\":{\"z\":-1,\"z\":0}}]", "t.json:1:18: a key" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refuse(cases[i].text, strlen(cases[i].text), cases[i].message);
	refuse("1\0", 2, "t.json:1:2: text after the end");
	refuse("\"a\0b\"", 5, "control character");
}

static void nest(struct buf *out, size_t levels)
{
	buf_clear(out);
	buf_fill(out, '[', levels);
	buf_fill(out, ']', levels);
}

Test(json, bounds_depth)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc;

	nest(&text, 200);
	doc = parse(buf_str(&text));
	check_size_eq(json_count(json_root(doc)), 1, "200 levels are fine");
	json_free(doc);
	nest(&text, 201);
	refuse(buf_str(&text), text.len, "t.json:1:201: nested deeper");
	nest(&text, 1000000);
	refuse(buf_str(&text), text.len, "nested deeper");
	buf_fini(&text);
}

/* A quadratic search would take minutes. */
Test(json, wide_objects_are_checked_quickly)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc;

	buf_putc(&text, '{');
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "%s\"key%d\":%d", i > 0 ? "," : "", i, i);
	buf_putc(&text, '}');
	doc = parse(buf_str(&text));
	check_size_eq(json_count(json_root(doc)), 100000, "all members");
	json_free(doc);
	buf_truncate(&text, text.len - 1);
	buf_puts(&text, ",\"key77777\":0}");
	refuse(buf_str(&text), text.len, "a key of this object a second time");
	buf_fini(&text);
}

Test(json, running_out_of_memory_is_an_error)
{
	const struct span text = SPAN_LIT("{\"a\":[1,2,{\"b\":\"c\"}]}");
	struct err err = ERR_INIT;
	struct json_doc *doc = NULL;
	enum err_code rc = ERR_NOMEM;
	uint64_t n = 1;

	for (; rc == ERR_NOMEM && n < 1000; n++) {
		mem_fail_after(n);
		rc = json_parse(&doc, text, "t.json", &err);
		mem_fail_after(0);
	}
	check_ok(rc, &err);
	check_true(n > 3, "some allocations failed before");
	json_free(doc);
}

Test(json, writer_indents)
{
	struct buf out = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &out, 2);
	json_open(&w, '{');
	json_field_str(&w, "s", "a\"\\\n\x01\x7f");
	json_field_u64(&w, "u", UINT64_MAX);
	json_put_key(&w, "l");
	json_open(&w, '[');
	json_put_i64(&w, -5);
	json_put_bool(&w, false);
	json_open(&w, '{');
	json_close(&w, '}');
	json_close(&w, ']');
	json_field_number(&w, "n", "0.950");
	json_field_null(&w, "z");
	json_field_str(&w, "y", NULL);
	json_field_bool(&w, "b", true);
	json_put_key(&w, "raw");
	json_put_raw(&w, "{\"made\":1}");
	json_close(&w, '}');
	check_str_eq(buf_str(&out),
	             "{\n  \"s\": \"a\\\"\\\\\\n\\u0001\x7f\",\n"
	             "  \"u\": 18446744073709551615,\n"
	             "  \"l\": [\n    -5,\n    false,\n    {}\n  ],\n  \"n\": 0.950,\n"
	             "  \"z\": null,\n  \"y\": null,\n  \"b\": true,\n"
	             "  \"raw\": {\"made\":1}\n}",
	             "indented");
	buf_fini(&out);
}

Test(json, writer_output_is_read_back)
{
	struct buf out = BUF_INIT;
	struct json_writer w;
	struct json_doc *doc;

	json_writer_init(&w, &out, 0);
	json_open(&w, '[');
	json_put_string(&w, SPAN_LIT("\xff\xc3\xa9\x1f/\t\b\f\r"));
	json_put_string(&w, SPAN_LIT("a\0b"));
	json_put_string(&w, SPAN_EMPTY);
	json_put_null(&w);
	json_close(&w, ']');
	doc = parse(buf_str(&out));
	check_str_eq(buf_str(&out),
	             "[\"\xef\xbf\xbd\xc3\xa9\\u001f/\\t\\b\\f\\r\","
	             "\"a\xef\xbf\xbd"
	             "b\",\"\",null]",
	             "one line, bad bytes replaced");
	check_str_eq(json_string(json_first(json_root(doc))),
	             "\xef\xbf\xbd\xc3\xa9\x1f/\t\b\f\r", "read back");
	json_free(doc);
	buf_fini(&out);
}

Test(json, members_are_picked_without_a_document)
{
	static const char text[] =
		" {\"a\":[1,{\"b\":\"inner\"}], \"b\":\"x\\n\\u00e9\\ud83d\\ude00\",\"\\u0063\":-1.5e3,"
		"\"d\" : {\"c\":1}, \"a\":2}";
	struct json_want wants[] = { { .key = "b" }, { .key = "c" }, { .key = "none" } };
	struct buf scratch = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(json_pick(span_str(text), "t.json", wants, 3, &err), &err);
	check_str_eq(check_note("%.*s", (int)wants[1].raw.len, wants[1].raw.ptr),
	             "-1.5e3", "an escaped key, a raw number");
	check_size_eq(wants[2].raw.len, 0, "what is not there");
	check_size_eq(json_raw_text(wants[0].raw, &scratch).len, 8, "without escapes");
	check_str_eq(buf_str(&scratch), "x\n\xc3\xa9\xf0\x9f\x98\x80", "text");
	check_size_eq(json_raw_text(wants[1].raw, &scratch).len, 0, "no string");
	buf_fini(&scratch);
}

Test(json, picking_refuses_what_parsing_refuses)
{
	static const char *const texts[] = {
		"{\"a\":1,\"a\":2}",
		"{\"a\":1}x",
		"{\"a\":\"\\u12\"}",
		"{\"a\"",
		"{\"b\":\"\xff long enough to be read eight bytes at a time\"}",
		"{\"b\":\"long enough, and a \x01 inside\"}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct json_want want = { .key = "a" };
		struct err err = ERR_INIT;

		check_err(json_pick(span_str(texts[i]), "t.json", &want, 1, &err),
		          ERR_CORRUPT, "%s", check_quote(texts[i]));
		refuse(texts[i], strlen(texts[i]), "t.json:1:");
	}
}

Test(json, a_text_that_breaks_off_is_read_up_to_the_last_whole_element)
{
	static const struct {
		const char *text;
		size_t elements; /* of the first member, or of the array itself */
	} samples[] = {
		{ "{\"a\":[{\"x\":1},{\"x\":2},{\"x\":", 2 },
		{ "{\"a\":[1,2],\"b\":{\"c\":[{\"d\":3", 2 },
		{ "{\"a\":[\"x\",\"y\",\"z", 2 },
		{ "{\"a\":[1,2,3}", 3 },
	};
	struct json_doc *doc = NULL;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct err err = ERR_INIT;

		check_ok(json_parse_cut(&doc, span_str(samples[i].text), "t.json", &err),
		         &err);
		check_size_eq(json_count(json_get(json_root(doc), "a")),
		              samples[i].elements, "%s", samples[i].text);
		json_free(doc);
	}
	check_err(json_parse_cut(&doc, SPAN_LIT("{\"a\":{\"b\":1"), "t.json", NULL),
	          ERR_CORRUPT, "nothing is whole");
}

Test(json, a_value_that_was_read_is_written_as_it_was)
{
	static const char text[] =
		"{\"a\":[1.50,-0,1e3,1e57,true,false,null,\"\\u00e9\\n\"],"
		"\"b\":{\"c\":{},\"d\":[]},\"n\":18446744073709551616}";
	struct json_doc *doc = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct json_writer w;

	check_ok(json_parse(&doc, span_str(text), "t", &err), &err);
	json_writer_init(&w, &out, 0);
	json_put_value(&w, json_root(doc));
	check_str_eq(buf_str(&out),
	             "{\"a\":[1.50,-0,1e3,1e57,true,false,null,\"\303\251\\n\"],"
	             "\"b\":{\"c\":{},\"d\":[]},\"n\":18446744073709551616}",
	             "copy");
	json_free(doc);
	buf_fini(&out);
}
