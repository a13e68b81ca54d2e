// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "reading_internal.h"

/*
 * Criterion.rs keeps the numbers of a benchmark in target/criterion/NAME/new:
 * sample.json {"iters": [n], "times": [ns]}, or without samples estimates.json {"median":
 * {"point_estimate": ns}}. The name is that of the folder.
 */

/* "parse/json" of "target/criterion/parse/json/new/sample.json". */
static struct span name_of(const char *path)
{
	struct span name = span_str(path);
	size_t at = span_find(name, SPAN_LIT("criterion/"));

	if (at < name.len)
		name = span_from(name, at + SPAN_LIT("criterion/").len);
	at = span_find(name, SPAN_LIT("/new/"));
	if (at == name.len && (at = span_rfind_byte(name, '/')) == name.len)
		return name;
	return span_sub(name, 0, at);
}

static void take_sample(const struct json *root, struct span name,
                        struct gate_bench_readings *r)
{
	const struct json *n = json_first(json_get(root, "iters"));
	const struct json *t = json_first(json_get(root, "times"));

	for (; n != NULL && t != NULL; n = json_next(n), t = json_next(t)) {
		struct gate_bench_reading *item;
		double count = 0;
		double ns = 0;

		(void)json_double(n, &count);
		(void)json_double(t, &ns);
		item = gate_bench_readings_add(r, name, count > 0 ? ns / count : 0, "ns");
		if (item != NULL)
			item->spent_ns = gate_bench_ns(ns);
	}
}

static bool take(const struct json *root, const char *path, struct gate_bench_readings *r,
                 struct err *err)
{
	const struct json *median = json_get(json_get(root, "median"), "point_estimate");
	const struct json *times = json_get(root, "times");
	const struct json *iters = json_get(root, "iters");
	const struct span name = name_of(path);

	if (times != NULL && iters != NULL) {
		if (json_count(times) != json_count(iters))
			return gate_bench_not_of(err, path, "criterion",
			                         "`iters` and `times` differ in length");
		take_sample(root, name, r);
		return true;
	}
	if (median == NULL)
		return gate_bench_not_of(err, path, "criterion",
		                         "neither a sample.json nor an estimates.json");
	(void)gate_bench_add_number(r, name, median, "ns", 0);
	return true;
}

enum err_code gate_bench_read_criterion(struct span text, const char *name,
                                        struct gate_bench_readings *r, struct err *err)
{
	return gate_bench_read_json(text, name, take, r, err);
}
