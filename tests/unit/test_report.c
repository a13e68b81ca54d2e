/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/report.h"

#include "base/mem.h"
#include "support/check.h"
#include "support/scorecard.h"

TestSuite(report, .timeout = 60);

static const struct rep_style plain = { .utf8 = true, .columns = 80 };

Test(report, formats_are_sorted_and_found_by_name)
{
	for (const struct rep_format *f = rep_formats; f->name != NULL; f++) {
		check_true(rep_format_find(f->name) == f, "%s is found", f->name);
		if (f[1].name != NULL)
			check_true(strcmp(f->name, f[1].name) < 0, "%s is sorted",
			           f->name);
		check_true(f->extension[0] == '.', "%s has an extension", f->name);
	}
	check_null(rep_format_find("htm"), "a part of a name finds nothing");
	check_null(rep_format_find(NULL), "no name finds nothing");
}

Test(report, every_sample_adds_up)
{
	for (const char *const *name = sample_names; *name != NULL; name++) {
		struct arena arena = ARENA_INIT;

		check_true(rep_sums_agree(sample_scorecard(*name, &arena)), "%s", *name);
		arena_fini(&arena);
	}
}

/* What can be wrong with a table, one thing each. */
enum { LOWER, CATEGORY, CHECK, STRANGER, NEGATIVE, HUGE, FAULTS };

static void spoil(struct rep_scorecard *s, struct arena *arena, int fault)
{
	struct rep_category *g = arena_array(arena, s->category_count, sizeof *g);
	struct rep_check *c = arena_array(arena, s->check_count, sizeof *c);

	memcpy(g, s->categories, s->category_count * sizeof *g);
	memcpy(c, s->checks, s->check_count * sizeof *c);
	s->categories = g;
	s->checks = c;
	s->lower += fault == LOWER;
	g[0].contribution += fault == CATEGORY;
	c[1].contribution += fault == CHECK;
	if (fault == STRANGER)
		c[1].category = "no such category";
	if (fault == NEGATIVE) {
		c[1].contribution -= 500;
		c[2].contribution += 500;
	}
	if (fault == HUGE)
		c[1].contribution = c[2].contribution = INT64_MAX;
}

Test(report, a_table_that_does_not_add_up_is_never_printed)
{
	for (int fault = 0; fault < FAULTS; fault++) {
		for (const struct rep_format *f = rep_formats; f->name != NULL; f++) {
			struct arena arena = ARENA_INIT;
			struct rep_scorecard *s = sample_scorecard("no-go", &arena);
			struct buf out = BUF_INIT;
			struct err err = ERR_INIT;

			spoil(s, &arena, fault);
			check_true(!rep_sums_agree(s), "fault %d is seen", fault);
			check_err(f->write(s, &plain, &out, &err), ERR_CORRUPT,
			          "%s refuses fault %d", f->name, fault);
			check_size_eq(out.len, 0, "%s wrote nothing", f->name);
			check_str_contains(err.msg, "does not add up", "%s says why",
			                   f->name);
			buf_fini(&out);
			arena_fini(&arena);
		}
	}
}

static size_t times_in(const char *text, const char *part)
{
	size_t times = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		times++;
	}
	return times;
}

/* Four checks: the first, second and last lack evidence for the same reason. */
Test(report, one_remedy_of_many_checks_stands_once)
{
	static const struct rep_check checks[] = {
		{ .id = "a", .category = "c", .state = REP_UNKNOWN, .remedy = "do it" },
		{ .id = "b", .category = "c", .state = REP_ERROR, .remedy = "do it" },
		{ .id = "other", .category = "c", .state = REP_UNKNOWN, .remedy = "no" },
		{ .id = "d", .category = "c", .state = REP_UNKNOWN, .remedy = "do it" },
	};
	static const struct rep_blocker blockers[] = {
		{ .check = "a", .priority = "P0", .state = REP_UNKNOWN },
		{ .check = "b", .priority = "P0", .state = REP_ERROR },
		{ .check = "other", .priority = "P0", .state = REP_UNKNOWN },
	};
	static const struct rep_category category = { .id = "c", .title = "C" };
	struct rep_scorecard s = { .categories = &category,
		                   .category_count = 1,
		                   .checks = checks,
		                   .check_count = 4,
		                   .blockers = blockers,
		                   .blocker_count = 3 };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(rep_format_find("human")->write(&s, &plain, &out, &err), &err);
	check_size_eq(times_in(buf_str(&out), "mend: do it"), 1, "blockers: %s",
	              buf_str(&out));
	check_size_eq(times_in(buf_str(&out), "mend: no"), 1, "another remedy");
	check_str_contains(buf_str(&out), "  a, b, d\n    > do it\n  other\n    > no\n",
	                   "one remedy below all its checks");
	buf_fini(&out);
}

/* Three checks rest on the same output; the first has no title. */
Test(report, one_output_of_many_checks_stands_once)
{
	static const struct rep_artefact log = { .name = "unit.output.txt",
		                                 .sha256 = "abcd",
		                                 .bytes = 9,
		                                 .tail = "only once" };
	static const struct rep_check checks[] = {
		{ .id = "a", .category = "c", .artefacts = &log, .artefact_count = 1 },
		{ .id = "b",
		  .title = "B",
		  .category = "c",
		  .artefacts = &log,
		  .artefact_count = 1 },
		{ .id = "d", .category = "c", .state = REP_NOT_APPLICABLE },
	};
	static const struct rep_category category = { .id = "c", .title = "C" };
	struct rep_scorecard s = { .categories = &category,
		                   .category_count = 1,
		                   .checks = checks,
		                   .check_count = 3 };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(rep_format_find("html")->write(&s, &plain, &out, &err), &err);
	check_size_eq(times_in(buf_str(&out), "only once"), 1, "the text");
	check_size_eq(times_in(buf_str(&out), "sha256:abcd"), 2, "its name stays");
	check_str_contains(buf_str(&out), "shown at <a href=\"#k0\"><code>a</code></a>",
	                   "and where it is");
	check_str_contains(buf_str(&out), "<code class=\"title\">a</code></span>",
	                   "an id alone");
	check_str_contains(buf_str(&out), "<span class=\"title\">B</span> <code>b</code>",
	                   "a title with its id");
	buf_fini(&out);
	buf_init(&out);
	check_ok(rep_format_find("human")->write(&s, &plain, &out, &err), &err);
	check_str_contains(buf_str(&out), "\n  N/A      d\n", "in one line");
	buf_fini(&out);
}

Test(report, running_out_of_memory_anywhere_is_an_error)
{
	struct arena arena = ARENA_INIT;
	const struct rep_scorecard *s = sample_scorecard("no-go", &arena);

	for (const struct rep_format *f = rep_formats; f->name != NULL; f++) {
		enum err_code rc = ERR_NOMEM;
		uint64_t n = 0;

		while (rc == ERR_NOMEM && n < 1000) {
			struct buf out = BUF_INIT;
			struct err err = ERR_INIT;

			mem_fail_after(++n);
			rc = f->write(s, &plain, &out, &err);
			mem_fail_after(0);
			check_true(rc == ERR_OK || rc == ERR_NOMEM,
			           "%s, allocation %u: %s", f->name, (unsigned)n,
			           err.msg);
			check_true((rc == ERR_OK) == buf_ok(&out) || rc == ERR_NOMEM,
			           "%s never hides a cut report", f->name);
			buf_fini(&out);
		}
		check_int_eq(rc, ERR_OK, "%s ends after %u", f->name, (unsigned)n);
		check_true(n > 1, "%s allocates", f->name);
	}
	arena_fini(&arena);
}
