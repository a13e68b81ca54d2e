// SPDX-License-Identifier: Apache-2.0
#ifndef OS_PROCESS_H
#define OS_PROCESS_H

#include "base/buf.h"
#include "base/cancel.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Running a foreign program to its end: own process group, stdin /dev/null or a text,
 * output captured through pipes, a time limit, and the end of the *whole* tree: SIGTERM,
 * a grace period, SIGKILL, also of descendants that called setsid (the program makes
 * itself a child subreaper and walks /proc; identities are checked by start time so that
 * no reused pid is ever hit). A program with limits also gets a control group, where
 * the system lets us make one: the kernel's own list of its processes.
 */

enum os_end {
	OS_END_EXIT,      /* code is the exit status */
	OS_END_SIGNAL,    /* code is the signal */
	OS_END_TIMEOUT,   /* over its time limit; killed */
	OS_END_CANCELLED, /* the cancel token was set; killed */
	OS_END_LIMIT,     /* more processes at a time than processes_max; killed */
	OS_END_NOT_FOUND, /* the program does not exist or is not executable; never
	                     started */
};

/* 0 = none. Where one cannot be taken on the program ends with code 125 at once. */
struct os_limits {
	uint64_t memory; /* bytes of data of each process, and of all of them together
	                    where there is a control group */
	uint64_t cpu_s;  /* processor time of each process: SIGXCPU, then SIGKILL */
	uint64_t file;   /* bytes of any file that is written: SIGXFSZ */
	uint64_t files;  /* open at a time in each process */
};

struct os_spawn {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	const char *dir;         /* working folder, NULL = ours */
	struct span input;       /* its stdin, a file of these bytes; empty: /dev/null */
	const char *const
		*env; /* NULL-terminated "NAME=value" list: the whole environment */
	uint64_t timeout_ms;  /* 0 = none */
	uint64_t grace_ms;    /* between SIGTERM and SIGKILL */
	size_t processes_max; /* alive at a time, against fork bombs; 0 = 1000 */
	uint64_t capture_max; /* bytes kept of each stream: the first half and the last
	                       * half of it; what is between is counted and dropped */
	struct os_limits limits;
	bool merge; /* stderr goes into stdout's pipe */
	/* What it leaves behind is meant to stay (a file system that it mounted): it is
	 * neither waited for nor ended, and is none of our children. Not beside other
	 * runs. */
	bool leave;
	const struct cancel *cancel;
	/* Called with output as it comes (may be NULL); stream 1 or 2; on the calling
	 * thread. */
	void (*output)(int stream, struct span data, void *context);
	/* Called about ten times a second while running (may be NULL). */
	void (*tick)(uint64_t elapsed_ms, void *context);
	void *context;
};

struct os_result {
	enum os_end end;
	int code;
	uint64_t duration_ms;
	uint64_t duration_ns; /* the same, from just before it was started */
	uint64_t cpu_us;      /* of processors, by it and by children it waited for */
	uint64_t user_ms;
	uint64_t system_ms;
	uint64_t max_rss_kib;
	struct buf out;       /* captured stdout (both streams when merged) */
	struct buf err_out;   /* captured stderr */
	uint64_t out_dropped; /* bytes left out of the middle of each capture */
	uint64_t err_dropped;
	size_t leaked; /* descendants that outlived the program and had to be killed */
	struct buf leaked_names; /* of the first ten of them, as they call themselves, a
	                            line each; may be fewer */
	/* Processes that it, or a run beside it that is over by now, left behind, and
	 * that nothing tells whose they were: ended with it, and in nobody's `leaked`. */
	size_t strays;
};

void os_result_init(struct os_result *r);
void os_result_fini(struct os_result *r);

/* ERR_OK whenever the program was started or found missing: look at r->end. Errors are
 * ours (no pipe, no memory). Several threads may run programs at once. */
enum err_code os_run(const struct os_spawn *spec, struct os_result *r,
                     struct err *err) ERR_CHECKED;

/* Makes SIGINT, SIGTERM and SIGHUP set the token (nothing else happens in the handler),
 * and SIGPIPE ignored. Once, from main. */
void os_signals_to(struct cancel *c);

/* All "NAME=value" of this process; borrowed, NULL-terminated. */
const char *const *os_environ(void);

#endif
