// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_RESTORE_INTERNAL_H
#define JOB_RESTORE_INTERNAL_H

#include "base/map.h"
#include "base/pool.h"
#include "job/restore.h"
#include "os/meta_set.h"
#include "snapshot/map_read.h"
#include "snapshot/tree_read.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * How a restore hangs together. The walker (the calling thread) visits folders depth
 * first, and all entries of a folder before any folder inside it: that is the order in
 * which a backup filled its groups. It makes folders, links and nodes, decides about
 * conflicts, and hands files to the workers, those of one group together, so that a group
 * is unpacked once. Each entry counts its folder down when it is done; whoever does the
 * last one gives the folder its attributes. So nobody waits for anybody.
 *
 * Folders of the target are never held open for longer than a step: they are found again
 * from the target by path, without following links. So neither depth nor number is
 * bounded by descriptors.
 */

struct lb_restore_folder {
	struct lb_restore_folder *older; /* list of all, for cleaning up */
	struct lb_restore_folder *newer;
	struct lb_restore_folder *parent;
	struct lb_restore_folder *to_visit; /* the one after it */
	struct lb_restore_item *item; /* its entry; NULL: attributes are not touched */
	char *source;                 /* path in the snapshot, no slash in front */
	char *path;                   /* below the target, may be "" */
	uint64_t serial;              /* never used twice, unlike addresses */
	uint32_t depth;               /* folders above it */
	struct lb_id tree;
	char *only; /* restore just this entry of it; NULL: all */
	struct lb_filter_state filter;
	bool wanted;   /* itself, not only something inside */
	bool made;     /* it is in the target */
	bool fresh;    /* this restore made it: nothing else is in it */
	bool left_out; /* could not be made, or is skipped: nothing inside is restored */
	bool whole;    /* was backed up as a whole: what is extra may be removed */
	bool lacking;  /* not all that was in it was backed up */
	bool unread;   /* its entries are not all known */
	atomic_size_t pending; /* entries to complete, and 1 while it is visited */
};

/* What is to be done with an entry in view of what is there. */
enum lb_restore_how {
	LB_RESTORE_MAKE,    /* nothing is there */
	LB_RESTORE_PATCH,   /* a file that becomes the wanted one in its place */
	LB_RESTORE_REPLACE, /* something else that goes */
	LB_RESTORE_SKIP,
};

/* A file on its way, or the entry of a folder. */
struct lb_restore_item {
	struct lb_restore_item *next; /* among those that wait for a link */
	struct lb_restore_folder *in;
	struct lb_restore_link *link; /* one of several names of a file */
	enum lb_restore_how how;
	struct lb_entry entry; /* borrows from what follows */
	char *name;            /* in the target; differs from the entry's for keep-both */
	char bytes[];
};

/* The names of one file. The first to be restored leads, the others link to it. */
enum lb_link_state { LB_LINK_FAILED, LB_LINK_WORKING, LB_LINK_DONE };

struct lb_restore_link {
	enum lb_link_state state;
	char *path; /* of the leader, below the target; when done */
	struct lb_restore_item *waiting;
	struct lb_restore_item **last;
	uint32_t late_flags; /* to be set when no more links can come */
};

/* A folder of the target held open, as long as the next one asked for is the same. */
struct lb_restore_mark {
	int fd;
	uint64_t serial; /* 0 = none */
};

/* One for each such number of folders inside one another, and there are no more. */
enum { LB_RESTORE_MARK = 256, LB_RESTORE_MARKS = 32 };

/* The folder that one thread works in, and some of those it is in. */
struct lb_restore_dir {
	int fd;
	uint64_t serial; /* 0 = none */
	struct lb_restore_mark marks[LB_RESTORE_MARKS];
};

struct lb_restore_worker {
	struct lb_reader *reader;
	struct lb_map_iter *map;
	struct lb_ident *ident;
	struct lb_restore_dir dir;
	struct lb_id after; /* the chunk that the file after this one begins with */
	bool has_after;
	unsigned char *buffer; /* to read back, and to compare with what is there */
	size_t room;
	struct buf scratch;
	struct os_xattr *xattrs;
	size_t xattr_cap;
};

struct lb_restore_batch;

#define LB_RESTORE_OPEN_BATCHES 16

struct lb_restore_job {
	const struct lb_restore_options *o;
	struct lb_repo *repo;
	struct pool *pool;
	struct cancel cancel;              /* of the pool */
	struct lb_restore_worker *workers; /* the walker's is the last */
	size_t worker_count;
	int root; /* the target; -1 in a dry run if it does not exist yet */
	bool root_made;
	uint64_t device; /* of the target */
	uint32_t user;
	bool privileged; /* may give files away */

