// SPDX-License-Identifier: Apache-2.0
/* Documents, heads of functions and the checks of placeholders over any bytes: what they
 * tell lies inside the text. The first byte chooses. */
#include "scanners/docs/docs.h"
#include "scanners/function_head.h"
#include "scanners/placeholder.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(enum scan_doc_kind kind, struct span part, size_t start, size_t end,
                void *context)
{
	const struct span *text = context;
	struct buf slug = BUF_INIT;

	if (part.len == 0 || end - start != part.len || end > text->len ||
	    part.ptr != text->ptr + start)
		abort();
	if (kind == SCAN_DOC_ANCHOR)
		scan_doc_slug(part, &slug);
	if (slug.len > part.len)
		abort();
	buf_fini(&slug);
}

static void check_hits(struct span text)
{
	static scan_check *const checks[] = {
		scan_check_always_true,     scan_check_constant_result,
		scan_check_disabled_check,  scan_check_empty_handler,
		scan_check_not_implemented, scan_check_skipped_test,
	};

	for (size_t at = 0; at < text.len; at += 1 + at / 8) {
		for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
			struct scan_hit hit = { .text = text,
				                .path = SPAN_LIT("a.sh"),
				                .start = at,
				                .end = at + 1 + (text.len - at) / 4 };

			hit.end = hit.end > text.len ? text.len : hit.end;
			if (checks[i](&hit) == NULL &&
			    (hit.start > hit.end || hit.end > text.len))
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct span, const struct scan_doc_sink *) = {
		scan_doc_markdown, scan_doc_rst, scan_doc_asciidoc
	};
	struct span text;
	struct scan_doc_sink sink = { add, &text };

	if (size == 0)
		return 0;
	text = span_of((const char *)data + 1, size - 1);
	if (data[0] % 4 < 3)
		readers[data[0] % 4](text, &sink);
	else
		check_hits(text);
	return 0;
}
