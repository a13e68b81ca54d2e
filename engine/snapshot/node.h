// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_NODE_H
#define SNAPSHOT_NODE_H

#include "snapshot/entry.h"

/*
 * The nodes of trees and maps as bytes (docs/format.md, section 10). Readers borrow the
 * bytes of the node, allocate nothing, and take any bytes at all. Writers are canonical:
 * what is equal gives equal bytes.
 */

#define LB_NODE_MAX (2u << 20)
#define LB_TREE_LEVELS 16u  /* inner levels of a folder */
#define LB_MAP_FANOUT 1024u /* children of a map */
#define LB_MAP_LEVELS 6u    /* 1,024^6 chunks are more than 2^64 bytes */

/* Owners as they stand in a leaf: an id and the name that goes with it. */
struct lb_owner {
	uint32_t id;
	struct span name;
};

/* ---- reading ---- */

/* A table of owners in its stored form. Samples bound a look-up to a short walk over the
 * rows, and the last answer is remembered. */
#define LB_OWNER_SAMPLES 128u

struct lb_owner_table {
	struct span rows;
	size_t count;
	size_t stride; /* rows from sample to sample */
	size_t samples;
	struct {
		uint32_t id;
		uint32_t offset;
	} sample[LB_OWNER_SAMPLES];
	struct lb_owner hint;
	bool hinted;
};

/* A leaf or an inner node that is walked from its start to its end. */
struct lb_node {
	struct wire w;
	struct wire start; /* of the entries or children, for a new walk */
	unsigned level;    /* 0 = leaf */
	size_t count;      /* entries or children */
	size_t left;       /* of them not given yet */
	struct span last;  /* name given last */
	struct lb_owner_table users;
	struct lb_owner_table groups;
};

struct lb_child {
	struct span first; /* name of the first entry below */
	struct lb_id id;
};

/* Takes the head apart. ERR_CORRUPT, ERR_LIMIT (too large), ERR_UNSUPPORTED (form). */
enum err_code lb_node_open(struct lb_node *n, struct span bytes,
                           struct err *err) ERR_CHECKED;
/* Back to the first entry or child. */
void lb_node_rewind(struct lb_node *n);
/* The next entry of a leaf, borrowed from the node's bytes. `*more` is false at the end,
 * when everything has been checked. */
enum err_code lb_node_entry(struct lb_node *n, struct lb_entry *out, bool *more,
                            struct err *err) ERR_CHECKED;
/* The next child of an inner node. */
enum err_code lb_node_child(struct lb_node *n, struct lb_child *out, bool *more,
                            struct err *err) ERR_CHECKED;

/* A map node. */
struct lb_map_node {
	struct wire w;
	unsigned level;
	size_t count;
	size_t left;
};

enum err_code lb_map_node_open(struct lb_map_node *n, struct span bytes,
                               struct err *err) ERR_CHECKED;
enum err_code lb_map_node_next(struct lb_map_node *n, struct lb_piece *out, bool *more,
                               struct err *err) ERR_CHECKED;

/* ---- writing ---- */

/* Appends one entry in its stored form, the leading length included. ERR_USAGE with what
 * is wrong with it, ERR_LIMIT above LB_ENTRY_MAX. `scratch` is memory to reuse. */
enum err_code lb_entry_encode(struct buf *out, const struct lb_entry *e,
                              struct buf *scratch, struct err *err) ERR_CHECKED;
/* Reads what lb_entry_encode wrote, the length taken off: user and group stay empty. */
enum err_code lb_entry_decode(struct span bytes, struct lb_entry *out,
                              struct err *err) ERR_CHECKED;

/* Rows of a table, in a buffer of their own (as lb_owner_put wrote them). */
struct lb_rows {
	struct span rows;
	size_t count;
};

void lb_owner_put(struct buf *out, const struct lb_owner *o);
/* A leaf: tables ascending by id, entries as lb_entry_encode wrote them. */
void lb_leaf_put(struct buf *out, struct lb_rows users, struct lb_rows groups,
                 struct lb_rows entries);
void lb_child_put(struct buf *out, const struct lb_child *c);
/* An inner node of children as lb_child_put wrote them. */
void lb_inner_put(struct buf *out, unsigned level, struct span children, size_t count);
/* A map node of pieces as lb_content_put wrote them. */
void lb_map_put(struct buf *out, unsigned level, struct span pieces, size_t count);

#endif