	/* The walker's. */
	struct lb_restore_folder *stack; /* to visit, linked by to_visit */
	struct lb_tree_iter *tree;
	struct lb_restore_batch *batches[LB_RESTORE_OPEN_BATCHES];
	uint64_t batch_clock;
	uint64_t serial;
	struct span *sources; /* folders of the tree that were backed up as a whole */
	size_t source_count;

	pthread_mutex_t lock; /* folders, links, owners, events */
	struct lb_restore_folder *folders;
	struct map links;
	struct map owners;
	uint64_t told_ns;
	uint64_t files_total;
	uint64_t bytes_total;

	atomic_uint_fast64_t files;
	atomic_uint_fast64_t folder_count;
	atomic_uint_fast64_t others;
	atomic_uint_fast64_t bytes;
	atomic_uint_fast64_t written;
	atomic_uint_fast64_t unchanged;
	atomic_uint_fast64_t skipped;
	atomic_uint_fast64_t deleted;
	atomic_uint_fast64_t incomplete;
	atomic_uint_fast64_t errors;
};

/* restore.c: telling. `name` may be "" for the folder itself. */
void lb_restore_trouble(struct lb_restore_job *j, const struct lb_restore_folder *f,
                        struct span name, const struct err *err);
/* The same for what is no error: it is told, and not counted. */
void lb_restore_warn(struct lb_restore_job *j, const struct lb_restore_folder *f,
                     struct span name, const struct err *err);
void lb_restore_action(struct lb_restore_job *j, const char *what,
                       const struct lb_restore_folder *f, struct span name,
                       uint64_t bytes);
void lb_restore_progress(struct lb_restore_job *j, struct span name);
bool lb_restore_stopped(const struct lb_restore_job *j);
/* An error that is about the job as a whole, not about one file. */
bool lb_restore_is_fatal(const struct err *err);
/* Such a one becomes that of the job, and says where it was met. */
enum err_code lb_restore_fatal(const struct lb_restore_folder *f, struct span name,
                               const struct err *why, struct err *err) ERR_CHECKED;
static inline struct lb_restore_worker *lb_restore_walker(struct lb_restore_job *j)
{
	return &j->workers[j->worker_count - 1];
}

/* restore_plan.c: what is to be restored, where from, and whether there is room */
/* ERR_NOT_FOUND if the snapshot does not have the path asked for; makes nothing. */
enum err_code lb_restore_seek(struct lb_restore_job *j, struct err *err) ERR_CHECKED;
enum err_code lb_restore_plan(struct lb_restore_job *j, struct lb_restore_folder **root,
                              struct err *err) ERR_CHECKED;
/* Is the folder one of those that were backed up as a whole? */
bool lb_restore_is_source(const struct lb_restore_job *j, struct span path);

/* restore_folder.c: items, folders, how they complete, where they are */
enum err_code lb_restore_item_new(struct lb_restore_item **out,
                                  struct lb_restore_folder *in, const struct lb_entry *e,
                                  struct err *err) ERR_CHECKED;
void lb_restore_item_free(struct lb_restore_item *item);
enum err_code lb_restore_item_rename(struct lb_restore_item *item, const char *name,
                                     struct err *err) ERR_CHECKED;
enum err_code lb_restore_folder_new(struct lb_restore_folder **out,
                                    struct lb_restore_job *j,
                                    struct lb_restore_folder *parent, struct span source,
                                    struct span path, struct err *err) ERR_CHECKED;
/* The folder in the target; the descriptor is the slot's. */
enum err_code lb_restore_dir_open(struct lb_restore_job *j, struct lb_restore_dir *slot,
                                  const struct lb_restore_folder *f,
                                  struct err *err) ERR_CHECKED;
void lb_restore_dir_close(struct lb_restore_dir *slot);
/* Makes the folder in the target, and those it is in, unless they are there. */
enum err_code lb_restore_folder_make(struct lb_restore_job *j,
                                     struct lb_restore_folder *f,
                                     struct err *err) ERR_CHECKED;
/* An entry of the folder, or the visit to it, is over. */
void lb_restore_count_down(struct lb_restore_job *j, struct lb_restore_folder *f,
                           struct lb_restore_worker *w);
void lb_restore_folders_free(struct lb_restore_job *j);

/* restore_meta.c: attributes of what was restored. What cannot be set is told. */
void lb_restore_attributes(struct lb_restore_job *j, struct lb_restore_worker *w,
                           const struct lb_restore_item *item, int fd);
void lb_restore_owners_free(struct lb_restore_job *j);
/* Flags under which a file cannot be given further names. */
uint32_t lb_restore_late_flags(const struct lb_entry *e);
/* Takes such flags from what is there, so that it can be changed. Only where the snapshot
 * has them too, and they come back: elsewhere they are somebody's wish. */
