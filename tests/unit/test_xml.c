/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "lib/xml.h"
#include "support/check.h"

TestSuite(xml, .timeout = 30);

/* Writes what it hears as "<name a=b>", text and "</name>". */
static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct buf *log = context;

	if (strcmp(name, "bad") == 0)
		return err_set(err, ERR_USAGE, "element bad");
	buf_printf(log, "<%s", name);
	for (; attributes[0] != NULL; attributes += 2)
		buf_printf(log, " %s=%s", attributes[0], attributes[1]);
	buf_putc(log, '>');
	return ERR_OK;
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct buf *log = context;

	(void)err;
	buf_printf(log, "</%s>", name);
	return ERR_OK;
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct buf *log = context;

	if (span_eq_str(data, "stop"))
		return err_set(err, ERR_USAGE, "text stop");
	buf_put(log, data);
	return ERR_OK;
}

static enum err_code parse(struct span text, struct buf *log, struct err *err)
{
	const struct xml_handler handler = { on_start, on_end, on_text, log };

	*err = (struct err)ERR_INIT;
	return xml_parse(text, "r.xml", &handler, err);
}

static void check_heard(const char *text, const char *want)
{
	struct buf log = BUF_INIT;
	struct err err;

	check_ok(parse(span_str(text), &log, &err), &err);
	check_str_eq(buf_str(&log), want, "heard from %s", text);
	buf_fini(&log);
}

Test(xml, pushes_elements_attributes_and_text)
{
	check_heard("<a x='1' y=\"&lt;&#233;\">t&amp;<b/><![CDATA[<c>]]></a>",
	            "<a x=1 y=<\xc3\xa9>t&<b></b><c></a>");
	check_heard("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
	            "<a>\xc3\xa9</a>");
	check_heard("<!DOCTYPE coverage SYSTEM 'http://x.invalid/c.dtd'><a/>", "<a></a>");
	check_heard("\xef\xbb\xbf<a><!-- c --><?p i?></a>", "<a></a>");
}

Test(xml, works_without_callbacks)
{
	const struct xml_handler none = { NULL, NULL, NULL, NULL };
	struct err err = ERR_INIT;

	check_ok(xml_parse(SPAN_LIT("<a>x<b/></a>"), "r.xml", &none, &err), &err);
	check_err(xml_parse(SPAN_LIT("<a>"), "r.xml", &none, &err), ERR_CORRUPT,
	          "unclosed");
	check_err(xml_parse(SPAN_EMPTY, "r.xml", &none, &err), ERR_CORRUPT, "empty");
	check_str_contains(err.msg, "r.xml:1:1: no element found", "message");
}

Test(xml, finds_attributes)
{
	const char *attributes[] = { "a", "1", "b", "", NULL };

	check_str_eq(xml_attribute(attributes, "a"), "1", "first");
	check_str_eq(xml_attribute(attributes, "b"), "", "empty");
	check_null(xml_attribute(attributes, "1"), "values are no names");
}

