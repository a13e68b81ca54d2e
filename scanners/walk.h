// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_WALK_H
#define SCANNERS_WALK_H

#include "base/buf.h"
#include "base/cancel.h"
#include "base/err.h"
#include "os/fs.h"
#include "scanners/scanner.h"

#include <stdint.h>

/*
 * The parallel walk: every regular file below a folder, read once, handed to one of
 * several threads. Links are not followed; FIFOs, sockets and devices are passed over:
 * they hold nothing that could be scanned. `.git` and `.seaworthy` are never entered.
 * Ignored files are left out, but never what git tracks.
 * Folders are opened one below the other by descriptor, so neither long paths nor links
 * swapped in meanwhile lead astray; a worker keeps only those of its current path open.
 * What is known from its state is not opened at all, be it a file or a folder.
 */
struct scan_walk_file {
	struct span path; /* absolute; borrowed during the call */
	struct span data;
	struct os_stat st; /* before it was read */
};

struct scan_ignore;
struct scan_tracked;

struct scan_walk {
	const char *path;                  /* absolute and real; a folder */
	bool no_ignore;                    /* ignored files too, tracked or not */
	const struct scan_ignore *exclude; /* left out, tracked or not; NULL: nothing */
	size_t jobs;                       /* 0 = one a processor */
	uint64_t max_file;                 /* larger ones are skipped */
	const struct cancel *cancel;
	struct scan_tracked *tracked; /* of this folder; unused with no_ignore */
	/* Is all known of a file in this state? Then it is not read, nor handed to
	 * `file`. NULL: of none. */
	bool (*known)(struct span path, const struct os_stat *st, size_t worker,
	              void *context);
	/* The entries of a folder in this state, borrowed for the call and sound
	 * (entries.h); ptr is NULL if nobody knows. It is not opened then. NULL: nobody
	 * knows of any. */
	struct span (*entries)(struct span path, const struct os_stat *st, size_t worker,
	                       void *context);
	/* What is in a folder that was in this state before it was listed, on a file
	 * system where another state tells of every change. NULL: nobody asks. */
	enum err_code (*listed)(struct span path, const struct os_stat *st,
	                        struct span entries, size_t worker, void *context,
	                        struct err *err);
	/* A folder that is looked into, before it is; may be NULL. */
	enum err_code (*folder)(struct span path, size_t worker, void *context,
	                        struct err *err);
	/* On a worker thread; worker < scan_walk_jobs(). */
	enum err_code (*file)(const struct scan_walk_file *f, size_t worker,
	                      void *context, struct err *err);
	/* What could not be read, and why. */
	enum err_code (*skip)(const struct scan_skip *skip, size_t worker, void *context,
	                      struct err *err);
	/* What is left out, and why: "ignored", "excluded". May be NULL. */
	enum err_code (*ignored)(struct span path, const char *why, size_t worker,
	                         void *context, struct err *err);
	void *context;
};

/* How many workers a walk with this setting has. */
size_t scan_walk_jobs(size_t jobs);
enum err_code scan_walk_run(const struct scan_walk *w, struct err *err) ERR_CHECKED;

/* The text for a file that is too large. */
void scan_walk_too_large(uint64_t max, char out[64]);

#endif
