// SPDX-License-Identifier: Apache-2.0
/* Suites that misbehave: bounded time, bounded memory, and no process left. */
#include "collect/runner_internal.h"
#include "os/clock.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(runner_hostile, .timeout = 100);

/* Does the process' environment name our scratch folder? Every descendant of a suite has
 * it. */
static bool is_of(const char *pid, const struct project *p)
{
	char path[300];
	struct buf env = BUF_INIT;
	char mark[5000];
	char piece[65536];
	FILE *file;
	size_t n;
	bool found;

	(void)snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	(void)snprintf(mark, sizeof(mark), "SEAWORTHY_SCRATCH=%s", buf_str(&p->scratch));
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_put(&env, span_of(piece, n));
	(void)fclose(file);
	found = span_find(buf_span(&env), span_str(mark)) < env.len;
	buf_fini(&env);
	return found;
}

static void expect_no_process(const struct project *p)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	check_not_null(proc, "/proc");
	while ((entry = readdir(proc)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			check_true(!is_of(entry->d_name, p), "process %s is left",
			           entry->d_name);
	(void)closedir(proc);
}

static void run_within(const struct project *p, const struct gate_suite *s,
                       uint64_t limit_ms, struct gate_run *r)
{
	struct gate_runner g = { .root = buf_str(&p->root),
		                 .scratch = buf_str(&p->scratch),
		                 .jobs = 2 };
	struct err err = ERR_INIT;
	uint64_t start = os_ticks_ns();

	gate_run_init(r);
	check_ok(gate_run_suite(&g, s, r, &err), &err);
	check_true((os_ticks_ns() - start) / 1000000 < limit_ms, "bounded time");
	expect_no_process(p);
}

/* Runs a shell line with the format and expects that much. */
static void expect(const char *line, enum gate_format format, uint64_t timeout_ms,
                   enum gate_run_state state, const char *reason, struct gate_run *r)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = line },
		                .dir = ".",
		                .format = format,
		                .timeout_ms = timeout_ms };
	struct project p;

	project_init(&p);
	run_within(&p, &s, 60000, r);
	check_int_eq(r->state, state, "%s: %s", line, r->reason);
	check_str_contains(r->reason, reason, "%s", line);
	project_fini(&p);
}

Test(runner_hostile, prints_a_gigabyte)
{
	static const char flood[] = "head -c 1000000000 /dev/zero";
	struct gate_run r;

	expect(flood, GATE_FORMAT_EXIT, 60000, GATE_RUN_PASS, "", &r);
	check_true(r.output.len <= (1 << 20), "kept %zu bytes", r.output.len);
	check_u64_eq(r.output.len + r.output_dropped, 1000000000,
	             "all bytes are counted");
	gate_run_fini(&r);
	expect(flood, GATE_FORMAT_TAP, 60000, GATE_RUN_UNKNOWN, "larger than 64 MiB", &r);
	check_true(r.output.len <= (64 << 20), "kept %zu bytes", r.output.len);
	gate_run_fini(&r);
}

Test(runner_hostile, events_of_go_test_may_be_of_any_length)
{
	static const char events[] =
		"echo '{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"A\"}'; "
		"yes '{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"A\","
		"\"Output\":\"a line of some length that a test prints again and again, so "
		"that there is more of it than anybody would want to keep in memory\\n\"}' "
		"| head -n 400000; "
		"echo '{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"A\"}'; "
		"echo '{\"Action\":\"pass\",\"Package\":\"p\"}'";
	struct gate_run r;

	expect(events, GATE_FORMAT_GOTEST, 60000, GATE_RUN_PASS, "", &r);
	check_u64_eq(r.cases.passed, 1, "the test");
	check_true(r.output.len <= (1 << 20), "kept %zu bytes", r.output.len);
	check_true(r.output_dropped > (64 << 20), "dropped %llu bytes",
	           (unsigned long long)r.output_dropped);
	gate_run_fini(&r);
}

