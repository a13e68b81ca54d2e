// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "collect/judge.h"
#include "policy/decimal.h"
#include "scanners/ruleset.h"
#include "scanners/scope.h"

enum { MEASURED_DIGITS = 6, DENSITY_DIGITS = 3, SKIPS_SHOWN = 3, PATH_COLUMNS = 60 };

/* ---- what a check asks for ---- */

bool gate_judge_asks_scope(const struct gate_check *check, enum scan_scope scope)
{
	const struct gate_strings *scopes = &check->scan_scopes;

	for (size_t i = 0; i < scopes->count; i++)
		if (str_eq(scopes->items[i], scan_scope_name(scope)))
			return true;
	return scopes->count == 0 && scope == SCAN_PRODUCTION;
}

static bool asks_rule(const struct gate_check *check, const char *rule)
{
	for (size_t i = 0; i < check->scan_rules.count; i++)
		if (str_glob(check->scan_rules.items[i], span_str(rule)))
			return true;
	return check->scan_rules.count == 0;
}

/* The least severity that the measure counts. */
static enum scan_severity least_of(const struct gate_check *check)
{
	if (str_eq(check->measure, "errors"))
		return SCAN_ERROR;
	return str_eq(check->measure, "warnings") ? SCAN_WARNING : SCAN_NOTE;
}

bool gate_judge_counts(const struct gate_check *check, const struct scan_finding *f)
{
	return !f->is_copy && f->severity >= least_of(check) &&
	       gate_judge_asks_scope(check, f->scope) && asks_rule(check, f->rule);
}

static const char *missing_of(const struct gate_check *check,
                              const struct scan_rule *rules, size_t count)
{
	for (size_t i = 0; i < check->scan_rules.count; i++) {
		bool found = false;

		for (size_t k = 0; k < count && !found; k++)
			found = str_glob(check->scan_rules.items[i],
			                 span_str(rules[k].id));
		if (!found)
			return check->scan_rules.items[i];
	}
	return NULL;
}

const char *gate_judge_missing_rule(const struct gate_check *check,
                                    const struct scan_ruleset *rules)
{
	size_t count;
	const struct scan_rule *all = scan_rules(&count);

	return rules != NULL ? missing_of(check, rules->rules, rules->count)
	                     : missing_of(check, all, count);
}

/* ---- what was found ---- */

struct tally {
	uint64_t findings;
	uint64_t with_finding; /* files */
	uint64_t files;
	uint64_t lines;
	uint64_t packages;
	uint64_t skips;     /* files in these scopes that were not scanned */
	uint64_t lacks;     /* files of which a rule of the check cannot say all */
	uint64_t allowed;   /* findings left out by a comment */
	uint64_t known;     /* and by the baseline */
	uint64_t unvouched; /* counted, though an entry fits: it says not why or who */
	const struct scan_finding *first;
};

bool gate_judge_misses(const struct gate_check *check, const struct scan_skip *skip)
{
	if (skip->rule != NULL && !asks_rule(check, skip->rule))
		return false;
	/* What is in a folder that could not be listed may be of any scope. */
	return skip->folder ||
	       gate_judge_asks_scope(check, scan_scope_of(skip->path, SPAN_EMPTY));
}

static uint64_t count_allowed(const struct gate_check *check, const struct scan_result *r)
{
	uint64_t sum = 0;

	for (size_t i = 0; r->allowed != NULL && i < r->rule_count; i++)
		for (int s = 0; asks_rule(check, r->rules[i].id) && s < SCAN_SCOPES; s++)
			if (gate_judge_asks_scope(check, (enum scan_scope)s))
				sum += r->allowed[i][s];
	return sum;
}

static void tally_findings(struct tally *t, const struct gate_check *check,
                           const struct scan_result *r)
{
	struct span last = SPAN_EMPTY;

	for (size_t i = 0; i < r->count; i++) {
		const struct scan_finding *f = &r->findings[i];

		if (!gate_judge_counts(check, f))
			continue;
		if (f->state == SCAN_KNOWN) {
			t->known++;
			continue;
		}
		t->findings++;
		t->unvouched += f->state == SCAN_UNVOUCHED;
		if (t->first == NULL)
			t->first = f;
		if (t->with_finding == 0 || !span_eq(last, f->path))
			t->with_finding++;
		last = f->path;
	}
}

