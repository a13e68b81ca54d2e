// SPDX-License-Identifier: Apache-2.0
/* Benchmarks as a table and a plot, for terminals and Markdown. */
#include "bench.h"

#include "base/str.h"
#include "base/term.h"
#include "view.h"

#include <math.h>
#include <stdio.h>

enum {
	NAME_MIN = 16,
	NAME_MAX = 44,
	RATIO_COLUMNS = 7,
	BOUNDS_COLUMNS = 15,
	VERDICT_COLUMNS = 12,
	TIME_COLUMNS = 10,
	TIMES = 2 * (TIME_COLUMNS + 2),
	PLOT_MIN = 12,
	PLOT_GOOD = 20,
	PLOT_MAX = 61,
	GAPS = 8,
	FIXED = RATIO_COLUMNS + BOUNDS_COLUMNS + VERDICT_COLUMNS + GAPS,
	WHY_COLUMNS = 300,
};

struct plot {
	struct buf *out;
	bool color;
	bool utf8;
	size_t name_columns;
	size_t plot_columns; /* 0 = no room */
	bool times;          /* there is room for both medians */
	double low;
	double high;
};

static enum term_style style_of(const struct rep_bench_row *r)
{
	switch (r->verdict) {
	case REP_BENCH_REGRESSION:
		return TERM_BOLD_RED;
	case REP_BENCH_IMPROVED:
		return TERM_GREEN;
	case REP_BENCH_EQUIVALENT:
		return r->warns ? TERM_YELLOW : TERM_GREEN;
	case REP_BENCH_INCONCLUSIVE:
		return TERM_YELLOW;
	case REP_BENCH_UNKNOWN:
	case REP_BENCH_NEW:
		break;
	}
	return TERM_CYAN;
}

/* Text cut or filled to a width. */
static void cell(struct plot *p, enum term_style style, const char *text, size_t columns,
                 bool right)
{
	struct buf shown = BUF_INIT;
	size_t used;

	str_display_cut(&shown, span_str(text), columns);
	used = str_columns(buf_span(&shown));
	if (right && used < columns)
		buf_fill(p->out, ' ', columns - used);
	term_put(p->out, p->color, style, buf_span(&shown));
	if (!right && used < columns)
		buf_fill(p->out, ' ', columns - used);
	if (!buf_ok(&shown))
		p->out->failed = true;
	buf_fini(&shown);
}

static const char *number(double x, char text[24])
{
	if (!isfinite(x))
		return isnan(x) ? "-" : x > 0 ? "inf" : "0";
	(void)snprintf(text, 24, "%.3f", x);
	return text;
}

static const char *bounds(const struct rep_bench_row *r, char text[60])
{
	char low[24];
	char high[24];

	if (isnan(r->low) || isnan(r->high))
		return "-";
	(void)snprintf(text, 60, "%s..%s", number(r->low, low), number(r->high, high));
	return text;
}

/* ---- the plot ---- */

static size_t place(const struct plot *p, double x)
{
	const double share = (x - p->low) / (p->high - p->low);

	if (!(share > 0))
		return 0;
	if (share >= 1)
		return p->plot_columns - 1;
	return (size_t)(share * (double)p->plot_columns);
}

enum mark { NONE, LINE, LEFT, RIGHT, DOT, LIMIT, ONE };

static const char *sign(const struct plot *p, enum mark m)
{
	static const char *const fine[] = { " ", "─", "├", "┤", "●", "┊", "│" };
	static const char *const plain[] = { " ", "-", "[", "]", "o", ":", "|" };

	return p->utf8 ? fine[m] : plain[m];
}

static void draw(struct plot *p, const struct rep_bench_row *r)
{
	unsigned char marks[PLOT_MAX] = { NONE };

	marks[place(p, 1)] = ONE;
	marks[place(p, 1 + r->margin)] = LIMIT;
	marks[place(p, 1 / (1 + r->margin))] = LIMIT;
	if (!isnan(r->low) && !isnan(r->high)) {
		for (size_t i = place(p, r->low); i <= place(p, r->high); i++)
			marks[i] = LINE;
		if (r->low >= p->low)
			marks[place(p, r->low)] = LEFT;
		if (r->high <= p->high)
			marks[place(p, r->high)] = RIGHT;
	}
	if (!isnan(r->ratio))
		marks[place(p, r->ratio)] = DOT;
	for (size_t i = 0; i < p->plot_columns; i++)
		term_put(p->out, p->color,
		         marks[i] == LIMIT || marks[i] == ONE ? TERM_DIM : style_of(r),
		         span_str(sign(p, (enum mark)marks[i])));
}

/* ---- the table ---- */

