// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/mem.h"
#include "support/check.h"

TestSuite(buf, .timeout = 10);

Test(buf, puts_add_up)
{
	struct buf b = BUF_INIT;
	char *text;

	check_str_eq(buf_str(&b), "", "never written");
	buf_puts(&b, "a");
	buf_put(&b, span_sub(SPAN_LIT("xbx"), 1, 1));
	buf_putc(&b, 'c');
	buf_fill(&b, '-', 3);
	buf_printf(&b, "%d", 42);
	buf_put(&b, SPAN_EMPTY);
	check_str_eq(buf_str(&b), "abc---42", "text");
	check_size_eq(buf_span(&b).len, 8, "length");
	check_ok(buf_err(&b, NULL), &(struct err)ERR_INIT);
	buf_truncate(&b, 3);
	check_str_eq(buf_str(&b), "abc", "truncated");
	text = buf_take(&b);
	check_str_eq(text, "abc", "taken");
	check_size_eq(b.len, 0, "empty after take");
	mem_free(text);
	buf_fini(&b);
}

Test(buf, taking_an_empty_buffer_gives_an_empty_text)
{
	struct buf b = BUF_INIT;
	char *text = buf_take(&b);

	check_str_eq(text, "", "text");
	mem_free(text);
}

Test(buf, keeps_embedded_nul)
{
	struct buf b = BUF_INIT;

	buf_put(&b, SPAN_LIT("a\0b"));
	check_size_eq(b.len, 3, "length");
	check_mem_eq(b.ptr, "a\0b", 4, "bytes with the closing NUL");
	buf_fini(&b);
}

/* Each length around the first growths, by printf into a part-filled buffer. */
Test(buf, printf_of_every_length)
{
	char text[300];
	struct buf b = BUF_INIT;

	for (size_t len = 0; len < sizeof(text); len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		buf_fini(&b);
		buf_puts(&b, "12");
		buf_printf(&b, "%s", text);
		check_size_eq(b.len, len + 2, "length %zu", len);
		check_str_eq(buf_str(&b) + 2, text, "text of %zu", len);
	}
	buf_fini(&b);
}

Test(buf, failure_sticks_until_cleared)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;

	buf_puts(&b, "kept");
	mem_fail_after(1);
	buf_fill(&b, 'x', 1000);
	mem_fail_after(0);
	check_true(!buf_ok(&b), "failed");
	buf_puts(&b, "more");
	check_str_eq(buf_str(&b), "", "no half text");
	check_size_eq(buf_span(&b).len, 0, "no half span");
	check_err(buf_err(&b, &err), ERR_NOMEM, "tells");
	check_str_contains(err.msg, "memory", "message");
	buf_clear(&b);
	buf_puts(&b, "again");
	check_str_eq(buf_str(&b), "again", "usable after clear");
	buf_fini(&b);
}

Test(buf, overflowing_lengths_fail)
{
	struct buf b = BUF_INIT;

	buf_puts(&b, "x");
	check_true(!buf_reserve(&b, SIZE_MAX), "sum overflows");
	check_true(!buf_ok(&b), "failed");
	check_null(buf_take(&b), "nothing to take");
	check_true(buf_ok(&b), "empty and usable after take");
	check_true(!buf_reserve(&b, SIZE_MAX - 1), "too much for the machine");
	buf_fini(&b);
}

static char *write_some(void)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 200; i++) {
		buf_printf(&b, "%d,", i);
		buf_puts(&b, "text");
		buf_fill(&b, '.', (size_t)i);
	}
	return buf_take(&b);
}

Test(buf, every_allocation_may_fail)
{
	char *text = NULL;
	uint64_t n;

	for (n = 1; text == NULL; n++) {
		check_true(n < 100, "ends");
		mem_fail_after(n);
		text = write_some();
		mem_fail_after(0);
	}
	check_true(n > 5, "%d failures were tried", (int)n);
	mem_free(text);
}
