/* SPDX-License-Identifier: Apache-2.0 */
/* What a project's own text can do to a report: nothing. */
#include "base/mem.h"
#include "base/str.h"
#include "lib/json.h"
#include "reports/bench.h"
#include "reports/dashboard.h"
#include "reports/findings.h"
#include "reports/report.h"
#include "support/check.h"
#include "support/scorecard.h"

TestSuite(report_text, .timeout = 60);

static void render(const struct rep_scorecard *s, const char *format,
                   struct rep_style style, struct buf *out)
{
	struct err err = ERR_INIT;

	check_ok(rep_format_find(format)->write(s, &style, out, &err), &err);
}

/* The report in which every text of the project is `text`. */
static void render_filled(const char *text, const char *format, struct rep_style style,
                          struct buf *out)
{
	struct arena arena = ARENA_INIT;

	render(sample_filled(text, &arena), format, style, out);
	arena_fini(&arena);
}

static size_t count(struct span s, const char *part)
{
	struct span needle = span_str(part);
	size_t n = 0;

	for (size_t at = span_find(s, needle); at < s.len; at = span_find(s, needle)) {
		n++;
		s = span_from(s, at + needle.len);
	}
	return n;
}

static bool is_override(struct span s)
{
	return s.len >= 3 && s.ptr[0] == '\xe2' &&
	       ((s.ptr[1] == '\x80' && s.ptr[2] >= '\xaa' && s.ptr[2] <= '\xae') ||
	        (s.ptr[1] == '\x81' && s.ptr[2] >= '\xa6' && s.ptr[2] <= '\xa9'));
}

static void check_terminal_safe(struct span text, bool utf8, const char *from)
{
	check_true(str_is_utf8(text), "valid UTF-8 from %s", from);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		check_true(c == '\n' || (c >= ' ' && c != 0x7f), "byte %u from %s", c,
		           from);
		check_true(utf8 || c < 0x80, "not ASCII from %s", from);
		check_true(!is_override(span_from(text, i)), "bidi from %s", from);
	}
}

Test(report_text, a_terminal_gets_no_control_characters)
{
	for (const char *const *t = sample_hostile_texts; *t != NULL; t++) {
		for (int utf8 = 0; utf8 < 2; utf8++) {
			struct buf out = BUF_INIT;

			render_filled(*t, "human",
			              (struct rep_style){ .utf8 = utf8 != 0,
			                                  .columns = 80,
			                                  .verbose = true },
			              &out);
			check_terminal_safe(buf_span(&out), utf8 != 0, check_quote(*t));
			buf_fini(&out);
		}
	}
}

static void check_width(const struct rep_scorecard *s, const char *name, size_t columns,
                        bool utf8)
{
	struct buf out = BUF_INIT;
	struct span rest, line;

	render(s, "human", (struct rep_style){ false, utf8, columns, true }, &out);
	rest = buf_span(&out);
	while (span_line(&rest, &line)) {
		check_true(str_columns(line) <= columns, "%s at %zu: %.*s", name, columns,
		           (int)line.len, line.ptr);
		check_true(!span_ends(line, SPAN_LIT(" ")), "%s: trailing space", name);
	}
	buf_fini(&out);
}

Test(report_text, no_line_is_wider_than_the_terminal)
{
	static const size_t widths[] = { 60, 75, 76, 80, 100, 120 };

	for (const char *const *name = sample_names; *name != NULL; name++) {
		struct arena arena = ARENA_INIT;
		const struct rep_scorecard *s = sample_scorecard(*name, &arena);

		for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
			check_width(s, *name, widths[i], true);
			check_width(s, *name, widths[i], false);
		}
		arena_fini(&arena);
	}
}

Test(report_text, colour_changes_no_word)
{
	struct arena arena = ARENA_INIT;
	const struct rep_scorecard *s = sample_scorecard("no-go", &arena);
	struct buf plain = BUF_INIT, color = BUF_INIT, bare = BUF_INIT;
	struct span rest;

	render(s, "human", (struct rep_style){ false, true, 80, false }, &plain);
	render(s, "human", (struct rep_style){ true, true, 80, false }, &color);
	rest = buf_span(&color);
	while (rest.len > 0) {
		size_t at = span_find_byte(rest, '\033');

		buf_put(&bare, span_sub(rest, 0, at));
		rest = span_from(rest, at);
		rest = span_from(rest, rest.len > 0 ? span_find_byte(rest, 'm') + 1 : 0);
	}
	check_true(color.len > plain.len, "there is colour");
	check_str_eq(buf_str(&bare), buf_str(&plain), "the same words");
	buf_fini(&bare);
	buf_fini(&color);
	buf_fini(&plain);
	arena_fini(&arena);
}

