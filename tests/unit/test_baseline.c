// SPDX-License-Identifier: Apache-2.0
#include "scanners/baseline.h"

#include "base/mem.h"
#include "base/str.h"
#include "scanners/sample.h"
#include "scanners/scanner.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

TestSuite(baseline, .timeout = 60);

#define SALT \
	"salt: \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n"
#define HEAD "version: 1\n" SALT
#define ID "0123456789abcdef0123456789abcdef"
#define LINE(path, more) \
	"- {\"path\":\"" path "\",\"rule\":\"marker.todo\",\"id\":\"" ID "\"" more "}\n"

/* ---- the file ---- */

Test(baseline, faults_are_named_with_place_and_mend)
{
	static const struct {
		const char *text;
		const char *part;
	} cases[] = {
		{ "", "baseline create" },
		{ "[]", "version: 1" },
		{ "version: 2\n", "b.yml:1:10: version 1 is all" },
		{ "version: 1\n", "salt: 64" },
		{ "version: 1\nsalt: 0123\n", "b.yml:2:7: salt: 64" },
		{ HEAD "finding: []\n", "b.yml:3:1: no key 'finding' here" },
		{ HEAD "findings: {}\n", "findings: a list" },
		{ HEAD "findings:\n- x\n", "b.yml:4:3: an entry is" },
		{ HEAD "findings:\n- {path: a}\n", "has no rule" },
		{ HEAD "findings:\n" LINE("a.c", ",\"line\":3"), "no key 'line'" },
		{ HEAD "findings:\n- {path: a, rule: r, id: xyz}\n", "id: 32 small" },
		{ HEAD "findings:\n" LINE("a.c", ",\"expires\":\"2027-02-30\""),
		  "write a day" },
		{ HEAD "findings:\n" LINE("a.c", ",\"expires\":\"2027-02-03T00:00:00Z\""),
		  "write a day" },
		{ HEAD "findings:\n" LINE("a.c", ",\"reason\":[1]"), "a text is wanted" },
		{ HEAD "findings:\n" LINE("a.c", "") LINE("a.c", ",\"owner\":\"b\""),
		  "b.yml:5:3: line 4 says something else" },
		{ HEAD "<<<<<<< HEAD\n", "b.yml:" },
	};
	struct scan_baseline *b;
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum err_code rc =
			scan_baseline_parse(&b, span_str(cases[i].text), "b.yml", &err);

		check_true(rc == ERR_USAGE || rc == ERR_CORRUPT, "case %zu: refused", i);
		check_null(b, "case %zu: nothing is left", i);
		check_str_contains(err.msg, cases[i].part, "case %zu", i);
	}
}

static const char *put(struct scan_baseline *b, struct buf *out)
{
	buf_clear(out);
	scan_baseline_put(b, out);
	return buf_str(out);
}

Test(baseline, is_written_as_it_was_read_and_in_order)
{
	static const char text[] =
		HEAD "findings:\n"
		     "# is lost\n\n# of b\n  # too\n"
		     "- {path: b.c, rule: marker.todo, id: 1" /* any YAML will do */
		     "123456789abcdef0123456789abcdef} # is lost\n" LINE(
			     "a.c", ",\"reason\":\"x: y\"")
			     LINE("a.c", ",\"reason\":\"x: y\"");
	struct scan_baseline *b;
	struct scan_baseline *again;
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	struct err err;

	check_ok(scan_baseline_parse(&b, SPAN_LIT(text), "b.yml", &err), &err);
	check_size_eq(b->count, 2, "both sides of a merge had the same line");
	check_str_contains(
		put(b, &first),
		"findings:\n" LINE("a.c", ",\"reason\":\"x: y\"") "# of b\n  # too\n- "
								  "{\"path\":\"b.c",
		"sorted by path, with what is said above");
	check_ok(scan_baseline_parse(&again, buf_span(&first), "b.yml", &err), &err);
	check_str_eq(put(again, &second), buf_str(&first), "the same bytes");
	scan_baseline_free(b);
	scan_baseline_free(again);
	buf_fini(&first);
	buf_fini(&second);
}

