// SPDX-License-Identifier: Apache-2.0
#ifndef OS_TREE_INTERNAL_H
#define OS_TREE_INTERNAL_H

#include "base/err.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The process tree of one run. The program is a child subreaper, so whatever a run leaves
 * behind becomes our child, even after setsid and double forks. Which run it belongs to
 * is told by its session or group, by the run's mark in its environment, or, where it
 * carries neither, by the time of its birth (tree_lives.c). What was born while there
 * were several runs may be any one's: it is a stray, that none is blamed for and that is
 * ended when the last of them is over.
 */

/* Name of the environment variable; its value grows by one mark at each level of nesting.
 */
#define TREE_VARIABLE "SEAWORTHY_RUN"

enum { TREE_MARK_BYTES = 8 };

struct tree {
	pid_t root; /* leads its own session and group */
	uint64_t root_start;
	bool pinned; /* the root was not waited for yet: its pid, session and group are
	                its own */
	size_t life; /* of tree_lives.c */
	char mark[2 * TREE_MARK_BYTES + 1];
};

struct tree_process {
	pid_t pid;
	pid_t parent;
	pid_t group;
	pid_t session;
	char state;     /* as in /proc/PID/stat */
	uint64_t start; /* in clock ticks since boot: with the pid, an identity */
	char name[16];  /* as it calls itself, printable */
};

struct tree_list {
	struct tree_process *items;
	size_t count;
	size_t cap;
	bool unsure; /* of a process nothing could be told, as of one that dies, and may
	                leave another, while it is looked at */
};
#define TREE_LIST_INIT            \
	{                         \
		NULL, 0, 0, false \
	}

/* Brackets each run; begin comes before the program starts, and draws the mark. */
void tree_begin(struct tree *t);
/* Names the program that was started; it must not have been waited for yet. */
void tree_set_root(struct tree *t, pid_t root);
void tree_end(const struct tree *t);
/* May there be any? Of processes of all runs, once none is left. */
bool tree_may_have_strays(void);
/* After an end: ends strays that no run can lay claim to any more. Returns how many. */
size_t tree_end_strays(void);

/* Does what a run leaves behind become our child (from the first run on, it does)? */
void tree_adopt(bool on);

/* Is this the only run of the program at the moment? */
bool tree_is_alone(void);
/* Are there surely no processes left but the root, which was waited for? Costs one system
 * call; false means "look". */
bool tree_surely_empty(void);

/* The same beside other runs, while the root is dead and not yet waited for: whatever it
 * left is our child by then, or the child of one. Some small reads; false means "look".
 */
bool tree_surely_over(const struct tree *t);

/*
 * Lists the living processes of the run, the root included, and reaps those of its dead
 * that became our children (never the root). The list is emptied first and keeps its
 * memory.
 */
enum err_code tree_find(const struct tree *t, struct tree_list *out,
                        struct err *err) ERR_CHECKED;
/*
 * The same for our own children only, the root left out: many times quicker than a look
 * at all of /proc, so it also sees a process that starts the next one and ends at once.
 * The first of any line of descendants that outlived the root is our child.
 */
enum err_code tree_children(const struct tree *t, struct tree_list *out,
                            struct err *err) ERR_CHECKED;
/* The strays among our children that may be ended, like tree_children. */
enum err_code tree_strays(struct tree_list *out, struct err *err) ERR_CHECKED;
/*
 * Adds to a list, without a look at all of /proc, the processes of the run that were born
 * since pid `*seen`: quick enough to overtake a fork bomb. False when only a new search
 * can tell.
 */
bool tree_follow(const struct tree *t, struct tree_list *list, pid_t *seen,
                 size_t *found);
void tree_list_fini(struct tree_list *list);

/* One process by pid; false if there is none. */
bool tree_read(pid_t pid, struct tree_process *out);
/* The youngest pid of the machine, 0 if unknown. */
pid_t tree_last_pid(void);
/* Signals exactly this process, never another that got its pid meanwhile. */
void tree_signal(const struct tree_process *p, int signal_number);

/* ---- lives: when there were which runs ---- */

void tree_life_begin(struct tree *t);
void tree_life_started(const struct tree *t);
void tree_life_end(const struct tree *t);
/* Was the unmarked process surely born in this run? If it may as well be another's, the
 * run is haunted from now on. */
bool tree_born_in(const struct tree *t, const struct tree_process *p);
/* Was it born in runs that are over, and in none that is not? */
bool tree_is_stray(const struct tree_process *p);
bool tree_any_haunted(void);
/* No strays are left of runs that are over, if all are. */
void tree_exorcize(void);

/* ---- ends ---- */

/* What a thread was before it was put before all others. */
struct tree_hurry {
	int policy;
	struct sched_param parameters;
	int nice;
};

/* Lets this thread go first, if it may, until relaxed: among thousands of busy processes
 * it would get a thousandth of the time. May be nested. */
void tree_hurry(struct tree_hurry *h);
void tree_relax(const struct tree_hurry *h);

/* Living processes of the run, the root included; SIZE_MAX if that cannot be found out.
 */
size_t tree_count(const struct tree *t);
/* SIGTERM (and SIGCONT) to all of the run. Returns how many there were beside the root,
 * and appends the names of the first of them, a line each; `names` may be NULL. */
struct buf;
size_t tree_terminate(const struct tree *t, struct buf *names);
/* SIGKILL until none is left, or some seconds have passed. Returns like tree_terminate.
 */
size_t tree_kill(const struct tree *t);

#endif
