// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_ENTRIES_H
#define SCANNERS_ENTRIES_H

#include "base/buf.h"
#include "os/walk.h"

/*
 * The files and folders that are in a folder, as bytes that are kept for the next scan:
 * 'f' or 'd', the name, NUL. Links and devices are no part of it: the walk passes them
 * over.
 */

/* False for one whose type is not known: what is kept would not be what is there. */
bool scan_entries_put(struct buf *out, const struct os_entry *entry) ERR_CHECKED;
/* Are these entries that a folder can have? Only then may they be asked for. */
bool scan_entries_are_sound(struct span entries);
/* The next one of sound entries, taken off them; false at their end. The name is borrowed
 * from them. */
bool scan_entries_next(struct span *entries, struct os_entry *out) ERR_CHECKED;
bool scan_entries_have_file(struct span entries, const char *name);

#endif
