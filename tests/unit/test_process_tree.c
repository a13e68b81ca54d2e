// SPDX-License-Identifier: Apache-2.0
/* The end of a program that does not want to end, and of all that it left behind. */
#include "base/num.h"
#include "os/clock.h"
#include "os/group_internal.h"
#include "os/tree_internal.h"
#include "process_fixture.h"
#include "support/check.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

TestSuite(process_tree, .timeout = 110);

Test(process_tree, sigterm_can_be_answered_within_the_grace)
{
	const char *const argv[] = { "sh", "-c",
		                     "trap 'echo bye; exit 3' TERM; echo ready; "
		                     "while :; do sleep 0.01; done",
		                     NULL };
	struct os_result r;

	run_until(argv, sizeof("ready\n") - 1, LONG_MS, &r);
	check_int_eq(r.code, 3, "its own exit code");
	check_str_eq(buf_str(&r.out), "ready\nbye\n", "its last words");
	os_result_fini(&r);
}

Test(process_tree, ignoring_sigterm_does_not_help)
{
	const char *const argv[] = {
		"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 100; done", NULL
	};
	struct os_result r;

	run_until(argv, sizeof("ready\n") - 1, GRACE_MS, &r);
	check_int_eq(r.code, SIGKILL, "killed");
	check_true(r.duration_ms < 50000, "took %llu ms",
	           (unsigned long long)r.duration_ms);
	os_result_fini(&r);
}

Test(process_tree, a_stopped_program_is_ended_too)
{
	const char *const argv[] = { "sh", "-c", "kill -STOP $$", NULL };
	struct os_result r;

	run_limited(argv, SHORT_MS, &r);
	check_int_eq(r.end, OS_END_TIMEOUT, "end");
	os_result_fini(&r);
}

Test(process_tree, what_is_meant_to_stay_stays)
{
	const char *const argv[] = { "sh", "-c",
		                     "sleep 100 </dev/null >/dev/null 2>&1 & echo $!",
		                     NULL };
	const char *const other[] = { "true", NULL };
	struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;
	struct tree_process p;
	struct os_result r;
	uint64_t pid = 0;

	spec.leave = true;
	os_result_init(&r);
	check_ok(os_run(&spec, &r, &err), &err);
	check_int_eq(r.end, OS_END_EXIT, "end");
	check_true(r.out.len > 1 &&
	                   num_u64(span_of(r.out.ptr, r.out.len - 1), 2, INT32_MAX, &pid),
	           "it says \"%s\"", buf_str(&r.out));
	/* which ends all that fell to us */
	spec = spec_of(other);
	check_ok(os_run(&spec, &r, &err), &err);
	check_size_eq(r.leaked, 0, "another run does not find it");
	os_result_fini(&r);
	check_true(tree_read((pid_t)pid, &p) && p.state != 'Z', "it lives");
	check_true(p.parent != getpid(), "as somebody else's child");
	check_int_eq(kill((pid_t)pid, SIGKILL), 0, "until now");
}

/* Forks, leaves session and group, forgets its environment and its parent, and sleeps. */
static const char daemon_script[] =
	"import os, sys, time, signal\n"
	"keep = sys.argv[1]\n"
	"if os.fork() == 0:\n"
	"    os.setsid()\n"
	"    if os.fork() == 0:\n"
	"        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
	"        if keep != 'pipe':\n"
	"            null = os.open('/dev/null', os.O_RDWR)\n"
	"            for fd in (0, 1, 2): os.dup2(null, fd)\n"
	"        if keep == 'hide':\n"
	"            os.execve('/bin/sleep', ['sleep', sys.argv[3]], {})\n"
	"        time.sleep(100)\n"
	"    os._exit(0)\n"
	"os.wait()\n"
	"print('started', flush=True)\n"
	"if sys.argv[2] == 'stay': time.sleep(100)\n";