Test(baseline, memory_faults_are_clean)
{
	static const char text[] = HEAD "findings:\n" LINE("a.c", ",\"what\":\"w\"");
	struct scan_baseline *b = NULL;
	enum err_code rc = ERR_NOMEM;

	for (uint64_t n = 1; rc == ERR_NOMEM && n < 10000; n++) {
		mem_fail_after(n);
		rc = scan_baseline_parse(&b, SPAN_LIT(text), "b.yml", NULL);
		mem_fail_after(0);
		check_true(rc == ERR_OK || b == NULL, "nothing is left, %d", (int)n);
	}
	check_int_eq(rc, ERR_OK, "read in the end");
	scan_baseline_free(b);
}

/* ---- what a scan makes of it ---- */

static struct project project;

static void make_project(void)
{
	project_init(&project);
}

static void drop_project(void)
{
	project_fini(&project);
}

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct scan_result scan(struct scan_baseline *b)
{
	static const char *const rules[] = { "baseline.unused", "cycle.import",
		                             "marker.todo", "secret.generic-password" };
	const struct scan_options o = { .path = buf_str(&project.root),
		                        .root = buf_str(&project.root),
		                        .rules = rules,
		                        .rule_count = 4,
		                        .baseline = b,
		                        .now_ms = 20000 * DAY_MS, /* 2024-10-04 */
		                        .engine = SCAN_ENGINE_LITERALS };
	struct scan_result r;
	struct err err;

	check_ok(scan_run(&o, &r, &err), &err);
	return r;
}

/* Takes in all that is new, with this last day. */
static void accept(struct scan_baseline *b, const char *expires)
{
	struct scan_result r = scan(b);

	for (size_t i = 0; i < r.count; i++) {
		const struct scan_finding *f = &r.findings[i];
		struct buf path = BUF_INIT;

		str_display(&path, f->path);
		if (f->state == SCAN_NEW)
			check_true(
				scan_baseline_add(
					b, &(struct scan_entry){ .path = buf_str(&path),
			                                         .rule = f->rule,
			                                         .id = f->fingerprint,
			                                         .what = f->message,
			                                         .reason = "",
			                                         .owner = "",
			                                         .expires = expires }),
				"memory");
		buf_fini(&path);
	}
	scan_result_fini(&r);
}

/* "todo:1 known; generic-password:2 new; | 1 new 1 known 0 expired 0 gone" */
static const char *states(struct scan_baseline *b, struct buf *out)
{
	struct scan_result r;

	for (size_t i = 0; i < b->count; i++)
		b->entries[i]->used = false;
	r = scan(b);
	buf_clear(out);
	for (size_t i = 0; i < r.count; i++)
		buf_printf(out, "%s:%d %s; ", strchr(r.findings[i].rule, '.') + 1,
		           (int)r.findings[i].line, scan_state_name(r.findings[i].state));
	buf_printf(out, "| %d new %d known %d expired %d gone", (int)r.compared.fresh,
	           (int)r.compared.known, (int)r.compared.expired, (int)r.compared.gone);
	scan_result_fini(&r);
	return buf_str(out);
}

static void put_password(const char *before, const char *sample)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, before);
	buf_puts(&text, "password = \"");
	scan_sample_expand(span_str(sample), &text);
	buf_puts(&text, "\"\n");
	project_put(&project, "a.py", buf_str(&text));
	buf_fini(&text);
}

