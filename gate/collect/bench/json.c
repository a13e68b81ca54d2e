// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/json.h"

#include "base/num.h"
#include "base/str.h"
#include "lib/json.h"

#include <math.h>
#include <stdio.h>

static const char *const arm_names[GATE_BENCH_ARMS] = { "base", "head", "control" };

/* ---- writing ---- */

enum { SAMPLE_DIGITS = 17, RESULT_DIGITS = 6 };

/* null for what is no number, or beyond what a decimal here may be. */
static void put_number(struct json_writer *w, double x, int digits)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.*g", digits, x);
	if (isfinite(x) && num_is_json(span_str(text)))
		json_put_number(w, text);
	else
		json_put_null(w);
}

static void field_number(struct json_writer *w, const char *key, double x, int digits)
{
	json_put_key(w, key);
	put_number(w, x, digits);
}

static void field_numbers(struct json_writer *w, const char *key, const double *x,
                          size_t n)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < n; i++)
		put_number(w, x[i], SAMPLE_DIGITS);
	json_close(w, ']');
}

static void put_machine(struct json_writer *w, const struct gate_bench_machine *m)
{
	json_put_key(w, "machine");
	json_open(w, '{');
	json_field_str(w, "cpu", m->cpu);
	json_field_str(w, "kernel", m->kernel);
	json_field_str(w, "governor", m->governor);
	json_field_u64(w, "cores", m->cores);
	json_field_str(w, "cpus", m->cpus);
	field_number(w, "load_before", m->load_before, RESULT_DIGITS);
	field_number(w, "load_after", m->load_after, RESULT_DIGITS);
	field_number(w, "steal", m->steal, RESULT_DIGITS);
	json_close(w, '}');
}

static void put_counts(struct json_writer *w, const struct gate_bench_command *c,
                       const struct gate_bench_counted *f)
{
	json_put_key(w, "instructions");
	if (!c->counts_wanted) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	for (size_t arm = 0; arm < 2; arm++) {
		json_put_key(w, arm_names[arm]);
		json_open(w, '[');
		for (size_t i = 0; i < GATE_BENCH_COUNTS; i++)
			json_put_u64(w, c->counts[arm][i]);
		json_close(w, ']');
	}
	json_field_str(w, "trouble", c->counts_trouble);
	field_number(w, "ratio", f->ratio, RESULT_DIGITS);
	field_number(w, "spread", f->spread, RESULT_DIGITS);
	json_field_str(w, "verdict", gate_bench_verdict_name(f->verdict));
	json_field_bool(w, "warns", f->warns);
	json_field_bool(w, "falls_back", f->falls_back);
	json_field_str(w, "why", f->why);
	json_close(w, '}');
}

static void put_work(struct json_writer *w, const struct gate_bench_command *c)
{
	json_put_key(w, "work");
	if (c->work_count == 0) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	field_numbers(w, "small", c->small, c->work_count);
	field_numbers(w, "large", c->large, c->work_count);
	json_close(w, '}');
}

static void put_arms(struct json_writer *w, const char *key,
                     const char *const texts[GATE_BENCH_ARMS])
{
	json_put_key(w, key);
	json_open(w, '{');
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++)
		json_field_str(w, arm_names[i], texts[i]);
	json_close(w, '}');
}

static void put_command(struct json_writer *w, const struct gate_bench_command *c,
                        const struct gate_bench_counted *f)
{
	json_open(w, '{');
	json_field_str(w, "check", c->check);
	json_field_str(w, "command", c->command);
	json_field_str(w, "format", c->format);
	json_field_str(w, "base", c->base);
	json_field_u64(w, "pairs", c->pairs);
	field_number(w, "margin", c->margin, SAMPLE_DIGITS);
	json_field_u64(w, "min_ns", c->min_ns);
	json_field_str(w, "trouble", c->trouble);
	put_arms(w, "digests", c->digest);
	put_arms(w, "faults", c->fault);
	json_put_key(w, "ran");
	json_open(w, '[');
	for (size_t k = 0; k < GATE_BENCH_STAGES; k++) {
		json_open(w, '[');
		for (size_t i = 0; i < GATE_BENCH_ARMS; i++)
			json_put_u64(w, c->ran[k][i]);
		json_close(w, ']');
	}
	json_close(w, ']');
	put_work(w, c);
	put_counts(w, c, f);
	json_close(w, '}');
}