/* Files count once, however many things are not known of them: skips are sorted. */
static void tally_skips(struct tally *t, const struct gate_check *check,
                        const struct scan_result *r)
{
	const struct scan_skip *last[2] = { NULL, NULL };

	for (size_t i = 0; i < r->skip_count; i++) {
		const struct scan_skip *skip = &r->skips[i];
		bool lack = skip->rule != NULL;

		if (!gate_judge_misses(check, skip))
			continue;
		if (last[lack] == NULL || !span_eq(last[lack]->path, skip->path))
			*(lack ? &t->lacks : &t->skips) += 1;
		last[lack] = skip;
	}
}

static struct tally tally_of(const struct gate_check *check, const struct scan_result *r)
{
	struct tally t = { .allowed = count_allowed(check, r) };

	tally_findings(&t, check, r);
	for (int s = 0; s < SCAN_SCOPES; s++) {
		if (!gate_judge_asks_scope(check, (enum scan_scope)s))
			continue;
		t.files += r->scope_files[s];
		t.lines += r->code_lines[s];
		t.packages += r->packages[s];
	}
	tally_skips(&t, check, r);
	return t;
}

/* "a.c (unreadable), b.c (larger than 64 MiB) and 2 more", of `total` files. */
static void put_names(struct buf *out, const struct gate_check *check, bool lacks,
                      uint64_t total, const struct scan_result *r)
{
	const struct scan_skip *last = NULL;
	size_t shown = 0;

	for (size_t i = 0; i < r->skip_count; i++) {
		const struct scan_skip *skip = &r->skips[i];

		if (!gate_judge_misses(check, skip) || (skip->rule != NULL) != lacks ||
		    (last != NULL && span_eq(last->path, skip->path)))
			continue;
		last = skip;
		if (shown == SKIPS_SHOWN)
			break;
		if (shown++ > 0)
			buf_puts(out, ", ");
		str_display_path(out, skip->path, PATH_COLUMNS);
		buf_printf(out, " (%s)", skip->reason);
	}
	if (total > shown)
		buf_printf(out, " and %llu more", (unsigned long long)(total - shown));
}

static void put_skips(struct buf *out, const struct gate_check *check,
                      const struct tally *t, const struct scan_result *r)
{
	if (t->skips > 0) {
		buf_printf(out, "; %llu file%s could not be scanned: ",
		           (unsigned long long)t->skips, t->skips == 1 ? "" : "s");
		put_names(out, check, false, t->skips, r);
	}
	if (t->lacks > 0) {
		buf_printf(out, "; of %llu file%s not all is known: ",
		           (unsigned long long)t->lacks, t->lacks == 1 ? "" : "s");
		put_names(out, check, true, t->lacks, r);
	}
}

static void put_first(struct buf *out, const struct tally *t)
{
	if (t->first == NULL)
		return;
	buf_puts(out, "; first: ");
	str_display_path(out, t->first->path, PATH_COLUMNS);
	buf_printf(out, ":%llu ", (unsigned long long)t->first->line);
	/* Which package it is no place tells. */
	if (str_starts(t->first->rule, "dependency.") && t->first->message != NULL)
		str_display(out, span_str(t->first->message));
	else
		buf_puts(out, t->first->rule);
}

/* What is wanted has to be added; what is not wanted is shown. */
static void put_wanted(struct buf *out, const struct gate_check *check)
{
	buf_puts(out, "add what it looks for;");
	for (size_t i = 0; i < check->scan_rules.count; i++)
		buf_printf(out, "%s `seaworthy rules explain %s`", i > 0 ? "," : "",
		           check->scan_rules.items[i]);
	buf_puts(out, check->scan_rules.count == 1 ? " says what" : " say what");
}

static void put_rules(struct buf *out, const struct gate_check *check)
{
	if (check->has_scale && gate_decimal_cmp(span_str(check->scale_pass),
	                                         span_str(check->scale_fail)) > 0) {
		put_wanted(out, check);
		return;
	}
	buf_puts(out,
	         check->scan_new_code ? "seaworthy scan --diff BASE" : "seaworthy scan");
	for (size_t i = 0; i < check->scan_rules.count; i++)
		buf_printf(out, "%s%s", i == 0 ? " --rule '" : ",",
		           check->scan_rules.items[i]);
	if (check->scan_rules.count > 0)
		buf_putc(out, '\'');
}

/* ---- the measures ---- */

static void measure_per_kloc(struct gate_ratio *x, const struct tally *t)
{
	struct gate_ratio thousand;

	gate_ratio_init(&thousand);
	gate_ratio_set_u64(&thousand, 1000, 1);
	/* Findings where there is no line of code: as many as in one line. */
	gate_ratio_set_u64(x, t->findings, t->lines > 0 ? t->lines : 1);
	gate_ratio_mul(x, x, &thousand);
	gate_ratio_fini(&thousand);
}

