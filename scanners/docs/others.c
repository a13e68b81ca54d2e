// SPDX-License-Identifier: Apache-2.0
#include "docs.h"

#include <string.h>

/* reStructuredText and AsciiDoc: what leads to files. Line by line. */

enum { TARGET_MAX = 1024 };

struct reader {
	struct span text;
	const struct scan_doc_sink *sink;
	struct span line;
};

static void tell(struct reader *r, struct span part)
{
	size_t start = (size_t)(part.ptr - r->text.ptr);

	if (part.len > 0)
		r->sink->add(SCAN_DOC_LINK, part, start, start + part.len,
		             r->sink->context);
}

static void read_lines(struct span text, const struct scan_doc_sink *sink,
                       void (*line)(struct reader *r))
{
	struct reader r = { .text = text, .sink = sink };
	struct span rest = text;

	while (rest.len > 0) {
		r.line = span_sub(rest, 0, span_find_byte(rest, '\n'));
		rest = span_from(rest, r.line.len + 1);
		line(&r);
	}
}

/* Is it a file, as far as one can see? Names of other targets are no paths. */
static bool has_extension(struct span s)
{
	size_t slash = span_rfind_byte(s, '/');
	struct span name = slash == s.len ? s : span_from(s, slash + 1);
	size_t dot = span_rfind_byte(name, '.');

	return dot > 0 && dot + 1 < name.len && name.len - dot <= 6 &&
	       span_find_byte(s, ' ') == s.len;
}

/* ".. image:: path", ".. _name: path" */
static void rst_directive(struct reader *r, struct span line)
{
	static const char *const names[] = { ".. image::", ".. figure::", ".. include::",
		                             ".. literalinclude::", NULL };
	struct span target;

	for (size_t i = 0; names[i] != NULL; i++) {
		if (span_starts(line, span_str(names[i]))) {
			target = span_trim(span_from(line, strlen(names[i])));
			if (has_extension(target))
				tell(r, target);
			return;
		}
	}
	if (!span_starts(line, SPAN_LIT(".. _")))
		return;
	target = span_from(line, span_find(line, SPAN_LIT(": ")));
	target = span_trim(span_from(target, 2));
	if (has_extension(target))
		tell(r, target);
}

/* "`text <path>`_" */
static void rst_line(struct reader *r)
{
	struct span line = span_trim(r->line);
	struct span rest = line;
	size_t at;

	if (span_starts(line, SPAN_LIT(".. "))) {
		rst_directive(r, line);
		return;
	}
	while ((at = span_find(rest, SPAN_LIT(">`_"))) < rest.len) {
		struct span before = span_sub(rest, 0, at);
		size_t open = span_rfind_byte(before, '<');

		if (open < before.len && has_extension(span_from(before, open + 1)))
			tell(r, span_from(before, open + 1));
		rest = span_from(rest, at + 3);
	}
}

void scan_doc_rst(struct span text, const struct scan_doc_sink *sink)
{
	read_lines(text, sink, rst_line);
}

/* "link:path[text]": up to the bracket, without a space. */
static void adoc_line(struct reader *r)
{
	static const char *const names[] = { "link:", "xref:", "include::", NULL };

	if (span_starts(r->line, SPAN_LIT("//")))
		return;
	for (size_t i = 0; names[i] != NULL; i++) {
		struct span rest = r->line;
		struct span name = span_str(names[i]);
		size_t at;

		while ((at = span_find(rest, name)) < rest.len) {
			struct span target = span_sub(rest, at + name.len, TARGET_MAX);
			size_t end = span_find_byte(target, '[');
			struct span file = span_sub(target, 0, end);

			file = span_sub(file, 0, span_find_byte(file, '#'));
			if (end < target.len && has_extension(file))
				tell(r, file);
			rest = span_from(rest, at + name.len);
		}
	}
}

void scan_doc_asciidoc(struct span text, const struct scan_doc_sink *sink)
{
	read_lines(text, sink, adoc_line);
}
