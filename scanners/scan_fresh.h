// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_FRESH_H
#define SCANNERS_SCAN_FRESH_H

#include "lib/vcs_repo.h"
#include "scanners/scan_internal.h"

/*
 * Of the findings in a file that changed, those that it did not have before. What it was
 * is scanned too, and each finding there takes one away here that says the same and
 * counts no more than it did. So a finding is new as well if a line that was taken out
 * made it one, or a place where it counts more; and it is not new because it moved.
 */
struct scan_fresh;

/* The passes of the scan leave their findings unnumbered from here on. */
enum err_code scan_fresh_new(struct scan_fresh **out, struct scan *s,
                             struct err *err) ERR_CHECKED;
void scan_fresh_free(struct scan_fresh *f);

struct scan_fresh_file {
	struct vcs_repo *repo;
	struct span top;             /* of the working tree, with a slash at its end */
	const char *path;            /* from there */
	const char *old_path;        /* what it was called */
	const unsigned char *old_id; /* VCS_ID bytes; NULL: there was none */
	struct span data;
	size_t first; /* its findings in the worker's sink */
};

/* Numbers the findings of the file, takes out the old ones, and the lines of code that it
 * had before out of what is counted. One thread a worker. */
enum err_code scan_fresh_keep(struct scan_fresh *f, const struct scan_fresh_file *file,
                              size_t worker, struct err *err) ERR_CHECKED;

#endif
