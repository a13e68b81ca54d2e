// SPDX-License-Identifier: Apache-2.0
#include "scanners/binary.h"
#include "support/check.h"

#include <string.h>

TestSuite(binary, .timeout = 10);

/* As UTF-16 of either order, every byte one unit; with a mark or without. */
static void widen(struct buf *out, const char *text, bool big, bool mark)
{
	buf_clear(out);
	if (mark)
		buf_puts(out, big ? "\xFE\xFF" : "\xFF\xFE");
	for (; *text != '\0'; text++) {
		if (big)
			buf_putc(out, '\0');
		buf_putc(out, *text);
		if (!big)
			buf_putc(out, '\0');
	}
}

Test(binary, utf16_is_told_with_and_without_its_mark)
{
	static const char text[] = "// TODO: as editors wrote it\r\nint a;\n";
	struct buf wide = BUF_INIT;
	struct buf back = BUF_INIT;

	for (int i = 0; i < 4; i++) {
		widen(&wide, text, i & 1, i & 2);
		check_int_eq(scan_encoding_of(buf_span(&wide)), SCAN_UTF16, "%d", i);
		buf_clear(&back);
		scan_utf16_decode(buf_span(&wide), &back);
		check_str_eq(buf_str(&back), text, "%d", i);
	}
	/* Letters of other scripts among Latin ones, a byte too many, and too little to
	 * tell. */
	widen(&wide, text, false, false);
	buf_put(&wide, SPAN_LIT("\x16\x04\xAC\x20"));
	check_int_eq(scan_encoding_of(buf_span(&wide)), SCAN_UTF16, "some others");
	buf_putc(&wide, 'x');
	check_int_eq(scan_encoding_of(buf_span(&wide)), SCAN_UTF16, "a byte more");
	widen(&wide, "int a;", false, false);
	check_int_eq(scan_encoding_of(buf_span(&wide)), SCAN_BINARY, "too short");
	widen(&wide, "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02", false, false);
	check_int_eq(scan_encoding_of(buf_span(&wide)), SCAN_BINARY, "small numbers");
	buf_fini(&wide);
	buf_fini(&back);
}

Test(binary, a_stray_nul_hides_no_text)
{
	struct buf text = BUF_INIT;
	char *nul;

	for (int i = 0; i < 100; i++)
		buf_puts(&text, "int some_name = 1; \xC3\xA9\n");
	nul = text.ptr + 40;
	*nul = '\0';
	check_int_eq(scan_encoding_of(buf_span(&text)), SCAN_BYTES, "one");
	memset(nul, 0, text.len / 32);
	check_int_eq(scan_encoding_of(buf_span(&text)), SCAN_BYTES, "as many as may be");
	memset(nul, 0, text.len / 32 + 1);
	check_int_eq(scan_encoding_of(buf_span(&text)), SCAN_BINARY, "one more");
	memset(nul, 1, text.len / 32 + 1);
	check_int_eq(scan_encoding_of(buf_span(&text)), SCAN_BYTES, "without a NUL");
	buf_fini(&text);
	check_int_eq(scan_encoding_of(span_of("TODO\0", 5)), SCAN_BINARY,
	             "of a few bytes");
	check_int_eq(scan_encoding_of(SPAN_EMPTY), SCAN_BYTES, "nothing");
}

Test(binary, a_picture_with_a_text_about_it_is_none)
{
	static const char *const starts[] = { "\xFF\xD8\xFF\xE0", "\x89PNG\r\n", "GIF89a",
		                              "RIFF", "%PDF-1.7" };
	struct buf data = BUF_INIT;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		buf_clear(&data);
		buf_puts(&data, starts[i]);
		buf_putc(&data, '\0');
		while (data.len < 9000)
			buf_puts(&data, "<rdf:li>what it shows</rdf:li>\n");
		check_int_eq(scan_encoding_of(buf_span(&data)), SCAN_BINARY,
		             "picture %zu", i);
		check_int_eq(scan_encoding_of(span_from(buf_span(&data), 3)), SCAN_BYTES,
		             "a text with a slip, %zu", i);
	}
	buf_fini(&data);
}
