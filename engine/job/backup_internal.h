// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_BACKUP_INTERNAL_H
#define JOB_BACKUP_INTERNAL_H

#include "base/map.h"
#include "base/pool.h"
#include "chunk/chunker.h"
#include "job/backup.h"
#include "job/forecast.h"
#include "job/snapshots.h"
#include "job/source.h"
#include "os/meta.h"
#include "repo/objects.h"
#include "repo/stored.h"
#include "snapshot/entry.h"
#include "snapshot/files_cache.h"
#include "snapshot/map_write.h"
#include "snapshot/tree_read.h"
#include "snapshot/tree_write.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * How a backup hangs together. The walker (one thread) visits folders depth first, and
 * all entries of a folder before any folder inside it. What has not changed is complete
 * at once; other files go to the workers in batches. An entry that is complete counts its
 * folder down; whoever completes the last one writes the folder's tree and completes the
 * folder's own entry in its parent. So nobody waits for anybody, and the tree grows from
 * its leaves while the walk goes on.
 */

struct lb_reader;

/* An open folder of the source, kept while entries below still have to be opened. */
struct lb_source_dir {
	int fd;
	atomic_size_t users;
};

struct lb_backup_item {
	struct lb_backup_item *next;
	struct lb_backup_folder *in;
	struct lb_source_dir *dir; /* while the file still has to be opened */
	struct lb_entry entry;     /* borrows from what follows, and owners' names */
	struct os_meta meta;
	char *content;
	char *xattrs;
	char *target;
	char *extents;
	struct lb_backup_folder *folder; /* of a folder that is not complete */
	bool left_out;                   /* unreadable or gone: not in the snapshot */
	bool unread;                     /* it is still there, and was not read */
	bool empty;                      /* a mount point: what is in it is left out */
	bool known;                      /* its attributes, from the parent snapshot */
	atomic_bool complete;
	char name[]; /* NUL-terminated */
};

struct lb_backup_folder {
	struct lb_backup_folder *older; /* list of all, for cleaning up */
	struct lb_backup_folder *newer;
	struct lb_backup_folder *parent;
	struct lb_backup_folder *to_visit; /* the one after it */
	struct lb_backup_item *item; /* its entry in the parent; the root's is its own */
	struct lb_source_dir *outer; /* what it has to be opened in, until it is */
	struct lb_source_dir *dir;   /* while it is visited */
	const struct lb_source *source; /* NULL: all that is in it */
	char *path;                     /* in the snapshot, no slash in front */
	struct lb_filter_state filter;
	bool has_base;
	struct lb_id base;     /* the same folder in the parent snapshot */
	size_t base_count;     /* its entries, if they are in one node; else 0 */
	size_t same_count;     /* of them found again, all alike */
	atomic_bool differs;   /* an entry is new, or not as it was */
	atomic_size_t pending; /* entries to complete, and 1 while it is visited */
	struct lb_backup_item *first;
	struct lb_backup_item **last;
	struct lb_id partial; /* its tree as far as it is, while lb_backup_keep runs */
	/* A folder with very many entries hands over the complete ones meanwhile. */
	struct lb_tree_writer *writer;
	struct lb_putter *putter; /* of the thread that uses the writer */
};

/* What a thread needs to carry a file through. */
struct lb_backup_worker {
	struct lb_putter *putter;
	struct lb_chunker *chunker;
	struct lb_map_writer *map;
	struct lb_tree_writer *tree;
	unsigned char *buffer;
	size_t room; /* of the buffer, which grows with the files that it meets, */
	size_t most; /* and so far */
	size_t held; /* length of a chunk at the start that waits for another */
	struct buf scratch;
	struct os_xattrs xattrs;
};

/* Files that are worked on one after the other by one thread. */
struct lb_backup_batch;

struct lb_backup_job {
	const struct lb_backup_options *o;
	struct lb_repo *repo;

	/* What it is about (backup_plan.c). */
	struct arena arena;
	struct lb_source *source;
	struct lb_snapshots known;
	const struct lb_snapshot_ref *parent; /* NULL: none */
	struct span *paths;
	struct buf host;
	struct buf user;
	struct buf program;
	int64_t start_ns;
	struct lb_forecast *forecast; /* NULL: none */
	struct lb_id16 *replaced; /* partial snapshots that this one takes over from */
	size_t replaced_count;

