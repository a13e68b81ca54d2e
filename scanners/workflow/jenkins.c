// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "scanners/lexer.h"
#include "workflow_internal.h"

/* Jenkins' pipelines are Groovy: what names an image is looked for line by line. */

/* A pipeline, with blanks in place of its comments: what is found in them is found at the
 * same places of the file. */
struct jenkins {
	struct flow *f;
	struct span text;
};

/* One that is open to the end of the file is none, for it would hide all of the rest. */
static bool is_comment(const struct scan_piece *piece, struct span text)
{
	return (piece->kind == SCAN_COMMENT || piece->kind == SCAN_DOC) &&
	       (!span_starts(text, SPAN_LIT("/*")) ||
	        (text.len >= 4 && span_ends(text, SPAN_LIT("*/"))));
}

/* Where a comment starts depends on the strings around: the lexer knows. */
static void blank_comments(struct buf *out, struct span text)
{
	struct scan_piece piece;
	struct scan_lexer lexer;

	scan_lexer_init(&lexer, scan_language_named(SPAN_LIT("groovy")), text);
	while (buf_ok(out) && scan_lexer_next(&lexer, &piece)) {
		struct span part = span_sub(text, piece.start, piece.end - piece.start);

		if (!is_comment(&piece, part)) {
			buf_put(out, part);
			continue;
		}
		for (size_t i = 0; i < part.len; i++)
			buf_putc(out, part.ptr[i] == '\n' ? '\n' : ' ');
	}
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

static void check_image(const struct jenkins *j, struct span image)
{
	size_t start = (size_t)(image.ptr - j->text.ptr);

	if (image.len == 0 || span_find(image, SPAN_LIT("@sha256:")) != image.len ||
	    span_find_byte(image, '$') != image.len)
		return;
	flow_report_at(j->f, "unpinned-images", start, start + image.len, NULL,
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

static void check_line(const struct jenkins *j, struct span line)
{
	size_t catches = span_find(line, SPAN_LIT("catchError("));
	size_t result = span_find(line, SPAN_LIT("buildResult:"));
	size_t at = (size_t)(line.ptr - j->text.ptr);

	check_image(j, image_of(line));
	if (catches < line.len && result < line.len &&
	    span_eq_str(quoted(line, result + sizeof("buildResult:") - 1), "SUCCESS"))
		flow_report_at(j->f, "disabled-check", at + catches, at + line.len, NULL,
		               "what fails in here does not fail the build");
}

void flow_jenkins(struct flow *f)
{
	struct buf blanked = BUF_INIT;
	struct jenkins j = { .f = f };
	struct span rest;

	blank_comments(&blanked, f->p->source->text);
	if (!buf_ok(&blanked))
		f->p->rc = ERR_NOMEM;
	j.text = buf_span(&blanked);
	rest = j.text;
	while (rest.len > 0 && f->p->rc == ERR_OK) {
		struct span line = span_sub(rest, 0, span_find_byte(rest, '\n'));

		rest = span_from(rest, line.len + 1);
		check_line(&j, line);
	}
	buf_fini(&blanked);
}
