// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/protocol.h"

#include "base/num.h"
#include "base/str.h"
#include "collect/bench/stats.h"
#include "collect/bench/verdict.h"
#include "os/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A stage measures each arm for two seconds, as far as 40 pairs reach. */
enum { PAIRS = 20, PAIRS_SHORT = 40, MEASUREMENT_NS = 100 * 1000 * 1000 };

struct bench {
	const struct gate_bench_protocol *p;
	struct gate_bench_samples *s;
	bool *commands;   /* a flag a command: takes part in this stage */
	bool *rows;       /* a flag a row: the same, in stage 2 */
	size_t row_count; /* rows that stage 1 had */
	/* Of the running stage, by command and arm: processes that gave nothing. */
	size_t (*failed)[GATE_BENCH_ARMS];
	uint64_t *warm_ns; /* of a process in the warm-up, by command; 0 = none */
};

/* ---- one process ---- */

static int by_name(const void *a, const void *b)
{
	const struct gate_bench_reading *x = a;
	const struct gate_bench_reading *y = b;

	return strcmp(x->name, y->name);
}

/* Repetitions within one process are no samples of their own: they share its memory
 * layout and its moment. Their median stands for the process. */
static double median_of(const struct gate_bench_reading *r, size_t n, double *scratch,
                        const char **fault)
{
	for (size_t i = 0; i < n; i++) {
		if (r[i].fault != NULL || !str_eq(r[i].unit, r[0].unit) ||
		    r[i].higher != r[0].higher) {
			*fault = r[i].fault != NULL ? r[i].fault
			                            : "reported in different units";
			return NAN;
		}
		scratch[i] = r[i].value;
	}
	gate_stats_sort(scratch, n);
	return gate_stats_median(scratch, n);
}

/* What all repetitions took; where the format does not tell, what the process took. */
static uint64_t spent(const struct gate_bench_readings *all,
                      const struct gate_bench_reading *r, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (r[i].spent_ns == 0 || !num_add_u64(sum, r[i].spent_ns, &sum))
			return all->wall_ns;
	return sum;
}

/* NULL, or why it is too short to be measured. */
static const char *too_short(struct bench *b, const struct gate_bench_turn *t,
                             uint64_t spent_ns)
{
	const uint64_t min_ns = b->s->commands[t->command].min_ns;
	const double ms = 1e6;

	if (spent_ns >= min_ns)
		return NULL;
	return arena_printf(&b->s->arena,
	                    "it took %.3g ms, less than `min_time` (%.0f ms)",
	                    (double)spent_ns / ms, (double)min_ns / ms);
}

static enum err_code keep_row(struct bench *b, const struct gate_bench_turn *t,
                              const struct gate_bench_reading *r, double value,
                              const char *fault, struct err *err)
{
	struct gate_bench_samples *s = b->s;
	const size_t known = s->row_count;
	struct gate_bench_row *row = NULL;
	enum err_code rc = gate_bench_row(s, t->command, span_str(r->name), &row, err);
	size_t at;

	if (rc != ERR_OK)
		return rc;
	at = (size_t)(row - s->rows);
	if (s->row_count > known) {
		row->unit = arena_str(&s->arena, r->unit);
		row->higher = r->higher;
		row->timed = r->timed;
	} else if (!str_eq(row->unit, r->unit) || row->higher != r->higher) {
		fault = "reported in different units";
		value = NAN;
	}
	/* What stage 1 did not nominate, or did not have, is not judged by stage 2. */
	if (t->stage == 1 && (at >= b->row_count || !b->rows[at]))
		return ERR_OK;
	if (fault != NULL && row->fault == NULL)
		row->fault = arena_str(&s->arena, fault);
	if (!gate_bench_stage_open(s, row, t->stage, s->commands[t->command].pairs))
		return err_nomem(err);
	row->stages[t->stage].of[t->arm][t->pair] = value;
	return arena_err(&s->arena, err);
}

static enum err_code keep(struct bench *b, const struct gate_bench_turn *t,
                          struct gate_bench_readings *r, struct err *err)
{
	double *scratch = arena_array(&r->arena, r->count + 1, sizeof(*scratch));
	enum err_code rc = ERR_OK;

	if (scratch == NULL)
		return err_nomem(err);
	if (r->count > 1)
		qsort(r->items, r->count, sizeof(*r->items), by_name);
	for (size_t i = 0, n; rc == ERR_OK && i < r->count; i += n) {
		const char *fault = NULL;
		double value;

		for (n = 1;
		     i + n < r->count && str_eq(r->items[i + n].name, r->items[i].name);
		     n++)
			;
		value = median_of(&r->items[i], n, scratch, &fault);
		if (fault == NULL)
			fault = too_short(b, t, spent(r, &r->items[i], n));
		if (fault != NULL)
			value = NAN;
		rc = keep_row(b, t, &r->items[i], value, fault, err);
	}
	return rc;
}

/* Of the control few will do. */
static bool is_hopeless(size_t pairs, enum gate_bench_arm arm, size_t failed)
{
	return arm == GATE_BENCH_CONTROL ? pairs < GATE_BENCH_PAIRS_MIN + failed
	                                 : !gate_bench_can_tell(pairs, failed);
}

/* Once so many failed that no verdict can come of it, the command is left alone: it may
 * take its whole timeout each time. */
static void note_failure(struct bench *b, const struct gate_bench_turn *t,
                         const char *fault)
{
	struct gate_bench_command *c = &b->s->commands[t->command];

	if (c->fault[t->arm] == NULL)
		c->fault[t->arm] = arena_str(&b->s->arena, fault);
	if (!t->warm_up && is_hopeless(c->pairs, t->arm, ++b->failed[t->command][t->arm]))
		b->commands[t->command] = false;
}

