// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_MAP_READ_H
#define SNAPSHOT_MAP_READ_H

#include "snapshot/tree_read.h"

/*
 * The chunks of a file one after the other, or from an offset on, whether they stand in
 * its entry or in map nodes. One node a level is held. One thread at a time.
 */
struct lb_map_iter;

enum err_code lb_map_iter_new(struct lb_map_iter **out,
                              const struct lb_tree_source *source,
                              struct err *err) ERR_CHECKED;
void lb_map_iter_free(struct lb_map_iter *it);
/* Starts at the first piece of the file. The entry's bytes must outlive the walk. */
void lb_map_iter_start(struct lb_map_iter *it, const struct lb_entry *file);
/* The next piece and where it starts in the content (the extents with data laid end to
 * end). `*more` is false at the end, when the lengths have been checked against the
 * file's. */
enum err_code lb_map_iter_next(struct lb_map_iter *it, struct lb_piece *out,
                               uint64_t *offset, bool *more, struct err *err) ERR_CHECKED;
/* The next piece will be the one that holds the byte `offset` of the content (the end if
 * there is none); reads one node a level. */
enum err_code lb_map_iter_seek(struct lb_map_iter *it, uint64_t offset,
                               struct err *err) ERR_CHECKED;

/*
 * For those who mark what is in use: calls `visit` for every map node and every chunk of
 * the file, maps before what they list.
 */
typedef enum err_code lb_map_visit(enum lb_chunk_type type, const struct lb_id *id,
                                   uint64_t length, void *context, struct err *err);
enum err_code lb_map_each(struct lb_map_iter *it, const struct lb_entry *file,
                          lb_map_visit *visit, void *context,
                          struct err *err) ERR_CHECKED;

#endif