	/* What is stored (backup_commit.c, backup_partial.c). */
	struct lb_stored stored;
	bool committing_partial;
	bool has_partial; /* the last of `replaced` is this backup's own */
	uint64_t kept_ns; /* when it was made */
	uint64_t kept_bytes;

	struct lb_objects *objects;
	struct pool *pool;
	struct cancel cancel;             /* of the pool */
	struct lb_backup_worker *workers; /* the walker's is the last */
	size_t worker_count;

	/* The walker's. */
	struct lb_backup_folder *stack; /* to visit, linked by to_visit */
	struct lb_backup_batch *batch;
	struct lb_tree_iter *base;
	struct lb_entry base_entry;
	bool base_more;
	struct lb_files_cache *cache;
	struct lb_files_cursor cursor;
	struct lb_files_writer *files;
	struct map links; /* device and inode -> group */
	struct map owners;
	size_t sources_found;
	uint64_t device; /* of the source, with one_file_system */
	int64_t racy_ns; /* what changed after this may change again unnoticed */

	pthread_mutex_t lock; /* folders, events */
	struct lb_backup_folder *folders;
	uint64_t told_ns;
	struct lb_id root;

	atomic_uint_fast64_t file_count;
	atomic_uint_fast64_t folder_count;
	atomic_uint_fast64_t other_count;
	atomic_uint_fast64_t bytes;
	atomic_uint_fast64_t reading; /* of files that are not whole yet */
	atomic_uint_fast64_t errors;
	atomic_uint_fast64_t unchanged;
	atomic_uint_fast64_t changing;
};

/* backup.c */
/* Tells and counts; the path is made from folder and name. */
void lb_backup_trouble(struct lb_backup_job *j, const struct lb_backup_folder *f,
                       const char *name, const struct err *err);
void lb_backup_action(struct lb_backup_job *j, const char *what,
                      const struct lb_backup_item *item);
void lb_backup_progress(struct lb_backup_job *j, const struct lb_backup_item *item);

/* Is the backup to end, by the caller's wish or by an error of some thread? */
bool lb_backup_stopped(const struct lb_backup_job *j);

int64_t lb_backup_now(void);

/* backup_plan.c */
enum err_code lb_backup_prepare(struct lb_backup_job *j, struct err *err) ERR_CHECKED;
enum err_code lb_backup_open_cache(struct lb_backup_job *j, struct err *err) ERR_CHECKED;
/* For another walk, by the parent as it is now. */
enum err_code lb_backup_restart_cache(struct lb_backup_job *j,
                                      struct err *err) ERR_CHECKED;

/* backup_pass.c: one walk; the tree's root is in the job, its packs are stored */
enum err_code lb_backup_pass(struct lb_backup_job *j, struct err *err) ERR_CHECKED;
/* Waits until all that was queued is complete; the workers go on afterwards. */
enum err_code lb_backup_settle(struct lb_backup_job *j, struct err *err) ERR_CHECKED;
/* Everything put so far is stored and named in j->stored. The workers are idle. */
enum err_code lb_backup_flush(struct lb_backup_job *j, struct err *err) ERR_CHECKED;

/* backup_commit.c */
/* Has a snapshot room for what the caller wants in it? Better known before the walk. */
enum err_code lb_backup_fits(struct lb_backup_job *j, struct err *err) ERR_CHECKED;
void lb_backup_count(struct lb_backup_job *j, struct lb_snapshot_figures *f);
enum err_code lb_backup_commit(struct lb_backup_job *j, struct lb_id16 *id,
                               struct err *err) ERR_CHECKED;

/*
 * backup_partial.c: what is complete so far becomes a partial snapshot, so that the next
 * backup goes on from there. The walker calls it now and then, and the pass when it is
 * stopped. Failing costs only the chance.
 */
void lb_backup_keep(struct lb_backup_job *j);
/* Is it time? */
bool lb_backup_keep_due(struct lb_backup_job *j);

/* backup_folder.c: items, folders and how they complete */
struct lb_backup_item *lb_backup_item_new(struct lb_backup_folder *f, struct span name);
void lb_backup_item_free(struct lb_backup_item *item);
/* Copies into memory of the item's own; false without memory. */
bool lb_backup_own(char **slot, struct span *s);
enum err_code lb_backup_folder_new(struct lb_backup_folder **out, struct lb_backup_job *j,
                                   struct lb_backup_folder *parent,
                                   struct lb_backup_item *item,
                                   struct err *err) ERR_CHECKED;
