// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ENTRY_H
#define GATE_ENTRY_H

#include "record/chain.h"
#include "record/store.h"
#include "verdict/assess.h"

/*
 * What one entry of the history says: an in-toto statement about a run, with what is
 * needed to compare it with others when its folder is gone. It names its place in the
 * history, so a signed one cannot stand anywhere else, and the assessment by its SHA-256.
 * docs/schema/history.schema.json has it as JSON Schema.
 */

#define GATE_ENTRY_TYPE "urn:seaworthy:history-entry:1"

struct gate_entry_check {
	const char *id;
	enum gate_state state;
	struct gate_ratio share; /* points of 100; 0 if n/a */
	struct gate_ratio low;
	const char *measured; /* decimal or NULL */
	const char *unit;     /* or NULL */
};

struct gate_entry {
	struct arena arena;
	uint64_t index;
	struct lb_id previous;
	const char *run;
	const char *selection; /* of a run of a part, what chose it; or NULL */
	int64_t started_ms;
	int64_t ended_ms;
	const char *branch; /* or NULL, as commit and tree */
	const char *commit;
	const char *tree;
	const char *policy;      /* its digest */
	const char *denominator; /* SHA-256 over what counts, and for how much */
	const char *assessment;  /* SHA-256 of assessment.json */
	enum gate_decision decision;
	struct gate_ratio lower, upper, coverage, final;
	bool has_thresholds;               /* earlier versions did not say them */
	struct gate_ratio go, conditional; /* that the score was judged by */
	const char *cap;                   /* or NULL */
	const char *cap_reason;
	struct gate_entry_check *checks; /* by id */
	size_t check_count;
};

/* "GO", "CONDITIONAL GO", "NO-GO" */
const char *gate_decision_name(enum gate_decision d);

/* The statement of a run, in one canonical form; `assessment` is the digest of its
 * assessment. */
enum err_code gate_entry_write(const struct gate_recorded *r,
                               const struct gate_assessment *a, const char *assessment,
                               const struct gate_chain *after, struct buf *out,
                               struct err *err) ERR_CHECKED;

/* From a statement; ERR_CORRUPT for what is no entry. `out` is finished in every case. */
enum err_code gate_entry_read(struct gate_entry *out, struct span statement,
                              struct err *err) ERR_CHECKED;
/* From an entry of the log, an envelope or a statement: of the former, its signatures are
 * not looked at. */
enum err_code gate_entry_open(struct gate_entry *out, struct span text, bool is_signed,
                              struct err *err) ERR_CHECKED;
/* The same of one of a log, whose place in the chain is known: it has to be the one it
 * names, its run has a name of the store's, and its commit and tree are object ids. */
enum err_code gate_entry_take(struct gate_entry *out, const struct gate_chain_entry *c,
                              struct err *err) ERR_CHECKED;
void gate_entry_fini(struct gate_entry *e);

#endif
