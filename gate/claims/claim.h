// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIM_H
#define GATE_CLAIM_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * A claim: something that a document states and that can be computed, from the document
 * itself or from evidence. Refuted only by a rule whose premises are all there; whatever
 * leaves room for another reading is unchecked.
 */

enum gate_claim_verdict {
	GATE_CLAIM_CONFIRMED,
	GATE_CLAIM_REFUTED,
	GATE_CLAIM_UNCHECKED
};

enum gate_claim_kind {
	GATE_CLAIM_COUNT_CHECKBOXES,
	GATE_CLAIM_COUNT_ITEMS,
	GATE_CLAIM_COUNT_PARTS,
	GATE_CLAIM_COUNT_ROWS,
	GATE_CLAIM_DATE_ORDER,
	GATE_CLAIM_DATE_RELEASE,
	GATE_CLAIM_DATE_SPAN,
	GATE_CLAIM_DATE_VALID,
	GATE_CLAIM_DATE_WEEKDAY,
	GATE_CLAIM_EVIDENCE,
	GATE_CLAIM_NUMBER_EQUATION,
	GATE_CLAIM_PERCENT_CHANGE,
	GATE_CLAIM_PERCENT_OF,
	GATE_CLAIM_PERCENT_REST,
	GATE_CLAIM_REFERENCE_COMMAND,
	GATE_CLAIM_REFERENCE_FILE,
	GATE_CLAIM_REFERENCE_ISSUE,
	GATE_CLAIM_REFERENCE_SCRIPT,
	GATE_CLAIM_TABLE_BAND,
	GATE_CLAIM_TABLE_MEAN,
	GATE_CLAIM_TABLE_ROW,
	GATE_CLAIM_TABLE_SUM,
	GATE_CLAIM_TABLE_WEIGHTED,
	GATE_CLAIM_KINDS,
};

struct gate_claim_about {
	const char *id; /* "table.sum" */
	const char *title;
	const char *why;    /* what a refuted one means */
	const char *remedy; /* what to do */
};

/* Sorted by id, in the order of the kinds. */
extern const struct gate_claim_about gate_claim_kinds[GATE_CLAIM_KINDS];
const char *gate_claim_verdict_name(enum gate_claim_verdict v);

struct gate_claim {
	enum gate_claim_kind kind;
	enum gate_claim_verdict verdict;
	size_t at; /* offset in the document */
	size_t line;
	size_t column;
	const char *text;     /* the line, or the part of it, that states it */
	const char *stated;   /* "78" */
	const char *computed; /* "71.2"; NULL: not known */
	const char *because;  /* the arithmetic, or why it is unchecked */
};

/* Claims of one document; all strings are in the arena. */
struct gate_claims {
	struct arena arena;
	struct gate_claim *items; /* by place once complete */
	size_t count;
	size_t cap;
};

#define GATE_CLAIMS_INIT               \
	{                              \
		ARENA_INIT, NULL, 0, 0 \
	}

void gate_claims_fini(struct gate_claims *c);

/* Adds one; strings are copied. The arena says whether there was memory. */
void gate_claims_add(struct gate_claims *c, const struct gate_claim *claim);

#endif
