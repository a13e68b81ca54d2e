// SPDX-License-Identifier: Apache-2.0
#ifndef OS_FS_H
#define OS_FS_H

#include "base/buf.h"

#include <stdint.h>

struct cancel;

/*
 * Files. Paths are bytes. Everything opens close-on-exec. Messages name the path,
 * escaped.
 */

enum os_type { OS_NONE, OS_FILE, OS_DIR, OS_LINK, OS_OTHER };

struct os_stat {
	enum os_type type;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns; /* when anything of it was last changed, its times included */
	uint32_t mode;    /* permission bits */
	uint64_t dev;
	uint64_t ino;
};

/* Joins with one '/', into an empty or cleared buffer. */
void os_join(struct buf *out, const char *dir, const char *name);

/* Does not follow a link at the end. ERR_NOT_FOUND if there is nothing. */
enum err_code os_lstat(const char *path, struct os_stat *st, struct err *err) ERR_CHECKED;
/* Of the file that this program was started from. ERR_UNSUPPORTED where the system does
 * not tell. */
enum err_code os_program_stat(struct os_stat *st, struct err *err) ERR_CHECKED;
/* Type after following links; OS_NONE if missing or unreadable. */
enum os_type os_type_of(const char *path);
bool os_is_executable(const char *path);

/*
 * Reads a regular file whole (append to `out`). Opens non-blocking and refuses what is
 * not a regular file (ERR_UNSUPPORTED), so a FIFO cannot hang it. ERR_LIMIT if larger
 * than `max`.
 */
enum err_code os_read_file(const char *path, uint64_t max, struct buf *out,
                           struct err *err) ERR_CHECKED;

/*
 * The same of a secret, which may also come through a pipe, as by /dev/fd/63 of a shell's
 * <(command) or from a FIFO: to its end. Waits for whoever writes there, until `cancel`.
 */
enum err_code os_read_secret(const char *path, uint64_t max, struct buf *out,
                             const struct cancel *cancel, struct err *err) ERR_CHECKED;

/* The last `max` bytes of a regular file, all of a shorter one (append to `out`); refuses
 * what os_read_file refuses. */
enum err_code os_read_tail(const char *path, size_t max, struct buf *out,
                           struct err *err) ERR_CHECKED;

/* Atomic and durable: temporary file beside it, write, fsync, rename, fsync of the
 * folder. A crash leaves the old file or the new one. */
enum err_code os_write_atomic(const char *path, struct span data, uint32_t mode,
                              struct err *err) ERR_CHECKED;

/* The same for one of many files: atomic, but durable only when os_sync has returned for
 * the file and for its folder. Until then a crash of the system may leave it empty. */
enum err_code os_write_later(const char *path, struct span data, uint32_t mode,
                             struct err *err) ERR_CHECKED;
/* Returns when what is in a file, or which names are in a folder, is on the disk. A link
 * is refused. */
enum err_code os_sync(const char *path, struct err *err) ERR_CHECKED;
/* Returns when the name itself is: of the folder that it is in, which a link may name. */
enum err_code os_sync_parent(const char *path, struct err *err) ERR_CHECKED;

/* Bytes from a pipe or terminal as soon as there are any; none at its end. Stops with
 * ERR_CANCELLED while it waits. `shown` is for messages. */
enum err_code os_read_some(int fd, const char *shown, void *out, size_t len, size_t *got,
                           const struct cancel *cancel, struct err *err) ERR_CHECKED;
/* Creates the folder and its parents; existing is fine. */
enum err_code os_mkdirs(const char *path, uint32_t mode, struct err *err) ERR_CHECKED;
/* Removes a file or a whole folder tree, never following links; missing is fine. */
enum err_code os_remove_tree(const char *path, struct err *err) ERR_CHECKED;
/* A new private folder "prefixXXXXXX" below `parent` (NULL: the system's temporary
 * folder). */
enum err_code os_mkdtemp(const char *parent, const char *prefix, struct buf *out,
                         struct err *err) ERR_CHECKED;
/* Absolute path with links resolved. */
enum err_code os_realpath(const char *path, struct buf *out, struct err *err) ERR_CHECKED;
enum err_code os_cwd(struct buf *out, struct err *err) ERR_CHECKED;
/* Copies a tree: files (with permission bits and times, by reflink where the system can),
 * folders, links as links. `keep` (may be NULL) says whether the relative path comes
 * along. */
typedef bool os_keep(const char *relative, enum os_type type, void *context);
enum err_code os_copy_tree(const char *from, const char *to, os_keep *keep, void *context,
                           struct err *err) ERR_CHECKED;
/* The same of the one entry `name` of a folder, into another, where there is none yet. */
enum err_code os_copy_entry(const char *from_dir, const char *to_dir, const char *name,
                            struct err *err) ERR_CHECKED;
/* Writes all of it to a descriptor, over short writes and EINTR. */
enum err_code os_write_all(int fd, struct span data, struct err *err) ERR_CHECKED;

/* Finds a program in PATH ("git" -> "/usr/bin/git"); a name with '/' is checked as it is.
 * False if there is none. */
bool os_find_program(const char *name, struct buf *out);

size_t os_processors(void);
/* Bytes of memory of the machine; UINT64_MAX if that cannot be found out. */
uint64_t os_memory(void);
/* Value of an environment variable, NULL when unset or empty. */
const char *os_env(const char *name);

#endif
