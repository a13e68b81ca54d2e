// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/bench/reading.h"
#include "reading_internal.h"

#include <math.h>

/*
 * go test -bench: "BenchmarkName-8  1000  1234 ns/op  16 B/op  2 allocs/op", after lines
 * such as "pkg: example.org/x". MB/s is left out: it is the time once more. Anything else
 * is output of the tests.
 */

static bool next_field(struct span *rest, struct span *field)
{
	*rest = span_trim(*rest);
	if (rest->len == 0)
		return false;
	for (field->len = 0; field->len < rest->len; field->len++)
		if (rest->ptr[field->len] == ' ' || rest->ptr[field->len] == '\t')
			break;
	field->ptr = rest->ptr;
	*rest = span_from(*rest, field->len);
	return true;
}

/* "pkg.BenchmarkName-8", with the unit where it is not the time. */
static void put_name(struct buf *out, struct span package, struct span name,
                     struct span unit)
{
	buf_clear(out);
	if (package.len > 0) {
		buf_put(out, package);
		buf_putc(out, '.');
	}
	buf_put(out, name);
	if (!span_eq_str(unit, "ns/op")) {
		buf_putc(out, ' ');
		buf_put(out, unit);
	}
}

static bool take_line(struct gate_bench_readings *r, struct span package,
                      struct span line, struct buf *name)
{
	struct span bench;
	struct span field;
	struct span unit;
	uint64_t times;

	if (!span_starts(line, SPAN_LIT("Benchmark")) || !next_field(&line, &bench) ||
	    !next_field(&line, &field) || !num_u64(field, 1, UINT64_MAX, &times))
		return false;
	while (next_field(&line, &field) && next_field(&line, &unit)) {
		struct gate_bench_reading *item;
		double value;

		if (!num_double(field, &value))
			return false;
		if (span_eq_str(unit, "MB/s"))
			continue;
		put_name(name, package, bench, unit);
		item = gate_bench_readings_add(r, buf_span(name), value,
		                               arena_dup(&r->arena, unit));
		if (item != NULL && span_eq_str(unit, "ns/op"))
			item->spent_ns = gate_bench_ns(value * (double)times);
	}
	return true;
}

enum err_code gate_bench_read_go(struct span text, const char *name,
                                 struct gate_bench_readings *r, struct err *err)
{
	struct span package = SPAN_EMPTY;
	struct buf full = BUF_INIT;
	struct span line;
	enum err_code rc;

	while (span_line(&text, &line) && !r->overflow) {
		if (span_starts(line, SPAN_LIT("pkg: ")))
			package = span_trim(span_from(line, SPAN_LIT("pkg: ").len));
		else
			(void)take_line(r, package, line, &full);
	}
	rc = buf_err(&full, err);
	buf_fini(&full);
	return rc == ERR_OK ? gate_bench_readings_err(r, name, err) : rc;
}
