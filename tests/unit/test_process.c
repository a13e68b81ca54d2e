/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/process.h"
#include "os/random.h"
#include "os/walk.h"
#include "support/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(process, .timeout = 110);

/* No case may depend on how soon a program gets its turn: what has to come first is
 * waited for (run_until), and limits that must not strike are long. */
enum { SHORT_MS = 300, LONG_MS = 100000, GRACE_MS = 300, CAPTURE = 65536 };

/* Every child carries this in its environment, so that survivors can be found. */
static char marker[64];

static void draw_marker(void)
{
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1];

	os_random(random, sizeof(random));
	str_hex(random, sizeof(random), hex);
	(void)snprintf(marker, sizeof(marker), "SW_TEST_MARKER=%s", hex);
}

static enum err_code count_marked(const struct os_entry *entry, void *context,
                                  struct err *err)
{
	size_t *count = context;
	struct buf path = BUF_INIT;
	struct buf environment = BUF_INIT;

	(void)err;
	buf_printf(&path, "/proc/%s/environ", entry->name);
	if (entry->name[0] >= '0' && entry->name[0] <= '9' &&
	    os_read_file(buf_str(&path), 1 << 20, &environment, NULL) == ERR_OK &&
	    span_find(buf_span(&environment), span_str(marker)) < environment.len)
		(*count)++;
	buf_fini(&path);
	buf_fini(&environment);
	return ERR_OK;
}

static void check_no_orphan(void)
{
	struct err err = ERR_INIT;
	struct os_dir proc;
	size_t count = 0;

	check_ok(os_dir_open(&proc, NULL, "/proc", &err), &err);
	check_ok(os_dir_each(&proc, count_marked, &count, &err), &err);
	os_dir_close(&proc);
	check_size_eq(count, 0, "processes that survived");
}

static const char *environment[] = { marker, "PATH=/usr/local/bin:/usr/bin:/bin", NULL };

static struct os_spawn spec_of(const char *const *argv)
{
	if (marker[0] == '\0')
		draw_marker();
	return (struct os_spawn){
		.argv = argv,
		.env = environment,
		.grace_ms = GRACE_MS,
		.timeout_ms = LONG_MS,
		.capture_max = CAPTURE,
	};
}

static void run_spec(const struct os_spawn *spec, struct os_result *r)
{
	struct err err = ERR_INIT;

	os_result_init(r);
	check_ok(os_run(spec, r, &err), &err);
	check_no_orphan();
}

static void run_shell(const char *script, struct os_result *r)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct os_spawn spec = spec_of(argv);

	run_spec(&spec, r);
}

static void run_limited(const char *const *argv, uint64_t timeout_ms, struct os_result *r)
{
	struct os_spawn spec = spec_of(argv);

	spec.timeout_ms = timeout_ms;
	run_spec(&spec, r);
}

struct patience {
	struct cancel cancel;
	uint64_t bytes; /* that are still to come */
};

static void await_output(int stream, struct span data, void *context)
{
	struct patience *p = context;

	(void)stream;
	p->bytes -= data.len < p->bytes ? data.len : p->bytes;
	if (p->bytes == 0)
		cancel_set(&p->cancel, SIGINT);
}

/* Cancels the program once it has written so much. */
static void run_until(const char *const *argv, uint64_t bytes, uint64_t grace_ms,
                      struct os_result *r)
{
	struct patience p = { CANCEL_INIT, bytes };
	struct os_spawn spec = spec_of(argv);

	spec.cancel = &p.cancel;
	spec.grace_ms = grace_ms;
	spec.output = await_output;
	spec.context = &p;
	run_spec(&spec, r);
	check_int_eq(r->end, OS_END_CANCELLED, "end");
}

Test(process, reports_exit_codes_and_signals)
{
	static const struct {
		const char *script;
		enum os_end end;
		int code;
	} cases[] = {
		{ "exit 0", OS_END_EXIT, 0 },
		{ "exit 7", OS_END_EXIT, 7 },
		{ "exit 255", OS_END_EXIT, 255 },
		{ "kill -KILL $$", OS_END_SIGNAL, SIGKILL },
		{ "kill -SEGV $$", OS_END_SIGNAL, SIGSEGV },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct os_result r;

		run_shell(cases[i].script, &r);
		check_int_eq(r.end, cases[i].end, "end of %s", cases[i].script);
		check_int_eq(r.code, cases[i].code, "code of %s", cases[i].script);
		check_size_eq(r.leaked, 0, "nothing leaked");
		os_result_fini(&r);
	}
}

