// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_TREE_WRITE_H
#define SNAPSHOT_TREE_WRITE_H

#include "crypto/ident.h"
#include "snapshot/entry.h"

/*
 * Writes the nodes of one folder at a time (docs/format.md, section 10). Entries stream
 * through: what is held is one node a level, however large the folder is. The same
 * entries give the same root. One thread at a time; a backup has one writer a depth, and
 * each is used again for the next folder.
 */
struct lb_tree_writer;

/* Stores a node and gives its id. The bytes are borrowed for the call. */
typedef enum err_code lb_tree_put(enum lb_chunk_type type, struct span bytes,
                                  struct lb_id *id, void *context, struct err *err);

enum err_code lb_tree_writer_new(struct lb_tree_writer **out,
                                 const struct lb_key *chunker_key, lb_tree_put *put,
                                 void *context, struct err *err) ERR_CHECKED;
void lb_tree_writer_free(struct lb_tree_writer *w);

/* Names ascend as bytes; ERR_USAGE if one does not, or the entry has a fault. After any
 * error the folder is lost: lb_tree_writer_reset. */
enum err_code lb_tree_writer_add(struct lb_tree_writer *w, const struct lb_entry *e,
                                 struct err *err) ERR_CHECKED;
/* Writes what is left, gives the root (an empty folder has one too), and starts anew. */
enum err_code lb_tree_writer_finish(struct lb_tree_writer *w, struct lb_id *root,
                                    struct err *err) ERR_CHECKED;
/* Forgets the folder begun. */
void lb_tree_writer_reset(struct lb_tree_writer *w);

/* The group that all names of one file share: the first bytes of KDF(id key, "link",
 * path of the first of them in the order of the walk). */
void lb_link_group(const struct lb_key *id_key, struct span first_path,
                   unsigned char out[LB_LINK_GROUP]);

#endif
