// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "findings.h"
#include "markdown_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Findings for a summary or a comment: a table of the rules with their counts, then the
 * findings, file by file. Known ones are counted only.
 */

enum { NOTE, WARNING, ERROR, SEVERITIES };

static size_t level_of(const char *severity)
{
	if (str_eq(severity, "error"))
		return ERROR;
	return str_eq(severity, "warning") ? WARNING : NOTE;
}

/* The rules are sorted; all of the findings are among them. */
static size_t rule_index(const struct rep_findings *f, const char *id)
{
	size_t low = 0;
	size_t high = f->rule_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(f->rules[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void put_rule(struct md *m, const struct rep_rule *rule, const size_t *counts)
{
	md_raw(m, "| ");
	md_code(m, rule->id);
	md_raw(m, " | ");
	md_text(m, rule->title);
	for (size_t s = SEVERITIES; s-- > 0;) {
		md_raw(m, " | ");
		md_number(m, counts[s]);
	}
	md_raw(m, " |\n");
	(void)md_flush(m);
}

static void put_table(struct md *m, const struct rep_findings *f,
                      size_t (*counts)[SEVERITIES])
{
	md_raw(m, "| rule | finds | error | warning | note |\n"
	          "|---|---|--:|--:|--:|\n");
	(void)md_flush(m);
	for (size_t i = 0; i < f->rule_count; i++)
		if (counts[i][NOTE] + counts[i][WARNING] + counts[i][ERROR] > 0)
			put_rule(m, &f->rules[i], counts[i]);
}

static void put_finding(struct md *m, const struct rep_located *f)
{
	md_raw(m, "- ");
	md_number(m, f->line);
	md_raw(m, ":");
	md_number(m, f->column);
	md_raw(m, str_eq(f->severity, "error") ? " **error** " : " ");
	if (!str_eq(f->severity, "error"))
		md_text(m, f->severity);
	md_raw(m, str_eq(f->severity, "error") ? "" : " ");
	md_code(m, f->rule);
	md_raw(m, " ");
	md_text(m, f->message);
	if (f->origin != NULL) {
		md_raw(m, " (");
		md_text(m, f->origin->text);
		md_raw(m, ")");
	}
	md_raw(m, "\n");
	(void)md_flush(m);
}

static void put_files(struct md *m, const struct rep_findings *f)
{
	struct span last = SPAN_EMPTY;

	for (size_t i = 0; i < f->count; i++) {
		if (rep_is_known(&f->items[i]))
			continue;
		if (!span_eq(f->items[i].path, last)) {
			md_raw(m, "\n### ");
			md_code_span(m, f->items[i].path);
			md_raw(m, "\n\n");
			(void)md_flush(m);
		}
		last = f->items[i].path;
		put_finding(m, &f->items[i]);
	}
}

static void put_missed(struct md *m, const struct rep_findings *f)
{
	if (f->missed_count == 0)
		return;
	md_raw(m, "\n### Not scanned\n\n");
	(void)md_flush(m);
	for (size_t i = 0; i < f->missed_count; i++) {
		md_raw(m, "- ");
		md_code_span(m, f->missed[i].path);
		md_raw(m, " ");
		md_text(m, f->missed[i].reason);
		md_raw(m, "\n");
		(void)md_flush(m);
	}
}

static void put_head(struct md *m, const struct rep_findings *f, const size_t *sum,
                     size_t known)
{
	md_raw(m, "## Findings\n\n");
	md_number(m, sum[ERROR] + sum[WARNING] + sum[NOTE]);
	md_raw(m, " finding");
	md_raw(m, str_s(sum[ERROR] + sum[WARNING] + sum[NOTE]));
	md_raw(m, " (");
	md_number(m, sum[ERROR]);
	md_raw(m, " error, ");
	md_number(m, sum[WARNING]);
	md_raw(m, " warning, ");
	md_number(m, sum[NOTE]);
	md_raw(m, " note), ");
	md_number(m, known);
	md_raw(m, " known, ");
	md_number(m, f->allowed);
	md_raw(m, " allowed by comments.");
	md_raw(m, f->complete ? "\n\n" : " The scan is not complete.\n\n");
	(void)md_flush(m);
}

static void put_all(struct md *m, const struct rep_findings *f,
                    size_t (*counts)[SEVERITIES])
{
	size_t sum[SEVERITIES] = { 0 };
	size_t known = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct rep_located *item = &f->items[i];
		size_t level = level_of(item->severity);
		size_t rule = rule_index(f, item->rule);

		known += rep_is_known(item);
		sum[level] += !rep_is_known(item);
		if (rule < f->rule_count)
			counts[rule][level] += !rep_is_known(item);
	}
	put_head(m, f, sum, known);
	if (sum[ERROR] + sum[WARNING] + sum[NOTE] > 0)
		put_table(m, f, counts);
	put_missed(m, f);
	put_files(m, f);
}

enum err_code rep_findings_markdown(const struct rep_findings *f, struct buf *out,
                                    struct err *err)
{
	struct md m = { .out = out, .start = out->len };
	size_t(*counts)[SEVERITIES] = mem_new((f->rule_count + 1) * sizeof(*counts));

	if (counts == NULL)
		return err_nomem(err);
	put_all(&m, f, counts);
	if (m.left > 0)
		buf_printf(out, "\n%zu more line%s not fit.\n", (size_t)m.left,
		           m.left == 1 ? " does" : "s do");
	mem_free(counts);
	buf_fini(&m.block);
	buf_fini(&m.shown);
	return buf_err(out, err);
}
