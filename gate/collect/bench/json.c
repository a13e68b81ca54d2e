// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/json.h"

#include "base/num.h"
#include "lib/json.h"

#include <math.h>
#include <stdio.h>

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
		json_put_key(w, gate_bench_arm_names[arm]);
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
		json_field_str(w, gate_bench_arm_names[i], texts[i]);
	json_close(w, '}');
}

static void put_command(struct json_writer *w, const struct gate_bench_command *c,
                        const struct gate_bench_counted *f)
{
	json_open(w, '{');
	json_field_str(w, "check", c->check);
	json_field_str(w, "command", c->command);
	json_field_str(w, "format", c->format);
	json_field_str(w, "clock", c->clock);
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
		field_numbers(w, gate_bench_arm_names[i], g->of[i], g->pairs);
	put_compared(w, "compared", &j->head);
	put_compared(w, "controlled", &j->control);
	put_compared(w, "fastest", &j->fastest);
	json_field_bool(w, "by_fastest", j->by_fastest);
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
	field_number(w, "margin", r->margin, SAMPLE_DIGITS);
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
	/* Smaller ones a decimal here cannot say. */
	field_number(w, "p", fmax(j->p, GATE_BENCH_VALUE_MIN), RESULT_DIGITS);
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