/* The quickest arm counts: the first has to bring what all use from the disk. */
static void note_warm_up(struct bench *b, const struct gate_bench_turn *t, uint64_t ns)
{
	uint64_t *least = &b->warm_ns[t->command];

	if (*least == 0 || ns < *least)
		*least = ns;
}

static enum err_code take_turn(struct bench *b, const struct gate_bench_turn *t,
                               struct err *err)
{
	struct gate_bench_readings r;
	const char *fault = NULL;
	uint64_t started;
	enum err_code rc;

	if (cancel_is_set(b->p->cancel))
		return err_set(err, ERR_CANCELLED, "cancelled");
	gate_bench_readings_init(&r);
	started = os_ticks_ns();
	rc = b->p->measure(b->p->context, t, &r, &fault, err);
	if (t->warm_up)
		note_warm_up(b, t, os_ticks_ns() - started);
	if (rc == ERR_OK && fault != NULL)
		note_failure(b, t, fault);
	else if (rc == ERR_OK && !t->warm_up) {
		b->s->commands[t->command].ran[t->stage][t->arm]++;
		rc = keep(b, t, &r, err);
	}
	gate_bench_readings_fini(&r);
	return rc;
}

/* ---- pairs ---- */

/* Base, head, control, or the other way round. */
static enum err_code one_pair(struct bench *b, struct gate_bench_turn t, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && b->commands[t.command] && i < GATE_BENCH_ARMS;
	     i++) {
		t.arm = (enum gate_bench_arm)(t.pair % 2 == 0 ? i
		                                              : GATE_BENCH_ARMS - 1 - i);
		rc = take_turn(b, &t, err);
	}
	return rc;
}

static enum err_code one_round(struct bench *b, struct gate_bench_turn t, struct err *err)
{
	const size_t count = b->s->command_count;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		t.command = t.pair % 2 == 0 ? i : count - 1 - i;
		if (b->commands[t.command] &&
		    (t.warm_up || t.pair < b->s->commands[t.command].pairs))
			rc = one_pair(b, t, err);
	}
	return rc;
}

size_t gate_bench_pairs_of(uint64_t ns)
{
	const uint64_t wanted =
		ns > 0 ? (uint64_t)PAIRS * MEASUREMENT_NS / ns : PAIRS_SHORT;

	return wanted < PAIRS         ? PAIRS
	       : wanted > PAIRS_SHORT ? PAIRS_SHORT
	                              : (size_t)wanted;
}

/* Before there is a value that it could look at. */
static void fix_pairs(struct bench *b)
{
	for (size_t i = 0; i < b->s->command_count; i++)
		if (b->s->commands[i].pairs == 0)
			b->s->commands[i].pairs = gate_bench_pairs_of(b->warm_ns[i]);
}

static size_t most_pairs(const struct bench *b)
{
	size_t most = 0;

	for (size_t i = 0; i < b->s->command_count; i++)
		if (b->commands[i] && b->s->commands[i].pairs > most)
			most = b->s->commands[i].pairs;
	return most;
}

static bool takes_part(const struct bench *b)
{
	for (size_t i = 0; i < b->s->command_count; i++)
		if (b->commands[i])
			return true;
	return false;
}

static enum err_code run_stage(struct bench *b, size_t stage, struct err *err)
{
	struct gate_bench_turn t = { .stage = stage, .warm_up = true };
	enum err_code rc;
	size_t pairs;

	memset(b->failed, 0, b->s->command_count * sizeof(*b->failed));
	rc = takes_part(b) ? one_round(b, t, err) : ERR_OK;
	fix_pairs(b);
	pairs = most_pairs(b);
	t.warm_up = false;
	for (t.pair = 0; rc == ERR_OK && t.pair < pairs; t.pair++) {
		if (b->p->progress != NULL)
			b->p->progress(b->p->context, stage, t.pair, pairs);
		rc = one_round(b, t, err);
	}
	return rc;
}

/* ---- stages ---- */

/* Commands with a nominated row take part again; none of a run that is contaminated. */
static bool nominate(struct bench *b)
{
	struct gate_bench_samples *s = b->s;
	const bool contaminated = gate_bench_contaminated(s, 0, NULL);
	bool any = false;

	memset(b->commands, 0, s->command_count * sizeof(*b->commands));
	for (size_t i = 0; i < s->row_count; i++) {
		struct gate_bench_judged_stage j;

		gate_bench_judge_stage(s, &s->rows[i], 0, &j, NULL);
		b->rows[i] = !contaminated && gate_bench_nominated(j.verdict);
		if (b->rows[i])
			b->commands[s->rows[i].command] = true;
		any = any || b->rows[i];
	}
	return any;
}

enum err_code gate_bench_run(const struct gate_bench_protocol *p,
                             struct gate_bench_samples *s, struct err *err)
{
	struct bench b = { .p = p, .s = s };
	enum err_code rc;

	b.commands = arena_array(&s->arena, s->command_count + 1, sizeof(*b.commands));
	b.failed = arena_array(&s->arena, s->command_count + 1, sizeof(*b.failed));
	b.warm_ns = arena_array(&s->arena, s->command_count + 1, sizeof(*b.warm_ns));
	if (b.commands == NULL || b.failed == NULL || b.warm_ns == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < s->command_count; i++)
		b.commands[i] = s->commands[i].trouble == NULL;
	if ((rc = run_stage(&b, 0, err)) != ERR_OK)
		return rc;
	b.row_count = s->row_count;
	b.rows = arena_array(&s->arena, s->row_count + 1, sizeof(*b.rows));
	if (b.rows == NULL)
		return err_nomem(err);
	return nominate(&b) ? run_stage(&b, 1, err) : ERR_OK;
}