static void put_time(struct plot *p, double x, const char *unit)
{
	struct buf text = BUF_INIT;

	/* Without a unit that leaves no room for the number. */
	rep_bench_value(&text, x, unit);
	if (str_columns(buf_span(&text)) > TIME_COLUMNS)
		buf_truncate(&text, span_find_byte(buf_span(&text), ' '));
	cell(p, TERM_PLAIN, buf_str(&text), TIME_COLUMNS, true);
	buf_puts(p->out, "  ");
	if (!buf_ok(&text))
		p->out->failed = true;
	buf_fini(&text);
}

static void row(struct plot *p, const struct rep_bench_row *r)
{
	char text[60];
	char ratio[24];

	cell(p, TERM_PLAIN, r->name, p->name_columns, false);
	buf_puts(p->out, "  ");
	if (p->times) {
		put_time(p, r->base, r->unit);
		put_time(p, r->head, r->unit);
	}
	cell(p, style_of(r), number(r->ratio, ratio), RATIO_COLUMNS, true);
	buf_puts(p->out, "  ");
	cell(p, TERM_DIM, bounds(r, text), BOUNDS_COLUMNS, false);
	buf_puts(p->out, "  ");
	if (p->plot_columns > 0) {
		draw(p, r);
		buf_puts(p->out, "  ");
	}
	term_put(p->out, p->color, style_of(r), span_str(rep_bench_name(r->verdict)));
	buf_putc(p->out, '\n');
	if (r->why[0] == '\0' && !r->advisory)
		return;
	buf_puts(p->out, "    ");
	str_display_cut(p->out,
	                span_str(r->why[0] != '\0'
	                                 ? r->why
	                                 : "worth a look: probably slower, though not "
	                                   "surely enough to decide"),
	                WHY_COLUMNS);
	buf_putc(p->out, '\n');
}

static void scale(struct plot *p)
{
	char low[24];
	char high[24];
	size_t middle;

	cell(p, TERM_DIM, "benchmark", p->name_columns, false);
	buf_puts(p->out, "  ");
	if (p->times) {
		cell(p, TERM_DIM, "base", TIME_COLUMNS, true);
		buf_puts(p->out, "  ");
		cell(p, TERM_DIM, "head", TIME_COLUMNS, true);
		buf_puts(p->out, "  ");
	}
	cell(p, TERM_DIM, "ratio", RATIO_COLUMNS, true);
	buf_puts(p->out, "  ");
	cell(p, TERM_DIM, "bounds", BOUNDS_COLUMNS, false);
	buf_puts(p->out, "  ");
	if (p->plot_columns > 0) {
		middle = place(p, 1);
		number(p->low, low);
		number(p->high, high);
		cell(p, TERM_DIM, low, middle > 1 ? middle - 1 : 0, false);
		cell(p, TERM_DIM, "1", 2, true);
		cell(p, TERM_DIM, high, p->plot_columns - (middle > 1 ? middle + 1 : 2),
		     true);
	}
	buf_putc(p->out, '\n');
}

static size_t name_columns(const struct rep_bench *b)
{
	size_t most = NAME_MIN;

	for (size_t i = 0; i < b->count; i++) {
		size_t columns = str_columns(span_str(b->rows[i].name));

		most = columns > most ? columns : most;
	}
	return most < NAME_MAX ? most : NAME_MAX;
}

static void facts(struct buf *out, const struct rep_bench *b)
{
	const char *sep = "";

	if (b->base != NULL) {
		buf_puts(out, "base ");
		str_display(out, span_sub(span_str(b->base), 0, 12));
		sep = ", ";
	}
	if (b->cpu != NULL) {
		buf_puts(out, sep);
		str_display_cut(out, span_str(b->cpu), 60);
		buf_printf(out, ", %llu core%s", (unsigned long long)b->cores,
		           str_s(b->cores));
		sep = ", ";
	}
	if (b->governor != NULL) {
		buf_printf(out, "%sgovernor ", sep);
		str_display_cut(out, span_str(b->governor), 20);
	}
	if (isfinite(b->load_before) && isfinite(b->load_after))
		buf_printf(out, "%sload %.1f to %.1f", sep, b->load_before,
		           b->load_after);
	if (isfinite(b->steal))
		buf_printf(out, ", %.1f %% stolen", 100 * b->steal);
	buf_putc(out, '\n');
}

/* They name benchmarks, and those are called what their programs say. */
static void remark(struct buf *out, const char *text)
{
	str_display_cut(out, span_str(text), WHY_COLUMNS);
	buf_putc(out, '\n');
}

static void remarks(struct buf *out, const struct rep_bench *b)
{
	if (b->control != NULL)
		remark(out, b->control);
	for (size_t i = 0; i < b->trouble_count; i++)
		remark(out, b->troubles[i]);
	for (size_t i = 0; i < b->note_count; i++)
		remark(out, b->notes[i]);
	if (b->advice_count > 0)
		buf_puts(out, "What would help:\n");
	for (size_t i = 0; i < b->advice_count; i++) {
		buf_puts(out, "  - ");
		remark(out, b->advice[i]);
	}
}