Test(baseline, knows_findings_that_moved_and_no_others, .init = make_project,
     .fini = drop_project)
{
	struct scan_baseline *b = scan_baseline_new("b.yml");
	struct buf out = BUF_INIT;

	put_password("# TODO one\n", "{{alnum 6}}!{{alnum 9}}#");
	accept(b, "");
	check_str_eq(states(b, &out),
	             "todo:1 known; generic-password:2 known; | 0 new 2 known "
	             "0 expired 0 gone",
	             "as they were");
	put_password("\n\n# TODO one\n\n", "{{alnum 6}}!{{alnum 9}}#");
	check_str_eq(states(b, &out),
	             "todo:3 known; generic-password:5 known; | 0 new 2 known "
	             "0 expired 0 gone",
	             "moved");
	put_password("# TODO one\n", "{{alnum 7}}!{{alnum 9}}#");
	check_str_eq(
		states(b, &out),
		"todo:1 known; generic-password:2 new; unused:0 new; | 2 new 1 known "
		"0 expired 1 gone",
		"another secret in its place is no known one");
	check_size_eq(scan_baseline_drop_unused(b), 1, "what fits nothing is taken out");
	check_size_eq(b->count, 1, "and the other one stays");
	scan_baseline_free(b);
	buf_fini(&out);
}

Test(baseline, entries_end_with_their_day, .init = make_project, .fini = drop_project)
{
	static const struct {
		const char *expires;
		const char *state;
	} cases[] = {
		{ "", "todo:1 known; | 0 new 1 known 0 expired 0 gone" },
		{ "2024-10-04", "todo:1 known; | 0 new 1 known 0 expired 0 gone" },
		{ "2024-10-03", "todo:1 expired; | 0 new 0 known 1 expired 0 gone" },
	};
	struct buf out = BUF_INIT;

	project_put(&project, "a.py", "# TODO one\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_baseline *b = scan_baseline_new("b.yml");

		accept(b, cases[i].expires);
		check_str_eq(states(b, &out), cases[i].state, "until %s",
		             cases[i].expires);
		scan_baseline_free(b);
	}
	buf_fini(&out);
}

