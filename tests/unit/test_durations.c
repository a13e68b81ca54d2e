// SPDX-License-Identifier: Apache-2.0
#include "collect/durations.h"

#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

TestSuite(durations, .timeout = 10);

static struct gate_durations *load(const struct project *p)
{
	struct gate_durations *d = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_durations_load(&d, buf_str(&p->root), &err), &err);
	return d;
}

Test(durations, are_known_after_a_run_and_become_a_mean)
{
	struct project p;
	struct gate_durations *d;
	struct err err = ERR_INIT;

	project_init(&p);
	project_put(&p, ".seaworthy/.gitignore", "*\n");
	d = load(&p);
	check_u64_eq(gate_durations_get(d, "suite:a"), 0, "never ran");
	check_true(gate_durations_note(d, "suite:a", 101), "noted");
	check_true(gate_durations_note(d, "suite:b", 5), "noted");
	check_ok(gate_durations_store(d, &err), &err);
	gate_durations_free(d);

	d = load(&p);
	check_u64_eq(gate_durations_get(d, "suite:a"), 101, "read back");
	check_true(gate_durations_note(d, "suite:a", 200), "noted");
	check_u64_eq(gate_durations_get(d, "suite:a"), 150, "the mean");
	check_u64_eq(gate_durations_get(d, "suite:b"), 5, "untouched");
	gate_durations_free(d);
	project_fini(&p);
}

Test(durations, a_damaged_file_is_no_knowledge)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{\"units\": 3}",
		"{\"units\": {\"suite:a\": \"x\"}}",
		"{\"units\": {\"suite:a\": -1}}",
	};
	struct project p;

	project_init(&p);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct gate_durations *d;
		struct err err = ERR_INIT;

		project_put(&p, ".seaworthy/durations.json", texts[i]);
		d = load(&p);
		check_u64_eq(gate_durations_get(d, "suite:a"), 0, "%s", texts[i]);
		check_true(gate_durations_note(d, "suite:a", 7), "noted");
		check_ok(gate_durations_store(d, &err), &err);
		gate_durations_free(d);
		d = load(&p);
		check_u64_eq(gate_durations_get(d, "suite:a"), 7, "written anew");
		gate_durations_free(d);
	}
	project_fini(&p);
}
