// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/verdict.h"

#include "base/str.h"

#include <stdio.h>

enum { PERCENT_DIGITS = 2, NAMED = 3, RANGES = 8, NAME_COLUMNS = 80 };

static const char *noun_of(const struct gate_check *k)
{
	return gate_cov_kind_names[k->coverage_measure];
}

/* ---- shares ---- */

static void share(struct gate_ratio *out, uint64_t hit, uint64_t total)
{
	struct gate_ratio hundred = GATE_RATIO_INIT;

	gate_ratio_set_u64(&hundred, 100, 1);
	gate_ratio_set_u64(out, hit, total);
	gate_ratio_mul(out, out, &hundred);
	gate_ratio_fini(&hundred);
}

void gate_coverage_share(struct gate_ratio *low, struct gate_ratio *high,
                         const struct gate_cov_row *r)
{
	struct gate_ratio part = GATE_RATIO_INIT;

	share(high, r->sum.hit, r->sum.total);
	gate_ratio_set(low, high);
	if (r->unnamed_code + r->more > 0) {
		gate_ratio_set_u64(&part, r->lines, r->lines + r->unnamed_code + r->more);
		gate_ratio_mul(low, low, &part);
	}
	gate_ratio_fini(&part);
}

/* (T n - h)^2 > z^2 T (1 - T) n, with T n > h. */
static bool is_below(uint64_t hit, uint64_t total, const struct gate_ratio *t)
{
	struct gate_ratio left = GATE_RATIO_INIT;
	struct gate_ratio right = GATE_RATIO_INIT;
	struct gate_ratio n = GATE_RATIO_INIT;
	bool below;

	gate_ratio_set_u64(&n, total, 1);
	gate_ratio_mul(&left, t, &n);
	gate_ratio_set_u64(&right, hit, 1);
	gate_ratio_sub(&left, &left, &right);
	below = gate_ratio_sign(&left) > 0;
	gate_ratio_mul(&left, &left, &left);
	gate_ratio_set_u64(&right, 1, 1);
	gate_ratio_sub(&right, &right, t);
	gate_ratio_mul(&right, &right, t);
	gate_ratio_mul(&right, &right, &n);
	gate_ratio_set_u64(&n, 196 * 196, 100 * 100);
	gate_ratio_mul(&right, &right, &n);
	below = below && gate_ratio_cmp(&left, &right) > 0;
	gate_ratio_fini(&left);
	gate_ratio_fini(&right);
	gate_ratio_fini(&n);
	return below;
}

enum gate_state gate_coverage_small_change(uint64_t hit, uint64_t total, uint64_t more,
                                           const char *percent)
{
	struct gate_ratio t = GATE_RATIO_INIT;
	struct gate_ratio x = GATE_RATIO_INIT;
	enum gate_state state = GATE_WARN;

	(void)gate_ratio_set_decimal(&t, span_str(percent));
	share(&x, hit, total + more);
	if (gate_ratio_cmp(&x, &t) >= 0)
		state = GATE_PASS;
	gate_ratio_set_u64(&x, 1, 100);
	gate_ratio_mul(&t, &t, &x);
	if (state == GATE_WARN && is_below(hit, total, &t))
		state = GATE_FAIL;
	gate_ratio_fini(&t);
	gate_ratio_fini(&x);
	return state;
}

/* ---- nothing is known ---- */

static void put_parts(struct buf *out, const struct gate_cov_part *parts, size_t count,
                      const char *lead)
{
	for (size_t i = 0; i < count; i++) {
		const struct gate_cov_part *p = &parts[i];
		const char *why = p->why;

		/* What kept the suite from its end also kept its report from us. */
		if (why[0] == '\0' && p->gathered == NULL)
			why = "the policy gives it no `coverage`";
		else if (why[0] == '\0')
			why = p->gathered->trouble;
		if (why[0] == '\0')
			continue;
		buf_printf(out, "%s%s: %s", lead, p->suite, why);
		lead = "; ";
	}
}

static void without_suite(struct gate_judgement *j)
{
	gate_judge_without(j, GATE_UNKNOWN, "no suite writes coverage reports");
	buf_puts(&j->remedy,
	         "have the tests write a report, and name it in the policy: suites: "
	         "[{id: .., coverage: [FILE]}]");
}

