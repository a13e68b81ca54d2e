// SPDX-License-Identifier: Apache-2.0
#include "verdict/change_points.h"

#include "base/mem.h"
#include "verdict/welch.h"

#include <math.h>

/* A side of a split has two values at least: one alone has no spread. */
enum { SIDE_MIN = 2, WARN_VALUES = 5 };

/* The series without its gaps, and of ratios the logarithms. */
struct dense {
	double *x;
	size_t *place; /* in the series */
	bool *cut;     /* a flag a value: a new level begins there */
	size_t n;
	double p_weak; /* of a candidate: the merge asks for more */
	const struct gate_change_rules *r;
	bool ratio;
};

static void dense_fini(struct dense *d)
{
	mem_free(d->x);
	mem_free(d->place);
	mem_free(d->cut);
}

static bool dense_init(struct dense *d, const struct gate_series *s,
                       const struct gate_change_rules *r)
{
	*d = (struct dense){ .p_weak = 10 * r->p_max, .r = r, .ratio = s->ratio };
	if (s->count > GATE_SERIES_MAX || !mem_array(&d->x, s->count, sizeof(*d->x)) ||
	    !mem_array(&d->place, s->count, sizeof(*d->place)) ||
	    !mem_array(&d->cut, s->count, sizeof(*d->cut)))
		return false;
	for (size_t i = 0; i < s->count; i++) {
		const double x = s->ratio ? log(s->x[i]) : s->x[i];

		if (!isfinite(x))
			continue;
		d->x[d->n] = x;
		d->cut[d->n] = false;
		d->place[d->n++] = i;
	}
	return true;
}

/* ---- one split ---- */

static double distance_to(const double *x, size_t n, double from)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fabs(x[i] - from);
	return sum;
}

/* The energy statistic of a split into m and n values: sums of distances between them,
 * and within each. */
static double energy(size_t m, size_t n, double between, double left, double right)
{
	const double a = (double)m;
	const double b = (double)n;

	return a * b / (a + b) *
	       (2 / (a * b) * between - 2 / (a * (a - 1)) * left -
	        2 / (b * (b - 1)) * right);
}

/* How many values are left of the best split, the first of equal ones; 0: none. */
static size_t best_split(const double *x, size_t n)
{
	double left = 0;
	double right = 0;
	double between = 0;
	double most = -INFINITY;
	size_t best = 0;

	for (size_t i = 0; i < n; i++)
		right += distance_to(x, i, x[i]);
	for (size_t k = 1; k + SIDE_MIN <= n; k++) {
		/* The value k - 1 goes from the right to the left. */
		const double to_left = distance_to(x, k - 1, x[k - 1]);
		const double to_right = distance_to(x + k, n - k, x[k - 1]);
		double q;

		left += to_left;
		right -= to_right;
		between += to_right - to_left;
		if (k < SIDE_MIN)
			continue;
		q = energy(k, n - k, between, left, right);
		if (q > most) {
			most = q;
			best = k;
		}
	}
	return best;
}

/* ---- windows ---- */

/* Splits [from, to) as long as both sides differ. Each side goes on; the shorter by
 * recursion, which bounds its depth. Returns the last cut, 0 if there is none. */
static size_t split(struct dense *d, size_t from, size_t to)
{
	size_t last = 0;

	while (to - from >= 2 * SIDE_MIN) {
		const size_t k = best_split(d->x + from, to - from);
		const size_t at = from + k;
		size_t deeper;

		if (k == 0 ||
		    gate_welch_p(d->x + from, k, d->x + at, to - at) > d->p_weak)
			break;
		d->cut[at] = true;
		last = at > last ? at : last;
		if (k < to - at) {
			deeper = split(d, from, at);
			from = at;
		} else {
			deeper = split(d, at, to);
			to = at;
		}
		last = deeper > last ? deeper : last;
	}
	return last;
}

/* A window begins where the last change was, or half a window further: so no change is
 * found twice at two places. */
