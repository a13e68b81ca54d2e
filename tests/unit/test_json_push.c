/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/json_push.h"

#include "support/check.h"

TestSuite(json_push, .timeout = 60);

static enum err_code tell(enum json_push_event event, struct span text, void *context,
                          struct err *err)
{
	static const char signs[] = "{}[]ksnw";
	struct buf *out = context;

	(void)err;
	buf_putc(out, signs[event]);
	if (event >= JSON_PUSH_KEY) {
		buf_putc(out, '<');
		buf_put(out, text);
		buf_putc(out, '>');
	}
	return ERR_OK;
}

static enum err_code push(struct span text, size_t piece, bool many, struct buf *out,
                          struct err *err)
{
	struct json_push p = {
		.name = "t", .tell = tell, .context = out, .token_max = 100, .many = many
	};
	enum err_code rc = ERR_OK;

	while (text.len > 0 && rc == ERR_OK) {
		rc = json_push_feed(&p, span_sub(text, 0, piece), err);
		text = span_from(text, piece);
	}
	if (rc == ERR_OK)
		rc = json_push_end(&p, err);
	json_push_fini(&p);
	return rc;
}

static const struct {
	const char *text;
	const char *events;
} texts[] = {
	{ "{}", "{}" },
	{ " [ ] ", "[]" },
	{ "-1.5e+3", "n<-1.5e+3>" },
	{ "{\"a\":[1,true,null,\"x\"],\"b\":{}}",
	  "{k<a>[n<1>w<true>w<null>s<x>]k<b>{}}" },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s<\"\\/\b\f\n\r\t>" },
	{ "\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00z\"",
	  "s<A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z>" },
	{ "[[[]],[]]", "[[[]][]]" },
};

Test(json_push, tells_the_same_in_pieces_of_every_size)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t piece = 1; piece < 40; piece++) {
			struct buf out = BUF_INIT;
			struct err err = ERR_INIT;

			check_true(push(span_str(texts[i].text), piece, false, &out,
			                &err) == ERR_OK,
			           "%s: %s", texts[i].text, err.msg);
			check_str_eq(buf_str(&out), texts[i].events, "%s by %zu",
			             texts[i].text, piece);
			buf_fini(&out);
		}
}

static const struct {
	const char *text;
	const char *message;
} faults[] = {
	{ "", "t:1: the text ends too early" },
	{ "[1", "t:1: the text ends too early" },
	{ "[1,]", "t:1: a value should be here" },
	{ "{\"a\"}", "t:1: ':' should be here" },
	{ "{\"a\":1,}", "a key in double quotes should be here" },
	{ "{1:2}", "a key in double quotes or '}' should be here" },
	{ "[1}", "',' or the end" },
	{ "]", "a value should be here" },
	{ "1 2", "text after the end of the value" },
	{ "\n\n tru", "t:3: neither a number nor" },
	{ "01", "neither a number nor" },
	{ "\"\\x\"", "unknown escape" },
	{ "\"\\u12g4\"", "four hexadecimal digits" },
	{ "\"\\u0000\"", "\\u0000 is not accepted" },
	{ "\"\\ud83dx\"", "half of a surrogate pair" },
	{ "\"\\ud83d\"", "half of a surrogate pair" },
	{ "\"\\ud83d\\n\"", "half of a surrogate pair" },
	{ "\"\\ude00\"", "half of a surrogate pair" },
	{ "\"a\nb\"", "a control character" },
	{ "\"", "the text ends too early" },
};

Test(json_push, refuses_what_is_no_json)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		for (size_t piece = 1; piece < 12; piece++) {
			struct buf out = BUF_INIT;
			struct err err = ERR_INIT;

			check_int_eq(
				push(span_str(faults[i].text), piece, false, &out, &err),
				ERR_CORRUPT, "%s", faults[i].text);
			check_str_contains(err.msg, faults[i].message, "%s",
			                   faults[i].text);
			buf_fini(&out);
		}
}

Test(json_push, many_values_may_follow_one_another)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(push(SPAN_LIT("{}\n[1]\n2 3"), 2, true, &out, &err), &err);
	check_str_eq(buf_str(&out), "{}[n<1>]n<2>n<3>", "all of them");
	buf_fini(&out);
}

Test(json_push, depth_and_strings_are_bounded)
{
	struct buf out = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_fill(&text, '[', JSON_PUSH_DEPTH + 1);
	check_int_eq(push(buf_span(&text), 7, false, &out, &err), ERR_LIMIT, "depth");
	buf_clear(&text);
	buf_putc(&text, '"');
	buf_fill(&text, 'a', 101);
	check_int_eq(push(buf_span(&text), 7, false, &out, &err), ERR_LIMIT, "a string");
	buf_fini(&out);
	buf_fini(&text);
}
