// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

/* Jenkins' pipelines are Groovy: what names an image is looked for line by line. */

/* A comment of its own line or lines. "/" and "*" inside a line are too often part of a
 * path ("target/" "*.xml") to be asked. */
static bool is_comment(struct span line, bool *inside)
{
	bool was = *inside;

	line = span_trim(line);
	if (!was && span_starts(line, SPAN_LIT("/*"))) {
		was = true;
		line = span_from(line, 2);
	}
	*inside = was && span_find(line, SPAN_LIT("*/")) == line.len;
	return was || span_starts(line, SPAN_LIT("//"));
}

/* The text in quotes behind `from`, which is the end of "image", "image:" or "image(". */
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

/* "image: x" of a pod that is written as YAML inside the pipeline. */
static struct span of_pod(struct span start)
{
	struct span image;
	size_t end;

	if (span_starts(start, SPAN_LIT("- ")))
		start = span_trim(span_from(start, 2));
	if (!span_starts(start, SPAN_LIT("image: ")))
		return SPAN_EMPTY;
	image = span_trim(span_from(start, sizeof("image: ") - 1));
	if (image.len > 0 && (image.ptr[0] == '\'' || image.ptr[0] == '"'))
		return quoted(start, sizeof("image:") - 1);
	/* One word, with a comment behind it at most; else it is prose. */
	end = span_find_byte(image, ' ');
	start = span_trim(span_from(image, end));
	return start.len == 0 || start.ptr[0] == '#' ? span_sub(image, 0, end)
	                                             : SPAN_EMPTY;
}

static struct span image_of(struct span line)
{
	static const struct {
		const char *opener;
		const char *behind; /* or at the start; "": anywhere */
	} forms[] = {
		{ "image ", "ocker" },  { "docker.image(", "" },
		{ "image(", "" },       { "withDockerContainer(", "" },
		{ "image: ", "ocker" }, { "docker ", "agent" },
	};
	struct span start = span_trim(line);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct span opener = span_str(forms[i].opener);
		size_t at = span_find(line, opener);

		if (at < line.len &&
		    (forms[i].behind[0] == '\0' || span_starts(start, opener) ||
		     span_find(line, span_str(forms[i].behind)) < at)) {
			struct span image = quoted(line, at + opener.len - 1);

			if (image.len > 0)
				return image;
		}
	}
	return of_pod(start);
}

static void check_line(struct flow *f, struct span line)
{
	size_t catches = span_find(line, SPAN_LIT("catchError("));
	size_t result = span_find(line, SPAN_LIT("buildResult:"));
	size_t at = (size_t)(line.ptr - f->p->source->text.ptr);

	check_image(f, image_of(line));
	if (catches < line.len && result < line.len &&
	    span_eq_str(quoted(line, result + sizeof("buildResult:") - 1), "SUCCESS"))
		flow_report_at(f, "disabled-check", at + catches, at + line.len, NULL,
		               "what fails in here does not fail the build");
}

void flow_jenkins(struct flow *f)
{
	struct span rest = f->p->source->text;
	bool inside = false;

	while (rest.len > 0 && f->p->rc == ERR_OK) {
		struct span line = span_sub(rest, 0, span_find_byte(rest, '\n'));

		rest = span_from(rest, line.len + 1);
		if (!is_comment(line, &inside))
			check_line(f, line);
	}
}