/* Text that needs no escaping gives the page its shape; no other text may change it. */
Test(report_text, a_page_keeps_its_shape)
{
	static const char *const shape[] = { "<", ">", "\"", "<script", "<img", "</" };
	struct buf calm = BUF_INIT;

	render_filled("a b", "html", (struct rep_style){ 0 }, &calm);
	for (const char *const *t = sample_hostile_texts; *t != NULL; t++) {
		struct buf out = BUF_INIT;

		render_filled(*t, "html", (struct rep_style){ 0 }, &out);
		check_true(str_is_utf8(buf_span(&out)), "valid: %s", check_quote(*t));
		for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
			check_size_eq(count(buf_span(&out), shape[i]),
			              count(buf_span(&calm), shape[i]), "%s with %s",
			              shape[i], check_quote(*t));
		check_size_eq(count(buf_span(&out), "\xe2\x80\xae"), 0, "no override");
		buf_fini(&out);
	}
	buf_fini(&calm);
}

/* Without <pre> blocks, in which only HTML counts, and the breakers of names. */
static void outline(struct span text, struct buf *out)
{
	const struct span end = SPAN_LIT("</pre>"), breaker = SPAN_LIT("<!-- -->");

	while (text.len > 0) {
		size_t pre = span_find(text, SPAN_LIT("<pre>"));
		struct span part = span_sub(text, 0, pre);

		while (part.len > 0) {
			size_t at = span_find(part, breaker);

			buf_put(out, span_sub(part, 0, at));
			part = span_from(part, at + breaker.len);
		}
		text = span_from(text, pre);
		text = span_from(text, span_find(text, end) + end.len);
	}
}

/* How often `c` stands there with a meaning, that is without a backslash. */
static size_t live(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else
			n += s.ptr[i] == c;
	}
	return n;
}

Test(report_text, markdown_keeps_its_shape)
{
	struct buf calm = BUF_INIT, calm_all = BUF_INIT;

	render_filled("a b", "markdown", (struct rep_style){ 0 }, &calm_all);
	outline(buf_span(&calm_all), &calm);
	for (const char *const *t = sample_hostile_texts; *t != NULL; t++) {
		struct buf all = BUF_INIT, out = BUF_INIT;

		render_filled(*t, "markdown", (struct rep_style){ 0 }, &all);
		outline(buf_span(&all), &out);
		for (const char *c = "<>|`*_[]~$\n"; *c != '\0'; c++)
			check_size_eq(live(buf_span(&out), *c), live(buf_span(&calm), *c),
			              "'%c' with %s", *c, check_quote(*t));
		check_size_eq(count(buf_span(&all), "<!-- seaworthy -->"), 1,
		              "one marker");
		/* Inside <pre> nobody is called and nothing is linked. */
		check_size_eq(count(buf_span(&all), "<pre>"),
		              count(buf_span(&calm_all), "<pre>"), "as many blocks");
		check_true(count(buf_span(&all), "@everyone") <=
		                   count(buf_span(&all), "<pre>"),
		           "nobody is called");
		buf_fini(&out);
		buf_fini(&all);
	}
	buf_fini(&calm);
	buf_fini(&calm_all);
}

Test(report_text, json_reads_back_as_it_was)
{
	for (const char *const *t = sample_hostile_texts; *t != NULL; t++) {
		struct buf out = BUF_INIT;
		struct json_doc *doc = NULL;
		struct err err = ERR_INIT;
		const struct json *check;

		render_filled(*t, "json", (struct rep_style){ 0 }, &out);
		check_ok(json_parse(&doc, buf_span(&out), "report", &err), &err);
		check = json_first(json_get(json_root(doc), "checks"));
		if (str_is_utf8(span_str(*t)))
			check_str_eq(json_string(json_get(check, "message")), *t,
			             "the same");
		else
			check_not_null(json_string(json_get(check, "message")), "text");
		json_free(doc);
		buf_fini(&out);
	}
}

