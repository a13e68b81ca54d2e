/* SPDX-License-Identifier: Apache-2.0 */
/* spawn PAIRS LIMIT_MS: what running a suite costs above fork, exec and wait of the
 * same program. */
#include "collect/runner.h"
#include "os/fs.h"
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>

static char *const program[] = { "true", NULL };

/* Warm-up, so that the first pair does not pay for caches. */
enum { WARM_UP = 3 };

static int time_suite(const struct gate_runner *g, const struct gate_suite *s, double *ms)
{
	struct gate_run run;
	struct err err = ERR_INIT;
	double started;
	int passed;

	gate_run_init(&run);
	started = paired_now_ms();
	passed = gate_run_suite(g, s, &run, &err) == ERR_OK && run.state == GATE_RUN_PASS;
	*ms = paired_now_ms() - started;
	if (!passed)
		(void)fprintf(stderr, "spawn: %s%s\n", err.msg, run.reason);
	gate_run_fini(&run);
	return passed;
}

static int measure(const struct gate_runner *g, const struct gate_suite *s,
                   struct paired *p, size_t i)
{
	if (i % 2 == 0)
		return time_suite(g, s, &p->a[i]) && paired_run(program, 0, &p->b[i]);
	return paired_run(program, 0, &p->b[i]) && time_suite(g, s, &p->a[i]);
}

static int measure_all(const struct gate_runner *g, size_t pairs, struct paired *p)
{
	const char *words[] = { program[0] };
	struct gate_suite suite = {
		.id = "bench",
		.run.argv = { .items = words, .count = 1 },
		.dir = ".",
		.format = GATE_FORMAT_EXIT,
		.timeout_ms = 10000,
	};

	for (size_t i = 0; i < WARM_UP; i++)
		if (!measure(g, &suite, p, i))
			return 0;
	for (p->count = 0; p->count < pairs; p->count++)
		if (!measure(g, &suite, p, p->count))
			return 0;
	return 1;
}

static int report(const char *scratch, size_t pairs, double limit)
{
	static struct paired p;
	const struct cancel cancel = CANCEL_INIT;
	const struct gate_runner runner = {
		.root = scratch,
		.scratch = scratch,
		.cancel = &cancel,
		.jobs = 1,
	};
	struct paired_estimate above;

	if (!measure_all(&runner, pairs, &p))
		return 2;
	above = paired_difference(&p);
	return paired_print("spawn", &p, &above, limit, "ms") ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct buf scratch = BUF_INIT;
	struct err err = ERR_INIT;
	long pairs = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	double limit = argc == 3 ? strtod(argv[2], NULL) : 0;
	int status;

	if (pairs < 6 || pairs > PAIRED_MAX || limit <= 0) {
		(void)fprintf(stderr, "usage: spawn PAIRS(6..%d) LIMIT_MS\n", PAIRED_MAX);
		return 2;
	}
	if (os_mkdtemp(NULL, "seaworthy-spawn-", &scratch, &err) != ERR_OK) {
		(void)fprintf(stderr, "spawn: %s\n", err.msg);
		return 2;
	}
	status = report(buf_str(&scratch), (size_t)pairs, limit);
	if (os_remove_tree(buf_str(&scratch), &err) != ERR_OK)
		(void)fprintf(stderr, "spawn: %s\n", err.msg);
	buf_fini(&scratch);
	return status;
}