Test(process, keeps_the_streams_apart_or_merges_them)
{
	const char *const argv[] = { "sh", "-c", "echo a; echo b >&2; echo c", NULL };
	struct os_spawn spec = spec_of(argv);
	struct os_result r;

	run_spec(&spec, &r);
	check_str_eq(buf_str(&r.out), "a\nc\n", "stdout");
	check_str_eq(buf_str(&r.err_out), "b\n", "stderr");
	os_result_fini(&r);
	spec.merge = true;
	run_spec(&spec, &r);
	check_str_eq(buf_str(&r.out), "a\nb\nc\n", "in order");
	check_str_eq(buf_str(&r.err_out), "", "nothing apart");
	os_result_fini(&r);
}

Test(process, gives_exactly_the_environment_asked_for)
{
	struct os_result r;

	check_int_eq(setenv("SW_SECRET", "leak", 1), 0, "setenv");
	run_shell("env | cut -d= -f1 | grep -v '^PWD$\\|^_$\\|^SHLVL$\\|^OLDPWD$' | sort",
	          &r);
	check_str_eq(buf_str(&r.out), "PATH\nSEAWORTHY_RUN\nSW_TEST_MARKER\n", "names");
	os_result_fini(&r);
}

Test(process, inherits_no_input_no_descriptors_no_signals_no_terminal)
{
	struct os_result r;
	int fd = open("/dev/null", O_RDONLY);

	check_true(fd >= 0, "a descriptor that is not close-on-exec");
	check_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "ignore SIGPIPE");
	/* The library keeps two signals for itself, which nobody can reset. */
	run_shell("cat; ls /proc/self/fd; grep SigIgn /proc/self/status | tail -c 9; "
	          "(: </dev/tty) 2>/dev/null && echo terminal; exit 0",
	          &r);
	check_true(str_starts(buf_str(&r.out), "0\n1\n2\n3\n"),
	           "stdin at its end, three descriptors and that of ls: %s",
	           buf_str(&r.out));
	check_str_eq(buf_str(&r.out) + 9, "0000000\n", "no signal is ignored");
	os_result_fini(&r);
	close(fd);
}

/* As children of some supervisors and of `trap '' CHLD` inherit it. */
Test(process, exit_codes_survive_an_ignored_sigchld)
{
	struct os_result r;

	check_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR, "ignore SIGCHLD");
	run_shell("exit 7", &r);
	check_int_eq(r.end, OS_END_EXIT, "end");
	check_int_eq(r.code, 7, "code");
	os_result_fini(&r);
}

Test(process, a_status_taken_by_somebody_else_is_no_success)
{
	const char *const argv[] = { "sh", "-c", "exit 7", NULL };
	struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;
	struct os_result r;

	os_result_init(&r);
	check_ok(os_run(&spec, &r, &err), &err);
	/* From now on the kernel throws the statuses away. */
	check_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR, "ignore SIGCHLD");
	check_err(os_run(&spec, &r, &err), ERR_IO, "no code is made up");
	check_str_contains(err.msg, "sh: its exit status", "says whose");
	os_result_fini(&r);
}

Test(process, runs_in_the_folder_asked_for)
{
	const char *const argv[] = { "pwd", NULL };
	struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;
	struct os_result r;

	spec.dir = "/usr";
	run_spec(&spec, &r);
	check_str_eq(buf_str(&r.out), "/usr\n", "folder");
	spec.dir = "/no/such/folder";
	check_err(os_run(&spec, &r, &err), ERR_NOT_FOUND, "folder is missing");
	check_str_contains(err.msg, "/no/such/folder", "says which");
	os_result_fini(&r);
}

static void write_script(const char *path, const char *text, mode_t mode)
{
	struct err err = ERR_INIT;

	check_ok(os_write_atomic(path, span_str(text), mode, &err), &err);
}

Test(process, says_when_there_is_no_such_program)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	static const char *const names[] = {
		"no-such-program-here", "/no/such/program", "/usr",        "",
		"./not-executable",     "./no-interpreter", "./no-format",
	};

	check_ok(os_mkdtemp(NULL, "process-", &dir, &err), &err);
	check_int_eq(chdir(buf_str(&dir)), 0, "chdir");
	write_script("not-executable", "#!/bin/sh\n", 0644);
	write_script("no-interpreter", "#!/no/such/interpreter\n", 0755);
	write_script("no-format", "\x7f\x01", 0755);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *const argv[] = { names[i], NULL };
		const struct os_spawn spec = spec_of(argv);
		struct os_result r;

		run_spec(&spec, &r);
		check_int_eq(r.end, OS_END_NOT_FOUND, "%s", names[i]);
		os_result_fini(&r);
	}
	check_int_eq(chdir("/"), 0, "leave");
	check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	buf_fini(&dir);
}