static void split_windows(struct dense *d)
{
	const size_t size =
		d->r->window < 2 * (size_t)SIDE_MIN ? 2 * (size_t)SIDE_MIN : d->r->window;
	size_t from = 0;

	while (from < d->n) {
		const size_t to = d->n - from < size ? d->n : from + size;
		const size_t last = split(d, from, to);

		from += size / 2;
		from = last > from ? last : from;
	}
}

/* ---- merging ---- */

static size_t next_cut(const struct dense *d, size_t at)
{
	for (at++; at < d->n && !d->cut[at]; at++)
		;
	return at;
}

static double level(const struct dense *d, size_t from, size_t to)
{
	double mean = 0;

	for (size_t i = from; i < to; i++)
		mean += (d->x[i] - mean) / (double)(i - from + 1);
	return mean;
}

/* What counts as a change, on the scale of the values. */
static double least_of(bool ratio, double least)
{
	return ratio ? log1p(least) : least;
}

/* The cut that is least like a change: of those whose test fails that with the largest p,
 * else the smallest of those that are too small. `n`: there is none. */
static size_t weakest(const struct dense *d)
{
	const double least = least_of(d->ratio, d->r->least);
	double worst_p = d->r->p_max;
	double smallest = least;
	size_t unsure = d->n;
	size_t small = d->n;
	size_t before = 0;
	size_t next;

	for (size_t at = next_cut(d, 0); at < d->n; before = at, at = next) {
		double p, step;

		next = next_cut(d, at);
		p = gate_welch_p(d->x + before, at - before, d->x + at, next - at);
		step = fabs(level(d, at, next) - level(d, before, at));
		if (p > worst_p) {
			worst_p = p;
			unsure = at;
		}
		if (step < smallest) {
			smallest = step;
			small = at;
		}
	}
	return unsure < d->n ? unsure : small;
}

static double shown(const struct dense *d, double x)
{
	return d->ratio ? exp(x) : x;
}

static bool collect(const struct dense *d, struct gate_change **out, size_t *count)
{
	size_t n = 0;
	size_t before = 0;
	size_t next;

	for (size_t at = next_cut(d, 0); at < d->n; at = next_cut(d, at))
		n++;
	if (n == 0)
		return true;
	if (!mem_array(out, n, sizeof(**out)))
		return false;
	for (size_t at = next_cut(d, 0); at < d->n; before = at, at = next) {
		next = next_cut(d, at);
		(*out)[(*count)++] = (struct gate_change){
			.last = d->place[at - 1],
			.at = d->place[at],
			.before = shown(d, level(d, before, at)),
			.after = shown(d, level(d, at, next)),
			.values = next - at,
			.p = gate_welch_p(d->x + before, at - before, d->x + at,
			                  next - at),
		};
	}
	return true;
}

bool gate_change_points(const struct gate_series *s, const struct gate_change_rules *r,
                        struct gate_change **out, size_t *count)
{
	struct dense d;
	bool ok = dense_init(&d, s, r);

	*out = NULL;
	*count = 0;
	if (ok) {
		split_windows(&d);
		for (size_t at = weakest(&d); at < d.n; at = weakest(&d))
			d.cut[at] = false;
		ok = collect(&d, out, count);
	}
	dense_fini(&d);
	return ok;
}

const struct gate_change *gate_change_to_warn_of(const struct gate_series *s,
                                                 const struct gate_change *changes,
                                                 size_t count, size_t release,
                                                 bool higher_is_better, double least)
{
	const struct gate_change *c = count > 0 ? &changes[count - 1] : NULL;
	double worse;

	if (c == NULL || c->at < release || c->values < WARN_VALUES)
		return NULL;
	worse = s->ratio ? log(c->after) - log(c->before) : c->after - c->before;
	if (higher_is_better)
		worse = -worse;
	return worse >= least_of(s->ratio, least) ? c : NULL;
}
