// SPDX-License-Identifier: Apache-2.0
#include "reading_internal.h"

/* hyperfine: {"results": [{"command", "times": [s], "exit_codes": [0|null]}]}. */

static void take_one(const struct json *v, struct gate_bench_readings *r)
{
	const char *command = json_string(json_get(v, "command"));
	const struct json *code = json_first(json_get(v, "exit_codes"));
	const struct json *time = json_first(json_get(v, "times"));
	struct gate_bench_reading *item;

	if (time == NULL) {
		item = gate_bench_add_number(r, span_str(command), json_get(v, "mean"),
		                             "s", 0);
		if (item != NULL)
			item->fault = "has no `times`, so its spread is unknown";
	}
	for (; time != NULL; time = json_next(time)) {
		double seconds = 0;
		double exit_code = 0;

		(void)json_double(time, &seconds);
		item = gate_bench_add_number(r, span_str(command), time, "s",
		                             seconds * 1e9);
		if (item != NULL && code != NULL &&
		    (!json_double(code, &exit_code) || exit_code != 0))
			item->fault = "a run of it failed";
		if (code != NULL)
			code = json_next(code);
	}
}

static bool take(const struct json *root, const char *name, struct gate_bench_readings *r,
                 struct err *err)
{
	const struct json *list = json_get(root, "results");

	if (list == NULL || json_type(list) != JSON_ARRAY)
		return gate_bench_not_of(err, name, "hyperfine", "no list `results`");
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		if (json_string(json_get(v, "command")) == NULL)
			return gate_bench_not_of(err, name, "hyperfine",
			                         "a result without `command`");
		take_one(v, r);
	}
	return true;
}

enum err_code gate_bench_read_hyperfine(struct span text, const char *name,
                                        struct gate_bench_readings *r, struct err *err)
{
	return gate_bench_read_json(text, name, take, r, err);
}
