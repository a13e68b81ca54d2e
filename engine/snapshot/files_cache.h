// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_FILES_CACHE_H
#define SNAPSHOT_FILES_CACHE_H

#include "base/err.h"
#include "base/span.h"
#include "crypto/key.h"

#include <stdint.h>

/*
 * What a file system said of each file at the last backup, to tell files that have not
 * changed without reading them. It holds only what the tree does not (inode, time of
 * change) and what has to be compared; contents of unchanged files come from the tree of
 * the parent snapshot. A local file, mapped and read in the order of the walk: nothing of
 * it is in memory but the pages in use.
 *
 *   header  "LBFILES1" | repository id 32 | snapshot id 16 | u64 folders
 *           | u64 offset of the index | u64 length of the file | check of these 80
 *   block   check of the rest | u32 bytes of rows | u32 0 | hash of its path 16
 *           | rows; a large folder has several blocks, one after the other
 *   row     u64 inode | i64 ctime ns | i64 mtime ns | u64 size | u8 type
 *           | u16 length | name
 *   index   per folder, by hash: hash of its path 16 | u64 offset of the first block
 *
 * Numbers are little endian; of SHA-256, a check is the first 8 bytes and a hash the
 * first 16. A cache that is damaged, of another repository or of another form is empty; a
 * block in it that is damaged has no rows. So it costs time, never files. Writing holds
 * one block, and 24 bytes a folder.
 */

#define LB_FILES_HASH 16

struct lb_file_state {
	uint64_t ino;
	int64_t ctime_ns;
	int64_t mtime_ns;
	uint64_t size;
	uint8_t type; /* enum lb_entry_type */
};

/* ---- reading: any number of threads, each with its own cursors ---- */
struct lb_files_cache;

/* An empty one when there is no usable file, or `path` is NULL; errors are memory only.
 */
enum err_code lb_files_cache_open(struct lb_files_cache **out, const char *path,
                                  const struct lb_id *repository,
                                  struct err *err) ERR_CHECKED;
void lb_files_cache_free(struct lb_files_cache *c);
bool lb_files_cache_is_empty(const struct lb_files_cache *c);
/* The snapshot it belongs to: the parent whose tree has the contents. */
const struct lb_id16 *lb_files_cache_snapshot(const struct lb_files_cache *c);

/* One folder of it. Filled by lb_files_cache_folder; no cleanup. */
struct lb_files_cursor {
	const struct lb_files_cache *cache; /* NULL: an empty one */
	unsigned char path[LB_FILES_HASH];
	uint64_t first;   /* offset of the folder's first block */
	uint64_t next;    /* of the block after the one in use */
	struct span rows; /* of the block in use, */
	size_t at;        /* and where the next row to look at starts */
	struct span last; /* name of the row before that */
};

/*
 * The rows of a folder; false (and an empty cursor) if there is none. `after` may be the
 * cursor of the folder looked at before: in the order of the walk no search is needed.
 */
bool lb_files_cache_folder(const struct lb_files_cache *c, struct span path,
                           const struct lb_files_cursor *after,
                           struct lb_files_cursor *out);
/* Names that come in ascending order are found in one pass over the folder, others by a
 * search from its start. */
bool lb_files_cursor_find(struct lb_files_cursor *cursor, struct span name,
                          struct lb_file_state *out);

/* ---- writing: one thread ---- */
struct lb_files_writer;

enum err_code lb_files_writer_new(struct lb_files_writer **out, const char *path,
                                  const struct lb_id *repository,
                                  struct err *err) ERR_CHECKED;
/* Begins a folder; each path once, in any order (that of the walk reads best). */
enum err_code lb_files_writer_folder(struct lb_files_writer *w, struct span path,
                                     struct err *err) ERR_CHECKED;
/* Adds to the folder begun last; names ascend as bytes. */
enum err_code lb_files_writer_add(struct lb_files_writer *w, struct span name,
                                  const struct lb_file_state *state,
                                  struct err *err) ERR_CHECKED;
/* Puts the new cache in the place of the old one at once. */
enum err_code lb_files_writer_commit(struct lb_files_writer *w,
                                     const struct lb_id16 *snapshot,
                                     struct err *err) ERR_CHECKED;
/* Puts a copy of what there is so far in the place of the old one; the writer goes on. */
enum err_code lb_files_writer_checkpoint(struct lb_files_writer *w,
                                         const struct lb_id16 *snapshot,
                                         struct err *err) ERR_CHECKED;
/* Without commit the old cache stays. */
void lb_files_writer_free(struct lb_files_writer *w);

#endif
