// SPDX-License-Identifier: Apache-2.0
/*
 * One run, as a loop around poll:
 *
 *     RUNNING -- program exits --> SETTLING -- nothing left ----------------> DONE
 *        |                            | something left after a short while      ^
 *        +-- limit or cancelled --> ENDING (SIGTERM was sent) -- nothing left --+
 *                                     | grace is over: SIGKILL, then -----------+
 *
 * The exited program stays unreaped while /proc is searched, which keeps its pid, and so
 * the number of its session and group, from passing to a stranger.
 */
#include "os/process.h"

#include "os/capture_internal.h"
#include "os/clock.h"
#include "os/group_internal.h"
#include "os/limit_internal.h"
#include "os/spawn_internal.h"
#include "os/tree_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NS_PER_MS = 1000000,
	TICK_MS = 100,
	SETTLE_MS = 200, /* for helpers that end by themselves just after the program */
	PROCESSES_MAX = 1000, /* where the caller names no number */
	GROWTH = 32,          /* processes by which a tree may grow while it should end */
	CROWD = 64,           /* new processes on the machine that make us hurry */
	WATCH_MS = 50,        /* between looks at the number of processes */
	COUNT_MS = 2000,      /* between counts of the run's own processes */
	LOOK_MS = 10,   /* between looks at /proc, and at the program without a pidfd */
	REAP_MS = 5000, /* for a killed program that sleeps in the kernel */
	READ_BYTES = 65536,
	READS_MAX = 16, /* of one stream in a row, so that the clock is watched */
};

enum phase { RUNNING, SETTLING, ENDING, DONE };

struct run {
	const struct os_spawn *spec;
	struct os_result *result;
	struct tree tree;
	struct group group;
	int fds[2];
	int pidfd;
	struct capture captures[2];
	enum phase phase;
	bool stopped; /* by limit or cancellation; result->end says which */
	bool exited;
	bool reaped;
	bool lost; /* somebody else reaped it: its status is unknown */
	int status;
	uint64_t start_ms;
	uint64_t spawn_ns; /* just before it was started */
	uint64_t phase_ms; /* when the phase began */
	uint64_t tick_ms;
	uint64_t look_ms;
	uint64_t count_ms;
	size_t processes_max;
	size_t machine_before; /* processes and threads of the machine at the start */
	bool hurried;
	struct tree_hurry hurry;
	size_t ending; /* processes of the run when it was told to end */
};

static uint64_t now_ms(void)
{
	return os_ticks_ns() / NS_PER_MS;
}

void os_result_init(struct os_result *r)
{
	*r = (struct os_result){ .end = OS_END_NOT_FOUND };
}

void os_result_fini(struct os_result *r)
{
	buf_fini(&r->out);
	buf_fini(&r->err_out);
	buf_fini(&r->leaked_names);
	os_result_init(r);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Takes what the pipe holds; closes it at its end. */
static void drain(struct run *r, int i)
{
	char piece[READ_BYTES];

	for (int reads = 0; reads < READS_MAX && r->fds[i] >= 0; reads++) {
		const ssize_t n = read(r->fds[i], piece, sizeof(piece));
		struct span data;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(&r->fds[i]);
			return;
		}
		data = span_of(piece, (size_t)n);
		capture_put(&r->captures[i], data);
		if (r->spec->output != NULL)
			r->spec->output(i + 1, data, r->spec->context);
		if ((size_t)n < sizeof(piece))
			return;
	}
}

static void enter(struct run *r, enum phase phase, uint64_t now)
{
	r->phase = phase;
	r->phase_ms = now;
	r->look_ms = now;
}

