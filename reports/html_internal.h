// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_HTML_INTERNAL_H
#define REPORTS_HTML_INTERNAL_H

#include "base/map.h"
#include "reports/report.h"

/*
 * The parts of the HTML page. Text of the project goes through htm_text, htm_span or
 * htm_lines, which escape; everything else put into `out` is our own. No attribute holds
 * text of the project.
 */
struct html {
	const struct rep_scorecard *s;
	struct buf *out;
	struct buf shown; /* text being escaped */
	struct buf plain; /* a line without its colours */
	size_t hint;      /* of rep_check_find */
	/* The check that shows the text of an artefact, by its SHA-256: it stands once.
	 */
	struct map texts;
	size_t *numbers; /* of the checks: what the map points to */
};

/* One line of text; line ends read \n. NULL is nothing. */
void htm_text(struct html *h, const char *text);
void htm_span(struct html *h, struct span text);
/* Program output or a message of several lines, for an element that keeps line ends. */
void htm_lines(struct html *h, const char *text);
/* Our own markup, as it stands. */
void htm_raw(struct html *h, const char *markup);
void htm_tenths(struct html *h, int64_t tenths);

/* A rectangle of a bar: from and width as parts of `whole`. Nothing for width 0. */
void htm_rect(struct html *h, const char *css, int64_t from, int64_t width,
              int64_t whole);
/* The word of a state as a badge. */
void htm_state(struct html *h, const char *state);
/* The id of a check that leads to its row; plain text where there is no such check. */
void htm_check_link(struct html *h, const char *id);
/* The class name of a state: "na" for "n/a". */
const char *htm_state_class(const char *state);

/* html_hero.c */
void htm_hero(struct html *h);
void htm_actions(struct html *h); /* blockers, conditions, gains */
/* html_past.c */
void htm_changes(struct html *h);
void htm_past(struct html *h);
/* html_people.c */
void htm_signoffs(struct html *h);
void htm_risks(struct html *h);
/* html_checks.c */
void htm_categories(struct html *h);
void htm_checks(struct html *h);
/* html_parts.c */
void htm_parts(struct html *h);
/* html_coverage.c; nothing for NULL */
void htm_coverage(struct html *h, const struct rep_coverage *c);
/* html_bench.c */
void htm_bench(struct html *h);
/* html_suites.c */
void htm_suites(struct html *h);
void htm_findings(struct html *h);

#endif
