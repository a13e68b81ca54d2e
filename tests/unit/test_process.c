// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "os/fs.h"
#include "os/process.h"
#include "process_fixture.h"
#include "support/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(process, .timeout = 110);

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

Test(process, gives_its_input_whether_it_is_read_or_not)
{
	static const struct {
		const char *script;
		const char *out;
	} cases[] = {
		{ "wc -c", "3000000\n" },
		{ "wc -c </dev/stdin", "3000000\n" }, /* opened anew */
		{ "head -c 3", "aaa" },
		{ "echo done", "done\n" },
	};
	struct buf text = BUF_INIT;

	buf_fill(&text, 'a', 3000000); /* more than any pipe holds */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const argv[] = { "sh", "-c", cases[i].script, NULL };
		struct os_spawn spec = spec_of(argv);
		struct os_result r;

		spec.input = buf_span(&text);
		run_spec(&spec, &r);
		check_str_eq(buf_str(&r.out), cases[i].out, "%s", cases[i].script);
		check_int_eq(r.code, 0, "%s", cases[i].script);
		os_result_fini(&r);
	}
	buf_fini(&text);
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