/* False if the check asks for a measure that scans do not have. */
static bool measure(struct gate_ratio *x, const struct gate_check *check,
                    const struct tally *t, const char **unit)
{
	if (check->measure == NULL || str_eq(check->measure, "count")) {
		gate_ratio_set_u64(x, t->findings, 1);
		*unit = "findings";
	} else if (str_eq(check->measure, "errors") ||
	           str_eq(check->measure, "warnings")) {
		gate_ratio_set_u64(x, t->findings, 1);
		*unit = check->measure;
	} else if (str_eq(check->measure, "per_kloc")) {
		measure_per_kloc(x, t);
		*unit = "per 1,000 lines";
	} else if (str_eq(check->measure, "ratio")) {
		gate_ratio_set_u64(x, t->with_finding, t->files > 0 ? t->files : 1);
		*unit = "of all files";
	} else {
		return false;
	}
	return true;
}

static const char *counted_as(const struct gate_check *check)
{
	if (str_eq(check->measure, "errors"))
		return "error";
	return str_eq(check->measure, "warnings") ? "warning" : "finding";
}

/* ", 2000 lines of production code, 1.5 per 1,000 lines" */
static void put_density(struct buf *out, const struct gate_check *check,
                        const struct tally *t)
{
	const struct gate_strings *scopes = &check->scan_scopes;
	bool production =
		scopes->count == 0 ||
		(scopes->count == 1 && gate_judge_asks_scope(check, SCAN_PRODUCTION));
	char text[GATE_VALUE_TEXT];
	struct gate_ratio x;

	buf_printf(out, ", %llu %sline%s of %scode", (unsigned long long)t->lines,
	           check->scan_new_code ? "new " : "", t->lines == 1 ? "" : "s",
	           production ? "production " : "");
	if (t->findings == 0 || t->lines == 0 || !str_eq(check->measure, "per_kloc"))
		return;
	gate_ratio_init(&x);
	measure_per_kloc(&x, t);
	gate_value_text(&x, DENSITY_DIGITS, text);
	buf_printf(out, ", %s%s per 1,000 lines", str_eq(text, "0") ? "below 0." : "",
	           str_eq(text, "0") ? "001" : text);
	gate_ratio_fini(&x);
}

/* Does the check ask for nothing but known vulnerabilities? */
static bool is_of_packages(const struct gate_check *check)
{
	return check->scan_rules.count == 1 &&
	       str_eq(check->scan_rules.items[0], "dependency.vulnerable");
}

/* " in 120 packages, compared with advisories of 2026-01-01" */
static void put_packages(struct buf *out, const struct tally *t,
                         const struct scan_result *r)
{
	char day[WHEN_TEXT];

	buf_printf(out, " in %llu package%s, compared with advisories",
	           (unsigned long long)t->packages, t->packages == 1 ? "" : "s");
	if (r->advisories_ms > 0) {
		when_format(r->advisories_ms, false, day);
		buf_printf(out, " of %.10s", day);
	}
}

static void put_message(struct gate_judgement *j, const struct gate_check *check,
                        const struct tally *t, const struct scan_result *r)
{
	struct buf *out = &j->message;

	buf_printf(out, "%llu %s%s", (unsigned long long)t->findings, counted_as(check),
	           t->findings == 1 ? "" : "s");
	if (is_of_packages(check) && t->packages > 0) {
		put_packages(out, t, r);
	} else {
		buf_printf(out, " in %llu file%s", (unsigned long long)t->files,
		           t->files == 1 ? "" : "s");
		put_density(out, check, t);
	}
	if (check->scan_new_code)
		buf_puts(out, "; only what is new in files that differ from the base");
	if (t->allowed > 0)
		buf_printf(out, ", %llu more allowed by comments",
		           (unsigned long long)t->allowed);
	if (t->known > 0)
		buf_printf(out, ", %llu more known from the baseline",
		           (unsigned long long)t->known);
	if (t->unvouched > 0)
		buf_printf(out,
		           "; the baseline has %llu of them without a reason or an owner",
		           (unsigned long long)t->unvouched);
	if (check->has_scale)
		buf_printf(out, " (full value at %s, none at %s)", check->scale_pass,
		           check->scale_fail);
	put_first(out, t);
	put_skips(out, check, t, r);
}

