// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_COPY_INTERNAL_H
#define JOB_COPY_INTERNAL_H

#include "base/map.h"
#include "job/copy.h"
#include "job/copy_memo.h"
#include "job/snapshots.h"
#include "repo/objects.h"
#include "repo/stored.h"
#include "snapshot/map_read.h"
#include "snapshot/map_write.h"
#include "snapshot/tree_write.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * How a copy hangs together. For each snapshot all chunks of files that are new come over
 * first, in batches on all processors (copy_ahead.c). Then one thread writes the trees
 * anew (copy_tree.c), from what the memo says of ids; a chunk that did not come over
 * before is fetched there, which is also where damage gets its path. So the first half
 * only saves time and may fail in any way.
 */
struct lb_commit;
struct lb_reader;

struct lb_copy_worker {
	struct lb_reader *reader; /* of the source */
	struct lb_putter *putter; /* of the target */
	bool failed;              /* the error is not the source's: all ends */
};

/* A folder in the making. */
struct lb_copy_level {
	struct lb_tree_writer *writer;
};

struct lb_copy_job {
	const struct lb_copy_options *o;
	struct lb_repo *from;
	struct lb_repo *to;
	struct lb_copy_result *result;

	struct lb_snapshots source; /* those to copy, oldest first */
	struct arena arena;
	struct map present;   /* id of an original -> that of its copy in the target */
	size_t present_count; /* commits of the target that were looked at */

	struct lb_copy_memo *chunks;
	struct lb_copy_memo *nodes; /* folders by their roots, and maps by theirs */
	uint64_t round;             /* of marks in nodes, see copy_ahead.c */
	bool mended; /* what the memo says of chunks need not be stored any more */

	struct lb_objects *objects;
	struct lb_copy_worker *workers; /* the calling thread's is the last */
	size_t worker_count;
	atomic_size_t missed; /* chunks that workers could not read */
	struct cancel cancel; /* of the pool */
	uint64_t kept_ns;     /* when it was registered last */

	struct lb_tree_walk *walk;
	struct lb_map_iter *pieces;
	struct lb_map_writer *map;
	struct lb_copy_level *levels;
	size_t level_count;
	size_t level_cap;

	/* The one in work. */
	const struct lb_snapshot_ref *now;
	bool lost; /* the last error is about it alone */
	struct lb_id root;
	struct lb_stored stored;

	/* How far it is. */
	pthread_mutex_t lock; /* of the telling */
	uint64_t told_ns;
	uint64_t bytes_told;
	uint64_t bytes_total;
	uint64_t files_total;
	uint64_t bytes_before; /* of the snapshots before */
	uint64_t files_before;
	atomic_uint_fast64_t bytes; /* of this one */
	atomic_uint_fast64_t files;
};

/* copy_chunk.c: ids that are known, and one chunk from there to here */
enum err_code lb_copy_open(struct lb_copy_job *j, struct err *err) ERR_CHECKED;
void lb_copy_close(struct lb_copy_job *j);
struct lb_copy_worker *lb_copy_walker(const struct lb_copy_job *j);
/* On the calling thread. */
enum err_code lb_copy_known(struct lb_copy_job *j, enum lb_chunk_type type,
                            const struct lb_id *id, struct lb_id *out, bool *known,
                            struct err *err) ERR_CHECKED;
enum err_code lb_copy_note(struct lb_copy_job *j, enum lb_chunk_type type,
                           const struct lb_id *id, const struct lb_id *value,
                           struct err *err) ERR_CHECKED;
enum err_code lb_copy_chunk(struct lb_copy_job *j, struct lb_copy_worker *w,
                            const struct lb_piece *piece, struct lb_id *out,
                            struct err *err) ERR_CHECKED;
/* In place of the id of a node: it was only looked at. */
bool lb_copy_is_mark(const struct lb_id *value);
enum err_code lb_copy_go_on(const struct lb_copy_job *j, struct err *err) ERR_CHECKED;
/* So many more are done. Any thread. */
void lb_copy_progress(struct lb_copy_job *j, uint64_t files, uint64_t bytes);

/* copy_ahead.c: chunks of the snapshot's files that are not known. What cannot be read
 * stays unknown; an error ends the job. */
enum err_code lb_copy_ahead(struct lb_copy_job *j, const struct lb_id *root,
                            struct err *err) ERR_CHECKED;

/* copy_tree.c: the tree anew. Unless the walker has failed, an error is about what is
 * stored in the source, and names the path. */
enum err_code lb_copy_tree(struct lb_copy_job *j, const struct lb_id *root,
                           struct lb_id *out, struct err *err) ERR_CHECKED;

/* copy_commit.c */
/* Registers what is stored, without a snapshot. The workers are idle. */
enum err_code lb_copy_keep(struct lb_copy_job *j, struct err *err) ERR_CHECKED;
/* Which originals the target has by now. */
enum err_code lb_copy_look(struct lb_copy_job *j, const struct lb_state *s,
                           struct err *err) ERR_CHECKED;
const struct lb_id16 *lb_copy_present(const struct lb_copy_job *j,
                                      const struct lb_snapshot_ref *r);
/* The snapshot j->now: all of it. j->lost when an error is about it alone. ERR_EXISTS:
 * somebody else was quicker. */
enum err_code lb_copy_snapshot(struct lb_copy_job *j, struct lb_id16 *id,
                               struct err *err) ERR_CHECKED;

#endif