Test(xml, refuses_with_the_place)
{
	static const struct {
		const char *text;
		enum err_code rc;
		const char *message;
	} cases[] = {
		{ "<a>\n<b></a>", ERR_CORRUPT, "r.xml:2:6: mismatched tag" },
		{ "<a/><b/>", ERR_CORRUPT, "r.xml:1:5: junk after document element" },
		{ "plain", ERR_CORRUPT, "r.xml:1:1: " },
		{ "<a b='1' b='2'/>", ERR_CORRUPT, "duplicate attribute" },
		{ "<a>\xff</a>", ERR_CORRUPT,
		  "r.xml:1:4: not well-formed (invalid token)" },
		{ "<a>\n\xc3\xa9&nope;</a>", ERR_CORRUPT, "r.xml:2:3: undefined entity" },
		{ "<!DOCTYPE a SYSTEM 'x'><a>&nope;</a>", ERR_CORRUPT,
		  "r.xml:1:27: entity &nope; is not defined" },
		{ "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", ERR_LIMIT,
		  "entity declarations are not accepted" },
		{ "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
		  ERR_LIMIT, "entity declarations are not accepted" },
		{ "<!DOCTYPE a [<!ENTITY % p SYSTEM 'x'> %p;]><a/>", ERR_LIMIT,
		  "entity declarations are not accepted" },
		{ "<?xml version='1.0' encoding='no-such'?><a/>", ERR_CORRUPT,
		  "encoding" },
		{ "<a>\n <bad/><c/></a>", ERR_USAGE, "r.xml:2:2: element bad" },
		{ "<a><b>stop</b></a>", ERR_USAGE, "r.xml:1:7: text stop" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf log = BUF_INIT;
		struct err err;

		check_int_eq(parse(span_str(cases[i].text), &log, &err), cases[i].rc,
		             "%s: %s", cases[i].text, err.msg);
		check_str_contains(err.msg, cases[i].message, "message for %s",
		                   cases[i].text);
		buf_fini(&log);
	}
}

Test(xml, nothing_is_heard_after_a_failure)
{
	struct buf log = BUF_INIT;
	struct err err;

	check_err(parse(SPAN_LIT("<a><bad/>text<c/></a>"), &log, &err), ERR_USAGE,
	          "stops");
	check_str_eq(buf_str(&log), "<a>", "nothing after it");
	buf_fini(&log);
}

Test(xml, the_laughing_bomb_is_refused_at_once)
{
	struct buf text = BUF_INIT;
	struct buf log = BUF_INIT;
	struct err err;

	buf_puts(&text, "<!DOCTYPE l [<!ENTITY l0 'lol'>");
	for (int i = 1; i < 30; i++)
		buf_printf(&text, "<!ENTITY l%d '&l%d;&l%d;&l%d;&l%d;'>", i, i - 1, i - 1,
		           i - 1, i - 1);
	buf_puts(&text, "]><l>&l29;</l>");
	check_err(parse(buf_span(&text), &log, &err), ERR_LIMIT, "refused");
	check_size_eq(log.len, 0, "nothing was expanded");
	buf_fini(&text);
	buf_fini(&log);
}

static void nest(struct buf *out, size_t levels)
{
	buf_clear(out);
	for (size_t i = 0; i < levels; i++)
		buf_puts(out, "<d>");
	for (size_t i = 0; i < levels; i++)
		buf_puts(out, "</d>");
}

Test(xml, bounds_depth_and_attributes)
{
	struct buf text = BUF_INIT;
	struct buf log = BUF_INIT;
	struct err err;

	nest(&text, 256);
	check_ok(parse(buf_span(&text), &log, &err), &err);
	nest(&text, 10000);
	check_err(parse(buf_span(&text), &log, &err), ERR_LIMIT, "10,000 levels");
	check_str_contains(err.msg, "r.xml:1:769: nested deeper than 256", "message");
	buf_clear(&text);
	buf_puts(&text, "<a b='");
	buf_fill(&text, 'x', (1 << 20) + 1);
	buf_puts(&text, "'/>");
	check_err(parse(buf_span(&text), &log, &err), ERR_LIMIT, "attribute");
	check_str_contains(err.msg, "1 MiB", "message");
	buf_fini(&text);
	buf_fini(&log);
}

/* The file is fed in pieces: places and text must not notice. */
Test(xml, large_files_are_read_across_pieces)
{
	struct buf text = BUF_INIT;
	struct buf log = BUF_INIT;
	struct err err;

	buf_puts(&text, "<a>");
	for (int i = 0; i < 300000; i++)
		buf_puts(&text, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\n");
	buf_puts(&text, "</a>");
	check_ok(parse(buf_span(&text), &log, &err), &err);
	check_size_eq(log.len, text.len, "all of it");
	buf_truncate(&text, text.len - 4);
	buf_puts(&text, "</b>");
	check_err(parse(buf_span(&text), &log, &err), ERR_CORRUPT, "wrong end");
	check_str_contains(err.msg, "r.xml:300001:3: mismatched tag", "place");
	buf_fini(&text);
	buf_fini(&log);
}

static enum err_code feed_filled(const char *head, const char *tail, struct err *err)
{
	const struct xml_handler none = { NULL, NULL, NULL, NULL };
	struct xml_reader *r = NULL;
	struct buf piece = BUF_INIT;
	enum err_code rc;

	check_ok(xml_reader_new(&r, "r.xml", &none, err), err);
	buf_fill(&piece, 'x', 1 << 20);
	rc = xml_reader_feed(r, span_str(head), false, err);
	for (int i = 0; i < 20 && rc == ERR_OK; i++)
		rc = xml_reader_feed(r, buf_span(&piece), false, err);
	if (rc == ERR_OK)
		rc = xml_reader_feed(r, span_str(tail), true, err);
	xml_reader_free(r);
	buf_fini(&piece);
	return rc;
}

Test(xml, text_may_be_long_and_a_tag_may_not)
{
	struct err err = ERR_INIT;

	check_ok(feed_filled("<a>", "</a>", &err), &err);
	check_ok(feed_filled("<a><![CDATA[", "]]></a>", &err), &err);
	check_err(feed_filled("<a b='", "'/>", &err), ERR_LIMIT, "an attribute");
	check_str_contains(err.msg, "a tag or comment is longer than 8 MiB", "message");
	check_err(feed_filled("<a><!--", "--></a>", &err), ERR_LIMIT, "a comment");
	check_err(feed_filled("<!--", "--><a/>", &err), ERR_LIMIT, "a comment before it");
}

Test(xml, running_out_of_memory_is_an_error)
{
	const struct xml_handler none = { NULL, NULL, NULL, NULL };
	struct err err = ERR_INIT;
	enum err_code rc = ERR_NOMEM;
	uint64_t n = 1;

	for (; rc == ERR_NOMEM && n < 1000; n++) {
		mem_fail_after(n);
		rc = xml_parse(SPAN_LIT("<a b='c'>text<d/></a>"), "r.xml", &none, &err);
		mem_fail_after(0);
	}
	check_ok(rc, &err);
	check_true(n > 3, "some allocations failed before");
}
