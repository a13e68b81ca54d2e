// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_MEMORY_INTERNAL_H
#define BACKEND_MEMORY_INTERNAL_H

#include "backend/disk_internal.h"
#include "backend/memory.h"
#include "backend/names_internal.h"

#include <pthread.h>

/* Shared by memory.c, memory_disk.c (the disk in use) and memory_crash.c (what a crash
 * leaves of it). */

/* A file or a folder. It lives as long as its disk, for the steps refer to it. */
struct lb_inode {
	size_t number; /* position in lb_memory.inodes */
	bool folder;
	size_t links;          /* of a file: names that lead here */
	struct lb_names names; /* of a folder: name to inode */
	char *data;            /* of a file: written once, as a whole */
	size_t len;
	/* When the recording began: */
	bool durable;                /* a file's content is */
	struct lb_names first_names; /* a folder's names that are */
};

struct lb_change {
	struct lb_inode *folder;
	const char *name;
	struct lb_inode *child; /* NULL: the name goes */
};

enum lb_step_kind { LB_STEP_NAMES, LB_STEP_WRITE, LB_STEP_SYNC };

/* What the system was asked to do: durable only once a sync of the same folder or file
 * follows. */
struct lb_step {
	enum lb_step_kind kind;
	size_t changes; /* of LB_STEP_NAMES */
	struct lb_change change[2];
	struct lb_inode *inode; /* of the others */
	char *text;             /* owned, as are the names that a note copied: */
	char *names[2];
};

struct lb_memory {
	pthread_mutex_t lock; /* guards everything */
	struct lb_inode **inodes;
	size_t inode_count;
	size_t inode_cap;
	struct lb_inode *root;
	uint64_t temps; /* names given out below tmp/ */

	bool recording;
	struct lb_step *steps;
	size_t step_count;
	size_t step_cap;

	uint64_t fail_in; /* 0: never; 1: the next step */
	int fail_code;
	bool fail_done;
};

/* A new inode without a name; NULL on running out of memory. */
struct lb_inode *lb_inode_new(struct lb_memory *m, bool folder);
/* Takes the place of the content; false on running out of memory. */
bool lb_inode_write(struct lb_inode *inode, const struct span *parts, size_t count);

/* Notes a step; the strings are copied. The caller holds the lock. */
enum err_code lb_memory_note(struct lb_memory *m, const struct lb_step *step,
                             const char *verb, const char *path, const char *to,
                             struct err *err) ERR_CHECKED;
void lb_memory_forget_steps(struct lb_memory *m);

#endif
