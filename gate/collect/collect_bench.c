// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/json.h"
#include "collect/outcome.h"
#include "collect_internal.h"
#include "os/clock.h"

/* The unit of all benchmarks. */

static void settle(struct gate_run *r, const struct gate_bench_result *b)
{
	const struct gate_bench_samples *s = &b->samples;
	const struct gate_bench_findings *f = &b->findings;
	const size_t slower = gate_bench_count(s, f, NULL, GATE_BENCH_REGRESSION);
	size_t open = gate_bench_count(s, f, NULL, GATE_BENCH_UNKNOWN) +
	              gate_bench_count(s, f, NULL, GATE_BENCH_INCONCLUSIVE);
	const char *trouble = NULL;

	for (size_t i = 0; i < s->command_count; i++)
		if (s->commands[i].trouble != NULL)
			trouble = s->commands[i].trouble;
	r->state = GATE_RUN_PASS;
	if (slower > 0) {
		gate_outcome_unknown(r, "%zu benchmark%s slower", slower,
		                     slower == 1 ? " is" : "s are");
		r->state = GATE_RUN_FAIL;
	} else if (trouble != NULL) {
		gate_outcome_unknown(r, "%s", trouble);
	} else if (open > 0 || s->row_count == 0) {
		gate_outcome_unknown(r, "%zu benchmark%s cannot be told", open,
		                     open == 1 ? "" : "s");
	}
}

enum err_code gate_collect_bench(struct gate_collection *c, struct gate_unit_state *u,
                                 struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	struct gate_run *r = &u->run;
	enum err_code rc;

	r->attempts = 1;
	r->started_ms = os_now_ms();
	rc = gate_bench_collect(&c->bench, &c->runner, p, c->plan.measured,
	                        &c->context->bench, c->context->subject->dirty, err);
	r->ended_ms = os_now_ms();
	buf_put(&r->output, buf_span(&c->bench.log));
	buf_put(&r->results, buf_span(&c->bench.json));
	if (rc == ERR_OK)
		rc = buf_err(&r->results, err);
	if (rc == ERR_OK)
		settle(r, &c->bench);
	return rc;
}

bool gate_collect_bench_again(struct gate_collection *c, struct span json)
{
	struct gate_bench_result *b = &c->bench;

	if (gate_bench_json_read(&b->samples, json, "bench.json", NULL) == ERR_OK &&
	    gate_bench_judge(&b->samples, &b->findings, NULL) == ERR_OK)
		return true;
	gate_bench_result_fini(b);
	gate_bench_result_init(b);
	return false;
}
