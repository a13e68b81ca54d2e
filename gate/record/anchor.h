// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ANCHOR_H
#define GATE_ANCHOR_H

#include "record/history.h"

/*
 * Heads of a history that are kept outside of it, in the project's git repository: who
 * makes the whole history anew does not have these. An anchor is one line,
 *
 *   seaworthy-history-v1 <repository> <entries> <head of the last>
 */

struct gate_anchor {
	const char *place; /* the commit that has it */
	uint64_t count;    /* entries, from 1 on */
	struct lb_id head;
};

struct gate_anchors {
	struct arena *arena;
	struct gate_anchor *items;
	size_t count;
	size_t cap;
	uint64_t others;         /* of other histories; the first that was met: */
	const char *other;       /* its repository */
	const char *other_place; /* as `place` */
};

void gate_anchor_write(const struct gate_chain *c, struct buf *out);
/* Adds those of a text that are of this repository, and counts the others; what is no
 * anchor is passed over. */
enum err_code gate_anchors_read(struct gate_anchors *out, const char *repository,
                                struct span text, const char *place,
                                struct err *err) ERR_CHECKED;

/* All that the git repository at `root` has of this history; without git none. */
enum err_code gate_anchors_load(struct gate_anchors *out, const char *root,
                                const char *ref, const char *repository,
                                struct err *err) ERR_CHECKED;
/* Puts the head of the history there: a commit on `ref`, or with `note` a note on the
 * commit of its last run. `*place` is that commit. ERR_USAGE where there is nothing to
 * anchor, or no git; ERR_CORRUPT for a broken history. */
enum err_code gate_anchor_put(const char *root, const char *ref, bool note,
                              struct gate_history_state *state, char place[65],
                              struct err *err) ERR_CHECKED;

#endif