/* What the one without environment is found by: a time that nobody else sleeps. */
static char own_time[32];

static size_t count_sleepers(void)
{
	const char *const argv[] = {
		"sh", "-c",
		"for p in /proc/[0-9]*; do "
		"[ \"$(tr '\\0' ' ' <$p/cmdline 2>/dev/null)\" = \"sleep $0 \" ] && "
		"echo; done; exit 0",
		own_time, NULL
	};
	const struct os_spawn spec = spec_of(argv);
	struct os_result r;
	size_t n;

	run_spec(&spec, &r);
	n = r.out.len;
	os_result_fini(&r);
	return n;
}

static void draw_own_time(void)
{
	(void)snprintf(own_time, sizeof(own_time), "100.%d", (int)getpid());
}

Test(process_tree, daemons_left_behind_are_found_and_counted)
{
	static const char *const kinds[] = { "quiet", "pipe", "hide" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *const argv[] = { "python3", "-c",     daemon_script, kinds[i],
			                     "go",      own_time, NULL };
		const uint64_t start = os_ticks_ns();
		struct os_result r;

		draw_own_time();
		run_limited(argv, LONG_MS, &r);
		check_int_eq(r.end, OS_END_EXIT, "%s: the program itself ended well",
		             kinds[i]);
		check_int_eq(r.code, 0, "%s: code", kinds[i]);
		check_str_eq(buf_str(&r.out), "started\n", "%s: output", kinds[i]);
		check_size_eq(r.leaked, 1, "%s: counted", kinds[i]);
		check_true((os_ticks_ns() - start) / 1000000 < 50000, "%s: no hang",
		           kinds[i]);
		check_size_eq(count_sleepers(), 0, "%s: none survives", kinds[i]);
		os_result_fini(&r);
	}
}

Test(process_tree, daemons_die_with_a_program_that_is_ended)
{
	static const char *const kinds[] = { "quiet", "pipe", "hide" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *const argv[] = { "python3", "-c",     daemon_script, kinds[i],
			                     "stay",    own_time, NULL };
		struct os_result r;

		draw_own_time();
		run_until(argv, sizeof("started\n") - 1, GRACE_MS, &r);
		check_size_eq(count_sleepers(), 0, "%s: none survives", kinds[i]);
		os_result_fini(&r);
	}
}

Test(process_tree, a_helper_that_ends_by_itself_is_no_leak)
{
	bool in_time = false;

	/* It has a fifth of a second, which a busy machine may take all for itself. */
	for (int i = 0; i < 20 && !in_time; i++) {
		struct os_result r;

		run_shell("(sleep 0.05; echo late) & echo early", &r);
		check_int_eq(r.end, OS_END_EXIT, "end");
		in_time = r.leaked == 0;
		if (in_time)
			check_str_eq(buf_str(&r.out), "early\nlate\n", "it was heard");
		os_result_fini(&r);
	}
	check_true(in_time, "ended in time");
}

/* A bomb with a few dozen processes in it: each fork takes a token from a pipe. Should
 * nobody end them, they end by themselves. */
static const char bomb_script[] =
	"import os, sys, time, signal\n"
	"end = time.time() + 90\n"
	"tokens, put = os.pipe()\n"
	"os.write(put, b'x' * 48)\n"
	"os.set_blocking(tokens, False)\n"
	"if 'deaf' in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
	"print('lit', flush=True)\n"
	"while time.time() < end:\n"
	"    try:\n"
	"        os.read(tokens, 1)\n"
	"        if os.fork() == 0 and 'scatter' in sys.argv: os.setsid()\n"
	"    except OSError: time.sleep(0.01)\n";