Test(runner_hostile, says_what_came_before_its_time_was_over)
{
	struct gate_run r;

	expect("printf '1..3\\nok 1 - a\\nnot ok 2 - b\\n'; sleep 100", GATE_FORMAT_TAP,
	       500, GATE_RUN_UNKNOWN,
	       "; before that 1 passed, 0 skipped, 2 failed: b, (plan)", &r);
	gate_run_fini(&r);
	expect("echo '{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"A\"}'; sleep 100",
	       GATE_FORMAT_GOTEST, 500, GATE_RUN_UNKNOWN, "1 failed: p.A", &r);
	gate_run_fini(&r);
}

Test(runner_hostile, runs_out_of_time)
{
	struct gate_run r;

	expect("echo start; sleep 100", GATE_FORMAT_EXIT, 3000, GATE_RUN_UNKNOWN,
	       "ran out of time: stopped after its timeout of ", &r);
	check_true(r.timed_out, "timed out");
	check_str_contains(buf_str(&r.output), "start", "output until then is kept");
	check_str_contains(r.remedy, "timeout", "remedy");
	gate_run_fini(&r);
}

Test(runner_hostile, ignores_sigterm)
{
	struct gate_run r;

	expect("trap '' TERM INT HUP; while :; do sleep 100; done", GATE_FORMAT_EXIT, 300,
	       GATE_RUN_UNKNOWN, "ran out of time", &r);
	gate_run_fini(&r);
}

Test(runner_hostile, closes_its_output)
{
	struct gate_run r;

	expect("exec >&- 2>&-; sleep 0.3; exit 3", GATE_FORMAT_EXIT, 20000, GATE_RUN_FAIL,
	       "exited with code 3", &r);
	gate_run_fini(&r);
	expect("exec >&- 2>&-; sleep 100", GATE_FORMAT_EXIT, 300, GATE_RUN_UNKNOWN,
	       "ran out of time", &r);
	gate_run_fini(&r);
}

Test(runner_hostile, leaves_a_process_in_its_own_session)
{
	struct gate_run r;

	expect("setsid sleep 100 & echo 1..1; echo ok 1; sleep 0.2", GATE_FORMAT_TAP,
	       20000, GATE_RUN_PASS, "", &r);
	check_size_eq(r.leaked, 1, "counted");
	check_str_contains(r.warning, "a process outlived it and was killed", "and told");
	gate_run_fini(&r);
}

Test(runner_hostile, holds_the_output_open_after_its_end)
{
	struct gate_run r;

	expect("sleep 100 & sleep 100 & echo done", GATE_FORMAT_EXIT, 20000,
	       GATE_RUN_PASS, "", &r);
	check_size_eq(r.leaked, 2, "counted");
	check_str_contains(r.warning, "2 processes outlived it and were killed",
	                   "and told");
	gate_run_fini(&r);
}

/* Each process starts the next in a session of its own and ends: a moving target. It
 * stops by itself after so many, should nobody catch it. */
static const char chain[] = "#!/bin/sh\n"
			    "[ \"$1\" -gt 3000 ] && exit\n"
			    "setsid \"$0\" $(($1 + 1)) &\n";

static void run_chain(const char *line, uint64_t timeout_ms, enum gate_run_state state)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = line },
		                .dir = ".",
		                .format = GATE_FORMAT_EXIT,
		                .timeout_ms = timeout_ms };
	struct project p;
	struct gate_run r;

	project_init(&p);
	project_put(&p, "chain", chain);
	check_int_eq(chmod(project_path(&p, "chain"), 0755), 0, "executable");
	run_within(&p, &s, 60000, &r);
	check_int_eq(r.state, state, "%s", r.reason);
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner_hostile, forks_for_ever)
{
	run_chain("./chain 1; sleep 100", 500, GATE_RUN_UNKNOWN);
}

Test(runner_hostile, forks_for_ever_behind_a_clean_end)
{
	run_chain("./chain 1", 20000, GATE_RUN_PASS);
}

