// SPDX-License-Identifier: Apache-2.0
#ifndef OS_WALK_H
#define OS_WALK_H

#include "base/buf.h"
#include "base/cancel.h"
#include "os/fs.h"

/*
 * Reading one folder at a time relative to an open descriptor (openat, O_NOFOLLOW), so
 * that no path length limit and no swapped link can lead astray. The parallel scanner
 * walk and the copy are built on this.
 */

struct os_entry {
	const char *name;  /* borrowed, valid during the call */
	enum os_type type; /* links are OS_LINK, never followed */
};

/* A folder held open by its descriptor. */
struct os_dir {
	int fd;
};

/* Opens relative to `parent` (NULL: by path). Refuses links at the last name unless by
 * path. */
enum err_code os_dir_open(struct os_dir *out, const struct os_dir *parent,
                          const char *name, struct err *err) ERR_CHECKED;
void os_dir_close(struct os_dir *d);

/* Is it on a file system where adding, removing or renaming an entry always gives the
 * folder another mtime and ctime? One of the network or of some other program's making
 * need not; an overlay shows the times of the upper folder, and entries of the lower. */
bool os_dir_tells_changes(const struct os_dir *d);

/* Calls `visit` for every entry except . and .., in directory order; a code other than
 * ERR_OK stops and is returned. */
typedef enum err_code os_visit(const struct os_entry *entry, void *context,
                               struct err *err);
enum err_code os_dir_each(const struct os_dir *d, os_visit *visit, void *context,
                          struct err *err) ERR_CHECKED;

/* The same with the descriptor itself, whose offset moves: for a folder that one thread
 * alone lists. Saves opening it twice. */
enum err_code os_dir_each_once(const struct os_dir *d, os_visit *visit, void *context,
                               struct err *err) ERR_CHECKED;

/*
 * Reads a regular file below the folder into `out` (cleared first, memory reused), never
 * blocking on a FIFO and never following a link. ERR_LIMIT above `max`, ERR_UNSUPPORTED
 * for what is not a regular file. `st` may be NULL.
 */
enum err_code os_dir_read(const struct os_dir *d, const char *name, uint64_t max,
                          struct buf *out, struct os_stat *st,
                          struct err *err) ERR_CHECKED;

/* Of a file longer than this, its first bytes can be all that is read. */
enum { OS_READ_HEAD = 64 << 10 };

/* Does the caller want what is behind these first bytes, OS_READ_HEAD of them or fewer?
 */
typedef bool os_read_on(struct span head);
/* os_dir_read, which stops where `read_on` says so: st->size tells how much there is. */
enum err_code os_dir_read_on(const struct os_dir *d, const char *name, uint64_t max,
                             os_read_on *read_on, struct buf *out, struct os_stat *st,
                             struct err *err) ERR_CHECKED;

#endif