void lb_restore_unlock(const struct lb_restore_item *item, int dir);
void lb_restore_set_late_flags(struct lb_restore_job *j,
                               const struct lb_restore_item *item, int fd);

/* restore_conflict.c: the walker decides */
enum err_code lb_restore_decide(struct lb_restore_job *j, struct lb_restore_item *item,
                                struct err *err) ERR_CHECKED;

/* restore_file.c: one file. What is wrong with it is told; `*done` says that it is there
 * now. Errors are those of the job. */
enum err_code lb_restore_worker_init(struct lb_restore_worker *w,
                                     struct lb_restore_job *j,
                                     struct err *err) ERR_CHECKED;
void lb_restore_worker_fini(struct lb_restore_worker *w);
enum err_code lb_restore_one(struct lb_restore_job *j, struct lb_restore_worker *w,
                             struct lb_restore_item *item, bool *done,
                             struct err *err) ERR_CHECKED;
/* The same with all that follows from it: further names, the folder. Takes the item. */
enum err_code lb_restore_whole(struct lb_restore_job *j, struct lb_restore_worker *w,
                               struct lb_restore_item *take_item,
                               struct err *err) ERR_CHECKED;
/* Has the file that is there the same content? Errors are those of the job. */
enum err_code lb_restore_compare(struct lb_restore_job *j, struct lb_restore_worker *w,
                                 const struct lb_restore_item *item, bool *same,
                                 struct err *err) ERR_CHECKED;
/* The name under which the new file is written until it is complete. */
enum { LB_PART_NAME = 32 };
enum err_code lb_restore_part_name(const struct lb_restore_job *j, const char *name,
                                   char out[LB_PART_NAME], struct err *err) ERR_CHECKED;
/* restore_special.c: a link or a node, the same way. */
enum err_code lb_restore_special(struct lb_restore_job *j, struct lb_restore_worker *w,
                                 struct lb_restore_item *item,
                                 struct err *err) ERR_CHECKED;
/* Is the same there already? */
bool lb_restore_special_is_there(struct lb_restore_worker *w,
                                 const struct lb_restore_item *item);

/* restore_content.c: the bytes of a file */
struct lb_restore_content {
	bool patch;      /* the file is there: blocks that match are left alone */
	bool stop_early; /* of a patch: end at the first block that does not match */
	bool spare;      /* of a patch: end where bytes are lost before any was changed */
	bool differs;    /* out: ended so */
	bool changed;    /* out: the file is not what it was */
	uint64_t written;
	uint64_t lost;     /* bytes that could not be read */
	uint64_t lost_at;  /* in the file; of the first of them */
	struct err reason; /* why */
};
enum err_code lb_restore_content_write(struct lb_restore_job *j,
                                       struct lb_restore_worker *w,
                                       const struct lb_entry *e, int fd,
                                       struct lb_restore_content *c,
                                       struct err *err) ERR_CHECKED;

/* restore_link.c: names of one file. `*leads`: the item is to be restored as a file is.
 * Else it was taken over: it is linked, or waits for the leader. */
enum err_code lb_restore_link_take(struct lb_restore_job *j, struct lb_restore_item *item,
                                   bool *leads, struct err *err) ERR_CHECKED;
/* The name is there with the right content, and stays: others may link to it. */
enum err_code lb_restore_link_found(struct lb_restore_job *j,
                                    const struct lb_restore_item *item,
                                    struct err *err) ERR_CHECKED;
/* The leader is there, or is not going to be. The calling thread sees to the others. */
enum err_code lb_restore_link_done(struct lb_restore_job *j, struct lb_restore_worker *w,
                                   struct lb_restore_item *leader, bool there,
                                   struct err *err) ERR_CHECKED;
void lb_restore_links_finish(struct lb_restore_job *j);
void lb_restore_links_free(struct lb_restore_job *j);

/* restore_delete.c: what the snapshot does not have */
enum err_code lb_restore_delete_extra(struct lb_restore_job *j,
                                      struct lb_restore_folder *f,
                                      struct err *err) ERR_CHECKED;
/* One name with all that is in it. */
enum err_code lb_restore_delete(struct lb_restore_job *j, struct lb_restore_folder *f,
                                const char *name, struct err *err) ERR_CHECKED;

/* restore_walk.c */
enum err_code lb_restore_walk(struct lb_restore_job *j, struct lb_restore_folder *root,
                              struct err *err) ERR_CHECKED;

/* restore_batch.c */
enum err_code lb_restore_queue(struct lb_restore_job *j, struct lb_restore_item *item,
                               struct err *err) ERR_CHECKED;
enum err_code lb_restore_queue_flush(struct lb_restore_job *j,
                                     struct err *err) ERR_CHECKED;
void lb_restore_batches_free(struct lb_restore_job *j);
pool_work lb_restore_work;
pool_drop lb_restore_drop;

#endif
