// SPDX-License-Identifier: Apache-2.0
/* The examples of rules that only a whole scan can find, and the page that shows them
 * all. */
#include "base/str.h"
#include "claims/scan.h"
#include "os/fs.h"
#include "osv_fixture.h"
#include "scanners/baseline.h"
#include "scanners/rule_try.h"
#include "scanners/ruleset.h"
#include "scanners/sample.h"
#include "scanners/scanner.h"
#include "support/check.h"
#include "support/project.h"

#include <string.h>

TestSuite(rule_scan, .timeout = 60);

/* No scan looks there. */
#define INDEX ".seaworthy/work/osv.db"

static void put_sample(const struct project *p, const struct scan_sample *sample)
{
	struct buf text = BUF_INIT;

	scan_sample_expand(span_str(sample->text), &text);
	project_put(p, sample->path, buf_str(&text));
	buf_fini(&text);
}

static bool finds(const struct project *p, const char *id)
{
	/* What a baseline has of rules that do not run is not looked at. */
	const char *const rules[] = { id, "marker.todo" };
	struct scan_options o = { .path = buf_str(&p->root),
		                  .root = buf_str(&p->root),
		                  .rules = rules,
		                  .rule_count = 2,
		                  .claims = &gate_claims_scan,
		                  .osv_path = project_path(p, INDEX),
		                  .osv_max_age_ms = INT64_MAX };
	struct scan_baseline *b = NULL;
	struct scan_result r;
	bool found = false;
	struct err err;

	check_ok(scan_baseline_load(&b, o.root, NULL, &err), &err);
	o.baseline = b;
	check_ok(scan_run(&o, &r, &err), &err);
	for (size_t i = 0; i < r.count; i++)
		found = found || str_eq(r.findings[i].rule, id);
	scan_result_fini(&r);
	scan_baseline_free(b);
	return found;
}

static void check_example(const struct scan_rule *r, size_t at)
{
	const struct scan_sample *sample = &r->examples.items[at];
	struct buf index = BUF_INIT;
	struct project p;
	struct err err;

	project_init(&p);
	for (size_t i = 0; i <= sample->more; i++)
		put_sample(&p, &sample[i]);
	osv_index_of(OSV_GOLDEN, &index);
	project_put(&p, ".seaworthy/work/mark", "");
	support_write(project_path(&p, INDEX), buf_span(&index));
	check_true(finds(&p, r->id), "%s: example %zu is found", r->id, at);
	check_ok(os_remove_tree(project_path(&p, sample[sample->more].path), &err), &err);
	check_true(!finds(&p, r->id), "%s: example %zu without a file", r->id, at);
	project_fini(&p);
	buf_fini(&index);
}

Test(rule_scan, finds_the_examples)
{
	size_t tried = 0;
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);

	for (size_t i = 0; i < count; i++) {
		const struct scan_samples *s = &rules[i].examples;

		for (size_t k = 0; scan_rule_needs_scan(&rules[i]) && k < s->count;
		     k += 1 + s->items[k].more, tried++)
			check_example(&rules[i], k);
	}
	check_size_eq(tried, 7, "one of each rule");
}

Test(rule_scan, without_a_reader_of_claims_a_document_is_not_clean)
{
	const char *const rules[] = { "claim.refuted" };
	struct scan_options o = { .rules = rules, .rule_count = 1 };
	struct scan_result r;
	struct project p;
	struct err err;

	project_init(&p);
	project_put(&p, "a.md", "45 of 50 pass (80 %).\n");
	project_put(&p, "a.txt", "45 of 50 pass (80 %).\n");
	o.path = buf_str(&p.root);
	check_ok(scan_run(&o, &r, &err), &err);
	check_size_eq(r.count, 0, "findings");
	check_size_eq(r.skip_count, 1, "skips");
	check_true(span_eq_str(r.skips[0].path, "a.md"), "the document");
	check_int_eq(r.skips[0].lack, SCAN_NO_DATA, "what it lacks");
	scan_result_fini(&r);
	project_fini(&p);
}

/* The part of the page from one rule to the next. */
static struct span entry_of(struct span page, const char *id)
{
	struct buf head = BUF_INIT;
	size_t at;

	buf_printf(&head, ".It Cm %s\n", id);
	at = span_find(page, buf_span(&head));
	check_true(at < page.len, "%s is in the page", id);
	page = span_from(page, at + head.len);
	buf_fini(&head);
	return span_sub(page, 0, span_find(page, SPAN_LIT("\n.It Cm ")));
}

/* Every word of it that the page has as it is. */
static void check_words(struct span entry, const char *text, const char *id)
{
	struct span rest = span_str(text);
	struct span word;

	while (span_split(&rest, ' ', &word))
		check_true(strcspn(word.ptr, "-\\\"") < word.len ||
		                   span_find(entry, word) < entry.len,
		           "%s: the page lacks '%.*s'", id, (int)word.len, word.ptr);
}

Test(rule_scan, the_page_has_every_rule_with_remedy_and_example)
{
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);
	struct buf page = BUF_INIT;
	struct err err;

	check_ok(os_read_file(RULE_PAGE, 1 << 24, &page, &err), &err);
	for (size_t i = 0; i < count; i++) {
		struct span entry = entry_of(buf_span(&page), rules[i].id);

		check_words(entry, rules[i].remedy, rules[i].id);
		check_true(span_find(entry, SPAN_LIT("\nSeverity: ")) < entry.len,
		           "%s: the severity", rules[i].id);
		check_true(span_find(entry, SPAN_LIT("\nExample:\n")) < entry.len,
		           "%s: an example", rules[i].id);
	}
	buf_fini(&page);
}
