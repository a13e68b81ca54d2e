// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_HUMAN_INTERNAL_H
#define REPORTS_HUMAN_INTERNAL_H

#include "base/term.h"
#include "reports/report.h"

/*
 * Laying out the scorecard for a terminal. Every text passes through `shown`, so control
 * characters of names and messages never reach the terminal, and in ASCII style neither
 * does anything else; widths are terminal columns.
 */
struct human {
	const struct rep_scorecard *s;
	const struct rep_style *style;
	struct buf *out;
	size_t columns;      /* HUMAN_MIN..HUMAN_MAX */
	struct buf shown;    /* the text being laid out, escaped */
	struct buf scratch;  /* text being put together by a section */
	struct buf original; /* second stage of `shown` */
};

#define HUMAN_MIN 60
#define HUMAN_MAX 120

void hum_init(struct human *h, const struct rep_scorecard *s,
              const struct rep_style *style, struct buf *out);
void hum_fini(struct human *h);
/* ERR_OK, or ERR_NOMEM if any put failed. */
enum err_code hum_err(const struct human *h, struct err *err);

enum hum_align { HUM_LEFT, HUM_RIGHT };

/* `width` columns, cut or padded. */
void hum_cell(struct human *h, enum term_style style, struct span text, size_t width,
              enum hum_align align);
/* Too few columns for tables with everything? */
bool hum_is_narrow(const struct human *h);
/* Text of our own, as it stands. */
void hum_put(struct human *h, enum term_style style, const char *text);
/* Either by the style. */
const char *hum_sign(const struct human *h, const char *utf8, const char *ascii);
/* Ends the line without trailing spaces. */
void hum_end(struct human *h);
/* A blank line, then the heading. */
void hum_heading(struct human *h, const char *text);

/* A wrapped paragraph of at most `lines` lines (0 = all); `lead` stands in the indent of
 * the first. */
struct hum_par {
	size_t indent;
	const char *lead;
	size_t lines;
	enum term_style style;
};
void hum_wrap(struct human *h, struct hum_par par, struct span text);

enum term_style hum_state_style(enum rep_state s);
/* "PASS   ", seven columns. */
void hum_state(struct human *h, enum rep_state s);

/* Below a check of coverage (human_coverage.c). */
void hum_coverage(struct human *h, const struct rep_check *c);

/* Components and owners (human_parts.c). */
void hum_parts(struct human *h);

/* The sections below the checks (human_detail.c). */
void hum_missing(struct human *h);
void hum_losses(struct human *h);
void hum_changes(struct human *h); /* human_past.c */
void hum_gains(struct human *h);
void hum_suites(struct human *h);
void hum_findings(struct human *h);
void hum_footer(struct human *h);

#endif