Test(runner_hostile, fills_the_process_table)
{
	struct gate_run r;

	expect("i=0; while [ $i -lt 80 ]; do sleep 100 & i=$((i+1)); done; "
	       "trap '' TERM; wait",
	       GATE_FORMAT_EXIT, 1500, GATE_RUN_UNKNOWN, "ran out of time", &r);
	gate_run_fini(&r);
}

/* Without the bomb: what is made of one that met the limit, however well it reads. */
Test(runner_hostile, has_too_many_processes)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = "./bomb" },
		                .format = GATE_FORMAT_TAP };
	struct gate_results files = { .stale = 0 };
	struct gate_run r;
	struct gate_job j = { .suite = &s,
		              .run = &r,
		              .limits = { .processes = GATE_PROCESSES_MAX } };
	struct err err = ERR_INIT;

	gate_run_init(&r);
	os_result_init(&j.process);
	j.process.end = OS_END_LIMIT;
	buf_puts(&j.process.out, "1..1\nok 1\n");
	check_ok(gate_job_settle(&j, &files, &err), &err);
	check_int_eq(r.state, GATE_RUN_UNKNOWN, "%s", r.reason);
	check_str_contains(r.reason, "more than 1000 processes at a time", "reason");
	check_str_contains(r.remedy, "have unit start fewer processes", "remedy");
	check_str_contains(buf_str(&r.output), "ok 1", "its output is kept");
	gate_run_fini(&r);
	os_result_fini(&j.process);
}

Test(runner_hostile, reads_standard_input)
{
	struct gate_run r;

	expect("cat; echo 1..1; echo ok 1", GATE_FORMAT_TAP, 20000, GATE_RUN_PASS, "",
	       &r);
	gate_run_fini(&r);
}

/* ---- limits of the policy ---- */

Test(runner_hostile, limits_hold)
{
	static const struct {
		const char *line;
		const char *limits;
		enum gate_run_state state;
		const char *reason;
		const char *output;
	} rows[] = {
		{ "python3 -c 'x = bytearray(1 << 30)'", "{\"memory\":\"200MiB\"}",
		  GATE_RUN_FAIL, "exited with code 1", "MemoryError" },
		{ "python3 -c 'x = bytearray(1 << 20)'", "{\"memory\":\"200MiB\"}",
		  GATE_RUN_PASS, "", "" },
		{ "exec python3 -c 'while True: pass'", "{\"cpu_time\":\"1s\"}",
		  GATE_RUN_UNKNOWN, "ran out of processor time: limits.cpu_time is 1.0 s",
		  "" },
		{ "head -c 2000000 /dev/zero > big; test $? -ne 0 && wc -c < big",
		  "{\"file_size\":\"1MB\"}", GATE_RUN_PASS, "", "1000448" },
		{ "ulimit -n", "{\"open_files\":64}", GATE_RUN_PASS, "", "64" },
		/* more than the system lets anybody have: what there is holds */
		{ "echo ran", "{\"open_files\":4294967295}", GATE_RUN_PASS, "", "ran" },
		{ "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 30 & done; wait",
		  "{\"processes\":8}", GATE_RUN_UNKNOWN,
		  "more than 8 processes at a time", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_suite s = { .id = "unit",
			                .run = { .shell = rows[i].line },
			                .dir = ".",
			                .format = GATE_FORMAT_EXIT,
			                .timeout_ms = 60000,
			                .limits = rows[i].limits };
		struct project p;
		struct gate_run r;

		project_init(&p);
		run_within(&p, &s, 60000, &r);
		check_int_eq(r.state, rows[i].state, "%s: %s: %s", rows[i].line, r.reason,
		             buf_str(&r.output));
		check_str_contains(r.reason, rows[i].reason, "%s", rows[i].line);
		check_str_contains(buf_str(&r.output), rows[i].output, "%s",
		                   rows[i].line);
		gate_run_fini(&r);
		project_fini(&p);
	}
}
