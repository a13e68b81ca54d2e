// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/reading.h"

#include "base/str.h"
#include "collect/bench/samples.h"

#include <math.h>

void gate_bench_readings_init(struct gate_bench_readings *r)
{
	*r = (struct gate_bench_readings){ .items = NULL };
	arena_init(&r->arena);
}

void gate_bench_readings_fini(struct gate_bench_readings *r)
{
	arena_fini(&r->arena);
}

/* One line that a terminal shows as it is. */
static const char *clean_name(struct arena *a, struct span name)
{
	struct buf shown = BUF_INIT;
	const char *kept;

	name = span_trim(name);
	if (name.len == 0)
		name = SPAN_LIT("(no name)");
	str_display_cut(&shown, name, GATE_BENCH_NAME_MAX);
	kept = buf_ok(&shown) ? arena_str(a, buf_str(&shown)) : NULL;
	if (kept == NULL)
		a->failed = true;
	buf_fini(&shown);
	return kept;
}

static const char *fault_of(double value, bool timed)
{
	if (!isfinite(value) || value < 0 || (value == 0 && timed))
		return timed ? "reported a time or rate that is not above 0"
		             : "reported a value below 0, or none";
	if (value != 0 && (value < GATE_BENCH_VALUE_MIN || value > GATE_BENCH_VALUE_MAX))
		return "reported a value that is not within 1e-30 and 1e30";
	return NULL;
}

struct gate_bench_reading *gate_bench_readings_add(struct gate_bench_readings *r,
                                                   struct span name, double value,
                                                   const char *unit)
{
	struct gate_bench_reading *item;

	if (r->count == GATE_BENCH_READINGS_MAX) {
		r->overflow = true;
		return NULL;
	}
	item = arena_push(&r->arena, &r->items, &r->count, &r->cap, sizeof(*item));
	if (item == NULL)
		return NULL;
	*item = (struct gate_bench_reading){
		.name = clean_name(&r->arena, name),
		.value = value,
		.unit = unit != NULL ? unit : "",
		.higher = unit != NULL && gate_bench_is_rate(span_str(unit)),
	};
	item->timed = item->higher || gate_bench_is_time(span_str(item->unit));
	item->fault = fault_of(value, item->timed);
	if (item->fault != NULL)
		item->value = NAN;
	if (item->name == NULL) {
		r->count--;
		return NULL;
	}
	return item;
}

enum err_code gate_bench_readings_err(const struct gate_bench_readings *r,
                                      const char *name, struct err *err)
{
	enum err_code rc = arena_err(&r->arena, err);

	if (rc == ERR_OK && r->overflow)
		return err_set(err, ERR_LIMIT, "%s: more than %d values", name,
		               GATE_BENCH_READINGS_MAX);
	return rc;
}

/* ---- units ---- */

bool gate_bench_is_time(struct span unit)
{
	static const char *const times[] = {
		"ns",           "us",           "\xc2\xb5s",  "ms", "s",
		"sec",          "min",          "h",          "ps", "seconds",
		"milliseconds", "microseconds", "nanoseconds"
	};
	const size_t slash = span_find_byte(unit, '/');

	/* "ns/op", "ms/iter": a time for one */
	unit = span_trim(span_sub(unit, 0, slash));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (span_eq_str(unit, times[i]))
			return true;
	return false;
}

bool gate_bench_is_rate(struct span unit)
{
	static const char *const rates[] = { "rps", "qps", "tps", "iops",
		                             "bps", "fps", "hz" };
	const size_t slash = span_rfind_byte(unit, '/');

	if (span_ends(unit, SPAN_LIT("_per_second")) ||
	    span_ends(unit, SPAN_LIT(" per second")))
		return true;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		if (unit.len == strlen(rates[i]) &&
		    span_find_caseless(unit, span_str(rates[i])) == 0)
			return true;
	/* "MB/s", "ops/ms": something for a time */
	return slash < unit.len && slash > 0 &&
	       gate_bench_is_time(span_from(unit, slash + 1)) &&
	       !gate_bench_is_time(span_sub(unit, 0, slash));
}

gate_bench_read *gate_bench_reader(enum gate_bench_format f)
{
	static gate_bench_read *const readers[GATE_BENCH_FORMATS] = {
		[GATE_BENCH_GOOGLE] = gate_bench_read_google,
		[GATE_BENCH_HYPERFINE] = gate_bench_read_hyperfine,
		[GATE_BENCH_GO] = gate_bench_read_go,
		[GATE_BENCH_CRITERION] = gate_bench_read_criterion,
		[GATE_BENCH_PYTEST] = gate_bench_read_pytest,
		[GATE_BENCH_JMH] = gate_bench_read_jmh,
		[GATE_BENCH_K6] = gate_bench_read_k6,
		[GATE_BENCH_WRK] = gate_bench_read_wrk,
		[GATE_BENCH_LINES] = gate_bench_read_lines,
	};

	return readers[f];
}