Test(process, relative_programs_are_looked_up_where_they_run)
{
	const char *const argv[] = { "./bin/tool", NULL };
	struct os_spawn spec = spec_of(argv);
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	struct os_result r;

	check_ok(os_mkdtemp(NULL, "process-", &dir, &err), &err);
	os_join(&path, buf_str(&dir), "bin");
	check_ok(os_mkdirs(buf_str(&path), 0755, &err), &err);
	os_join(&path, buf_str(&dir), "bin/tool");
	write_script(buf_str(&path), "#!/bin/sh\necho found\n", 0755);
	spec.dir = buf_str(&dir);
	run_spec(&spec, &r);
	check_str_eq(buf_str(&r.out), "found\n", "run");
	os_result_fini(&r);
	check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	buf_fini(&dir);
	buf_fini(&path);
}

Test(process, a_time_limit_ends_the_program)
{
	const char *const argv[] = { "sh", "-c", "echo before; sleep 100; echo after",
		                     NULL };
	enum { LIMIT_MS = 2000 };
	struct os_result r;

	run_limited(argv, LIMIT_MS, &r);
	check_int_eq(r.end, OS_END_TIMEOUT, "end");
	check_str_eq(buf_str(&r.out), "before\n", "output so far");
	check_true(r.duration_ms >= LIMIT_MS && r.duration_ms < 50000, "took %llu ms",
	           (unsigned long long)r.duration_ms);
	os_result_fini(&r);
}

Test(process, sigterm_can_be_answered_within_the_grace)
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

Test(process, ignoring_sigterm_does_not_help)
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

