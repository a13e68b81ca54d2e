// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include "support/check.h"

TestSuite(base64, .timeout = 10);

/* RFC 4648, section 10, and both digits that other alphabets replace. */
static const struct {
	const char *bytes;
	const char *text;
} pairs[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/" },
};

Test(base64, writes_and_reads_the_vectors)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;

		base64_put(&out, span_str(pairs[i].bytes));
		check_str_eq(buf_str(&out), pairs[i].text, "written");
		buf_clear(&out);
		check_ok(base64_read(&out, span_str(pairs[i].text), &err), &err);
		check_str_eq(buf_str(&out), pairs[i].bytes, "read");
		buf_fini(&out);
	}
}

/* So nothing of a text that was read can be changed unseen. */
Test(base64, every_text_that_is_read_is_the_one_that_is_written)
{
	static const char *const texts[] = { "Zm9vYmFy", "Zm9vYmE=", "Zm9vYg==" };

	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
		for (size_t i = 0; i < strlen(texts[t]); i++)
			for (int c = 0; c < 256; c++) {
				struct buf bytes = BUF_INIT;
				struct buf again = BUF_INIT;
				char text[9];

				memcpy(text, texts[t], sizeof text);
				text[i] = (char)c;
				if (base64_read(&bytes, span_of(text, 8), NULL) ==
				    ERR_OK) {
					base64_put(&again, buf_span(&bytes));
					check_mem_eq(buf_str(&again), text, (size_t)8,
					             "byte %zu is %d", i, c);
				}
				buf_fini(&bytes);
				buf_fini(&again);
			}
}

Test(base64, refuses_what_it_does_not_write)
{
	static const char *const bad[] = { "Zg",   "Zg=",  "Zh==",     "Zm9=", "Zm-_",
		                           "====", "Z===", "Zg==Zg==", " Zg=", "Zg=\n" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;

		check_err(base64_read(&out, span_str(bad[i]), &err), ERR_CORRUPT, "%s",
		          bad[i]);
		buf_fini(&out);
	}
}
