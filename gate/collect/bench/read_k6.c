// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/str.h"
#include "reading_internal.h"

/*
 * k6: {"metrics": {NAME: {"med", "p(95)", .., "count", "rate", "value"}}} by
 * --summary-export, and with the same below "values" of a metric by handleSummary, whose
 * "contains" says what it is. Read are median and percentiles of trends, the rates of
 * requests and iterations, and the share of failed requests: of other metrics nobody says
 * what is better. Percentiles stay percentiles of one run; they are never averaged.
 */

static const char *trend_unit(const struct json *metric, const char *name)
{
	const char *contains = json_string(json_get(metric, "contains"));

	if (contains != NULL)
		return str_eq(contains, "time") ? "ms" : "";
	return str_starts(name, "http_req_") || str_starts(name, "grpc_req_") ||
	                       str_starts(name, "ws_") || str_ends(name, "_duration")
	               ? "ms"
	               : "";
}

static void add(struct gate_bench_readings *r, const char *metric, const char *what,
                const struct json *v, const char *unit, double spent_ns)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s %s", metric, what);
	(void)gate_bench_add_number(r, buf_span(&name), v, unit, spent_ns);
	if (!buf_ok(&name))
		r->arena.failed = true;
	buf_fini(&name);
}

static void take_metric(const struct json *m, struct gate_bench_readings *r,
                        double spent_ns)
{
	const char *name = json_key(m);
	const struct json *values = json_get(m, "values");
	const struct json *rate;

	if (values == NULL)
		values = m;
	for (const struct json *v = json_first(values); v != NULL; v = json_next(v))
		if (str_eq(json_key(v), "med") || str_starts(json_key(v), "p("))
			add(r, name, json_key(v), v, trend_unit(m, name), spent_ns);
	rate = json_get(values, "rate");
	if (rate != NULL && (str_eq(name, "http_reqs") || str_eq(name, "iterations")))
		add(r, name, "rate", rate, "1/s", spent_ns);
	if (str_eq(name, "http_req_failed"))
		add(r, name, "share", rate != NULL ? rate : json_get(values, "value"), "",
		    spent_ns);
}

static bool take(const struct json *root, const char *name, struct gate_bench_readings *r,
                 struct err *err)
{
	const struct json *metrics = json_get(root, "metrics");
	double ms = 0;

	if (metrics == NULL || json_type(metrics) != JSON_OBJECT)
		return gate_bench_not_of(err, name, "k6", "no mapping `metrics`");
	(void)json_double(json_get(json_get(root, "state"), "testRunDurationMs"), &ms);
	for (const struct json *m = json_first(metrics); m != NULL; m = json_next(m))
		take_metric(m, r, ms * 1e6);
	return true;
}

enum err_code gate_bench_read_k6(struct span text, const char *name,
                                 struct gate_bench_readings *r, struct err *err)
{
	return gate_bench_read_json(text, name, take, r, err);
}