Test(process, a_stopped_program_is_ended_too)
{
	const char *const argv[] = { "sh", "-c", "kill -STOP $$", NULL };
	struct os_result r;

	run_limited(argv, SHORT_MS, &r);
	check_int_eq(r.end, OS_END_TIMEOUT, "end");
	os_result_fini(&r);
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

Test(process, daemons_left_behind_are_found_and_counted)
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

Test(process, daemons_die_with_a_program_that_is_ended)
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

Test(process, a_helper_that_ends_by_itself_is_no_leak)
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

Test(process, fork_bombs_meet_the_process_limit)
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
Test(process, fork_bombs_are_ended)
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

Test(process, a_program_that_closes_its_output_is_waited_for)
{
	struct os_result r;

	run_shell("echo x; exec >&- 2>&-; sleep 0.1; exit 5", &r);
	check_int_eq(r.end, OS_END_EXIT, "end");
	check_int_eq(r.code, 5, "code");
	check_str_eq(buf_str(&r.out), "x\n", "output");
	check_true(r.duration_ms >= 100, "its whole time");
	os_result_fini(&r);
}

struct heard {
	uint64_t bytes;
	size_t ticks;
};

static void on_output(int stream, struct span data, void *context)
{
	struct heard *h = context;

	check_int_eq(stream, 1, "stream");
	h->bytes += data.len;
}

static void on_tick(uint64_t elapsed_ms, void *context)
{
	struct heard *h = context;

	(void)elapsed_ms;
	h->ticks++;
}

Test(process, a_gigabyte_is_kept_at_both_ends)
{
	const char *const argv[] = {
		"sh", "-c", "echo first; head -c 1073741824 /dev/zero; echo last", NULL
	};
	struct os_spawn spec = spec_of(argv);
	struct heard heard = { 0, 0 };
	struct os_result r;
	const uint64_t total = 1073741824 + 6 + 5;

	spec.capture_max = 1000;
	spec.output = on_output;
	spec.context = &heard;
	run_spec(&spec, &r);
	check_int_eq(r.end, OS_END_EXIT, "end");
	check_size_eq(r.out.len, 1000, "kept");
	check_u64_eq(r.out_dropped, total - 1000, "counted");
	check_u64_eq(heard.bytes, total, "all of it was passed on");
	check_mem_eq(r.out.ptr, "first\n", 6, "the start");
	check_mem_eq(r.out.ptr + 995, "last\n", 5, "the end");
	os_result_fini(&r);
}

Test(process, output_without_end_is_stopped)
{
	const char *const argv[] = { "yes", NULL };
	struct os_result r;

	run_until(argv, 1 << 20, GRACE_MS, &r);
	check_size_eq(r.out.len, CAPTURE, "kept");
	check_true(r.out_dropped > 0, "counted");
	os_result_fini(&r);
}

Test(process, ticks_about_ten_times_a_second)
{
	const char *const argv[] = { "sleep", "0.55", NULL };
	struct os_spawn spec = spec_of(argv);
	struct heard heard = { 0, 0 };
	struct os_result r;

	spec.tick = on_tick;
	spec.context = &heard;
	run_spec(&spec, &r);
	check_true(heard.ticks >= 2 && heard.ticks <= r.duration_ms / 100 + 3,
	           "ticks: %zu in %llu ms", heard.ticks,
	           (unsigned long long)r.duration_ms);
	os_result_fini(&r);
}

static void *cancel_soon(void *context)
{
	const struct timespec t = { 0, 100000000 };

	(void)nanosleep(&t, NULL);
	cancel_set(context, SIGINT);
	return NULL;
}

Test(process, a_cancel_token_ends_it)
{
	const char *const argv[] = { "sleep", "100", NULL };
	struct os_spawn spec = spec_of(argv);
	struct cancel cancel = CANCEL_INIT;
	struct os_result r;
	pthread_t thread;

	spec.cancel = &cancel;
	check_int_eq(pthread_create(&thread, NULL, cancel_soon, &cancel), 0, "thread");
	run_spec(&spec, &r);
	check_int_eq(pthread_join(thread, NULL), 0, "join");
	check_int_eq(r.end, OS_END_CANCELLED, "end");
	check_true(r.duration_ms < 50000, "soon, %llu ms",
	           (unsigned long long)r.duration_ms);
	os_result_fini(&r);
}

Test(process, signals_set_the_token)
{
	struct cancel cancel = CANCEL_INIT;

	os_signals_to(&cancel);
	check_int_eq(raise(SIGPIPE), 0, "ignored");
	check_true(!cancel_is_set(&cancel), "not by SIGPIPE");
	check_int_eq(raise(SIGTERM), 0, "handled");
	check_int_eq(cancel_signal(&cancel), SIGTERM, "number");
}

Test(process, measures_what_it_used)
{
	struct os_result r;

	run_shell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done", &r);
	check_true(r.user_ms + r.system_ms > 0, "processor time");
	check_true(r.max_rss_kib > 0, "memory");
	os_result_fini(&r);
}

enum { THREADS = 4, RUNS = 25 };

static void *run_many(void *context)
{
	const int code = *(const int *)context;
	char script[64];
	const char *const argv[] = { "sh", "-c", script, NULL };

	for (int i = 0; i < RUNS; i++) {
		struct os_spawn spec = spec_of(argv);
		struct err err = ERR_INIT;
		struct os_result r;

		(void)snprintf(script, sizeof(script), "echo %d; exit %d", i, code);
		os_result_init(&r);
		check_ok(os_run(&spec, &r, &err), &err);
		check_int_eq(r.end, OS_END_EXIT, "end");
		check_int_eq(r.code, code, "its own code");
		check_size_eq(r.leaked, 0, "the others are not its leaks");
		os_result_fini(&r);
	}
	return NULL;
}

Test(process, threads_do_not_take_each_others_children)
{
	static int codes[THREADS] = { 1, 2, 3, 4 };
	pthread_t threads[THREADS];

	draw_marker();
	for (int i = 0; i < THREADS; i++)
		check_int_eq(pthread_create(&threads[i], NULL, run_many, &codes[i]), 0,
		             "thread");
	for (int i = 0; i < THREADS; i++)
		check_int_eq(pthread_join(threads[i], NULL), 0, "join");
	check_no_orphan();
}

static void *run_sleeper(void *context)
{
	const char *const argv[] = { "sh", "-c", "sleep 1.5; exit 9", NULL };
	const struct os_spawn spec = spec_of(argv);
	struct err err = ERR_INIT;

	check_ok(os_run(&spec, context, &err), &err);
	return NULL;
}

Test(process, killing_one_tree_spares_the_others)
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

Test(process, leaves_no_descriptors_open)
{
	struct os_result r;
	int before;
	int after;

	run_shell("exit 0", &r);
	os_result_fini(&r);
	before = dup(0);
	close(before);
	for (int i = 0; i < 20; i++) {
		run_shell("sleep 0.001 & exit 1", &r);
		os_result_fini(&r);
	}
	after = dup(0);
	close(after);
	check_int_eq(after, before, "the next free descriptor is the same");
}
