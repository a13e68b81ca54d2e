// SPDX-License-Identifier: Apache-2.0
#ifndef OS_GROUP_INTERNAL_H
#define OS_GROUP_INTERNAL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A control group (cgroup v2) of one run, below our own, where the system lets us make
 * one. No process of it can hide from the kernel, whatever it does to its session, its
 * parents and its environment. Where there is none all of this does nothing, and the
 * process tree has to do (tree_internal.h).
 */
struct group {
	struct buf path; /* empty: there is none */
};

#define GROUP_INIT       \
	{                \
		BUF_INIT \
	}

void group_make(struct group *g);
/* A process enters by writing its pid to PATH/cgroup.procs; those that it starts from
 * then on are born there. */
/* Of all its processes together, where the system can. */
void group_limit_memory(struct group *g, uint64_t bytes);
/* Living processes. */
size_t group_count(const struct group *g);
/* SIGTERM, and SIGCONT, to all. Returns how many there were. */
size_t group_terminate(const struct group *g);
/* SIGKILL to all at once, also to those that are just being born. */
void group_kill(const struct group *g);
void group_remove(struct group *g);

#endif
