// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_FACT_H
#define SCANNERS_FACT_H

#include "scanners/scanner.h"

/*
 * What one file says that only the whole tree can judge: its imports, its links. Facts
 * are noted while the file is in hand (scan_pass_fact) and judged after the walk
 * (tree.h). Their strings live in the sink that they were noted in.
 */
enum scan_fact_kind {
	SCAN_FACT_IMPORT, /* of another part of the project, perhaps */
	SCAN_FACT_DOCS,   /* a link or an anchor of a document */
	SCAN_FACT_OPS,    /* of a service and what keeps it up */
};

struct scan_fact {
	enum scan_fact_kind kind;
	unsigned flags;    /* of the kind */
	struct span text;  /* what is named, as far as the kind reads it */
	struct span match; /* the rest as in a finding */
	struct span context;
	uint64_t line;
	uint64_t column;
	uint64_t end_line;
	uint64_t end_column;
	const uint64_t *allowed; /* one bit a rule that a comment allows there; or NULL */
};

/* A file that was looked at, with its facts in the order of the file. */
struct scan_seen {
	struct span path;    /* below the scanned PATH */
	struct span project; /* below the project root */
	enum scan_scope scope;
	const struct scan_language *language; /* NULL: unknown, or binary */
	uint64_t bytes;
	bool binary;
	size_t first; /* of its facts in the sink */
	size_t count;
	const struct scan_fact *facts; /* once the sink has grown to its end */
};

enum { SCAN_FACTS_MAX = 100000 /* of one file */ };

#endif
