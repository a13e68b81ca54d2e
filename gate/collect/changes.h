// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CHANGES_H
#define GATE_CHANGES_H

#include "base/arena.h"
#include "base/cancel.h"

/*
 * What changes in a project while somebody works on it: every file that git does not
 * ignore, or tracks, compared with how it was at the last look. `.git` and `.seaworthy`
 * do not count. Woken by the system where that has room, else by looking every second.
 */
struct gate_changes;

/* The first look. `root` is absolute and real. */
enum err_code gate_changes_new(struct gate_changes **out, const char *root,
                               const struct cancel *cancel, struct err *err) ERR_CHECKED;
void gate_changes_free(struct gate_changes *c);

/* How many files there are, and why the system does not wake us; NULL: it does. */
size_t gate_changes_files(const struct gate_changes *c);
const char *gate_changes_polls(const struct gate_changes *c);

/* Paths from the root that differ since the last look, sorted; they live until the next
 * one. Files that are new, gone, or another in size, time or inode. */
enum err_code gate_changes_look(struct gate_changes *c, const char *const **paths,
                                size_t *count, struct err *err) ERR_CHECKED;
/* The same, but waits until there are any, and then until no more come for a moment, so
 * that saving many files at once is one change. ERR_CANCELLED. */
enum err_code gate_changes_wait(struct gate_changes *c, const char *const **paths,
                                size_t *count, struct err *err) ERR_CHECKED;

#endif
