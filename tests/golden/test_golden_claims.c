/* SPDX-License-Identifier: Apache-2.0 */
/* Documents with the verdicts that a careful reader gives them (claims/README.md):
 * nothing that is right may be refuted, and little that is wrong may pass. */
#include "base/str.h"
#include "claims/check.h"
#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

TestSuite(golden_claims, .timeout = 60);

#define FOLDER TEST_SOURCE_DIR "/golden/claims/"
enum { GOLDEN_MAX = 4 << 20, EXAMPLES_MIN = 120, REFUTED_MIN = 50, CONFIRMED_MIN = 40 };

static const char *const files[] = { "bands.md",   "counts.md", "dates.md",
	                             "hostile.md", "prose.md",  "tables.md" };

struct example {
	const char *file;
	struct span verdict; /* "refuted", "confirmed", "right" */
	struct span kind;
	struct span computed;
	struct span title;
	struct span text;
};

struct tally {
	size_t examples;
	size_t labelled[2]; /* refuted, confirmed */
	size_t found[2];
	size_t refuted; /* by the program */
	struct buf wrong;
	struct buf missed;
};

static bool is_computed(const struct gate_claim *c, struct span want)
{
	struct span got = span_str(c->computed);

	if (span_ends(got, SPAN_LIT(" %")))
		got.len -= 2;
	return span_eq(got, want);
}

static bool is_labelled(const struct gate_claim *c, const struct example *e)
{
	return span_eq_str(e->verdict, gate_claim_verdict_name(c->verdict)) &&
	       span_eq_str(e->kind, gate_claim_kinds[c->kind].id) &&
	       (c->verdict != GATE_CLAIM_REFUTED || is_computed(c, e->computed));
}

static void check_example(const struct example *e, struct tally *t)
{
	const struct gate_claims_context context = { .root = NULL };
	struct gate_claims claims = GATE_CLAIMS_INIT;
	struct err err = ERR_INIT;
	bool found = false;
	size_t which = span_eq_str(e->verdict, "refuted") ? 0 : 1;

	check_ok(gate_claims_check(&claims, e->text, &context, &err), &err);
	for (size_t i = 0; i < claims.count; i++) {
		const struct gate_claim *c = &claims.items[i];
		bool is = is_labelled(c, e);

		found = found || is;
		if (c->verdict != GATE_CLAIM_REFUTED)
			continue;
		t->refuted++;
		if (!is)
			buf_printf(&t->wrong, "\n%s: %.*s: refuted %s: %s", e->file,
			           (int)e->title.len, e->title.ptr,
			           gate_claim_kinds[c->kind].id, c->because);
	}
	t->examples++;
	if (!span_eq_str(e->verdict, "right")) {
		t->labelled[which]++;
		t->found[which] += found;
		if (!found)
			buf_printf(&t->missed, "\n%s: %.*s", e->file, (int)e->title.len,
			           e->title.ptr);
	}
	gate_claims_fini(&claims);
}

/* "%% VERDICT [KIND [COMPUTED]] | title" */
static void read_label(struct span line, struct example *e)
{
	size_t bar = span_find_byte(line, '|');
	struct span label = span_trim(span_sub(line, 2, bar - 2));

	e->title = span_trim(span_from(line, bar + 1));
	e->kind = e->computed = SPAN_EMPTY;
	check_true(span_split(&label, ' ', &e->verdict), "a label in %s", e->file);
	(void)span_split(&label, ' ', &e->kind);
	e->computed = label;
}

static void check_file(const char *name, struct tally *t)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct example e = { .file = name };
	struct span rest;
	struct span line;

	buf_printf(&path, "%s%s", FOLDER, name);
	check_ok(os_read_file(buf_str(&path), GOLDEN_MAX, &text, &err), &err);
	rest = buf_span(&text);
	check_true(span_line(&rest, &line), "%s has examples", name);
	while (span_starts(line, SPAN_LIT("%%"))) {
		size_t end = span_find(rest, SPAN_LIT("\n%%"));

		read_label(line, &e);
		e.text = span_sub(rest, 0, end + 1);
		check_example(&e, t);
		rest = span_from(rest, end + 1);
		if (!span_line(&rest, &line))
			break;
	}
	buf_fini(&path);
	buf_fini(&text);
}

Test(golden_claims, nothing_right_is_refuted_and_little_wrong_passes)
{
	struct tally t = { .wrong = BUF_INIT, .missed = BUF_INIT };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		check_file(files[i], &t);
	check_true(t.examples >= EXAMPLES_MIN, "%zu examples", t.examples);
	check_true(t.labelled[0] >= REFUTED_MIN && t.labelled[1] >= CONFIRMED_MIN,
	           "%zu wrong, %zu right ones", t.labelled[0], t.labelled[1]);
	check_str_eq(buf_str(&t.wrong), "", "refuted though right");
	for (size_t i = 0; i < 2; i++)
		check_true(t.found[i] * 5 >= t.labelled[i] * 4,
		           "only %zu of %zu found:%s", t.found[i], t.labelled[i],
		           buf_str(&t.missed));
	if (getenv("CLAIMS_TALLY") != NULL)
		fprintf(stderr,
		        "%zu examples, refuted %zu of %zu, confirmed %zu of %zu%s\n",
		        t.examples, t.found[0], t.labelled[0], t.found[1], t.labelled[1],
		        buf_str(&t.missed));
	buf_fini(&t.wrong);
	buf_fini(&t.missed);
}