/* More rules than fit in a comment. */
static void overflow(struct rep_scorecard *s, struct arena *arena, size_t rules)
{
	struct rep_rule_count *list = arena_array(arena, rules, sizeof *list);

	check_not_null(list, "memory");
	for (size_t i = 0; i < rules; i++)
		list[i] = (struct rep_rule_count){
			arena_printf(arena, "rule.number-%zu.with-a-rather-long-name", i),
			1
		};
	s->findings_by_rule = list;
	s->findings_by_rule_count = rules;
	s->findings_total = rules;
	s->findings = NULL;
	s->finding_count = 0;
}

Test(report_text, markdown_ends_at_a_row_below_a_million_bytes)
{
	struct arena arena = ARENA_INIT;
	struct rep_scorecard *s = sample_scorecard("no-go", &arena);
	struct buf out = BUF_INIT;
	struct span rest, line, all;

	overflow(s, &arena, 40000);
	render(s, "markdown", (struct rep_style){ 0 }, &out);
	all = rest = buf_span(&out);
	check_true(all.len <= 1000000 && all.len > 990000, "%zu bytes", all.len);
	while (span_line(&rest, &line))
		if (span_starts(line, SPAN_LIT("| ")))
			check_true(span_ends(line, SPAN_LIT("|")), "a whole row: %.*s",
			           (int)line.len, line.ptr);
	check_size_eq(count(all, "<details>"), count(all, "</details>"), "closed");
	check_size_eq(count(all, "**Cut at 1000000 bytes"), 1, "it says so");
	check_size_eq(count(all, "**64.4**"), 2, "both sums are there");
	buf_fini(&out);
	arena_fini(&arena);
}

Test(report_text, a_line_without_end_is_cut)
{
	struct arena arena = ARENA_INIT;
	struct rep_scorecard *s = sample_scorecard("no-go", &arena);
	struct buf long_line = BUF_INIT, out = BUF_INIT;
	struct rep_failed_test failed = { "huge", NULL };
	struct rep_suite suite = { .id = "s", .state = "fail", .failed = 1 };

	buf_fill(&long_line, '<', 5000000);
	failed.message = buf_str(&long_line);
	suite.failures = &failed;
	suite.failure_count = 1;
	s->suites = &suite;
	s->suite_count = 1;
	render(s, "markdown", (struct rep_style){ 0 }, &out);
	check_true(out.len < 100000, "a line is cut: %zu bytes", out.len);
	buf_fini(&out);
	buf_fini(&long_line);
	arena_fini(&arena);
}

/* ---- findings for other programs ---- */

