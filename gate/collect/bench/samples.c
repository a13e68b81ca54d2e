// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/samples.h"

#include "base/buf.h"
#include "base/str.h"

#include <math.h>

const char *const gate_bench_arm_names[GATE_BENCH_ARMS] = { "base", "head", "control" };

void gate_bench_samples_init(struct gate_bench_samples *s)
{
	*s = (struct gate_bench_samples){
		.machine = { .load_before = NAN, .load_after = NAN, .steal = NAN }
	};
	arena_init(&s->arena);
	map_init(&s->by_name);
}

void gate_bench_samples_fini(struct gate_bench_samples *s)
{
	map_fini(&s->by_name);
	arena_fini(&s->arena);
}

struct gate_bench_command *gate_bench_commands(struct gate_bench_samples *s, size_t count)
{
	s->commands = arena_array(&s->arena, count + 1, sizeof(*s->commands));
	s->command_count = s->commands != NULL ? count : 0;
	return s->commands;
}

/* The map borrows its values: places in the list, which itself moves, counted from 1. */
static size_t find_row(const struct gate_bench_samples *s, struct span key)
{
	return (size_t)(uintptr_t)map_get(&s->by_name, key);
}

double gate_bench_margin_of(const struct gate_bench_command *c, struct span name)
{
	for (size_t i = 0; i < c->margin_count; i++)
		if (str_glob(c->margins[i].glob, name))
			return c->margins[i].margin;
	return c->margin;
}

static enum err_code add_row(struct gate_bench_samples *s, size_t command,
                             struct span name, struct span key, struct err *err)
{
	struct gate_bench_row *row;

	if (s->row_count == GATE_BENCH_ROWS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d benchmarks",
		               GATE_BENCH_ROWS_MAX);
	row = arena_push(&s->arena, &s->rows, &s->row_count, &s->row_cap, sizeof(*row));
	if (row == NULL)
		return err_nomem(err);
	*row = (struct gate_bench_row){ .command = command,
		                        .name = arena_dup(&s->arena, name),
		                        .unit = "",
		                        .margin = gate_bench_margin_of(
						&s->commands[command], name) };
	if (row->name == NULL ||
	    !map_set(&s->by_name, key, (void *)(uintptr_t)s->row_count))
		return err_nomem(err);
	return ERR_OK;
}

enum err_code gate_bench_row(struct gate_bench_samples *s, size_t command,
                             struct span name, struct gate_bench_row **out,
                             struct err *err)
{
	struct buf key = BUF_INIT;
	enum err_code rc;
	size_t at;

	buf_printf(&key, "%zu ", command);
	buf_put(&key, name);
	if ((rc = buf_err(&key, err)) != ERR_OK)
		goto out;
	if ((at = find_row(s, buf_span(&key))) == 0) {
		rc = add_row(s, command, name, buf_span(&key), err);
		at = s->row_count;
	}
	if (rc == ERR_OK)
		*out = &s->rows[at - 1];
out:
	buf_fini(&key);
	return rc;
}

double *gate_bench_numbers(struct gate_bench_samples *s, size_t n)
{
	double *x = arena_array(&s->arena, n + 1, sizeof(*x));

	for (size_t i = 0; x != NULL && i < n; i++)
		x[i] = NAN;
	return x;
}

bool gate_bench_stage_open(struct gate_bench_samples *s, struct gate_bench_row *row,
                           size_t stage, size_t pairs)
{
	struct gate_bench_stage *g = &row->stages[stage];

	if (g->pairs != 0)
		return true;
	for (size_t i = 0; i < GATE_BENCH_ARMS; i++)
		if ((g->of[i] = gate_bench_numbers(s, pairs)) == NULL)
			return false;
	g->pairs = pairs;
	return true;
}
