// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "reading_internal.h"

/*
 * wrk's text: "Requests/sec: 748868.53", below "Latency Distribution" lines such as
 * "99%    5.80ms" (wrk2: "99.000%"), without them the average of "Latency". Errors that
 * it counted spoil all of it: what failed fast was not served.
 */

struct wrk {
	struct gate_bench_readings *r;
	size_t first; /* reading of this text */
	double spent_ns;
	bool has_distribution;
	const char *fault;
	bool found; /* the line of requests */
};

/* "635.91us" "1.20ms" "3.4s" "2.00m" in microseconds. */
static bool take_time(struct span word, double *us)
{
	static const struct {
		const char *unit;
		double us;
	} units[] = {
		{ "us", 1 }, { "ms", 1e3 }, { "s", 1e6 }, { "m", 6e7 }, { "h", 3.6e9 }
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const struct span unit = span_str(units[i].unit);

		if (!span_ends(word, unit) ||
		    !num_double(span_sub(word, 0, word.len - unit.len), us))
			continue;
		*us *= units[i].us;
		return true;
	}
	return false;
}

static struct span word_at(struct span line, size_t index)
{
	struct span rest = span_trim(line);
	struct span word = SPAN_EMPTY;

	for (size_t i = 0; i <= index; i++) {
		size_t n = span_find_byte(rest, ' ');

		word = span_sub(rest, 0, n);
		rest = span_trim(span_from(rest, n));
	}
	return word;
}

static void take_latency(struct wrk *w, struct span what, struct span time)
{
	struct buf name = BUF_INIT;
	double us;

	if (!take_time(time, &us))
		return;
	buf_puts(&name, "latency ");
	buf_put(&name, what);
	(void)gate_bench_readings_add(w->r, buf_span(&name), us, "us");
	if (!buf_ok(&name))
		w->r->arena.failed = true;
	buf_fini(&name);
}

static bool any_digit_above_zero(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] >= '1' && line.ptr[i] <= '9')
			return true;
	return false;
}

static void take_line(struct wrk *w, struct span line)
{
	const struct span first = word_at(line, 0);
	double value;

	if (span_starts(line, SPAN_LIT("Requests/sec:"))) {
		w->found = num_double(word_at(line, 1), &value);
		if (w->found)
			(void)gate_bench_readings_add(w->r, SPAN_LIT("requests"), value,
			                              "requests/s");
	} else if (span_starts(line, SPAN_LIT("Latency Distribution"))) {
		w->has_distribution = true;
	} else if (span_eq_str(first, "Latency") && !w->has_distribution) {
		take_latency(w, SPAN_LIT("average"), word_at(line, 1));
	} else if (span_ends(first, SPAN_LIT("%")) && w->has_distribution) {
		take_latency(w, first, word_at(line, 1));
	} else if (span_starts(line, SPAN_LIT("Socket errors:"))) {
		if (any_digit_above_zero(line))
			w->fault = "wrk counted socket errors";
	} else if (span_starts(line, SPAN_LIT("Non-2xx or 3xx responses:"))) {
		if (any_digit_above_zero(span_from(line, SPAN_LIT("Non-2xx or 3xx").len)))
			w->fault = "wrk counted responses other than 2xx and 3xx";
	} else if (span_eq_str(word_at(line, 1), "requests") &&
	           span_eq_str(word_at(line, 2), "in")) {
		struct span took = word_at(line, 3);

		if (span_ends(took, SPAN_LIT(",")))
			took.len--;
		if (take_time(took, &value))
			w->spent_ns = value * 1e3;
	}
}

enum err_code gate_bench_read_wrk(struct span text, const char *name,
                                  struct gate_bench_readings *r, struct err *err)
{
	struct wrk w = { .r = r, .first = r->count };
	struct span line;

	while (span_line(&text, &line) && !r->overflow)
		take_line(&w, span_trim(line));
	if (!w.found && !r->overflow) {
		(void)gate_bench_not_of(err, name, "wrk", "no line `Requests/sec:`");
		return ERR_CORRUPT;
	}
	for (size_t i = w.first; i < r->count; i++) {
		r->items[i].spent_ns = gate_bench_ns(w.spent_ns);
		if (w.fault != NULL)
			r->items[i].fault = w.fault;
	}
	return gate_bench_readings_err(r, name, err);
}
