// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_HISTORY_H
#define GATE_HISTORY_H

#include "base/cancel.h"
#include "record/chain.h"

/*
 * The history of a project: ROOT/.seaworthy/history.jsonl (record/chain.h), to which each
 * scored run appends one entry (record/entry.h). Appending is for one program at a time,
 * which waits for the others, so no two entries follow the same one. Reading needs no
 * lock: a last line without its line feed is one that was never reported as recorded.
 */

#define GATE_HISTORY "history.jsonl"

/* What a walk over the lines found. */
struct gate_history_state {
	bool exists;
	struct gate_chain chain; /* as far as it holds */
	uint64_t bytes;          /* of the lines that hold */
	uint64_t torn;           /* bytes of a last line that a crash cut off */
	bool broken;             /* something behind that is no entry that follows: */
	uint64_t broken_at;      /* its index */
	struct err why;
};

/* A code other than ERR_OK stops and is returned, but ERR_CORRUPT: the history is broken
 * there. `offset` is where the line begins. */
typedef enum err_code gate_history_each(const struct gate_chain_entry *e, uint64_t offset,
                                        void *context, struct err *err);

/* Reads the log of a project, checks its chain, and calls `each` (may be NULL) for every
 * entry that holds, in order. No log is no error. */
enum err_code gate_history_walk(const char *root, gate_history_each *each, void *context,
                                struct gate_history_state *out,
                                struct err *err) ERR_CHECKED;
/* The same, with the same limits, of a text that lies in memory. */
enum err_code gate_history_walk_text(struct span text, gate_history_each *each,
                                     void *context, struct gate_history_state *out,
                                     struct err *err) ERR_CHECKED;

/* One entry's text from where its line begins, of a log whose chain was checked. */
enum err_code gate_history_read(const char *root, uint64_t index, uint64_t offset,
                                struct buf *text, bool *is_signed,
                                struct err *err) ERR_CHECKED;

/* ---- appending ---- */

struct gate_history; /* the log, held */

/*
 * Waits for whoever holds it, makes it if need be, checks all of it, and mends a line
 * that was cut off: state->torn says how much was taken away. ERR_CORRUPT for a broken
 * one, to which nothing is appended; ERR_LOCKED, ERR_UNSUPPORTED as os_journal_open.
 */
enum err_code gate_history_open(struct gate_history **out, const char *root,
                                const struct cancel *cancel, struct err *err) ERR_CHECKED;
const struct gate_history_state *gate_history_state(const struct gate_history *h);
/* Writes the first line of a history that has none yet, so that its chain is known. */
enum err_code gate_history_begin(struct gate_history *h, struct err *err) ERR_CHECKED;
/* Durable when it returns. ERR_LIMIT for a line that no reader would take. */
enum err_code gate_history_append(struct gate_history *h, struct span text,
                                  bool is_signed, struct err *err) ERR_CHECKED;
/* Appends whole lines that were checked to continue it (import). */
enum err_code gate_history_append_lines(struct gate_history *h, struct span lines,
                                        const struct gate_chain *to,
                                        struct err *err) ERR_CHECKED;
void gate_history_close(struct gate_history *h);

/* ---- what a run does (history_add.c) ---- */

struct gate_recorded;
struct gate_assessment;
struct lb_signer;

/* Appends the entry of a run, whose assessment.json has this digest; signed unless
 * `signer` is NULL. `*torn` as state->torn of gate_history_open, whose errors are those
 * here. */
enum err_code gate_history_add(const char *root, const struct gate_recorded *r,
                               const struct gate_assessment *a, const char *assessment,
                               struct lb_signer *signer, const struct cancel *cancel,
                               uint64_t *torn, struct err *err) ERR_CHECKED;

#endif
