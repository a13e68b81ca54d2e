// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "base/str.h"
#include "reports/csv.h"
#include "reports/openmetrics.h"

#include <math.h>

const char *rep_bench_name(enum rep_bench_verdict v)
{
	switch (v) {
	case REP_BENCH_REGRESSION:
		return "REGRESSION";
	case REP_BENCH_IMPROVED:
		return "IMPROVED";
	case REP_BENCH_EQUIVALENT:
		return "EQUIVALENT";
	case REP_BENCH_INCONCLUSIVE:
		return "INCONCLUSIVE";
	case REP_BENCH_NEW:
		return "NEW";
	case REP_BENCH_UNKNOWN:
		break;
	}
	return "UNKNOWN";
}

static void widen(double x, double *low, double *high)
{
	/* One wild value must not squeeze all others into a dot. */
	const double least = 0.5;
	const double most = 2;

	if (!isfinite(x) || x <= 0)
		return; /* no bound */
	*low = fmin(*low, fmax(x, least));
	*high = fmax(*high, fmin(x, most));
}

void rep_bench_range(const struct rep_bench *b, double *low, double *high)
{
	*low = *high = 1;
	for (size_t i = 0; i < b->count; i++) {
		const struct rep_bench_row *r = &b->rows[i];

		widen(r->ratio, low, high);
		widen(r->low, low, high);
		widen(r->high, low, high);
		widen(1 + r->margin, low, high);
		widen(1 / (1 + r->margin), low, high);
	}
	*low = fmin(*low, 0.97) - 0.005;
	*high = fmax(*high, 1.03) + 0.005;
}

/* "1.01M", "12.3k", "740", "0.5". */
static void put_count(struct buf *out, double x)
{
	static const char scales[] = { '\0', 'k', 'M', 'G', 'T', 'P' };
	const double kilo = 1000;
	size_t at = 0;

	for (; x >= kilo && at + 1 < sizeof(scales); at++)
		x /= kilo;
	buf_printf(out, "%.3g", x);
	if (at > 0)
		buf_putc(out, scales[at]);
}

static const struct {
	const char *unit;
	double ns;
} times[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
enum { TIMES = sizeof(times) / sizeof(times[0]) };

/* Of "ms" and "ms/op", else TIMES. */
static size_t time_of(const char *unit)
{
	const struct span word =
		span_sub(span_str(unit), 0, span_find_byte(span_str(unit), '/'));

	for (size_t i = 0; i < TIMES; i++)
		if (span_eq_str(word, times[i].unit))
			return i;
	return TIMES;
}

void rep_bench_value(struct buf *out, double x, const char *unit)
{
	size_t at = time_of(unit);

	if (!isfinite(x)) {
		buf_putc(out, '-');
	} else if (at == TIMES) {
		put_count(out, x);
		if (unit[0] != '\0')
			buf_putc(out, ' ');
		str_display_cut(out, span_str(unit), 20);
	} else {
		x *= times[at].ns;
		for (at = TIMES - 1; at > 0 && x < times[at].ns; at--)
			;
		x /= times[at].ns;
		buf_printf(out, "%.*f %s",
		           x < 10    ? 2
		           : x < 100 ? 1
		                     : 0,
		           x, times[at].unit);
		str_display_cut(
			out,
			span_from(span_str(unit), span_find_byte(span_str(unit), '/')),
			20);
	}
}

/* ---- CSV ---- */

static void csv_number(struct buf *out, double x)
{
	buf_putc(out, ',');
	if (isfinite(x))
		buf_printf(out, "%.6g", x);
}

void rep_bench_csv(struct buf *out, const struct rep_bench *b)
{
	buf_puts(out,
	         "check,benchmark,unit,verdict,ratio,low,high,margin,base,head,pairs,"
	         "valid,stage,variation,control,control_low,control_high,reason\r\n");
	for (size_t i = 0; i < b->count; i++) {
		const struct rep_bench_row *r = &b->rows[i];

		rep_csv_text(out, r->check);
		buf_putc(out, ',');
		rep_csv_text(out, r->name);
		buf_putc(out, ',');
		rep_csv_text(out, r->unit);
		buf_printf(out, ",%s", rep_bench_name(r->verdict));
		csv_number(out, r->ratio);
		csv_number(out, r->low);
		csv_number(out, r->high);
		csv_number(out, r->margin);
		csv_number(out, r->base);
		csv_number(out, r->head);
		buf_printf(out, ",%zu,%zu,%u", r->pairs, r->valid, r->stage);
		csv_number(out, r->variation);
		csv_number(out, r->control);
		csv_number(out, r->control_low);
		csv_number(out, r->control_high);
		buf_putc(out, ',');
		rep_csv_text(out, r->why);
		buf_puts(out, "\r\n");
	}
}

/* ---- OpenMetrics ---- */

static void sample(struct buf *out, const char *metric, const struct rep_bench_row *r,
                   const char *more, double value)
{
	buf_printf(out, "%s{", metric);
	rep_metric_label(out, "check", r->check);
	buf_putc(out, ',');
	rep_metric_label(out, "benchmark", r->name);
	buf_puts(out, more);
	if (isfinite(value))
		buf_printf(out, "} %.6g\n", value);
	else
		buf_printf(out, "} %s\n",
		           isnan(value) ? "NaN"
		           : value > 0  ? "+Inf"
		                        : "-Inf");
}

static const char *verdict_label(enum rep_bench_verdict v)
{
	switch (v) {
	case REP_BENCH_REGRESSION:
		return ",verdict=\"REGRESSION\"";
	case REP_BENCH_IMPROVED:
		return ",verdict=\"IMPROVED\"";
	case REP_BENCH_EQUIVALENT:
		return ",verdict=\"EQUIVALENT\"";
	case REP_BENCH_INCONCLUSIVE:
		return ",verdict=\"INCONCLUSIVE\"";
	case REP_BENCH_NEW:
		return ",verdict=\"NEW\"";
	case REP_BENCH_UNKNOWN:
		break;
	}
	return ",verdict=\"UNKNOWN\"";
}

void rep_bench_openmetrics(struct buf *out, const struct rep_bench *b)
{
	buf_puts(out, "# TYPE seaworthy_bench_ratio gauge\n"
	              "# HELP seaworthy_bench_ratio This state over the base; above 1 is "
	              "worse.\n");
	for (size_t i = 0; i < b->count; i++) {
		const struct rep_bench_row *r = &b->rows[i];

		sample(out, "seaworthy_bench_ratio", r, ",bound=\"median\"", r->ratio);
		sample(out, "seaworthy_bench_ratio", r, ",bound=\"low\"", r->low);
		sample(out, "seaworthy_bench_ratio", r, ",bound=\"high\"", r->high);
	}
	buf_puts(out,
	         "# TYPE seaworthy_bench_verdict gauge\n"
	         "# HELP seaworthy_bench_verdict 1 at the verdict of a benchmark.\n");
	for (size_t i = 0; i < b->count; i++)
		sample(out, "seaworthy_bench_verdict", &b->rows[i],
		       verdict_label(b->rows[i].verdict), 1);
	buf_puts(out, "# EOF\n");
}
