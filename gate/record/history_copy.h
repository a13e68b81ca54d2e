// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_HISTORY_COPY_H
#define GATE_HISTORY_COPY_H

#include "record/history.h"

/*
 * A history on another machine: export is the log as it is, and import takes what it has
 * more, byte for byte. Two that went on differently from one entry are not joined: a
 * chain has no branches.
 */

enum { GATE_HISTORY_MAX_MIB = 4096 };

/* Appends the log, without a line that was cut off. ERR_CORRUPT for a broken one. */
enum err_code gate_history_export(const char *root, struct buf *out,
                                  struct err *err) ERR_CHECKED;

/* Appends to the project's own history what `text` has more; `*added` entries.
 * ERR_CORRUPT where it does not hold, and ERR_EXISTS where ours went on differently. */
enum err_code gate_history_import(const char *root, struct span text,
                                  const struct cancel *cancel, uint64_t *added,
                                  struct err *err) ERR_CHECKED;

#endif
