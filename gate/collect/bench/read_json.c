// SPDX-License-Identifier: Apache-2.0
#include "reading_internal.h"

#include <math.h>

enum err_code gate_bench_read_json(struct span text, const char *name,
                                   gate_bench_take *take, struct gate_bench_readings *r,
                                   struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, name, err);

	if (rc == ERR_OK && !take(json_root(doc), name, r, err))
		rc = ERR_CORRUPT;
	if (rc == ERR_OK)
		rc = gate_bench_readings_err(r, name, err);
	json_free(doc);
	return rc;
}

bool gate_bench_not_of(struct err *err, const char *name, const char *what,
                       const char *why)
{
	(void)err_set(err, ERR_CORRUPT, "%s: not of the format `%s`: %s", name, what,
	              why);
	return false;
}

uint64_t gate_bench_ns(double ns)
{
	const double most = 1e18;

	return isfinite(ns) && ns > 0 ? (uint64_t)fmin(ns, most) : 0;
}

struct gate_bench_reading *gate_bench_add_number(struct gate_bench_readings *r,
                                                 struct span name, const struct json *v,
                                                 const char *unit, double spent_ns)
{
	struct gate_bench_reading *item;
	double value = NAN;

	(void)json_double(v, &value);
	item = gate_bench_readings_add(r, name, value, unit);
	if (item != NULL)
		item->spent_ns = gate_bench_ns(spent_ns);
	return item;
}