Test(report_text, findings_are_cut_by_importance_and_it_is_said)
{
	static const struct rep_rule rules[] = {
		{ "a.b", "title", "why", "remedy", "warning" },
	};
	const struct rep_missed missed[] = {
		{ SPAN_LIT("open.c"), "left open", false },
		{ SPAN_LIT("bad.c"), "unreadable", true },
	};
	const size_t many = REP_SARIF_RESULTS + 7;
	struct rep_located *items = NULL;
	struct rep_findings all = { .version = "1.0.0",
		                    .count = many,
		                    .rules = rules,
		                    .rule_count = 1,
		                    .missed = missed,
		                    .missed_count = 2,
		                    .complete = false };
	struct buf out = BUF_INIT;
	struct err err;

	check_true(mem_array(&items, many, sizeof(*items)), "memory");
	for (size_t i = 0; i < many; i++)
		items[i] = (struct rep_located){
			.rule = "a.b",
			.path = SPAN_LIT("a\n:b%.c"),
			.line = 1,
			.column = 1,
			.end_line = i % 2 + 1,
			.end_column = 2,
			.severity = i + 1 == many ? "error" : "note",
			.scope = "test",
			.message = i + 1 == many ? "worst\r\n::error::x" : "m",
			.fingerprint = "f",
			.state = i < 5 ? "known" : "new",
			.reason = "",
		};
	all.items = items;
	check_ok(rep_findings_sarif(&all, &out, &err), &err);
	check_size_eq(count(buf_span(&out), "\"ruleId\""), REP_SARIF_RESULTS, "at most");
	check_size_eq(count(buf_span(&out), "\"level\": \"error\""), 2,
	              "the worst is there, and what failed");
	check_size_eq(count(buf_span(&out), "\"suppressions\""), 0,
	              "what is known goes first");
	check_str_contains(buf_str(&out), "7 findings of least importance", "told");
	check_str_contains(buf_str(&out), "\"executionSuccessful\": false", "partial");
	check_str_contains(buf_str(&out), "a%0A%3Ab%25.c", "a URI");
	buf_clear(&out);
	check_ok(rep_findings_github(&all, &out, &err), &err);
	check_size_eq(count(buf_span(&out), "\n"), 12,
	              "incomplete, an error, nine and the rest");
	check_str_contains(buf_str(&out), "::error title=seaworthy::the scan is incom",
	                   "a failure");
	check_str_contains(
		buf_str(&out),
		"::error file=a%0A%3Ab%25.c,line=1,endLine=1,col=1,endColumn=2,"
		"title=a.b::worst%0D%0A::error::x\n",
		"nothing ends the command");
	check_str_contains(buf_str(&out), "::notice title=seaworthy::24992 more",
	                   "the rest");
	all.missed_count = 1;
	buf_clear(&out);
	check_ok(rep_findings_github(&all, &out, &err), &err);
	check_str_contains(buf_str(&out), "::warning title=seaworthy::the scan is incom",
	                   "what is left open is no failure");
	buf_clear(&out);
	check_ok(rep_findings_gitlab(&all, &out, &err), &err);
	check_size_eq(count(buf_span(&out), "check_name"), many - 5,
	              "all but the known ones");
	mem_free(items);
	buf_fini(&out);
}

Test(report_text, findings_in_markdown_mean_nothing_but_themselves)
{
	const struct rep_rule rules[] = { { "a.b", "title | x", "w", "r", "note" },
		                          { "c.d", "t", "w", "r", "note" } };
	const struct rep_missed missed = { SPAN_LIT("a`b"), "unreadable", true };
	const struct rep_located items[] = {
		{ .rule = "a.b",
		  .path = SPAN_LIT("x|y\n### <b>.c"),
		  .line = 3,
		  .column = 7,
		  .severity = "error",
		  .message = "@team: [x](http://y) | <script> `",
		  .state = "",
		  .reason = "" },
		{ .rule = "a.b",
		  .path = SPAN_LIT("x|y\n### <b>.c"),
		  .line = 4,
		  .column = 1,
		  .severity = "note",
		  .message = "m",
		  .state = "",
		  .reason = "" },
		{ .rule = "c.d",
		  .path = SPAN_LIT("z.c"),
		  .line = 1,
		  .column = 1,
		  .severity = "note",
		  .message = "m",
		  .state = "known",
		  .reason = "" },
	};
	struct rep_findings all = { .items = items,
		                    .count = 3,
		                    .rules = rules,
		                    .rule_count = 2,
		                    .missed = &missed,
		                    .missed_count = 1 };
	struct buf out = BUF_INIT;
	struct err err;

	check_ok(rep_findings_markdown(&all, &out, &err), &err);
	check_str_contains(
		buf_str(&out),
		"2 findings (1 error, 0 warning, 1 note), 1 known, 0 allowed by "
		"comments. The scan is not complete.",
		"sums");
	check_str_contains(buf_str(&out), "| `a.b` | title \\| x | 1 | 0 | 1 |", "a row");
	check_size_eq(count(buf_span(&out), "`c.d`"), 0, "known ones are counted only");
	check_size_eq(count(buf_span(&out), "\n### "), 2,
	              "one file, and what was missed");
	check_size_eq(count(buf_span(&out), "<script>"), 0, "no markup");
	check_str_contains(buf_str(&out), "\\[x\\](http", "no link");
	check_size_eq(count(buf_span(&out), "@team"), 0, "nobody is called");
	check_str_contains(buf_str(&out), "- 3:7 **error** `a.b` ", "a finding");
	buf_fini(&out);
}

/* ---- the dashboard, and the base of benchmarks ---- */

