// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/bench/extra.h"
#include "collect/bench/toolchain.h"
#include "os/fs.h"

/* "==7== Collected : 123456", a line for each process. */
static uint64_t collected(struct span text)
{
	const struct span mark = SPAN_LIT("Collected :");
	struct span line;
	uint64_t sum = 0;

	while (span_line(&text, &line)) {
		const size_t at = span_find(line, mark);
		uint64_t count;

		if (at < line.len && span_starts(line, SPAN_LIT("==")) &&
		    num_u64(span_trim(span_from(line, at + mark.len)), 0, UINT64_MAX,
		            &count) &&
		    !num_add_u64(sum, count, &sum))
			return 0;
	}
	return sum;
}

static const char *why_none(struct arena *a, const char *fault, const char *toggle)
{
	if (fault != NULL)
		return arena_printf(a, "valgrind: %s", fault);
	if (toggle != NULL)
		return arena_printf(a, "no instruction of the function %s was counted",
		                    toggle);
	return "valgrind counted no instructions";
}

static enum err_code count_one(struct gate_bench_meter *m, struct gate_bench_samples *s,
                               size_t command, enum gate_bench_arm arm, uint64_t *out,
                               struct err *err)
{
	const size_t check = m->checks[command];
	const char *toggle = m->policy->checks[check].bench.toggle;
	const char *prefix[] = { "valgrind",
		                 "--tool=callgrind",
		                 "--callgrind-out-file=/dev/null",
		                 "--trace-children=yes",
		                 toggle != NULL ? "--collect-atstart=no" : "--",
		                 NULL,
		                 NULL,
		                 NULL };
	const struct gate_bench_start start = {
		.check = check, .arm = arm, .prefix = prefix, .fixed = true
	};
	const char *fault = NULL;
	struct os_result r;
	enum err_code rc;

	if (toggle != NULL) {
		prefix[5] = arena_printf(&s->arena, "--toggle-collect=%s", toggle);
		prefix[6] = "--";
	}
	os_result_init(&r);
	rc = gate_bench_start(m, &s->arena, &start, &r, &fault, err);
	if (rc == ERR_OK && fault == NULL)
		*out = collected(buf_span(&r.err_out));
	if (rc == ERR_OK && *out == 0)
		s->commands[command].counts_trouble = why_none(&s->arena, fault, toggle);
	os_result_fini(&r);
	return rc == ERR_OK ? arena_err(&s->arena, err) : rc;
}

static const char *why_not(const struct gate_bench_meter *m, struct arena *a,
                           size_t check)
{
	struct buf path = BUF_INIT;
	bool found = os_find_program("valgrind", &path);

	buf_fini(&path);
	if (!found)
		return "there is no valgrind; `apt-get install valgrind` gets it";
	return gate_bench_toolchain_differs(
		a, gate_bench_program(m, a, check, GATE_BENCH_BASE),
		gate_bench_program(m, a, check, GATE_BENCH_HEAD));
}

static enum err_code count_command(struct gate_bench_meter *m,
                                   struct gate_bench_samples *s, size_t command,
                                   struct err *err)
{
	struct gate_bench_command *c = &s->commands[command];
	enum err_code rc = ERR_OK;

	c->counts_trouble = why_not(m, &s->arena, m->checks[command]);
	for (size_t i = 0; i < GATE_BENCH_COUNTS; i++)
		for (size_t arm = 0; arm < 2; arm++)
			if (rc == ERR_OK && c->counts_trouble == NULL)
				rc = count_one(m, s, command, (enum gate_bench_arm)arm,
				               &c->counts[arm][i], err);
	return rc;
}

enum err_code gate_bench_counts(struct gate_bench_meter *m, struct gate_bench_samples *s,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < s->command_count && rc == ERR_OK; i++)
		if (s->commands[i].counts_wanted && s->commands[i].trouble == NULL)
			rc = count_command(m, s, i, err);
	return rc;
}
