// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/extra.h"

/* So many that even one which does not grow leaves the question open. */
enum { WORK_PAIRS = 8 };

static enum err_code time_one(struct gate_bench_meter *m, struct gate_bench_samples *s,
                              size_t command, bool large, double *out, struct err *err)
{
	const size_t check = m->checks[command];
	const struct gate_bench *b = &m->policy->checks[check].bench;
	const struct gate_bench_start start = { .check = check,
		                                .arm = GATE_BENCH_HEAD,
		                                .arguments =
		                                        large ? &b->large : &b->small };
	struct gate_bench_command *c = &s->commands[command];
	const char *fault = NULL;
	struct os_result r;
	enum err_code rc;

	os_result_init(&r);
	rc = gate_bench_start(m, &s->arena, &start, &r, &fault, err);
	if (rc == ERR_OK && fault == NULL)
		*out = (double)(b->clock == GATE_BENCH_CPU ? r.cpu_us * 1000
		                                           : r.duration_ns);
	else if (rc == ERR_OK && c->fault[GATE_BENCH_HEAD] == NULL)
		c->fault[GATE_BENCH_HEAD] = fault;
	os_result_fini(&r);
	return rc;
}

static enum err_code time_both(struct gate_bench_meter *m, struct gate_bench_samples *s,
                               size_t command, struct err *err)
{
	struct gate_bench_command *c = &s->commands[command];
	enum err_code rc = ERR_OK;

	c->small = gate_bench_numbers(s, WORK_PAIRS);
	c->large = gate_bench_numbers(s, WORK_PAIRS);
	if (c->small == NULL || c->large == NULL)
		return err_nomem(err);
	c->work_count = WORK_PAIRS;
	for (size_t i = 0; i < WORK_PAIRS && rc == ERR_OK; i++) {
		rc = time_one(m, s, command, false, &c->small[i], err);
		if (rc == ERR_OK)
			rc = time_one(m, s, command, true, &c->large[i], err);
	}
	return rc;
}

enum err_code gate_bench_work(struct gate_bench_meter *m, struct gate_bench_samples *s,
                              struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < s->command_count && rc == ERR_OK; i++)
		if (s->commands[i].trouble == NULL &&
		    m->policy->checks[m->checks[i]].bench.small.count > 0)
			rc = time_both(m, s, i, err);
	return rc;
}
