// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "reading_internal.h"

/* JMH: [{"benchmark", "mode", "params": {}, "primaryMetric": {"score", "scoreUnit",
 * "rawData": [[score of an iteration] of a fork]}}]. */

/* "org.example.Parse.json:size=10,kind=x" */
static void put_name(struct buf *out, const struct json *v)
{
	const struct json *p = json_first(json_get(v, "params"));
	char sep = ':';

	buf_puts(out, json_string(json_get(v, "benchmark")));
	for (; p != NULL; p = json_next(p)) {
		const char *value = json_string(p);

		buf_printf(out, "%c%s=%s", sep, json_key(p), value != NULL ? value : "");
		sep = ',';
	}
}

static void take_one(const struct json *v, struct gate_bench_readings *r)
{
	const struct json *metric = json_get(v, "primaryMetric");
	const struct json *raw = json_get(metric, "rawData");
	const char *unit =
		arena_str(&r->arena, json_string(json_get(metric, "scoreUnit")));
	const size_t before = r->count;
	struct buf name = BUF_INIT;

	put_name(&name, v);
	for (const struct json *f = json_first(raw); f != NULL; f = json_next(f))
		for (const struct json *i = json_first(f); i != NULL; i = json_next(i))
			(void)gate_bench_add_number(r, buf_span(&name), i, unit, 0);
	/* Mode `sample` has a histogram instead. */
	if (r->count == before)
		(void)gate_bench_add_number(r, buf_span(&name), json_get(metric, "score"),
		                            unit, 0);
	if (!buf_ok(&name))
		r->arena.failed = true;
	buf_fini(&name);
}

static bool take(const struct json *root, const char *name, struct gate_bench_readings *r,
                 struct err *err)
{
	if (json_type(root) != JSON_ARRAY)
		return gate_bench_not_of(err, name, "jmh", "no list");
	for (const struct json *v = json_first(root); v != NULL; v = json_next(v)) {
		if (json_string(json_get(v, "benchmark")) == NULL ||
		    json_get(v, "primaryMetric") == NULL)
			return gate_bench_not_of(
				err, name, "jmh",
				"an entry without `benchmark` and `primaryMetric`");
		take_one(v, r);
	}
	return true;
}

enum err_code gate_bench_read_jmh(struct span text, const char *name,
                                  struct gate_bench_readings *r, struct err *err)
{
	return gate_bench_read_json(text, name, take, r, err);
}