static void without_report(struct gate_judgement *j, const struct gate_cov_part *parts,
                           size_t count)
{
	gate_judge_without(j, GATE_UNKNOWN, "no coverage report");
	put_parts(&j->message, parts, count, ": ");
	for (size_t i = 0; i < count && j->remedy.len == 0; i++)
		if (!parts[i].complete)
			buf_puts(&j->remedy, parts[i].remedy);
		else if (parts[i].gathered == NULL)
			buf_printf(&j->remedy,
			           "name the report that %s writes in the policy: "
			           "coverage: [FILE]",
			           parts[i].suite);
	if (j->remedy.len == 0)
		buf_printf(&j->remedy, "have the command of %s write the report",
		           parts[0].suite);
}

static void put_lost(struct buf *out, const struct gate_cov_measured *m)
{
	if (m->lost_count == 0)
		return;
	buf_printf(out, "; %zu file%s of the reports %s no source of the project: ",
	           m->lost_count, m->lost_count == 1 ? "" : "s",
	           m->lost_count == 1 ? "is" : "are");
	for (size_t i = 0; i < m->lost_count && i < NAMED; i++) {
		if (i > 0)
			buf_puts(out, ", ");
		str_display_cut(out, span_str(m->lost[i]), NAME_COLUMNS);
	}
	if (m->lost_count > NAMED)
		buf_puts(out, " ..");
}

static void without_source(struct gate_judgement *j, const struct gate_check *k,
                           const struct gate_cov_measured *m)
{
	if (k->coverage_new_code && m->all.unnamed_code == 0 && !m->partial) {
		gate_judge_without(j, GATE_NOT_APPLICABLE,
		                   "not applicable: no new line could be run");
		return;
	}
	gate_judge_without(j, GATE_UNKNOWN,
	                   "the reports name no %s%s of the code asked for",
	                   k->coverage_new_code ? "new " : "", noun_of(k));
	put_lost(&j->message, m);
	if (m->lost_count > 0)
		buf_puts(&j->remedy,
		         "run the tests where the sources are, or have the tool write "
		         "names relative to the project");
	else
		buf_printf(&j->remedy,
		           "see whether `paths` of %s names the code that the "
		           "tests run",
		           k->id);
}

/* ---- something is ---- */

static void put_percent(struct buf *out, const struct gate_ratio *x)
{
	char text[GATE_VALUE_TEXT];

	gate_value_text(x, PERCENT_DIGITS, text);
	buf_printf(out, "%s %%", text);
}

static void put_unnamed(struct buf *out, const struct gate_cov_measured *m,
                        const struct gate_ratio *low)
{
	size_t named = 0;

	if (m->all.unnamed_files == 0)
		return;
	buf_printf(out, ", at least ");
	put_percent(out, low);
	buf_printf(out, " with up to %llu line%s in %llu file%s that no report names: ",
	           (unsigned long long)m->all.unnamed_code, str_s(m->all.unnamed_code),
	           (unsigned long long)m->all.unnamed_files,
	           m->all.unnamed_files == 1 ? "" : "s");
	for (size_t i = 0; i < m->file_count && named < NAMED; i++) {
		if (m->files[i].file != NULL)
			continue;
		if (named++ > 0)
			buf_puts(out, ", ");
		str_display_cut(out, span_str(m->files[i].source->path), NAME_COLUMNS);
	}
	if (m->all.unnamed_files > NAMED)
		buf_puts(out, " ..");
}

static void put_notes(struct buf *out, const struct gate_cov_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (parts[i].gathered != NULL && parts[i].gathered->note[0] != '\0')
			buf_printf(out, "; %s: %s", parts[i].suite,
			           parts[i].gathered->note);
		if (parts[i].reused[0] != '\0')
			buf_printf(out, "; %s: %s", parts[i].suite, parts[i].reused);
	}
}

static const struct gate_cov_file_sum *worst(const struct gate_cov_measured *m)
{
	const struct gate_cov_file_sum *found = NULL;

	for (size_t i = 0; i < m->file_count; i++) {
		const struct gate_cov_file_sum *f = &m->files[i];

		if (f->open_count > 0 &&
		    (found == NULL ||
		     f->sum.total - f->sum.hit > found->sum.total - found->sum.hit))
			found = f;
	}
	return found;
}

