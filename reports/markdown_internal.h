// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_MARKDOWN_INTERNAL_H
#define REPORTS_MARKDOWN_INTERNAL_H

#include "reports/report.h"

/*
 * Markdown for summaries and comments. A block (a row, a heading, one failure) is put
 * together in `block` and flushed whole or not at all, so that a report that grows beyond
 * MD_LIMIT ends at a row. Text of the project goes through md_text, md_code or md_pre,
 * which leave it no meaning in Markdown or HTML.
 */
struct md {
	const struct rep_scorecard *s;
	struct buf *out;
	struct buf block;
	struct buf shown; /* text being escaped */
	size_t start;     /* out->len before the report */
	uint64_t left;    /* blocks that did not fit */
};

/* GitHub drops a step summary above 1 MiB whole. */
#define MD_LIMIT 1000000

/* One line of text; at most MD_CELL columns of it. */
#define MD_CELL 300
void md_text(struct md *m, const char *text);
void md_span(struct md *m, struct span text);
/* A name as code. */
void md_code(struct md *m, const char *text);
void md_code_span(struct md *m, struct span text);
/* The first lines of a message, as they stand. */
void md_pre(struct md *m, const char *text);
/* Our own markup. */
void md_raw(struct md *m, const char *markup);
void md_tenths(struct md *m, int64_t tenths);
void md_number(struct md *m, uint64_t n);

/* Appends the block if it still fits; says whether. */
bool md_flush(struct md *m);
/* Closes what a block opened, whatever the size, if that block did fit. */
void md_close(struct md *m, bool opened, const char *markup);

/* The sections below the table (markdown_detail.c). */
void md_checks(struct md *m);
void md_coverage(struct md *m); /* markdown_coverage.c */
void md_suites(struct md *m);
void md_findings(struct md *m);

#endif
