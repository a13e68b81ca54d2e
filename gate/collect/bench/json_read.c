// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/bench/json.h"
#include "lib/json.h"

#include <math.h>

struct reading {
	struct gate_bench_samples *s;
	const char *name;
	struct err *err;
};

static enum err_code wrong(const struct reading *r, const char *what)
{
	return err_set(r->err, ERR_CORRUPT, "%s: not of its form: %s", r->name, what);
}

static const char *text_of(const struct reading *r, const struct json *v, const char *key)
{
	return arena_str(&r->s->arena, json_string(json_get(v, key)));
}

static double number_of(const struct json *v)
{
	double x = NAN;

	(void)json_double(v, &x);
	return x;
}

static uint64_t u64_of(const struct json *v)
{
	uint64_t x = 0;

	(void)json_u64(v, &x);
	return x;
}

static bool bool_of(const struct json *v)
{
	bool x = false;

	(void)json_bool(v, &x);
	return x;
}

/* NULL without memory, or if they are not so many. */
static double *numbers_of(const struct reading *r, const struct json *list, size_t n)
{
	double *x;
	size_t i = 0;

	if (list == NULL || json_type(list) != JSON_ARRAY || json_count(list) != n ||
	    (x = gate_bench_numbers(r->s, n)) == NULL)
		return NULL;
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		x[i++] = number_of(v);
	return x;
}

static void read_machine(const struct reading *r, const struct json *v)
{
	r->s->machine = (struct gate_bench_machine){
		.cpu = text_of(r, v, "cpu"),
		.kernel = text_of(r, v, "kernel"),
		.governor = text_of(r, v, "governor"),
		.cores = u64_of(json_get(v, "cores")),
		.cpus = text_of(r, v, "cpus"),
		.load_before = number_of(json_get(v, "load_before")),
		.load_after = number_of(json_get(v, "load_after")),
		.steal = number_of(json_get(v, "steal")),
	};
}

static void read_counts(const struct reading *r, struct gate_bench_command *c,
                        const struct json *v)
{
	c->counts_wanted = v != NULL && json_type(v) == JSON_OBJECT;
	c->counts_trouble = text_of(r, v, "trouble");
	for (size_t arm = 0; arm < 2; arm++) {
		const struct json *x = json_first(json_get(v, gate_bench_arm_names[arm]));

		for (size_t i = 0; i < GATE_BENCH_COUNTS && x != NULL; i++) {
			c->counts[arm][i] = u64_of(x);
			x = json_next(x);
		}
	}
}

static enum err_code read_work(const struct reading *r, struct gate_bench_command *c,
                               const struct json *v)
{
	const struct json *small = json_get(v, "small");

	if (small == NULL)
		return ERR_OK;
	c->work_count = json_count(small);
	if (c->work_count > GATE_BENCH_PAIRS_MAX)
		return wrong(r, "`work` is too long");
	c->small = numbers_of(r, small, c->work_count);
	c->large = numbers_of(r, json_get(v, "large"), c->work_count);
	if (c->small == NULL || c->large == NULL)
		return wrong(r, "`work` needs `small` and `large` of one length");
	return ERR_OK;
}

static void read_ran(struct gate_bench_command *c, const struct json *list)
{
	const struct json *stage = json_first(list);

	for (size_t k = 0; k < GATE_BENCH_STAGES && stage != NULL; k++) {
		const struct json *x = json_first(stage);

		for (size_t i = 0; i < GATE_BENCH_ARMS && x != NULL; i++) {
			c->ran[k][i] = (size_t)u64_of(x);
			x = json_next(x);
		}
		stage = json_next(stage);
	}
}

static bool is_margin(double x)
{
	return x >= 0 && x <= 1;
}