static void put_compared(struct json_writer *w, const char *key,
                         const struct gate_bench_compared *c)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_field_u64(w, "valid", c->valid);
	field_number(w, "ratio", c->ratio, RESULT_DIGITS);
	field_number(w, "low", c->interval.low, RESULT_DIGITS);
	field_number(w, "high", c->interval.high, RESULT_DIGITS);
	json_close(w, '}');
}

static void put_stage(struct json_writer *w, const struct gate_bench_stage *g,
                      const struct gate_bench_judged_stage *j)
{
	json_open(w, '{');
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++)
		field_numbers(w, arm_names[i], g->of[i], g->pairs);
	put_compared(w, "compared", &j->head);
	put_compared(w, "controlled", &j->control);
	field_number(w, "variation", j->variation, RESULT_DIGITS);
	json_field_str(w, "verdict", gate_bench_verdict_name(j->verdict));
	json_close(w, '}');
}

static void put_row(struct json_writer *w, const struct gate_bench_row *r,
                    const struct gate_bench_judged *j)
{
	json_open(w, '{');
	json_field_u64(w, "command", r->command);
	json_field_str(w, "name", r->name);
	json_field_str(w, "unit", r->unit);
	json_field_bool(w, "higher", r->higher);
	json_field_bool(w, "timed", r->timed);
	json_field_str(w, "fault", r->fault);
	json_put_key(w, "stages");
	json_open(w, '[');
	for (size_t k = 0; k < GATE_BENCH_STAGES; k++)
		if (r->stages[k].pairs > 0)
			put_stage(w, &r->stages[k], &j->stages[k]);
	json_close(w, ']');
	json_field_str(w, "verdict", gate_bench_verdict_name(j->verdict));
	field_number(w, "p", j->p, RESULT_DIGITS);
	json_field_bool(w, "rejected", j->rejected);
	json_field_bool(w, "advisory", j->advisory);
	json_field_bool(w, "cleared", j->cleared);
	json_field_str(w, "why", j->why);
	json_close(w, '}');
}

void gate_bench_json(struct buf *out, const struct gate_bench_samples *s,
                     const struct gate_bench_findings *f)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_u64(&w, "seed", s->seed);
	put_machine(&w, &s->machine);
	json_field_bool(&w, "contaminated", f->contaminated[0] || f->contaminated[1]);
	json_field_str(&w, "control", f->control[0] != '\0' ? f->control : NULL);
	json_put_key(&w, "commands");
	json_open(&w, '[');
	for (size_t i = 0; i < s->command_count; i++)
		put_command(&w, &s->commands[i], &f->counted[i]);
	json_close(&w, ']');
	json_put_key(&w, "benchmarks");
	json_open(&w, '[');
	for (size_t i = 0; i < s->row_count; i++)
		put_row(&w, &s->rows[i], &f->rows[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* ---- reading ---- */

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
		const struct json *x = json_first(json_get(v, arm_names[arm]));

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

static enum err_code read_command(const struct reading *r, struct gate_bench_command *c,
                                  const struct json *v)
{
	const struct json *digests = json_get(v, "digests");
	const struct json *faults = json_get(v, "faults");

	*c = (struct gate_bench_command){
		.check = text_of(r, v, "check"),
		.command = text_of(r, v, "command"),
		.format = text_of(r, v, "format"),
		.base = text_of(r, v, "base"),
		.pairs = (size_t)u64_of(json_get(v, "pairs")),
		.margin = number_of(json_get(v, "margin")),
		.min_ns = u64_of(json_get(v, "min_ns")),
		.trouble = text_of(r, v, "trouble"),
	};
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++) {
		c->digest[i] = text_of(r, digests, arm_names[i]);
		c->fault[i] = text_of(r, faults, arm_names[i]);
	}
	read_ran(c, json_get(v, "ran"));
	read_counts(r, c, json_get(v, "instructions"));
	if (c->check == NULL || !isfinite(c->margin) || c->margin < 0)
		return wrong(r, "a command needs `check` and `margin`");
	return read_work(r, c, json_get(v, "work"));
}

static enum err_code read_stage(const struct reading *r, struct gate_bench_stage *g,
                                const struct json *v)
{
	g->pairs = json_count(json_get(v, "base"));
	if (g->pairs == 0 || g->pairs > GATE_BENCH_PAIRS_MAX)
		return wrong(r, "a stage has 1 to 200 pairs");
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++) {
		g->of[i] = numbers_of(r, json_get(v, arm_names[i]), g->pairs);
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
