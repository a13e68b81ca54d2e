// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include "base/buf.h"

#include <stdint.h>

/*
 * What a terminal can do, colours, and progress. Colour: --color over NO_COLOR
 * (non-empty) over CLICOLOR_FORCE / FORCE_COLOR (non-empty, not 0) over CLICOLOR=0 over
 * isatty and TERM != dumb.
 */
enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

struct term {
	int fd;
	bool tty;
	bool color;
	bool utf8;      /* from LC_ALL, LC_CTYPE, LANG */
	size_t columns; /* from the terminal, else COLUMNS, else 80; 20..400 */
};

void term_init(struct term *t, int fd, enum term_color color);

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_RED,
	TERM_GREEN,
	TERM_YELLOW,
	TERM_BLUE,
	TERM_CYAN,
	TERM_BOLD_RED,
	TERM_BOLD_GREEN,
	TERM_BOLD_YELLOW,
};
/* Appends the text, in the style if `color`. */
void term_put(struct buf *out, bool color, enum term_style style, struct span text);

/*
 * Progress on one line that redraws at most ten times a second on a terminal, and nothing
 * at all elsewhere (`enabled` false). Shows label, count of total, rate and ETA where the
 * total is known. Safe from several threads.
 */
struct progress;
enum err_code progress_new(struct progress **out, const struct term *t, bool enabled,
                           struct err *err) ERR_CHECKED;
/* What is going on; borrowed until the next call or finish. total 0 = unknown. unit e.g.
 * "files"; "B" shows sizes for people. */
void progress_start(struct progress *p, const char *label, const char *unit,
                    uint64_t total);
/* Until the next start: what is counted takes unequal time, so that a rate says nothing.
 */
void progress_uneven(struct progress *p);
void progress_add(struct progress *p, uint64_t done);
/* 0 = not known. */
void progress_total(struct progress *p, uint64_t total);
/* Free text after the counts (what runs longest); copied and shown escaped. */
void progress_note(struct progress *p, struct span text);
/* A whole line above the progress line, as it is; also printed when progress is off. */
void progress_line(struct progress *p, struct span text);
/* Clears the line and frees. */
void progress_finish(struct progress *p);

#endif
