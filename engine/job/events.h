// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_EVENTS_H
#define JOB_EVENTS_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

struct lb_progress {
	uint64_t files_done;
	uint64_t bytes_done;
	uint64_t files_total; /* 0 = not known (any more) */
	uint64_t bytes_total; /* of a backup both are what its parent has, or a forecast
	                       * says
	                       */
	uint64_t errors;
	struct span current; /* what is worked on; may be empty */
};

/*
 * What a job tells while it runs. Calls come from any of its threads, one at a time; they
 * must not call the job. NULL members are not called.
 */
struct lb_events {
	void *context;
	/* How far it is; about ten times a second. */
	void (*progress)(void *context, const struct lb_progress *p);
	/* A file that could not be treated as asked (not the end of the job). `path` as
	 * bytes; err->code says the kind. */
	void (*trouble)(void *context, struct span path, const struct err *err);
	/* One action on one file, for dry runs and verbose output: a static word ("new",
	 * "changed", "unchanged", "restore", ..). */
	void (*action)(void *context, const char *what, struct span path, uint64_t bytes);
};

#endif
