// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "reading_internal.h"

/* google-benchmark: {"context": .., "benchmarks": [{"name", "run_name", "run_type":
 * "iteration"|"aggregate", "iterations", "real_time", "time_unit", "error_occurred"}]}.
 */

static double ns_of(const char *unit)
{
	if (str_eq(unit, "s"))
		return 1e9;
	if (str_eq(unit, "ms"))
		return 1e6;
	return str_eq(unit, "us") ? 1e3 : 1;
}

/* Versions before 1.5 do not say what is an aggregate. */
static bool is_aggregate(const struct json *v, const char *name)
{
	static const char *const ends[] = { "_mean", "_median", "_stddev",
		                            "_cv",   "_BigO",   "_RMS" };
	const char *type = json_string(json_get(v, "run_type"));

	if (type != NULL)
		return !str_eq(type, "iteration");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends(name, ends[i]))
			return true;
	return false;
}

static void take_one(const struct json *v, struct gate_bench_readings *r)
{
	const char *full = json_string(json_get(v, "name"));
	const char *name = json_string(json_get(v, "run_name"));
	const char *unit = json_string(json_get(v, "time_unit"));
	struct gate_bench_reading *item;
	double iterations = 0;
	double time = 0;
	bool failed = false;

	if (full == NULL || is_aggregate(v, full))
		return;
	unit = str_eq(unit, "us")   ? "us"
	       : str_eq(unit, "ms") ? "ms"
	       : str_eq(unit, "s")  ? "s"
	                            : "ns";
	(void)json_double(json_get(v, "iterations"), &iterations);
	(void)json_double(json_get(v, "real_time"), &time);
	item = gate_bench_add_number(r, span_str(name != NULL ? name : full),
	                             json_get(v, "real_time"), unit,
	                             time * iterations * ns_of(unit));
	if (item != NULL && json_bool(json_get(v, "error_occurred"), &failed) && failed)
		item->fault = "the benchmark reported an error";
}

static bool take(const struct json *root, const char *name, struct gate_bench_readings *r,
                 struct err *err)
{
	const struct json *list = json_get(root, "benchmarks");
	const size_t before = r->count;

	if (list == NULL || json_type(list) != JSON_ARRAY)
		return gate_bench_not_of(err, name, "google-benchmark",
		                         "no list `benchmarks`");
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		take_one(v, r);
	if (r->count == before && json_count(list) > 0)
		return gate_bench_not_of(
			err, name, "google-benchmark",
			"only aggregates; leave --benchmark_report_aggregates_only out");
	return true;
}

enum err_code gate_bench_read_google(struct span text, const char *name,
                                     struct gate_bench_readings *r, struct err *err)
{
	return gate_bench_read_json(text, name, take, r, err);
}