static void check_escaped(struct buf *page, const char *from)
{
	check_size_eq(count(buf_span(page), "<img"), 0, "an element from %s", from);
	check_size_eq(count(buf_span(page), "\" onx="), 0, "an attribute from %s", from);
	check_true(count(buf_span(page), "&lt;img") > 0, "shown from %s", from);
	buf_fini(page);
}

Test(report_text, the_history_is_text_on_the_dashboard)
{
	const char *const x = "<img \" onx=1>";
	const struct rep_dashboard_run runs[] = {
		{ .run = x, .commit = x, .branch = x, .kept = true },
		{ .run = "b" },
	};
	const struct rep_dashboard_project one = { .slug = x,
		                                   .name = x,
		                                   .path = x,
		                                   .trouble = x,
		                                   .runs = runs,
		                                   .count = 2,
		                                   .all = 3 };
	struct buf page = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(rep_dashboard(&one, 1, &page, &err), &err);
	check_escaped(&page, "all projects");
	check_ok(rep_dashboard_project(&one, &page, &err), &err);
	check_escaped(&page, "one project");
}

/* What can be chosen is there once, and nothing that leaves no choice. */
Test(report_text, the_dashboard_offers_what_its_lists_have)
{
	const struct rep_dashboard_run runs[] = {
		{ .run = "a", .branch = "main", .decision = REP_NO_GO },
		{ .run = "b", .branch = "side" },
		{ .run = "c", .branch = "main" },
		{ .run = "d" },
	};
	struct rep_dashboard_project p = {
		.slug = "s", .name = "n", .path = "p", .runs = runs
	};
	static const struct {
		size_t runs, forms, go, no_go, branches, options;
	} table[] = {
		{ 0, 0, 0, 0, 0, 0 },
		{ 1, 0, 0, 0, 0, 0 },
		{ 2, 1, 1, 1, 1, 3 },
		{ 4, 1, 1, 1, 1, 3 },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buf page = BUF_INIT;
		struct span text;

		p.count = p.all = table[i].runs;
		check_ok(rep_dashboard_project(&p, &page, &err), &err);
		text = buf_span(&page);
		check_size_eq(count(text, "<form class=\"tools\""), table[i].forms,
		              "form");
		check_size_eq(count(text, "data-state=\"go\""), table[i].go, "GO");
		check_size_eq(count(text, "data-state=\"no-go\""), table[i].no_go,
		              "NO-GO");
		check_size_eq(count(text, "data-state=\"none\""), 0, "no run");
		check_size_eq(count(text, "id=\"of-branch\""), table[i].branches,
		              "branch");
		check_size_eq(count(text, "<option"), table[i].options, "branches");
		buf_fini(&page);
	}
}

Test(report_text, the_base_of_benchmarks_is_text_on_the_page)
{
	const struct rep_bench_row row = {
		.check = "a", .name = "b", .unit = "", .why = "", .verdict = REP_BENCH_NEW
	};
	const struct rep_bench bench = { .rows = &row,
		                         .count = 1,
		                         .base = "<img onx=1>" };
	const struct rep_scorecard s = { .bench = &bench };
	struct buf page = BUF_INIT;

	render(&s, "html", (struct rep_style){ 0 }, &page);
	check_escaped(&page, "the base");
}

Test(report_text, parts_are_text_on_the_page_and_many_owners_wait_behind_a_line)
{
	struct rep_part parts[13];
	struct rep_scorecard s = { .components = parts,
		                   .component_count = 1,
		                   .owners = parts,
		                   .owner_count = 12 };
	struct buf page = BUF_INIT;

	for (size_t i = 0; i < 13; i++)
		parts[i] =
			(struct rep_part){ "<img onx=1>", "\" onx=1", true, true, 1, 2 };
	render(&s, "html", (struct rep_style){ 0 }, &page);
	check_size_eq(count(buf_span(&page), "<summary>All of them"), 0, "twelve");
	check_escaped(&page, "a component");
	s.owner_count = 13;
	render(&s, "html", (struct rep_style){ 0 }, &page);
	check_size_eq(count(buf_span(&page), "<summary>All of them"), 1, "thirteen");
	check_escaped(&page, "an owner");
}
