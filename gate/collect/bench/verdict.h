// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_VERDICT_H
#define GATE_BENCH_VERDICT_H

#include "collect/bench/samples.h"
#include "collect/bench/stats.h"

/*
 * What the samples say. Pure: the same samples give the same verdicts, here and from a
 * recorded bench.json. The rules are in docs/decisions/022-benchmarks.md.
 *
 * Ratios are head over base, turned so that above 1 is worse, also where more is better.
 */

enum gate_bench_verdict {
	GATE_BENCH_REGRESSION,
	GATE_BENCH_IMPROVED,
	GATE_BENCH_EQUIVALENT,
	GATE_BENCH_INCONCLUSIVE,
	GATE_BENCH_UNKNOWN,
	GATE_BENCH_NEW, /* the base has no such benchmark: nothing to compare with */
};
#define GATE_BENCH_VERDICTS 6
const char *gate_bench_verdict_name(enum gate_bench_verdict v); /* "REGRESSION" .. */

/* Two pairs of values beside each other, such as head and base. */
struct gate_bench_compared {
	size_t pairs;
	size_t valid;
	double ratio;                  /* NaN without a valid pair */
	struct gate_interval interval; /* of the ratio; ends may be 0 and infinite */
};

struct gate_bench_judged_stage {
	bool ran;
	struct gate_bench_compared head;
	struct gate_bench_compared control;
	/* Head and base by their fastest processes alone; of times only, else none. */
	struct gate_bench_compared fastest;
	bool by_fastest;  /* they decided, where the typical ones left it open */
	double variation; /* of the base alone: gate_stats_variation */
	enum gate_bench_verdict verdict;
};

enum { GATE_BENCH_WHY = 240 };

struct gate_bench_judged {
	enum gate_bench_verdict verdict;
	struct gate_bench_judged_stage stages[GATE_BENCH_STAGES];
	size_t last;              /* the stage that decided */
	double p;                 /* of stage 2; 1 where it did not run */
	bool rejected;            /* by Holm's procedure over all benchmarks of the run */
	bool advisory;            /* by that of Benjamini and Hochberg */
	bool cleared;             /* stage 1 said REGRESSION, stage 2 did not */
	char why[GATE_BENCH_WHY]; /* beside the numbers; "" if these say all */
};

/* Instructions of one command. */
struct gate_bench_counted {
	bool wanted;
	enum gate_bench_verdict verdict;
	bool warns;          /* grew, but less than fails */
	bool falls_back;     /* counts vary: the times decide alone */
	uint64_t base, head; /* the smallest of each arm */
	double ratio;        /* NaN = not known */
	double spread;       /* the larger of both arms' */
	char why[GATE_BENCH_WHY];
};

struct gate_bench_findings {
	struct gate_bench_judged *rows;       /* as the samples' rows */
	struct gate_bench_counted *counted;   /* as the samples' commands */
	bool contaminated[GATE_BENCH_STAGES]; /* the control moved, or says nothing */
	char control[GATE_BENCH_WHY];         /* what of it, "" = it is clean */
};

/* One stage of one row by itself, at 95 % for the first and 99 % for the second. */
void gate_bench_judge_stage(const struct gate_bench_samples *s,
                            const struct gate_bench_row *row, size_t stage,
                            struct gate_bench_judged_stage *out,
                            char why[GATE_BENCH_WHY]);
/* What decided, or what left it open. */
const struct gate_bench_compared *
gate_bench_shown(const struct gate_bench_judged_stage *j);
/* Can a stage of so many pairs still be judged, where so many have no value? */
bool gate_bench_can_tell(size_t pairs, size_t missing);
/* Has the row to be measured again? */
bool gate_bench_nominated(enum gate_bench_verdict v);
/* Is the stage's control off by more than 5 %, or not measured? `why` may be NULL. */
bool gate_bench_contaminated(const struct gate_bench_samples *s, size_t stage,
                             char why[GATE_BENCH_WHY]);
/* All of it, in the samples' arena. */
enum err_code gate_bench_judge(struct gate_bench_samples *s,
                               struct gate_bench_findings *out,
                               struct err *err) ERR_CHECKED;

#endif