static enum err_code read_command(const struct reading *r, struct gate_bench_command *c,
                                  const struct json *v)
{
	const struct json *digests = json_get(v, "digests");
	const struct json *faults = json_get(v, "faults");

	*c = (struct gate_bench_command){
		.check = text_of(r, v, "check"),
		.command = text_of(r, v, "command"),
		.format = text_of(r, v, "format"),
		.clock = text_of(r, v, "clock"),
		.base = text_of(r, v, "base"),
		.pairs = (size_t)u64_of(json_get(v, "pairs")),
		.margin = number_of(json_get(v, "margin")),
		.min_ns = u64_of(json_get(v, "min_ns")),
		.trouble = text_of(r, v, "trouble"),
	};
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++) {
		c->digest[i] = text_of(r, digests, gate_bench_arm_names[i]);
		c->fault[i] = text_of(r, faults, gate_bench_arm_names[i]);
	}
	read_ran(c, json_get(v, "ran"));
	read_counts(r, c, json_get(v, "instructions"));
	if (c->check == NULL || !is_margin(c->margin))
		return wrong(r, "a command needs `check` and `margin`");
	if (c->pairs > GATE_BENCH_PAIRS_MAX)
		return wrong(r, "a command has at most 200 `pairs`");
	return read_work(r, c, json_get(v, "work"));
}

static enum err_code read_stage(const struct reading *r, struct gate_bench_stage *g,
                                const struct json *v)
{
	g->pairs = json_count(json_get(v, "base"));
	if (g->pairs == 0 || g->pairs > GATE_BENCH_PAIRS_MAX)
		return wrong(r, "a stage has 1 to 200 pairs");
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++) {
		g->of[i] = numbers_of(r, json_get(v, gate_bench_arm_names[i]), g->pairs);
		if (g->of[i] == NULL)
			return wrong(r, "a stage needs as many values in each arm");
	}
	return ERR_OK;
}

static enum err_code read_row(const struct reading *r, const struct json *v)
{
	const struct json *stage = json_first(json_get(v, "stages"));
	const uint64_t command = u64_of(json_get(v, "command"));
	const char *name = json_string(json_get(v, "name"));
	const size_t known = r->s->row_count;
	struct gate_bench_row *row = NULL;
	enum err_code rc;

	if (command >= r->s->command_count || name == NULL)
		return wrong(r, "a benchmark needs `command` and `name`");
	rc = gate_bench_row(r->s, (size_t)command, span_str(name), &row, r->err);
	if (rc != ERR_OK)
		return rc;
	if (r->s->row_count == known)
		return wrong(r, "a benchmark is there twice");
	row->unit = text_of(r, v, "unit");
	if (row->unit == NULL)
		row->unit = "";
	/* Earlier files have none of its own. */
	if (json_get(v, "margin") != NULL)
		row->margin = number_of(json_get(v, "margin"));
	if (!is_margin(row->margin))
		return wrong(r, "the `margin` of a benchmark is a number from 0 to 1");
	row->higher = bool_of(json_get(v, "higher"));
	row->timed = bool_of(json_get(v, "timed"));
	row->fault = text_of(r, v, "fault");
	for (size_t k = 0; k < GATE_BENCH_STAGES && stage != NULL; k++) {
		if ((rc = read_stage(r, &row->stages[k], stage)) != ERR_OK)
			return rc;
		stage = json_next(stage);
	}
	return ERR_OK;
}

static enum err_code read_all(const struct reading *r, const struct json *root)
{
	const struct json *commands = json_get(root, "commands");
	size_t at = 0;
	enum err_code rc = ERR_OK;

	if (u64_of(json_get(root, "schema_version")) != 1)
		return wrong(r, "`schema_version` is not 1");
	if (json_count(commands) > GATE_BENCH_ROWS_MAX)
		return wrong(r, "too many commands");
	r->s->seed = u64_of(json_get(root, "seed"));
	read_machine(r, json_get(root, "machine"));
	if (gate_bench_commands(r->s, json_count(commands)) == NULL)
		return err_nomem(r->err);
	for (const struct json *v = json_first(commands); v != NULL && rc == ERR_OK;
	     v = json_next(v))
		rc = read_command(r, &r->s->commands[at++], v);
	for (const struct json *v = json_first(json_get(root, "benchmarks"));
	     v != NULL && rc == ERR_OK; v = json_next(v))
		rc = read_row(r, v);
	return rc == ERR_OK ? arena_err(&r->s->arena, r->err) : rc;
}

enum err_code gate_bench_json_read(struct gate_bench_samples *s, struct span text,
                                   const char *name, struct err *err)
{
	struct reading r = { s, name, err };
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, name, err);

	if (rc == ERR_OK)
		rc = read_all(&r, json_root(doc));
	json_free(doc);
	return rc;
}