/* Where it is asked why and who, an entry that says only one of them accepts nothing. */
Test(baseline, entries_are_vouched_for_by_reason_and_owner)
{
	static const struct {
		const char *reason, *owner;
		bool vouched;
	} cases[] = {
		{ "", "", false },    { "old", "", false },   { "", "@a", false },
		{ " ", "@a", false }, { "old", "\t", false }, { "old", "@a", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_int_eq(
			scan_entry_vouched(&(struct scan_entry){
				.reason = cases[i].reason, .owner = cases[i].owner }),
			cases[i].vouched, "case %zu", i);
}

/* Nothing is known of an entry whose file is there and was not looked at. */
Test(baseline, what_is_not_looked_at_is_not_unused, .init = make_project,
     .fini = drop_project)
{
	static const struct {
		const char *name;
		const char *path;
		const char *text;
		int gone, unseen;
	} cases[] = {
		{ "as it was", ".gitignore", "x\n", 0, 0 },
		{ "ignored", ".gitignore", "a.py\n", 0, 1 },
		{ "ignored with its folder", ".gitignore", "s/\n", 0, 1 },
		{ "binary", "a.py", NULL, 0, 1 },
		{ "mended", "a.py", "\n", 1, 0 },
		{ "mended, with a name that is not shown as it is", "s/\001.py", "\n", 1,
		  0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_baseline *b = scan_baseline_new("b.yml");
		struct scan_result r;

		project_put(&project, ".gitignore", "x\n");
		project_put(&project, "a.py", "# TODO one\n");
		project_put(&project, "s/\001.py", "# TODO two\n");
		accept(b, "");
		if (cases[i].text != NULL)
			project_put(&project, cases[i].path, cases[i].text);
		else
			support_write(project_path(&project, cases[i].path),
			              SPAN_LIT("# TODO\0one"));
		r = scan(b);
		check_int_eq((int)r.compared.gone, cases[i].gone, "%s: gone",
		             cases[i].name);
		check_int_eq((int)r.compared.unseen, cases[i].unseen, "%s: unseen",
		             cases[i].name);
		check_size_eq(scan_baseline_drop_unused(b), (size_t)cases[i].gone,
		              "%s: taken out", cases[i].name);
		scan_result_fini(&r);
		scan_baseline_free(b);
	}
}

/* A circle is not mended because one of its files has become too large to be read. */
Test(baseline, what_joins_files_is_unused_only_where_all_are_seen, .init = make_project,
     .fini = drop_project)
{
	for (int mended = 0; mended < 2; mended++) {
		struct scan_baseline *b = scan_baseline_new("b.yml");
		struct scan_result r;

		project_put(&project, "p/__init__.py", "");
		project_put(&project, "p/x.py", "import p.y\n");
		project_put(&project, "p/y.py", "import p.x\n");
		accept(b, "");
		if (mended)
			project_put(&project, "p/y.py", "\n");
		else
			check_int_eq(truncate(project_path(&project, "p/y.py"), 70 << 20),
			             0, "grow");
		r = scan(b);
		check_int_eq((int)r.compared.gone, mended, "gone");
		check_int_eq((int)r.compared.unseen, !mended, "unseen");
		scan_result_fini(&r);
		scan_baseline_free(b);
	}
}

/* A line that says something else than its fingerprint would deceive who reviews it. */
Test(baseline, path_and_rule_of_an_entry_have_to_fit, .init = make_project,
     .fini = drop_project)
{
	struct scan_baseline *b = scan_baseline_new("b.yml");
	struct buf out = BUF_INIT;

	project_put(&project, "a.py", "# TODO one\n");
	accept(b, "");
	b->entries[0]->path = "b.py";
	check_str_eq(states(b, &out),
	             "todo:1 new; unused:0 new; | 2 new 0 known 0 expired 1 gone",
	             "another path");
	b->entries[0]->path = "a.py";
	b->entries[0]->rule = "marker.fixme";
	check_str_eq(states(b, &out), "todo:1 new; | 1 new 0 known 0 expired 0 gone",
	             "a rule that does not run is not judged");
	b->entries[0]->rule = "marker.gone";
	check_str_eq(states(b, &out),
	             "todo:1 new; unused:0 new; | 2 new 0 known 0 expired 1 gone",
	             "one that there is no more is");
	scan_baseline_free(b);
	buf_fini(&out);
}

/* ---- what fingerprints tell ---- */

static void fingerprints(struct scan_baseline *b, const char *sample, struct buf *out)
{
	struct buf quoted = BUF_INIT;
	struct scan_result r;

	/* The marker quotes the password of the next line. */
	buf_puts(&quoted, "# TODO change ");
	scan_sample_expand(span_str(sample), &quoted);
	buf_putc(&quoted, '\n');
	put_password(buf_str(&quoted), sample);
	r = scan(b);
	buf_clear(out);
	for (size_t i = 0; i < r.count; i++)
		buf_printf(out, "%s ", r.findings[i].fingerprint);
	check_size_eq(r.count, 2, "the marker and the password");
	scan_result_fini(&r);
	buf_fini(&quoted);
}

Test(baseline, without_a_salt_nothing_can_be_guessed, .init = make_project,
     .fini = drop_project)
{
	struct scan_baseline *b = scan_baseline_new("b.yml");
	struct buf one = BUF_INIT;
	struct buf other = BUF_INIT;

	fingerprints(NULL, "{{alnum 6}}!{{alnum 9}}#", &one);
	fingerprints(NULL, "{{alnum 7}}!{{alnum 9}}#", &other);
	check_str_eq(buf_str(&one), buf_str(&other), "they do not depend on the value");
	fingerprints(b, "{{alnum 6}}!{{alnum 9}}#", &one);
	fingerprints(b, "{{alnum 7}}!{{alnum 9}}#", &other);
	check_true(strcmp(buf_str(&one), buf_str(&other)) != 0, "with a salt they do");
	scan_baseline_free(b);
	b = scan_baseline_new("b.yml");
	fingerprints(b, "{{alnum 7}}!{{alnum 9}}#", &one);
	check_true(strcmp(buf_str(&one), buf_str(&other)) != 0, "each file has its own");
	scan_baseline_free(b);
	buf_fini(&one);
	buf_fini(&other);
}
