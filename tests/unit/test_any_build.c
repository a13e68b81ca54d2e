// SPDX-License-Identifier: Apache-2.0
/* Several ways to build, of which the first that can be configured counts. */
#include "collect/runner.h"
#include "support/check.h"
#include "support/project.h"

#include <string.h>

TestSuite(any_build, .timeout = 60);

#define OK "true"
#define BROKEN "echo 'x: error: no such header'; echo more; exit 1"

struct row {
	const char *configure[2]; /* of the first ways; NULL = there is no way after it */
	const char *run[3];
	enum gate_run_state state;
	size_t used; /* which of the ways */
	const char *warning;
};

static const struct row rows[] = {
	{ { OK, NULL }, { OK, "touch wrong", NULL }, GATE_RUN_PASS, 0, "" },
	/* The project's own fault is never covered up. */
	{ { OK, NULL }, { BROKEN, OK, NULL }, GATE_RUN_FAIL, 0, "" },
	{ { BROKEN, NULL },
	  { "touch wrong", OK, NULL },
	  GATE_RUN_PASS,
	  1,
	  "b was used instead: a could not be configured (exited with code 1: x: error: "
	  "no such header)" },
	{ { BROKEN, NULL },
	  { OK, "exit 3", NULL },
	  GATE_RUN_FAIL,
	  1,
	  "b was used instead" },
	{ { BROKEN, "exit 2" },
	  { OK, OK, OK },
	  GATE_RUN_PASS,
	  2,
	  "; b could not be configured (exited with code 2)" },
	/* No word on the project: a tool is missing. */
	{ { "no-such-tool-here", NULL },
	  { "no-such-tool-here", OK, NULL },
	  GATE_RUN_UNKNOWN,
	  0,
	  "" },
};

static void set_ways(struct gate_build ways[3], const struct row *row)
{
	static const char *const ids[] = { "a", "b", "c" };

	for (size_t i = 0; i < 3; i++) {
		ways[i] = (struct gate_build){ .id = ids[i],
			                       .dir = ".",
			                       .run = { .shell = row->run[i] },
			                       .timeout_ms = 30000 };
		if (i == 2 || row->configure[i] == NULL)
			return;
		ways[i].configure.shell = row->configure[i];
		ways[i].otherwise = &ways[i + 1];
	}
}

Test(any_build, only_what_cannot_be_configured_is_passed_over)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_build ways[3];
		const struct gate_build *used = NULL;
		struct project p;
		struct gate_run r;
		struct err err = ERR_INIT;

		project_init(&p);
		gate_run_init(&r);
		set_ways(ways, &rows[i]);
		check_ok(gate_run_any_build(
				 &(struct gate_runner){ .root = buf_str(&p.root),
		                                        .scratch = buf_str(&p.scratch),
		                                        .jobs = 1 },
				 ways, &used, &r, &err),
		         &err);
		check_int_eq(r.state, rows[i].state, "row %zu: %s", i, r.reason);
		check_true(used == &ways[rows[i].used], "way of row %zu", i);
		check_str_eq(r.id, used->id, "its run has its name");
		check_int_eq(r.second_way, rows[i].used > 0, "row %zu", i);
		check_str_contains(r.warning, rows[i].warning, "row %zu", i);
		check_true(rows[i].used == 0 ||
		                   strstr(buf_str(&r.output), "more") != NULL,
		           "the output of the first way is kept: %s", buf_str(&r.output));
		check_null(project_get(&p, "wrong"), "row %zu ran a wrong way", i);
		gate_run_fini(&r);
		project_fini(&p);
	}
}