/* What was not scanned adds to a number of findings, and to a share anything. */
static enum gate_missed missed_of(const struct gate_check *check, const struct tally *t)
{
	if (t->skips == 0 && t->lacks == 0)
		return GATE_MISSED_NOTHING;
	return str_eq(check->measure, "per_kloc") || str_eq(check->measure, "ratio")
	               ? GATE_MISSED_ANY
	               : GATE_MISSED_MORE;
}

/* What would make the rest known, in the words of the scan, where its rule knows more. */
static void put_lack(struct buf *out, const struct gate_check *check,
                     const struct scan_result *r)
{
	for (size_t i = 0; i < r->skip_count; i++) {
		const struct scan_skip *skip = &r->skips[i];

		if (skip->rule == NULL || !gate_judge_misses(check, skip))
			continue;
		str_display_path(out, skip->path, PATH_COLUMNS);
		buf_printf(out, ": %s", skip->reason);
		return;
	}
}

static void judge_tally(struct gate_judgement *j, const struct gate_check *check,
                        const struct tally *t, const struct scan_result *r)
{
	const char *unit = NULL;
	struct gate_ratio x;

	gate_ratio_init(&x);
	if (!measure(&x, check, t, &unit)) {
		gate_judge_without(j, GATE_UNKNOWN, "a scan cannot measure %s",
		                   check->measure);
		buf_puts(&j->remedy,
		         "set `measure:` to count, errors, warnings, per_kloc or ratio");
	} else if (!gate_value_of_measure(&j->value, check, &x, missed_of(check, t))) {
		gate_judge_without(j, GATE_ERROR, "the scale has no width");
	} else {
		j->state = j->value.state;
		j->has_value = true;
		gate_value_text(&x, MEASURED_DIGITS, j->measured);
		j->unit = check->scale_unit != NULL ? check->scale_unit : unit;
		put_message(j, check, t, r);
		if (t->findings == 0 && t->lacks > 0)
			put_lack(&j->remedy, check, r);
		else if (j->state != GATE_PASS)
			put_rules(&j->remedy, check);
	}
	gate_ratio_fini(&x);
}

/* Why a rule has nothing to speak of; NULL if it has. */
static const char *why_moot(const struct scan_result *r, const char *rule)
{
	for (size_t i = 0; i < r->moot_count; i++)
		if (str_eq(r->moot[i].rule, rule))
			return r->moot[i].reason;
	return NULL;
}

/* The reason if the tree has nothing for any rule that the check asks for. */
static const char *nothing_for(const struct gate_check *check,
                               const struct scan_result *r)
{
	const char *why = NULL;

	for (size_t i = 0; i < r->rule_count; i++) {
		if (r->rules[i].optional || !asks_rule(check, r->rules[i].id))
			continue;
		why = why_moot(r, r->rules[i].id);
		if (why == NULL)
			return NULL;
	}
	return why;
}

void gate_judge_scan(struct gate_judgement *j, const struct gate_check *check,
                     const struct scan_result *r)
{
	const char *missing = r->rules != NULL
	                              ? missing_of(check, r->rules, r->rule_count)
	                              : gate_judge_missing_rule(check, NULL);
	struct tally t = tally_of(check, r);
	bool density = str_eq(check->measure, "per_kloc");
	const char *moot = t.findings + t.known + t.skips + t.lacks == 0
	                           ? nothing_for(check, r)
	                           : NULL;

	if (missing != NULL) {
		gate_judge_without(j, GATE_UNKNOWN, "this version has no rule %s",
		                   missing);
		buf_printf(&j->remedy,
		           "use a version of seaworthy that has %s, or name another "
		           "rule in the policy",
		           missing);
	} else if (moot != NULL) {
		gate_judge_without(j, GATE_NOT_APPLICABLE, "not applicable: %s", moot);
	} else if (t.findings == 0 && !check->scan_new_code &&
	           (t.files == 0 || (density && t.lines == 0))) {
		gate_judge_without(
			j, GATE_UNKNOWN, "nothing to scan: no %s in the scopes asked for",
			t.files == 0 ? "file" : "line of code in a known language");
		put_skips(&j->message, check, &t, r);
		buf_puts(&j->remedy, "name in `scope` what the code here is; where there "
		                     "is none, give the check `weight: 0`");
	} else if (t.findings == 0 && t.lacks > 0) {
		/* Nothing is known, which is no clean result. */
		gate_judge_without(j, GATE_UNKNOWN, "no finding, but not all is known");
		put_skips(&j->message, check, &t, r);
		put_lack(&j->remedy, check, r);
	} else {
		judge_tally(j, check, &t, r);
	}
}
