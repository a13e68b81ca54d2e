/* SPDX-License-Identifier: Apache-2.0 */
/* Every format against the text it is meant to print: tests/golden/reports/NAME. After a
 * wanted change, SEAWORTHY_UPDATE_GOLDEN=1 writes them anew; read the difference. */
#include "base/str.h"
#include "os/fs.h"
#include "reports/report.h"
#include "support/check.h"
#include "support/scorecard.h"

#include <stdlib.h>

TestSuite(golden_reports, .timeout = 60);

#define FOLDER TEST_SOURCE_DIR "/golden/reports/"
enum { GOLDEN_MAX = 4 << 20 };

static const struct golden {
	const char *file;
	const char *sample;
	const char *format;
	struct rep_style style;
} goldens[] = {
	{ "no-go-80.txt", "no-go", "human", { false, true, 80, false } },
	{ "no-go-60-ascii.txt", "no-go", "human", { false, false, 60, false } },
	{ "no-go-120-color.txt", "no-go", "human", { true, true, 120, true } },
	{ "go.txt", "go", "human", { false, true, 80, false } },
	{ "conditional.txt", "conditional", "human", { false, true, 80, false } },
	{ "empty.txt", "empty", "human", { false, true, 80, false } },
	{ "hostile.txt", "hostile", "human", { false, true, 80, true } },
	{ "hostile-ascii.txt", "hostile", "human", { false, false, 80, true } },
	{ "seed.txt", "seed", "human", { false, true, 80, false } },
	{ "no-go.json", "no-go", "json", { 0 } },
	{ "empty.json", "empty", "json", { 0 } },
	{ "hostile.json", "hostile", "json", { 0 } },
	{ "seed.json", "seed", "json", { 0 } },
	{ "no-go.md", "no-go", "markdown", { 0 } },
	{ "conditional.md", "conditional", "markdown", { 0 } },
	{ "empty.md", "empty", "markdown", { 0 } },
	{ "hostile.md", "hostile", "markdown", { 0 } },
	{ "seed.md", "seed", "markdown", { 0 } },
	{ "no-go.html", "no-go", "html", { 0 } },
	{ "conditional.html", "conditional", "html", { 0 } },
	{ "empty.html", "empty", "html", { 0 } },
	{ "hostile.html", "hostile", "html", { 0 } },
	{ "seed.html", "seed", "html", { 0 } },
	{ "no-go.xml", "no-go", "junit", { 0 } },
	{ "hostile.xml", "hostile", "junit", { 0 } },
	{ "no-go.openmetrics", "no-go", "openmetrics", { 0 } },
	{ "hostile.openmetrics", "hostile", "openmetrics", { 0 } },
	{ "no-go.csv", "no-go", "csv", { 0 } },
	{ "hostile.csv", "hostile", "csv", { 0 } },
	{ "conditional.jsonl", "conditional", "jsonl", { 0 } },
	{ "no-go.github", "no-go", "github", { 0 } },
	{ "conditional.github", "conditional", "github", { 0 } },
	{ "hostile.github", "hostile", "github", { 0 } },
	{ "no-go.svg", "no-go", "badge", { 0 } },
	{ "conditional.svg", "conditional", "badge", { 0 } },
	{ "go.svg", "go", "badge", { 0 } },
	{ "held.svg", "held", "badge", { 0 } },
};

/* The page's style and script have tests of their own; their text would drown the rest.
 */
static struct span without_embedded(struct span page)
{
	size_t body = span_find(page, SPAN_LIT("<body>"));
	size_t script = span_rfind_byte(page, '<');

	while (script > 0 && !span_starts(span_from(page, script), SPAN_LIT("<script>")))
		script = span_rfind_byte(span_sub(page, 0, script), '<');
	return span_sub(page, body, script - body);
}

static void render(const struct golden *g, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const struct rep_scorecard *s = sample_scorecard(g->sample, &arena);
	struct buf all = BUF_INIT;
	struct span part;

	check_ok(rep_format_find(g->format)->write(s, &g->style, &all, &err), &err);
	part = buf_span(&all);
	if (str_eq(g->format, "html"))
		part = without_embedded(part);
	buf_put(out, part);
	check_true(buf_ok(out), "memory for %s", g->file);
	buf_fini(&all);
	arena_fini(&arena);
}

static size_t line_of(struct span text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < text.len; i++)
		line += text.ptr[i] == '\n';
	return line;
}

static void compare(const struct golden *g, struct span got, struct span want)
{
	size_t at = 0;

	while (at < got.len && at < want.len && got.ptr[at] == want.ptr[at])
		at++;
	check_true(span_eq(got, want), "%s differs from line %zu on", g->file,
	           line_of(got, at));
}

Test(golden_reports, print_what_was_agreed)
{
	bool update = getenv("SEAWORTHY_UPDATE_GOLDEN") != NULL;

	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		const struct golden *g = &goldens[i];
		struct buf path = BUF_INIT, got = BUF_INIT, want = BUF_INIT;
		struct err err = ERR_INIT;

		buf_printf(&path, FOLDER "%s", g->file);
		render(g, &got);
		if (update)
			check_ok(os_write_atomic(buf_str(&path), buf_span(&got), 0644,
			                         &err),
			         &err);
		check_ok(os_read_file(buf_str(&path), GOLDEN_MAX, &want, &err), &err);
		compare(g, buf_span(&got), buf_span(&want));
		buf_fini(&want);
		buf_fini(&got);
		buf_fini(&path);
	}
}

/* The seed's table was declared to be 78; its rows add up to 71.2. */
Test(golden_reports, never_print_the_declared_sum)
{
	for (const struct rep_format *f = rep_formats; f->name != NULL; f++) {
		const struct golden g = { f->name, "seed", f->name, { 0 } };
		struct buf got = BUF_INIT;

		if (f->parts)
			continue;
		render(&g, &got);
		check_str_contains(buf_str(&got), "71.2", "%s has the sum", f->name);
		check_true(strstr(buf_str(&got), "78") == NULL, "%s has no 78", f->name);
		buf_fini(&got);
	}
}
