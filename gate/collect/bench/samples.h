// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_SAMPLES_H
#define GATE_BENCH_SAMPLES_H

#include "base/arena.h"
#include "base/map.h"

#include <stdint.h>

/*
 * What a run of benchmarks measured, before anybody judges it: per benchmark and stage
 * one value a pair and arm. Kept as bench.json, from which the same verdicts come again.
 * Strings live in the samples' arena. Not for use by two threads at once.
 */

enum gate_bench_arm { GATE_BENCH_BASE, GATE_BENCH_HEAD, GATE_BENCH_CONTROL };

enum {
	GATE_BENCH_ARMS = 3,
	GATE_BENCH_STAGES = 2,
	GATE_BENCH_PAIRS_MIN = 8, /* fewer bound nothing at 99 % */
	GATE_BENCH_PAIRS = 20,    /* a stage, unless the policy says otherwise */
	GATE_BENCH_PAIRS_MAX = 200,
	GATE_BENCH_ROWS_MAX = 10000,
	GATE_BENCH_COUNTS = 3, /* runs that count instructions, an arm */
};

/* Values beyond these do not count: bench.json could not hold them. 0 may, if no time. */
#define GATE_BENCH_VALUE_MIN 1e-30
#define GATE_BENCH_VALUE_MAX 1e30

extern const char *const gate_bench_arm_names[GATE_BENCH_ARMS]; /* "base" .. */

/* Of benchmarks whose name the glob matches. */
struct gate_bench_margin {
	const char *glob;
	double margin;
};

/* One check's command, with what it is compared by. */
struct gate_bench_command {
	const char *check;
	const char *command; /* for people */
	const char *format;
	const char *clock; /* "wall" or "cpu", NULL: the format has its own */
	const char *base;  /* commit of the base in hex, NULL = none */
	size_t pairs;      /* a stage */
	double margin;     /* 0.03 = 3 % */
	/* Other ones, the first that fits; of new rows, and not in bench.json. */
	struct gate_bench_margin *margins;
	size_t margin_count;
	uint64_t min_ns;     /* a measurement that took less does not count */
	const char *trouble; /* why nothing was measured; NULL: it was */
	const char
		*digest[GATE_BENCH_ARMS]; /* SHA-256 of the program, NULL = not known */
	/* Processes that gave results, by stage and arm. */
	size_t ran[GATE_BENCH_STAGES][GATE_BENCH_ARMS];
	const char *fault[GATE_BENCH_ARMS]; /* of the first that gave none, or NULL */
	/* Declared work: times of the head's command with little and with much. */
	double *small, *large;
	size_t work_count; /* 0: none declared */
	/* Instructions of base and head; 0 = not counted. */
	bool counts_wanted;
	uint64_t counts[2][GATE_BENCH_COUNTS];
	const char *counts_trouble; /* why they cannot be compared, or NULL */
};

struct gate_bench_stage {
	size_t pairs;                /* 0: not run */
	double *of[GATE_BENCH_ARMS]; /* a value a pair; NaN = none */
};

/* One benchmark: what a command reports under one name. */
struct gate_bench_row {
	size_t command;
	const char *name;
	const char *unit;  /* "" = none */
	double margin;     /* the command's, or its own */
	bool higher;       /* is better */
	bool timed;        /* a time or a rate: equal values would be rounded ones */
	const char *fault; /* of the first value that does not count, or NULL */
	struct gate_bench_stage stages[GATE_BENCH_STAGES];
};

struct gate_bench_machine {
	const char *cpu; /* NULL = not known, as all of these */
	const char *kernel;
	const char *governor;
	uint64_t cores;
	const char *cpus;   /* that benchmarks were bound to, such as "0,1" */
	double load_before; /* one-minute load averages; NaN = not known */
	double load_after;
	double steal; /* share of the time that other guests of the host took; NaN */
};

struct gate_bench_samples {
	struct arena arena;
	struct gate_bench_machine machine;
	struct gate_bench_command *commands;
	size_t command_count;
	struct gate_bench_row *rows;
	size_t row_count;
	size_t row_cap;
	struct map by_name; /* of rows: index + 1 as a pointer */
	uint64_t seed;      /* of the environment sizes of stage 2 */
};

void gate_bench_samples_init(struct gate_bench_samples *s);
void gate_bench_samples_fini(struct gate_bench_samples *s);
/* `count` zeroed commands; NULL without memory. */
struct gate_bench_command *gate_bench_commands(struct gate_bench_samples *s,
                                               size_t count);
/* Of the benchmark of this name. */
double gate_bench_margin_of(const struct gate_bench_command *c, struct span name);
/* The row of that name, made if there is none. ERR_LIMIT above GATE_BENCH_ROWS_MAX. */
enum err_code gate_bench_row(struct gate_bench_samples *s, size_t command,
                             struct span name, struct gate_bench_row **out,
                             struct err *err) ERR_CHECKED;
/* Room for the stage's values, all NaN. False without memory. */
bool gate_bench_stage_open(struct gate_bench_samples *s, struct gate_bench_row *row,
                           size_t stage, size_t pairs);
/* `n` numbers, all NaN; NULL without memory. */
double *gate_bench_numbers(struct gate_bench_samples *s, size_t n);

#endif
