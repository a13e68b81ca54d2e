// SPDX-License-Identifier: Apache-2.0
#include "verdict_internal.h"

#include <math.h>

static const double spread_max = 0.0005;
static const double count_warns = 0.005;
static const double count_fails = 0.01;

static uint64_t smallest(const uint64_t *counts, double *spread)
{
	uint64_t least = counts[0];
	uint64_t most = counts[0];

	for (size_t i = 1; i < GATE_BENCH_COUNTS; i++) {
		least = counts[i] < least ? counts[i] : least;
		most = counts[i] > most ? counts[i] : most;
	}
	if (least > 0 && (double)(most - least) / (double)least > *spread)
		*spread = (double)(most - least) / (double)least;
	return least;
}

void gate_bench_judge_counts(const struct gate_bench_command *c,
                             struct gate_bench_counted *out)
{
	*out = (struct gate_bench_counted){ .wanted = c->counts_wanted,
		                            .verdict = GATE_BENCH_UNKNOWN,
		                            .ratio = NAN };
	if (!c->counts_wanted)
		return;
	out->base = smallest(c->counts[GATE_BENCH_BASE], &out->spread);
	out->head = smallest(c->counts[GATE_BENCH_HEAD], &out->spread);
	if (c->trouble != NULL || c->counts_trouble != NULL || out->base == 0 ||
	    out->head == 0) {
		gate_bench_say(out->why, "%s",
		               c->trouble != NULL ? c->trouble
		               : c->counts_trouble != NULL
		                       ? c->counts_trouble
		                       : "instructions were not counted");
		return;
	}
	out->ratio = (double)out->head / (double)out->base;
	if (out->spread > spread_max) {
		out->falls_back = true;
		gate_bench_say(
			out->why,
			"not deterministic: counts of the same program differ by %.3f %%; "
			"its times decide",
			100 * out->spread);
		return;
	}
	out->warns = out->ratio > 1 + count_warns && out->ratio <= 1 + count_fails;
	out->verdict = out->ratio > 1 + count_fails         ? GATE_BENCH_REGRESSION
	               : out->ratio < 1 / (1 + count_warns) ? GATE_BENCH_IMPROVED
	                                                    : GATE_BENCH_EQUIVALENT;
}
