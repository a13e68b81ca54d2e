// SPDX-License-Identifier: Apache-2.0
#include "scanners/glance.h"

#include "base/buf.h"
#include "support/check.h"

#include <string.h>

TestSuite(glance, .timeout = 60);

enum { KINDS = 4, TEXT_MAX = 1024 };

static const struct {
	const char *expression;
	unsigned kind;
} kinds[KINDS] = {
	{ "[0-9A-Za-z._+-]@[0-9A-Za-z-]", HARDCODED_MAIL },
	{ "[0-9]\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]", HARDCODED_IPV4 },
	{ ":[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]", HARDCODED_IPV6 },
	{ ":[1-9][0-9]{1,4}(?:[^0-9A-Za-z_.:]|$)", HARDCODED_PORT },
};

struct world {
	struct scan_regex *re[KINDS];
	struct scan_matcher *matcher;
	struct scan_glance glance;
	const char *shown;
	size_t runs; /* seen so far */
	size_t marks;
};

static void world_open(struct world *w)
{
	struct err err;

	memset(w, 0, sizeof(*w));
	check_ok(scan_matcher_new(&w->matcher, &err), &err);
	for (size_t i = 0; i < KINDS; i++)
		check_ok(scan_regex_new(&w->re[i], kinds[i].expression, SCAN_REGEX_BYTES,
		                        &err),
		         &err);
}

static void world_close(struct world *w)
{
	for (size_t i = 0; i < KINDS; i++)
		scan_regex_free(w->re[i]);
	scan_matcher_free(w->matcher);
	scan_glance_fini(&w->glance);
}

/* What ends at each offset, by the expressions. */
static void expect_marks(const struct world *w, struct span text, unsigned *at)
{
	struct scan_group match;

	memset(at, 0, (TEXT_MAX + 1) * sizeof(*at));
	for (size_t i = 0; i < KINDS; i++) {
		size_t from = 0;

		while (from <= text.len &&
		       scan_regex_find(w->re[i], w->matcher, text, from, &match, 1) ==
		               SCAN_MATCH) {
			at[match.end] |= kinds[i].kind;
			from = match.start + 1;
		}
	}
}

static void check_marks(struct world *w, struct span text)
{
	unsigned expected[TEXT_MAX + 1];
	size_t last = 0;

	expect_marks(w, text, expected);
	for (size_t i = 0; i < w->glance.mark_count; i++) {
		const struct scan_mark *m = &w->glance.marks[i];

		check_true(m->end >= last, "rising: %s", check_quote(w->shown));
		check_true((expected[m->end] & m->kinds) == m->kinds, "%x at %zu: %s",
		           m->kinds, m->end, check_quote(w->shown));
		expected[m->end] &= ~m->kinds;
		last = m->end;
	}
	for (size_t i = 0; i <= text.len; i++)
		check_int_eq(expected[i], 0, "missed at %zu: %s", i,
		             check_quote(w->shown));
	w->marks += w->glance.mark_count;
}

static void check_runs(struct world *w, struct span text)
{
	size_t next = 0;
	size_t start = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && scan_is_run_byte(text.ptr[i]))
			continue;
		if (i - start >= SCAN_RUN_MIN) {
			check_true(next < w->glance.run_count &&
			                   w->glance.runs[next].start == start &&
			                   w->glance.runs[next].end == i,
			           "%zu to %zu: %s", start, i, check_quote(w->shown));
			next++;
		}
		start = i + 1;
	}
	check_size_eq(w->glance.run_count, next, "%s", check_quote(w->shown));
	w->runs += next;
}

/* At every offset of what is looked at in one go, and over its ends. */
Test(glance, sees_what_the_expressions_find)
{
	static const char *const pieces[] = {
		"1",
		".",
		":",
		"@",
		"12",
		"345",
		"6789",
		"a",
		"F",
		"g",
		"_",
		"-",
		"+",
		"/",
		" ",
		"\n",
		"\xC3",
		"::1",
		"8080",
		"1.2.3.4",
		"x@y",
		":80 ",
		"\"",
		":443\n",
		"abcdefghijklmnop",
		"0123456789+/-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		"                                                              ",
	};
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };
	struct buf text = BUF_INIT;
	uint64_t seed = 11;
	struct world w;

	world_open(&w);
	for (int i = 0; i < 20000; i++) {
		buf_clear(&text);
		for (int k = 0; k < i % 24; k++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			buf_puts(&text, pieces[(seed >> 33) % PIECES]);
		}
		if (text.len > TEXT_MAX)
			buf_truncate(&text, TEXT_MAX);
		w.shown = buf_str(&text);
		check_true(scan_glance_look(&w.glance, buf_span(&text), true), "memory");
		check_true(w.glance.marks_known, "marks are asked for");
		check_marks(&w, buf_span(&text));
		check_runs(&w, buf_span(&text));
	}
	check_true(w.marks > 10000 && w.runs > 5000, "%zu marks, %zu runs", w.marks,
	           w.runs);
	world_close(&w);
	buf_fini(&text);
}

Test(glance, every_byte_is_in_a_run_or_ends_one)
{
	struct scan_glance g = { .runs = NULL };

	for (int byte = 0; byte < 256; byte++) {
		const char c = (char)byte;
		bool is_one = c != '\0' && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ+-/_"
		                                  "abcdefghijklmnopqrstuvwxyz0123456789",
		                                  c) != NULL;

		for (size_t at = 0; at < 150; at++) {
			char text[200];

			memset(text, 'a', sizeof(text));
			text[at] = c;
			check_true(
				scan_glance_look(&g, span_of(text, sizeof(text)), false),
				"memory");
			check_size_eq(g.run_count, is_one || at < SCAN_RUN_MIN ? 1 : 2,
			              "byte %d at %zu", byte, at);
		}
	}
	check_true(!g.marks_known, "nobody asked");
	scan_glance_fini(&g);
}

Test(glance, too_many_marks_are_not_known)
{
	struct scan_glance g = { .runs = NULL };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i <= SCAN_MARKS_MAX; i++)
		buf_puts(&text, "a@b ");
	check_true(scan_glance_look(&g, buf_span(&text), true), "memory");
	check_true(!g.marks_known, "one too many");
	buf_truncate(&text, text.len - 4);
	check_true(scan_glance_look(&g, buf_span(&text), true), "memory");
	check_true(g.marks_known && g.mark_count == SCAN_MARKS_MAX, "as many as may be");
	scan_glance_fini(&g);
	buf_fini(&text);
}