/* Leaves the dead program in place for now. */
static void check_exit(struct run *r)
{
	siginfo_t info = { .si_pid = 0 };

	if (r->exited)
		return;
	r->result->duration_ms = now_ms() - r->start_ms;
	r->result->duration_ns = os_ticks_ns() - r->spawn_ns;
	if (waitid(P_PID, (id_t)r->tree.root, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		r->exited = info.si_pid != 0;
	else if (errno == ECHILD)
		r->exited = true; /* reap finds that it was lost */
}

static void fill_usage(struct os_result *result, const struct rusage *u)
{
	const uint64_t ms_per_s = 1000, us_per_ms = 1000, us_per_s = 1000000;

	result->user_ms = (uint64_t)u->ru_utime.tv_sec * ms_per_s +
	                  (uint64_t)u->ru_utime.tv_usec / us_per_ms;
	result->system_ms = (uint64_t)u->ru_stime.tv_sec * ms_per_s +
	                    (uint64_t)u->ru_stime.tv_usec / us_per_ms;
	result->cpu_us =
		((uint64_t)u->ru_utime.tv_sec + (uint64_t)u->ru_stime.tv_sec) * us_per_s +
		(uint64_t)u->ru_utime.tv_usec + (uint64_t)u->ru_stime.tv_usec;
	result->max_rss_kib = (uint64_t)u->ru_maxrss;
}

static bool reap(struct run *r)
{
	struct rusage usage;
	pid_t pid;

	if (r->reaped)
		return true;
	pid = wait4(r->tree.root, &r->status, WNOHANG, &usage);
	r->lost = pid < 0 && errno == ECHILD;
	if (pid != r->tree.root && !r->lost)
		return false;
	if (!r->lost)
		fill_usage(r->result, &usage);
	r->reaped = true;
	r->tree.pinned = false;
	return true;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Living processes of the run. The quick way needs the program reaped, so it is tried
 * only when nothing else of it can be there to find. */
static size_t count_left(struct run *r)
{
	const bool quiet = r->exited && r->fds[0] < 0 && r->fds[1] < 0;

	/* Its own program among them is dead, and no member any more. */
	if (quiet && tree_is_alone() && reap(r) && tree_surely_empty())
		return 0;
	if (quiet && group_count(&r->group) == 0 && tree_surely_over(&r->tree))
		return 0;
	return larger(tree_count(&r->tree), group_count(&r->group));
}

static void note_leaked(struct run *r, size_t count)
{
	if (r->exited && count > r->result->leaked)
		r->result->leaked = count;
}

static void set_hurry(struct run *r, bool on)
{
	if (on && !r->hurried)
		tree_hurry(&r->hurry);
	else if (!on && r->hurried)
		tree_relax(&r->hurry);
	r->hurried = on;
}

static size_t group_beside_root(const struct run *r)
{
	const size_t n = group_count(&r->group);

	return n > 0 && !r->exited ? n - 1 : n;
}

static void begin_end(struct run *r, uint64_t now)
{
	r->ending = larger(
		tree_terminate(&r->tree, r->exited ? &r->result->leaked_names : NULL),
		group_beside_root(r));
	(void)group_terminate(&r->group);
	note_leaked(r, r->ending);
	set_hurry(r, r->ending > CROWD);
	enter(r, ENDING, now);
}

static void kill_all(struct run *r, uint64_t now)
{
	size_t grouped;

	check_exit(r);
	grouped = group_beside_root(r);
	group_kill(&r->group);
	note_leaked(r, larger(tree_kill(&r->tree), grouped));
	enter(r, DONE, now);
}

static void stop(struct run *r, enum os_end why, uint64_t now)
{
	r->result->end = why;
	r->stopped = true;
	if (why == OS_END_LIMIT)
		kill_all(r, now); /* every moment of grace makes it more */
	else
		begin_end(r, now);
}

static size_t machine_processes(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 ? info.procs : 0;
}

/*
 * One system call as a rule; the run's own processes are counted when the machine's have
 * grown beyond the limit, and now and then, since others may have ended meanwhile. Well
 * before that we begin to hurry: a bomb that is let grow would leave us no time to see
 * it.
 */
static bool is_bomb(struct run *r, uint64_t now)
{
	const size_t machine = machine_processes();
	size_t own;

	if (machine < r->machine_before)
		r->machine_before = machine;
	set_hurry(r, machine - r->machine_before > CROWD);
	if (machine - r->machine_before <= r->processes_max && now < r->count_ms)
		return false;
	r->count_ms = now + COUNT_MS;
	own = tree_count(&r->tree);
	if (own != SIZE_MAX && own > r->processes_max)
		return true;
	r->machine_before = machine - (own < machine ? own : 0); /* others have grown */
	return false;
}

/* After its end: what it left behind gets a moment to end too. A pipe that is held open
 * by a process outside of the tree is given up. */
static void settle(struct run *r, uint64_t now)
{
	const bool closed = r->fds[0] < 0 && r->fds[1] < 0;
	const bool patient =
		now - r->phase_ms < SETTLE_MS && !cancel_is_set(r->spec->cancel);

	if (r->spec->leave) {
		enter(r, DONE, now);
		return;
	}
	if (patient && (!closed || now < r->look_ms))
		return;
	r->look_ms = now + LOOK_MS;
	if (count_left(r) == 0)
		enter(r, DONE, now);
	else if (!patient)
		begin_end(r, now);
}

/* While the program runs. */
static void watch(struct run *r, uint64_t now)
{
	const uint64_t limit = r->spec->timeout_ms;

	if (r->exited) {
		enter(r, SETTLING, now);
		settle(r, now); /* most programs leave nothing behind */
	} else if (cancel_is_set(r->spec->cancel)) {
		stop(r, OS_END_CANCELLED, now);
	} else if (limit > 0 && now - r->start_ms >= limit) {
		stop(r, OS_END_TIMEOUT, now);
	} else if (now >= r->look_ms) {
		r->look_ms = now + WATCH_MS;
		if (is_bomb(r, now))
			stop(r, OS_END_LIMIT, now);
	}
}

/* Grace is for those that end, not for those that multiply. */
static void finish_end(struct run *r, uint64_t now)
{
	size_t left;

	if (now - r->phase_ms >= r->spec->grace_ms) {
		kill_all(r, now);
		return;
	}
	if (now < r->look_ms)
		return;
	r->look_ms = now + LOOK_MS;
	left = count_left(r);
	if (left == 0)
		enter(r, DONE, now);
	else if (left != SIZE_MAX && left > 2 * r->ending + GROWTH)
		kill_all(r, now);
}

static void step(struct run *r, uint64_t now)
{
	switch (r->phase) {
	case RUNNING:
		watch(r, now);
		break;
	case SETTLING:
		settle(r, now);
		break;
	case ENDING:
		finish_end(r, now);
		break;
	case DONE:
		break;
	}
	if (r->spec->tick != NULL && now - r->tick_ms >= TICK_MS) {
		r->tick_ms = now;
		r->spec->tick(now - r->start_ms, r->spec->context);
	}
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Milliseconds that may pass before something is due. */
static int patience(const struct run *r, uint64_t now)
{
	const uint64_t limit = r->spec->timeout_ms;
	const uint64_t passed = now - r->start_ms;
	uint64_t wait = WATCH_MS;

	if (r->phase != RUNNING || r->pidfd < 0)
		return LOOK_MS;
	if (r->spec->tick != NULL)
		wait = smaller(wait, now - r->tick_ms < TICK_MS
		                             ? TICK_MS - (now - r->tick_ms)
		                             : 0);
	if (limit > 0)
		wait = smaller(wait, passed < limit ? limit - passed : 0);
	return (int)wait;
}

static void wait_and_read(struct run *r)
{
	struct pollfd watched[3] = {
		{ .fd = r->fds[0], .events = POLLIN },
		{ .fd = r->fds[1], .events = POLLIN },
		/* Once readable it stays so. */
		{ .fd = r->exited ? -1 : r->pidfd, .events = POLLIN },
	};

	if (poll(watched, 3, patience(r, now_ms())) <= 0) {
		check_exit(r);
		return;
	}
	check_exit(r);
	/* After the exit was seen, so that all that was written before it is read. */
	for (int i = 0; i < 2; i++)
		if (watched[i].revents != 0 || r->exited)
			drain(r, i);
}

/* The kill is certain, the death may take a moment; one that never comes must not hang
 * us. */
static void reap_finally(struct run *r)
{
	const uint64_t end = now_ms() + REAP_MS;

	while (!reap(r) && now_ms() < end)
		(void)poll(&(struct pollfd){ .fd = r->pidfd, .events = POLLIN }, 1,
		           LOOK_MS);
}

static void judge(struct run *r)
{
	struct os_result *result = r->result;

	if (WIFSIGNALED(r->status)) {
		result->code = WTERMSIG(r->status);
		if (!r->stopped)
			result->end = OS_END_SIGNAL;
	} else {
		result->code = WEXITSTATUS(r->status);
		if (!r->stopped)
			result->end = OS_END_EXIT;
	}
}

static void follow(struct run *r)
{
	r->processes_max =
		r->spec->processes_max > 0 ? r->spec->processes_max : PROCESSES_MAX;
	r->machine_before = machine_processes();
	r->pidfd = pidfd_open(r->tree.root, 0); /* without it there are more looks */
	r->start_ms = now_ms();
	r->tick_ms = r->start_ms;
	r->count_ms = r->start_ms + COUNT_MS;
	enter(r, RUNNING, r->start_ms);
	while (r->phase != DONE) {
		wait_and_read(r);
		step(r, now_ms());
	}
	set_hurry(r, false);
	for (int i = 0; i < 2; i++)
		drain(r, i);
	check_exit(r);
	reap_finally(r);
	judge(r);
}

/* A control group costs some milliseconds: only where limits are asked for. */
static enum err_code start_within_limits(struct run *r, bool *found, struct err *err)
{
	struct os_spawn limited = *r->spec;
	struct arena arena = ARENA_INIT;
	const char *const *argv = NULL;
	enum err_code rc = ERR_OK;

	if (limit_any(&limited.limits)) {
		if (!limited.leave)
			group_make(&r->group);
		group_limit_memory(&r->group, limited.limits.memory);
		rc = limit_argv(&arena, &limited,
		                r->group.path.len > 0 ? buf_str(&r->group.path) : NULL,
		                &argv, err);
	}
	if (argv != NULL)
		limited.argv = argv;
	if (rc == ERR_OK)
		rc = spawn_start(&limited, &r->tree, r->fds, found, err);
	arena_fini(&arena);
	return rc;
}

enum err_code os_run(const struct os_spawn *spec, struct os_result *result,
                     struct err *err)
{
	struct run r = { .spec = spec,
		         .result = result,
		         .group = GROUP_INIT,
		         .fds = { -1, -1 },
		         .pidfd = -1 };
	enum err_code rc;
	bool found = false;

	os_result_fini(result);
	for (int i = 0; i < 2; i++)
		capture_init(&r.captures[i], spec->capture_max);
	tree_begin(&r.tree);
	if (spec->leave)
		tree_adopt(false);
	r.spawn_ns = os_ticks_ns();
	rc = start_within_limits(&r, &found, err);
	if (rc == ERR_OK && found)
		follow(&r);
	if (r.lost && !r.stopped)
		rc = err_set(err, ERR_IO,
		             "%s: its exit status was taken by somebody else",
		             spec->argv[0]);
	if (spec->leave)
		tree_adopt(true);
	tree_end(&r.tree);
	if (!spec->leave)
		result->strays = tree_end_strays();
	group_remove(&r.group);
	if (rc == ERR_OK)
		rc = capture_take(&r.captures[0], &result->out, &result->out_dropped,
		                  err);
	if (rc == ERR_OK)
		rc = capture_take(&r.captures[1], &result->err_out, &result->err_dropped,
		                  err);
	for (int i = 0; i < 2; i++) {
		close_fd(&r.fds[i]);
		capture_fini(&r.captures[i]);
	}
	close_fd(&r.pidfd);
	return rc;
}
