// SPDX-License-Identifier: Apache-2.0
#include "reading_internal.h"

/* pytest-benchmark: {"benchmarks": [{"fullname", "name", "stats": {"data": [s], "median",
 * "rounds", "iterations"}}]}. */

static void take_one(const struct json *v, struct gate_bench_readings *r)
{
	const char *name = json_string(json_get(v, "fullname"));
	const struct json *stats = json_get(v, "stats");
	const struct json *time = json_first(json_get(stats, "data"));
	double iterations = 1;
	double rounds = 1;
	double seconds = 0;

	if (name == NULL)
		name = json_string(json_get(v, "name"));
	if (name == NULL)
		return;
	(void)json_double(json_get(stats, "iterations"), &iterations);
	(void)json_double(json_get(stats, "rounds"), &rounds);
	if (time == NULL) {
		(void)json_double(json_get(stats, "median"), &seconds);
		(void)gate_bench_add_number(r, span_str(name), json_get(stats, "median"),
		                            "s", seconds * rounds * iterations * 1e9);
	}
	for (; time != NULL; time = json_next(time)) {
		(void)json_double(time, &seconds);
		(void)gate_bench_add_number(r, span_str(name), time, "s",
		                            seconds * iterations * 1e9);
	}
}

static bool take(const struct json *root, const char *name, struct gate_bench_readings *r,
                 struct err *err)
{
	const struct json *list = json_get(root, "benchmarks");

	if (list == NULL || json_type(list) != JSON_ARRAY)
		return gate_bench_not_of(err, name, "pytest-benchmark",
		                         "no list `benchmarks`");
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		take_one(v, r);
	return true;
}

enum err_code gate_bench_read_pytest(struct span text, const char *name,
                                     struct gate_bench_readings *r, struct err *err)
{
	return gate_bench_read_json(text, name, take, r, err);
}
