// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_MAP_WRITE_H
#define SNAPSHOT_MAP_WRITE_H

#include "snapshot/tree_write.h"

/*
 * The list of a file's chunks: in the entry itself up to LB_ENTRY_CONTENT_MAX of them,
 * else in map nodes. Pieces stream through in the order of the file; one node a level is
 * held. One thread at a time; used again for file after file.
 */
struct lb_map_writer;

enum err_code lb_map_writer_new(struct lb_map_writer **out, lb_tree_put *put,
                                void *context, struct err *err) ERR_CHECKED;
void lb_map_writer_free(struct lb_map_writer *w);
/* Pieces have a length; ERR_USAGE for none, ERR_LIMIT if the sum passes 2^63. */
enum err_code lb_map_writer_add(struct lb_map_writer *w, const struct lb_piece *piece,
                                struct err *err) ERR_CHECKED;
/* Sets content, or mapped and map, of the entry. The content is borrowed from the writer
 * until its next add or reset. */
enum err_code lb_map_writer_finish(struct lb_map_writer *w, struct lb_entry *e,
                                   struct err *err) ERR_CHECKED;
void lb_map_writer_reset(struct lb_map_writer *w);

#endif
