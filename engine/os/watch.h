// SPDX-License-Identifier: Apache-2.0
#ifndef OS_WATCH_H
#define OS_WATCH_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Waking up when something in a folder changes. It says that, not what: whoever is woken
 * looks for himself, so that nothing is lost when changes come faster than they are read.
 * One thread.
 */
struct os_watch;

/* ERR_LIMIT where the system has no room for one more, ERR_UNSUPPORTED where it has none
 * at all: then only looking from time to time is left. */
enum err_code os_watch_new(struct os_watch **out, struct err *err) ERR_CHECKED;
void os_watch_free(struct os_watch *w);

/* Entries of the folder, not what is below those that are folders. A folder may be added
 * again, and one that is gone is taken off by itself. ERR_LIMIT, ERR_NOT_FOUND. */
enum err_code os_watch_add(struct os_watch *w, const char *folder,
                           struct err *err) ERR_CHECKED;
/* Waits until something has changed since the last call, the time is over or a signal
 * came; NULL only waits. */
enum err_code os_watch_wait(struct os_watch *w, uint64_t timeout_ms, bool *changed,
                            struct err *err) ERR_CHECKED;

#endif
