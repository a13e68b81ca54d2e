// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/load_internal.h"

/* Keys of `collect: bench` that make no sense beside each other. */
static const char *conflict(const struct gate_bench *b)
{
	if (b->format == GATE_BENCH_TIME && b->results.count > 0)
		return "'results' of 'bench' needs a 'format' other than time";
	if (b->format == GATE_BENCH_TIME && b->better == GATE_BENCH_HIGHER)
		return "'better' of 'bench' cannot be higher for format time";
	if (b->format != GATE_BENCH_TIME && b->clock == GATE_BENCH_CPU)
		return "'clock' of 'bench' needs 'format: time'";
	if (b->toggle != NULL && !b->instructions)
		return "'toggle' of 'bench' needs 'instructions: true'";
	if (b->small.count > 0 && b->run.shell != NULL)
		return "'work' of 'bench' needs 'run' as a list, which its arguments are "
		       "added to";
	return NULL;
}

enum err_code gate_check_bench(struct gate_load *l, const struct gate_check *c,
                               const struct gate_origin *o)
{
	const char *text = conflict(&c->bench);

	if (text != NULL)
		return gate_load_fault(l, o, "collect", text);
	for (size_t i = 0; i < c->bench.builds.count; i++)
		if (!gate_load_runs(l, c->bench.builds.items[i]) ||
		    map_has(&gate_load_section(l, "suites")->by_id,
		            span_str(c->bench.builds.items[i])))
			return gate_load_no_run(l, o, "collect",
			                        c->bench.builds.items[i]);
	return ERR_OK;
}
