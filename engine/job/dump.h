// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_DUMP_H
#define JOB_DUMP_H

#include "base/cancel.h"
#include "job/events.h"
#include "snapshot/filter.h"
#include "snapshot/snapshot.h"

/*
 * Writes one file's content, or a folder as an archive, to wherever the caller wants it:
 * as a stream, with one chunk in memory. Names in an archive start below the folder, as
 * files of a restore do below their target.
 */
struct lb_repo;

enum lb_dump_form {
	LB_DUMP_PLAIN, /* a file's content; a folder as tar */
	LB_DUMP_TAR,
	LB_DUMP_ZIP,
};

typedef enum err_code lb_dump_sink(struct span bytes, void *context, struct err *err);

struct lb_dump_options {
	const struct lb_snapshot *snapshot;
	struct span path;               /* in the snapshot; empty: all of it */
	const struct lb_filter *filter; /* of what is in a folder; NULL: everything */
	enum lb_dump_form form;
	lb_dump_sink *sink;
	void *sink_context;
	const struct lb_events *events;
	const struct cancel *cancel;
};

struct lb_dump_result {
	uint64_t files;
	uint64_t folders;
	uint64_t others;
	uint64_t bytes;
	uint64_t left_out; /* members that zip cannot have, each told */
	uint64_t errors;   /* files and folders that could not be read, each told */
};

/*
 * A file of which the first chunk cannot be read is left out of an archive, and told. One
 * that is damaged further on ends the dump, because what has been written cannot be taken
 * back: the error names file and pack.
 */
enum err_code lb_dump(struct lb_repo *repo, const struct lb_dump_options *options,
                      struct lb_dump_result *result, struct err *err) ERR_CHECKED;

#endif
