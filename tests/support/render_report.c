/* SPDX-License-Identifier: Apache-2.0 */
/* usage: render_report SAMPLE FORMAT [COLUMNS [color] [ascii] [verbose]]
 * Prints a sample scorecard, for tests that drive other programs and for the eye. */
#include "base/num.h"
#include "base/str.h"
#include "reports/report.h"
#include "support/scorecard.h"

#include <stdio.h>

static struct rep_style style_of(int argc, char **argv)
{
	struct rep_style style = { .utf8 = true, .columns = 80 };
	uint64_t columns = 80;

	for (int i = 3; i < argc; i++) {
		if (num_u64(span_str(argv[i]), 1, 1000, &columns))
			style.columns = (size_t)columns;
		style.color = style.color || str_eq(argv[i], "color");
		style.utf8 = style.utf8 && !str_eq(argv[i], "ascii");
		style.verbose = style.verbose || str_eq(argv[i], "verbose");
	}
	return style;
}

int main(int argc, char **argv)
{
	const struct rep_format *format = argc < 3 ? NULL : rep_format_find(argv[2]);
	struct rep_style style = style_of(argc, argv);
	const struct rep_scorecard *s;
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int status = 2;

	s = argc < 3 ? NULL : sample_scorecard(argv[1], &arena);
	if (s == NULL || format == NULL)
		(void)fputs("usage: render_report SAMPLE FORMAT [COLUMNS]\n", stderr);
	else if (format->write(s, &style, &out, &err) != ERR_OK)
		(void)fprintf(stderr, "render_report: %s\n", err.msg);
	else
		status = fwrite(out.ptr, 1, out.len, stdout) != out.len;
	buf_fini(&out);
	arena_fini(&arena);
	return status;
}
