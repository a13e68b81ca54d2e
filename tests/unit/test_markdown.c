/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/mem.h"
#include "lib/markdown.h"
#include "support/check.h"

TestSuite(markdown, .timeout = 20);

/* What is told, as text: "<2" for what opens, ">2" for what closes, pieces in quotes. */
struct told {
	struct buf out;
	struct span text;
	size_t stop_after; /* calls; 0: never */
};

static enum err_code count(struct told *t)
{
	return t->stop_after > 0 && --t->stop_after == 0 ? ERR_CANCELLED : ERR_OK;
}

static enum err_code enter(const struct markdown_block *b, void *context)
{
	struct told *t = context;

	buf_printf(&t->out, "<%d%s", b->kind, b->head ? "h" : "");
	if (b->task != 0)
		buf_putc(&t->out, b->task);
	if (b->level > 0)
		buf_printf(&t->out, "#%u", b->level);
	if (b->ordered)
		buf_printf(&t->out, "@%u", b->start);
	return count(t);
}

static enum err_code leave(const struct markdown_block *b, void *context)
{
	struct told *t = context;

	buf_printf(&t->out, ">%d", b->kind);
	return count(t);
}

static enum err_code enter_span(enum markdown_span_kind kind, void *context)
{
	struct told *t = context;

	buf_printf(&t->out, "{%d", kind);
	return count(t);
}

static enum err_code leave_span(enum markdown_span_kind kind, void *context)
{
	struct told *t = context;

	buf_printf(&t->out, "}%d", kind);
	return count(t);
}

static enum err_code piece(enum markdown_text_kind kind, struct span text, size_t at,
                           void *context)
{
	struct told *t = context;

	if (at != MARKDOWN_NOWHERE)
		check_true(span_eq(span_sub(t->text, at, text.len), text), "at %zu", at);
	buf_printf(&t->out, "%d'%.*s'", kind, (int)text.len, text.ptr);
	return count(t);
}

static enum err_code parse(struct told *t, struct span text, struct err *err)
{
	const struct markdown_handler handler = { enter,      leave, enter_span,
		                                  leave_span, piece, t };

	t->text = text;
	return markdown_parse(text, &handler, err);
}

static void check_told(const char *text, const char *want)
{
	struct told t = { .out = BUF_INIT };
	struct err err = ERR_INIT;

	check_ok(parse(&t, span_str(text), &err), &err);
	check_str_eq(buf_str(&t.out), want, "%s", text);
	buf_fini(&t.out);
}

Test(markdown, blocks_spans_and_pieces_come_in_order)
{
	check_told("", "");
	check_told("## a\n", "<4#20'a'>4");
	check_told("3. *b* `c`\n", "<1@3<2{00'b'}00' '{34'c'}3>2>1");
	check_told("- [x] a\n- [ ] b\n", "<1<2x0'a'>2<2 0'b'>2>1");
	check_told("~~a~~ ![b](c) [d](e)\n", "<7{40'a'}40' '{20'b'}20' '{10'd'}1>7");
	check_told("| a |\n|---|\n| 1 |\n", "<8<9<10h0'a'>10>9<9<100'1'>10>9>8");
	check_told("a <!-- b -->\n", "<70'a '5'<!-- b -->'>7");
	check_told("> a\nb  \nc&nbsp;\n", "<0<70'a'2'\n'0'b'1'\n'0'c'3'&nbsp;'>7>0");
}

Test(markdown, a_callback_stops_it_wherever_it_is)
{
	const struct span text = SPAN_LIT("# a\n\n- *b* c\n\n| d |\n|---|\n| 1 |\n");
	struct err err = ERR_INIT;

	for (size_t n = 1;; n++) {
		struct told t = { .out = BUF_INIT, .stop_after = n };
		enum err_code rc = parse(&t, text, &err);

		buf_fini(&t.out);
		if (rc == ERR_OK) {
			check_true(n > 20, "%zu calls", n);
			return;
		}
		check_int_eq(rc, ERR_CANCELLED, "call %zu", n);
	}
}

Test(markdown, few_bytes_make_no_endless_table)
{
	enum { WIDE = 20000 };
	struct told t = { .out = BUF_INIT };
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;

	for (size_t i = 0; i < WIDE; i++)
		buf_puts(&text, "|a");
	buf_puts(&text, "|\n");
	for (size_t i = 0; i < WIDE; i++)
		buf_puts(&text, "|-");
	buf_puts(&text, "|\n");
	for (size_t i = 0; i < WIDE; i++)
		buf_puts(&text, "|b|\n");
	rc = parse(&t, buf_span(&text), &err);
	check_true(rc == ERR_OK || rc == ERR_LIMIT, "%s", err.msg);
	check_true(t.out.len < (size_t)64 << 20, "%zu bytes", t.out.len);
	buf_fini(&t.out);
	buf_fini(&text);
}
