// SPDX-License-Identifier: Apache-2.0
#ifndef OS_META_H
#define OS_META_H

#include "base/buf.h"

#include <stdint.h>

/*
 * All that a backup must know of a file, read through descriptors: names are single names
 * below an open folder, so neither a swapped link nor a path longer than the system's
 * limit leads astray. Nothing here follows a link or waits for a FIFO. Messages name what
 * was asked for by `name`, escaped. What is set again is in os/meta_set.h.
 */

/* The numbers are those of docs/format.md, section 10. */
enum os_kind {
	OS_KIND_FILE = 1,
	OS_KIND_FOLDER = 2,
	OS_KIND_LINK = 3,
	OS_KIND_FIFO = 4,
	OS_KIND_CHARACTER = 5,
	OS_KIND_BLOCK = 6,
	OS_KIND_SOCKET = 7,
};

struct os_time {
	int64_t s;
	uint32_t ns; /* below 10^9; before 1970 too it counts forward from s */
};

struct os_meta {
	enum os_kind kind;
	uint32_t perm; /* 12 bits */
	uint32_t uid;
	uint32_t gid;
	uint64_t size;
	uint64_t allocated; /* bytes; below size where there may be holes */
	struct os_time mtime;
	struct os_time ctime;
	struct os_time btime;
	bool has_btime;
	uint64_t dev;
	uint64_t ino;
	uint64_t nlink;
	uint32_t rdev_major; /* devices */
	uint32_t rdev_minor;
};

int os_time_cmp(struct os_time a, struct os_time b);

/* Of a name below the folder `dir` (a descriptor; AT_FDCWD for the current one). The
 * errors are err_sys's; ERR_UNSUPPORTED for a kind of file that is none of the above. */
enum err_code os_meta_at(int dir, const char *name, struct os_meta *out,
                         struct err *err) ERR_CHECKED;
/* Of what is open; `name` is for messages. */
enum err_code os_meta_of(int fd, const char *name, struct os_meta *out,
                         struct err *err) ERR_CHECKED;

/*
 * Opens a file to read it, without touching its access time where the system allows that.
 * What was a file a moment ago may be a FIFO or a device by now: ask os_meta_of before
 * reading. ERR_UNSUPPORTED for a link or socket.
 */
enum err_code os_open_file(int dir, const char *name, int *fd,
                           struct err *err) ERR_CHECKED;
/* The same for a folder, to list it and to name what is in it. */
enum err_code os_open_folder(int dir, const char *name, int *fd,
                             struct err *err) ERR_CHECKED;
/* Holds whatever it is, a link itself too, without reading rights. */
enum err_code os_open_handle(int dir, const char *name, int *fd,
                             struct err *err) ERR_CHECKED;
/* A folder by a path as a user gives it: of any length, links followed. */
enum err_code os_open_folder_path(const char *path, int *fd, struct err *err) ERR_CHECKED;
/* The same for a folder on the way to another: a handle, if it may be passed but not
 * listed. */
enum err_code os_open_passage(const char *path, int *fd, struct err *err) ERR_CHECKED;
/* -1 is fine. */
void os_close(int *fd);

/* Up to `len` bytes from `offset`; fewer only at the end of the file. */
enum err_code os_read_at(int fd, void *out, size_t len, uint64_t offset, size_t *got,
                         struct err *err) ERR_CHECKED;
/* The target of a link into `out` (cleared); ERR_USAGE for what is not a link. */
enum err_code os_read_link(int dir, const char *name, struct buf *out,
                           struct err *err) ERR_CHECKED;

struct os_extent {
	uint64_t offset;
	uint64_t length;
};

/*
 * The next part with data from `from` on, cut at `size`; length 0 when only a hole is
 * left. All is data where the file system cannot tell. Moves the descriptor's offset.
 */
enum err_code os_next_extent(int fd, uint64_t from, uint64_t size, struct os_extent *out,
                             struct err *err) ERR_CHECKED;

struct os_xattr {
	struct span name; /* also followed by a NUL */
	struct span value;
};

/* A file's extended attributes, ascending by name; ACLs are among them. The spans live
 * until the next load or fini. Zeroed = empty. */
struct os_xattrs {
	struct os_xattr *list;
	size_t count;
	size_t cap;
	struct buf names;
	struct buf values;
};

void os_xattrs_fini(struct os_xattrs *x);
/*
 * Of what is open, also as a handle. A file system without attributes has none. An
 * attribute that cannot be read is left out, and the first such error returned after the
 * rest was read.
 */
enum err_code os_xattrs_load(struct os_xattrs *x, int fd, const char *name,
                             struct err *err) ERR_CHECKED;

/*
 * The inode flags that a user can set (of FS_IOC_GETFLAGS) and the project id of an open
 * file or folder; 0 where the file system has none.
 */
#define OS_FLAGS_KEPT 0x6283C4FFu
void os_flags_get(int fd, uint32_t *flags, uint32_t *project);

#endif
