// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

/* Jenkins' pipelines are Groovy: what names an image is looked for line by line. */

static bool is_comment(struct span line)
{
	line = span_trim(line);
	return span_starts(line, SPAN_LIT("//")) || span_starts(line, SPAN_LIT("*"));
}

/* The text in quotes behind `from`, which is the end of "image" or "image(". */
static struct span quoted(struct span line, size_t from)
{
	struct span rest = span_trim(span_from(line, from));
	char quote;

	if (rest.len > 0 && rest.ptr[0] == '(')
		rest = span_trim(span_from(rest, 1));
	if (rest.len == 0 || (rest.ptr[0] != '\'' && rest.ptr[0] != '"'))
		return SPAN_EMPTY;
	quote = rest.ptr[0];
	rest = span_from(rest, 1);
	return span_sub(rest, 0, span_find_byte(rest, quote));
}

static void check_image(struct flow *f, struct span image)
{
	size_t start = (size_t)(image.ptr - f->p->source->text.ptr);

	if (image.len == 0 || span_find(image, SPAN_LIT("@sha256:")) != image.len ||
	    span_find_byte(image, '$') != image.len)
		return;
	flow_report_at(f, "unpinned-images", start, start + image.len, NULL,
	               "the image %.*s may be another one tomorrow: name it by digest",
	               (int)(image.len < 80 ? image.len : 80), image.ptr);
}

static void check_line(struct flow *f, struct span line)
{
	static const char *const openers[] = { "image ", "docker.image(", "image(" };
	struct span start = span_trim(line);
	size_t catches = span_find(line, SPAN_LIT("catchError("));
	size_t at = (size_t)(line.ptr - f->p->source->text.ptr);

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		struct span opener = span_str(openers[i]);
		size_t found = span_find(line, opener);

		if (found < line.len && (i > 0 || span_starts(start, opener) ||
		                         span_find(line, SPAN_LIT("docker")) < found)) {
			check_image(f, quoted(line, found + opener.len - (i > 0)));
			break;
		}
	}
	if (catches < line.len &&
	    span_find(line, SPAN_LIT("buildResult: 'SUCCESS'")) != line.len)
		flow_report_at(f, "disabled-check", at + catches, at + line.len, NULL,
		               "what fails in here does not fail the build");
}

void flow_jenkins(struct flow *f)
{
	struct span rest = f->p->source->text;

	while (rest.len > 0 && f->p->rc == ERR_OK) {
		struct span line = span_sub(rest, 0, span_find_byte(rest, '\n'));

		rest = span_from(rest, line.len + 1);
		if (!is_comment(line))
			check_line(f, line);
	}
}
