// SPDX-License-Identifier: Apache-2.0
#ifndef OS_META_SET_H
#define OS_META_SET_H

#include "os/meta.h"

/*
 * The restore side: making files and giving them what os/meta.h reads, through
 * descriptors. Names are single names below an open folder; nothing here follows a link
 * at a name, so nothing leads out of the folder that a restore began in. New files are
 * for their maker alone (0600, 0700) until os_attributes_set.
 */

enum os_open_mode {
	OS_OPEN_READ,
	OS_OPEN_WRITE, /* and read; content is kept */
	OS_OPEN_FOLDER,
	OS_OPEN_HANDLE, /* as os_open_handle */
};

/*
 * Opens what is at a relative path of any length below the folder `root`. No link on the
 * way is followed, nor one at the end but as a handle; a path that would leave `root`
 * ("..", a leading slash) is refused (ERR_USAGE). ERR_UNSUPPORTED where a link is in the
 * way or at the end, or something else where a folder should be. A FIFO does not block.
 */
enum err_code os_open_beneath(int root, const char *path, enum os_open_mode mode, int *fd,
                              struct err *err) ERR_CHECKED;

/* Each of these refuses with ERR_EXISTS where something has the name already. */
enum err_code os_make_file(int dir, const char *name, int *fd,
                           struct err *err) ERR_CHECKED;
enum err_code os_make_folder(int dir, const char *name, struct err *err) ERR_CHECKED;
enum err_code os_make_link(int dir, const char *name, const char *target,
                           struct err *err) ERR_CHECKED;
/* A FIFO, socket or device; the numbers are for devices. */
enum err_code os_make_node(int dir, const char *name, enum os_kind kind, uint32_t major,
                           uint32_t minor, struct err *err) ERR_CHECKED;
/* Another name for what is open, also as a handle. */
enum err_code os_make_hard_link(int fd, int dir, const char *name,
                                struct err *err) ERR_CHECKED;

/* Takes the place of whatever `to` was, unless that is a folder with content. */
enum err_code os_rename_at(int dir, const char *from, const char *to,
                           struct err *err) ERR_CHECKED;
/* The same for a name that nothing has: ERR_EXISTS. */
enum err_code os_rename_new_at(int dir, const char *from, const char *to,
                               struct err *err) ERR_CHECKED;
/* A missing name is fine. Folders must be empty. */
enum err_code os_remove_at(int dir, const char *name, struct err *err) ERR_CHECKED;

enum err_code os_write_at(int fd, struct span data, uint64_t offset,
                          struct err *err) ERR_CHECKED;
enum err_code os_set_size(int fd, uint64_t size, struct err *err) ERR_CHECKED;
/* Reserves room, where the file system can; a full disk is told here, before writing. The
 * size stays. */
enum err_code os_reserve(int fd, uint64_t offset, uint64_t length,
                         struct err *err) ERR_CHECKED;
/* Makes a hole of what is within the file's size, or zeros where there are no holes. */
enum err_code os_make_hole(int fd, uint64_t offset, uint64_t length,
                           struct err *err) ERR_CHECKED;

/* What a file is given. Links have no permissions; only files and folders have flags. */
struct os_attributes {
	enum os_kind kind;
	uint32_t perm; /* 12 bits */
	uint32_t uid;
	uint32_t gid;
	struct os_time mtime;
	const struct os_xattr *xattrs; /* names followed by a NUL */
	size_t xattr_count;
	uint32_t flags; /* of OS_FLAGS_KEPT */
	uint32_t project;
};

enum os_item {
	OS_ITEM_OWNER,
	OS_ITEM_XATTR,
	OS_ITEM_MODE,
	OS_ITEM_TIME,
	OS_ITEM_PROJECT,
	OS_ITEM_FLAGS,
};

/* "owner", "attribute", "permissions", "time", "project", "flags" */
const char *os_item_name(enum os_item item);

/* Told of each item that could not be set; `detail` is the name of an attribute or "". */
typedef void os_set_fault(enum os_item item, const char *detail, const struct err *err,
                          void *context);

/*
 * Gives what is open (links and nodes: as a handle) its attributes in the order that
 * keeps them: owner, attributes, permissions, time, project, flags. Every item is tried;
 * the result is the number that failed, each told to `fault` (may be NULL). Where the
 * owner could not be set, the set-user-id and set-group-id bits that would now speak for
 * somebody else are left out and count as failed permissions. Attributes of user,
 * trusted, ACLs and capabilities that are not wanted are removed. What is so already is
 * left alone: where nothing differs, not even the change time is another.
 */
size_t os_attributes_set(int fd, const struct os_attributes *want, os_set_fault *fault,
                         void *context);

/* The flags alone: an immutable file must lose them before it can be changed. */
enum err_code os_flags_set(int fd, uint32_t flags, struct err *err) ERR_CHECKED;

#endif