static void put_place(struct buf *out, const struct gate_cov_file_sum *f)
{
	str_display_cut(out, span_str(f->source->path), NAME_COLUMNS);
	buf_putc(out, ':');
	gate_cov_put_ranges(out, f, RANGES);
}

/* All that is new and did not run, the first files of it. */
static void put_open(struct buf *out, const struct gate_cov_measured *m)
{
	size_t shown = 0;

	for (size_t i = 0; i < m->file_count; i++) {
		if (m->files[i].open_count == 0)
			continue;
		if (shown == NAMED) {
			buf_puts(out, " ..");
			return;
		}
		buf_puts(out, shown++ == 0 ? "; not run: " : ", ");
		put_place(out, &m->files[i]);
	}
}

static void put_remedy(struct gate_judgement *j, const struct gate_check *k,
                       const struct gate_cov_measured *m)
{
	const struct gate_cov_file_sum *f = worst(m);

	if (j->state == GATE_PASS)
		return;
	if (f != NULL) {
		buf_puts(&j->remedy, "test ");
		put_place(&j->remedy, f);
		buf_printf(&j->remedy, " (%llu %s)",
		           (unsigned long long)(f->sum.total - f->sum.hit), noun_of(k));
	} else if (m->all.unnamed_files > 0) {
		buf_puts(&j->remedy,
		         "have the tool report files that no test loads, too");
	}
}

static void judge_value(struct gate_judgement *j, const struct gate_check *k,
                        const struct gate_cov_measured *m, const struct gate_ratio *low,
                        struct gate_ratio *high)
{
	if (!k->coverage_new_code) {
		if (m->partial)
			gate_ratio_set_u64(high, 100, 1);
		j->has_value = gate_value_of_range(&j->value, k, low, high);
		/* What is known may be enough, but it is not all: as near to a pass as a
		 * value can be. */
		if (m->partial && j->value.state == GATE_PASS)
			(void)gate_value_of_decimals(&j->value, "0.999999", "1");
		j->state = j->value.state;
		return;
	}
	j->state = gate_coverage_small_change(m->all.sum.hit, m->all.sum.total,
	                                      m->all.unnamed_code + m->all.more,
	                                      k->scale_pass);
	if (m->partial)
		j->state = GATE_WARN;
	gate_value_of_state(&j->value, j->state);
	j->has_value = true;
}

static void judge_share(struct gate_judgement *j, const struct gate_check *k,
                        const struct gate_cov_measured *m,
                        const struct gate_cov_part *parts, size_t count)
{
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;

	gate_coverage_share(&low, &high, &m->all);
	gate_value_text(&low, PERCENT_DIGITS, j->measured);
	j->unit = k->scale_unit != NULL ? k->scale_unit : "percent";
	buf_printf(&j->message, "%llu of %llu %s%s ran (",
	           (unsigned long long)m->all.sum.hit,
	           (unsigned long long)m->all.sum.total,
	           k->coverage_new_code ? "new " : "", noun_of(k));
	put_percent(&j->message, &high);
	buf_printf(&j->message, ") in %llu file%s", (unsigned long long)m->all.files,
	           m->all.files == 1 ? "" : "s");
	put_unnamed(&j->message, m, &low);
	judge_value(j, k, m, &low, &high);
	if (k->coverage_new_code && j->state == GATE_WARN && !m->partial &&
	    m->all.unnamed_files == 0)
		buf_puts(&j->message,
		         "; too few lines to tell whether that is too little");
	if (k->coverage_new_code)
		put_open(&j->message, m);
	put_parts(&j->message, parts, count, "; not all is measured: ");
	put_lost(&j->message, m);
	put_notes(&j->message, parts, count);
	put_remedy(j, k, m);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
}

void gate_judge_coverage(struct gate_judgement *j, const struct gate_check *check,
                         const struct gate_cov_measured *m,
                         const struct gate_cov_part *parts, size_t count)
{
	if (count == 0) {
		without_suite(j);
	} else if (m->reports == 0) {
		without_report(j, parts, count);
	} else if (!m->named) {
		gate_judge_without(j, GATE_UNKNOWN, "the reports tell of no %s",
		                   noun_of(check));
		buf_printf(&j->remedy, "have the tool count %s, or measure lines",
		           noun_of(check));
	} else if (m->all.sum.total == 0) {
		without_source(j, check, m);
	} else {
		judge_share(j, check, m, parts, count);
	}
}