struct lb_source_dir *lb_source_dir_keep(struct lb_source_dir *d);
/* NULL is fine. */
void lb_source_dir_release(struct lb_source_dir *d);
/* The item is done (or left out); `w` is the calling thread's. */
enum err_code lb_backup_complete(struct lb_backup_job *j, struct lb_backup_item *item,
                                 struct lb_backup_worker *w, struct err *err) ERR_CHECKED;
/* The walker has seen all entries of the folder. */
enum err_code lb_backup_visited(struct lb_backup_job *j, struct lb_backup_folder *f,
                                struct lb_backup_worker *w, struct err *err) ERR_CHECKED;
/* Hands complete entries at the front of a large folder to its tree. */
enum err_code lb_backup_drain(struct lb_backup_job *j, struct lb_backup_folder *f,
                              struct lb_backup_worker *w, struct err *err) ERR_CHECKED;
/* After an error: all that is left. No thread runs any more. */
void lb_backup_folders_free(struct lb_backup_job *j);

/* backup_file.c: one file through the whole chain */
enum err_code lb_backup_worker_init(struct lb_backup_worker *w, struct lb_backup_job *j,
                                    struct err *err) ERR_CHECKED;
void lb_backup_worker_fini(struct lb_backup_worker *w);
/* The buffer has room for `need` bytes, or is as large as it may become. */
enum err_code lb_backup_room(struct lb_backup_worker *w, size_t need,
                             struct err *err) ERR_CHECKED;
/* Fills content, extents, attributes; what cannot be read is told and left out. Errors
 * are those of the repository. */
enum err_code lb_backup_file(struct lb_backup_job *j, struct lb_backup_worker *w,
                             struct lb_backup_item *item, struct err *err) ERR_CHECKED;
/* The same for a folder that is open, and for what is neither file nor folder. */
enum err_code lb_backup_read_folder(struct lb_backup_job *j, struct lb_backup_folder *f,
                                    struct err *err) ERR_CHECKED;
enum err_code lb_backup_read_other(struct lb_backup_job *j, struct lb_backup_folder *f,
                                   struct lb_backup_item *item,
                                   struct err *err) ERR_CHECKED;

/*
 * backup_entry.c: what is known of an entry. The walker alone calls these, but for
 * redescribe.
 */
/* The part that one statx tells: from item->meta. */
enum err_code lb_backup_describe(struct lb_backup_job *j, struct lb_backup_item *item,
                                 struct err *err) ERR_CHECKED;
/* The file that was opened may be another than the walker saw. */
void lb_backup_redescribe(struct lb_backup_item *item, const struct os_meta *now);
/* Was the entry like this at the last backup, as far as the file system tells? Notes how
 * it is now for the next time. */
enum err_code lb_backup_compare(struct lb_backup_job *j, struct lb_backup_item *item,
                                bool *same, struct err *err) ERR_CHECKED;
/* Takes over what has not changed. */
enum err_code lb_backup_adopt(struct lb_backup_item *item, const struct lb_entry *base,
                              struct err *err) ERR_CHECKED;

/* A chunk of the file in work is stored, and listed in its map. */
enum err_code lb_backup_chunk(struct lb_backup_worker *w, struct span bytes,
                              struct err *err) ERR_CHECKED;
/* The chunks that the worker's buffer holds from `*start` on, which moves behind them.
 * Two go side by side, so one may stay until there is another, or `last`. */
enum err_code lb_backup_cut(struct lb_backup_worker *w, size_t *start, size_t end,
                            bool last, struct err *err) ERR_CHECKED;

/* backup_stream.c: in place of a walk. A second time, after a prune, the content comes
 * from what the first has stored. */
enum err_code lb_backup_stream(struct lb_backup_job *j, struct lb_reader *reader,
                               struct err *err) ERR_CHECKED;

/* backup_walk.c: the walker */
enum err_code lb_backup_walk(struct lb_backup_job *j, const struct lb_source *root,
                             const struct lb_id *base, struct err *err) ERR_CHECKED;

/* backup_batch.c */
enum err_code lb_backup_queue(struct lb_backup_job *j, struct lb_backup_item *item,
                              struct err *err) ERR_CHECKED;
enum err_code lb_backup_queue_flush(struct lb_backup_job *j, struct err *err) ERR_CHECKED;
pool_work lb_backup_work;
pool_drop lb_backup_drop;

#endif