static void totals(struct buf *out, const struct rep_bench *b)
{
	static const char *const words[] = { "slower",    "faster",  "equal",
		                             "undecided", "unknown", "new" };
	size_t of[6] = { 0 };
	const char *sep = "";

	for (size_t i = 0; i < b->count; i++)
		of[b->rows[i].verdict]++;
	for (size_t v = 0; v < 6; v++) {
		if (of[v] == 0)
			continue;
		buf_printf(out, "%s%zu %s", sep, of[v], words[v]);
		sep = ", ";
	}
	buf_puts(out, b->count == 0 ? "no benchmark was measured\n" : "\n");
}

void rep_bench_text(struct buf *out, const struct rep_bench *b, bool color, bool utf8,
                    size_t columns)
{
	struct plot p = { .out = out, .color = color, .utf8 = utf8 };
	size_t used;

	p.name_columns = name_columns(b);
	/* A cut name is still a name; without the plot there is nothing to see. */
	if (columns < FIXED + PLOT_GOOD + p.name_columns)
		p.name_columns = columns > FIXED + PLOT_GOOD + NAME_MIN
		                         ? columns - FIXED - PLOT_GOOD
		                         : NAME_MIN;
	used = p.name_columns + FIXED;
	p.times = columns >= used + TIMES + PLOT_GOOD;
	used += p.times ? TIMES : 0;
	if (columns >= used + PLOT_MIN)
		p.plot_columns = columns - used < PLOT_MAX ? columns - used : PLOT_MAX;
	rep_bench_range(b, &p.low, &p.high);
	if (b->count > 0)
		scale(&p);
	for (size_t i = 0; i < b->count; i++)
		row(&p, &b->rows[i]);
	if (b->count > 0)
		buf_putc(out, '\n');
	remarks(out, b);
	facts(out, b);
	totals(out, b);
}

/* ---- Markdown ---- */

/* With its own code spans; names in it are no markup. */
static void markdown_text(struct buf *out, const char *text)
{
	struct buf shown = BUF_INIT;

	str_display(&shown, span_str(text));
	for (const char *c = buf_str(&shown); *c != '\0'; c++) {
		if (strchr("\\<>[]*_|#&", *c) != NULL)
			buf_putc(out, '\\');
		buf_putc(out, *c);
	}
	if (!buf_ok(&shown))
		out->failed = true;
	buf_fini(&shown);
}

/* A name as code in a table, whose marks it must not have. */
static void markdown_name(struct buf *out, const char *name)
{
	struct buf shown = BUF_INIT;

	str_display(&shown, span_str(name));
	buf_putc(out, '`');
	for (const char *c = buf_str(&shown); *c != '\0'; c++)
		buf_putc(out, *c == '`' || *c == '|' ? ' ' : *c);
	buf_putc(out, '`');
	if (!buf_ok(&shown))
		out->failed = true;
	buf_fini(&shown);
}

static void markdown_value(struct buf *out, double x, const char *unit)
{
	struct buf text = BUF_INIT;

	rep_bench_value(&text, x, unit);
	markdown_text(out, buf_str(&text));
	if (!buf_ok(&text))
		out->failed = true;
	buf_fini(&text);
}

void rep_bench_markdown(struct buf *out, const struct rep_bench *b)
{
	char text[60];
	char ratio[24];

	buf_puts(out, "| Benchmark | Base | Head | Ratio | Bounds | Margin | Verdict |\n"
	              "|---|--:|--:|--:|---|--:|---|\n");
	for (size_t i = 0; i < b->count; i++) {
		const struct rep_bench_row *r = &b->rows[i];

		buf_puts(out, "| ");
		markdown_name(out, r->name);
		buf_puts(out, " | ");
		markdown_value(out, r->base, r->unit);
		buf_puts(out, " | ");
		markdown_value(out, r->head, r->unit);
		buf_printf(out, " | %s | %s | %.3g %% | %s%s |\n",
		           number(r->ratio, ratio), bounds(r, text), 100 * r->margin,
		           r->verdict == REP_BENCH_REGRESSION
		                   ? "**REGRESSION**"
		                   : rep_bench_name(r->verdict),
		           r->cleared ? " (cleared)" : "");
	}
	buf_puts(out, "\nRatios above 1 are worse. ");
	totals(out, b);
	if (b->control != NULL) {
		buf_putc(out, '\n');
		markdown_text(out, b->control);
		buf_putc(out, '\n');
	}
	if (b->advice_count > 0)
		buf_puts(out, "\nWhat would help:\n\n");
	for (size_t i = 0; i < b->advice_count; i++) {
		buf_puts(out, "- ");
		markdown_text(out, b->advice[i]);
		buf_putc(out, '\n');
	}
}
