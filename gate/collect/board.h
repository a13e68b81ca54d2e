// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BOARD_H
#define GATE_BOARD_H

#include "base/term.h"

/*
 * What runs at the moment, for people: notes on the progress line which units have been
 * running longest, for how long, and when all may be over. Any thread.
 */
struct gate_board;

/* `progress` is borrowed and may be NULL. */
enum err_code gate_board_new(struct gate_board **out, struct progress *progress,
                             struct err *err) ERR_CHECKED;
void gate_board_free(struct gate_board *b);

/* `id` is borrowed until its end. NULL boards are allowed in all of these. */
void gate_board_begin(struct gate_board *b, const char *id);
void gate_board_end(struct gate_board *b, const char *id);
/* How long all will take yet, as far as is known; 0: it is not. */
void gate_board_left(struct gate_board *b, uint64_t ms);
/* Notes anew; to be called a few times a second. */
void gate_board_tick(struct gate_board *b);

#endif