Test(process_tree, fork_bombs_meet_the_process_limit)
{
	static const char *const kinds[][2] = { { "group", "" }, { "scatter", "deaf" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *const argv[] = { "python3",   "-c",        bomb_script,
			                     kinds[i][0], kinds[i][1], NULL };
		struct os_spawn spec = spec_of(argv);
		struct os_result r;

		spec.processes_max = 16;
		run_spec(&spec, &r);
		check_int_eq(r.end, OS_END_LIMIT, "%s %s", kinds[i][0], kinds[i][1]);
		os_result_fini(&r);
	}
}

/* Told to end in the middle of its growth. */
Test(process_tree, fork_bombs_are_ended)
{
	static const char *const kinds[][2] = { { "group", "deaf" },
		                                { "scatter", "" },
		                                { "scatter", "deaf" } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *const argv[] = { "python3",   "-c",        bomb_script,
			                     kinds[i][0], kinds[i][1], NULL };
		struct os_result r;

		run_until(argv, sizeof("lit\n") - 1, GRACE_MS, &r);
		os_result_fini(&r);
	}
}

static void *run_sleeper(void *context)
{
	const char *const argv[] = { "sh", "-c", "sleep 1.5; exit 9", NULL };
	const struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;

	check_ok(os_run(&spec, context, &err), &err);
	return NULL;
}

Test(process_tree, killing_one_tree_spares_the_others)
{
	const char *const argv[] = { "python3", "-c",  daemon_script, "quiet",
		                     "go",      "100", NULL };
	struct err err = ERR_INIT;
	struct os_result sleeper;
	struct os_result r;
	pthread_t thread;

	draw_marker();
	os_result_init(&sleeper);
	os_result_init(&r);
	check_int_eq(pthread_create(&thread, NULL, run_sleeper, &sleeper), 0, "thread");
	const struct os_spawn spec = spec_of(argv);

	check_ok(os_run(&spec, &r, &err), &err);
	check_int_eq(pthread_join(thread, NULL), 0, "join");
	check_size_eq(r.leaked, 1, "the daemon was found among the children of two");
	check_int_eq(sleeper.end, OS_END_EXIT, "the other ran to its end");
	check_int_eq(sleeper.code, 9, "and kept its exit code");
	check_no_orphan();
	os_result_fini(&r);
	os_result_fini(&sleeper);
}

/* Its environment is gone, its session and parents are not those of the run, and another
 * run is there that it might belong to. */
Test(process_tree, the_kernel_knows_who_hides_beside_another_run)
{
	const char *const argv[] = { "python3", "-c",     daemon_script, "hide",
		                     "go",      own_time, NULL };
	struct group group = GROUP_INIT;
	struct err err = ERR_INIT;
	struct os_result sleeper;
	struct os_result r;
	pthread_t thread;

	group_make(&group);
	if (group.path.len == 0)
		cr_skip_test("no control group may be made here");
	group_remove(&group);
	draw_own_time();
	draw_marker();
	os_result_init(&sleeper);
	os_result_init(&r);
	check_int_eq(pthread_create(&thread, NULL, run_sleeper, &sleeper), 0, "thread");
	struct os_spawn spec = spec_of(argv);

	spec.limits.files = 200;
	check_ok(os_run(&spec, &r, &err), &err);
	check_size_eq(r.leaked, 1, "it was found");
	check_int_eq(pthread_join(thread, NULL), 0, "join");
	check_size_eq(count_sleepers(), 0, "and ended");
	check_int_eq(sleeper.code, 9, "the other ran to its end");
	os_result_fini(&r);
	os_result_fini(&sleeper);
}

/* ---- without a mark, a session, a parent or a control group to go by ---- */

/* Leaves a process that hides, says so, and goes on for a while. */
static const char hiding_script[] =
	"import os, sys, time\n"
	"time.sleep(float(sys.argv[1]))\n"
	"if os.fork() == 0:\n"
	"    os.setsid()\n"
	"    if os.fork() == 0:\n"
	"        null = os.open('/dev/null', os.O_RDWR)\n"
	"        for fd in (0, 1, 2): os.dup2(null, fd)\n"
	"        os.execve('/bin/sleep', ['sleep', sys.argv[2]], {})\n"
	"    os._exit(0)\n"
	"os.wait()\n"
	"print('started', flush=True)\n"
	"time.sleep(float(sys.argv[3]))\n";

struct other_run {
	const char *script;
	struct os_result result;
	pthread_t thread;
};

static void *run_other(void *context)
{
	struct other_run *o = context;
	const char *const argv[] = { "sh", "-c", o->script, NULL };
	const struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;

	check_ok(os_run(&spec, &o->result, &err), &err);
	return NULL;
}

static void run_hiding(const char *before, const char *after, struct other_run *o,
                       struct os_result *r)
{
	const char *const argv[] = { "python3", "-c",  hiding_script, before,
		                     own_time,  after, NULL };
	const struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;

	draw_own_time();
	draw_marker();
	os_result_init(r);
	os_result_init(&o->result);
	check_int_eq(pthread_create(&o->thread, NULL, run_other, o), 0, "thread");
	check_ok(os_run(&spec, r, &err), &err);
	check_str_eq(buf_str(&r->out), "started\n", "it left one behind");
}

/* Born while both ran: the other one may have started it as well. */
Test(process_tree, nobody_is_blamed_for_what_may_be_anothers)
{
	struct other_run o = { .script = "sleep 1.5; exit 9" };
	struct os_result r;

	run_hiding("0.3", "0", &o, &r);
	check_size_eq(r.leaked + r.strays, 0, "nothing tells that it is its own");
	check_int_eq(pthread_join(o.thread, NULL), 0, "join");
	check_size_eq(o.result.leaked, 0, "the last one is not blamed either");
	check_size_eq(o.result.strays, 1, "yet it is told");
	check_size_eq(count_sleepers(), 0, "and ended");
	check_int_eq(o.result.code, 9, "the other ran to its end");
	os_result_fini(&o.result);
	os_result_fini(&r);
}

static void begin_other(int stream, struct span data, void *context)
{
	const struct timespec some_ticks = { 0, 50000000 };
	struct other_run *o = context;

	(void)stream;
	(void)data;
	(void)nanosleep(&some_ticks, NULL);
	check_int_eq(pthread_create(&o->thread, NULL, run_other, o), 0, "thread");
}

/* Born before the other one was there, which goes on when it is found. */
Test(process_tree, the_time_of_birth_tells_whose_it_is)
{
	const char *const argv[] = { "python3", "-c", hiding_script, "0",
		                     own_time,  "1",  NULL };
	struct other_run o = { .script = "sleep 2; exit 9" };
	struct os_result first;
	struct err err = ERR_INIT;
	struct os_spawn spec;

	draw_own_time();
	draw_marker();
	os_result_init(&o.result);
	os_result_init(&first);
	spec = spec_of(argv);
	spec.output = begin_other;
	spec.context = &o;
	check_ok(os_run(&spec, &first, &err), &err);
	check_size_eq(first.leaked, 1, "it is its own");
	check_int_eq(pthread_join(o.thread, NULL), 0, "join");
	check_size_eq(count_sleepers(), 0, "and ended");
	check_size_eq(o.result.leaked + o.result.strays, 0, "not the other's");
	check_int_eq(o.result.code, 9, "the other ran to its end");
	os_result_fini(&o.result);
	os_result_fini(&first);
}

/* What a run left behind that is over is not the next one's. */
Test(process_tree, a_later_run_is_not_blamed)
{
	struct other_run o = { .script = "sleep 0.6" };
	struct os_result r;

	run_hiding("0.1", "0", &o, &r);
	check_int_eq(pthread_join(o.thread, NULL), 0, "join");
	os_result_fini(&r);
	run_shell("sleep 0.1", &r);
	check_size_eq(r.leaked + r.strays, 0, "nothing is left for it");
	os_result_fini(&o.result);
	os_result_fini(&r);
}
