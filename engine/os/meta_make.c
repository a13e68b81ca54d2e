// SPDX-License-Identifier: Apache-2.0
#include "os/meta_internal.h"
#include "os/meta_set.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Nobody else may look until the attributes are set. */
enum { FILE_MODE = 0600, FOLDER_MODE = 0700, ZEROS = 65536 };

enum err_code os_make_file(int dir, const char *name, int *fd, struct err *err)
{
	*fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	             FILE_MODE);
	return *fd < 0 ? os_fail(err, "make file", name) : ERR_OK;
}

enum err_code os_make_folder(int dir, const char *name, struct err *err)
{
	return mkdirat(dir, name, FOLDER_MODE) != 0 ? os_fail(err, "make folder", name)
	                                            : ERR_OK;
}

enum err_code os_make_link(int dir, const char *name, const char *target, struct err *err)
{
	return symlinkat(target, dir, name) != 0 ? os_fail(err, "make link", name)
	                                         : ERR_OK;
}

static mode_t type_of_node(enum os_kind kind)
{
	switch (kind) {
	case OS_KIND_FIFO:
		return S_IFIFO;
	case OS_KIND_CHARACTER:
		return S_IFCHR;
	case OS_KIND_BLOCK:
		return S_IFBLK;
	case OS_KIND_SOCKET:
		return S_IFSOCK;
	case OS_KIND_FILE:
	case OS_KIND_FOLDER:
	case OS_KIND_LINK:
		break;
	}
	return 0;
}

enum err_code os_make_node(int dir, const char *name, enum os_kind kind, uint32_t major,
                           uint32_t minor, struct err *err)
{
	const mode_t type = type_of_node(kind);
	const bool device = type == S_IFCHR || type == S_IFBLK;
	const dev_t number = device ? makedev(major, minor) : 0;

	if (type == 0)
		return os_refuse(err, ERR_USAGE, name, "not a FIFO, socket or device");
	/* As an ordinary file system would: what comes back must be what was asked for.
	 */
	if (device && (gnu_dev_major(number) != major || gnu_dev_minor(number) != minor))
		return os_refuse(err, ERR_UNSUPPORTED, name, "no such device number");
	if (mknodat(dir, name, type | FILE_MODE, number) != 0)
		return os_fail(err, device ? "make device" : "make", name);
	return ERR_OK;
}

enum err_code os_make_hard_link(int fd, int dir, const char *name, struct err *err)
{
	char path[OS_FD_PATH];

	os_fd_path(path, fd);
	if (linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) == 0)
		return ERR_OK;
	/* Without /proc; only root may do it so. */
	if (errno == ENOENT && linkat(fd, "", dir, name, AT_EMPTY_PATH) == 0)
		return ERR_OK;
	return os_fail(err, "make hard link", name);
}

enum err_code os_rename_at(int dir, const char *from, const char *to, struct err *err)
{
	return renameat(dir, from, dir, to) != 0 ? os_fail(err, "rename to", to) : ERR_OK;
}

enum err_code os_rename_new_at(int dir, const char *from, const char *to, struct err *err)
{
	if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return ERR_OK;
	if (errno != EINVAL && errno != ENOSYS)
		return os_fail(err, "rename to", to);
	/* Not every file system can; a link refuses just as well. */
	if (linkat(dir, from, dir, to, 0) == 0)
		return os_remove_at(dir, from, err);
	if (errno == EEXIST || (errno != EPERM && errno != EOPNOTSUPP))
		return os_fail(err, "rename to", to);
	if (faccessat(dir, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return os_fail(err, "rename to", to);
	}
	return os_rename_at(dir, from, to, err);
}

enum err_code os_remove_at(int dir, const char *name, struct err *err)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return ERR_OK;
	if (errno == EISDIR &&
	    (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT))
		return ERR_OK;
	return os_fail(err, "remove", name);
}

static bool is_in_file(uint64_t offset, uint64_t length)
{
	return offset <= INT64_MAX && length <= INT64_MAX - offset;
}

static enum err_code too_far(struct err *err)
{
	return err_set(err, ERR_LIMIT, "past what a file can have");
}

enum err_code os_write_at(int fd, struct span data, uint64_t offset, struct err *err)
{
	if (!is_in_file(offset, data.len))
		return too_far(err);
	while (data.len > 0) {
		const ssize_t n = pwrite(fd, data.ptr, data.len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "write");
		data = span_from(data, (size_t)n);
		offset += (uint64_t)n;
	}
	return ERR_OK;
}

enum err_code os_set_size(int fd, uint64_t size, struct err *err)
{
	if (!is_in_file(size, 0))
		return too_far(err);
	return ftruncate(fd, (off_t)size) != 0 ? err_sys(err, "set the size") : ERR_OK;
}

static bool is_not_for_this_file_system(int error)
{
	return error == EOPNOTSUPP || error == ENOSYS;
}

enum err_code os_reserve(int fd, uint64_t offset, uint64_t length, struct err *err)
{
	if (!is_in_file(offset, length))
		return too_far(err);
	if (length == 0 ||
	    fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length) == 0)
		return ERR_OK;
	return is_not_for_this_file_system(errno) ? ERR_OK : err_sys(err, "reserve room");
}

enum err_code os_make_hole(int fd, uint64_t offset, uint64_t length, struct err *err)
{
	static const char zeros[ZEROS];
	enum err_code rc = ERR_OK;

	if (!is_in_file(offset, length))
		return too_far(err);
	if (length == 0 || fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
	                             (off_t)offset, (off_t)length) == 0)
		return ERR_OK;
	if (!is_not_for_this_file_system(errno))
		return err_sys(err, "make a hole");
	while (length > 0 && rc == ERR_OK) {
		const size_t n = length < ZEROS ? (size_t)length : ZEROS;

		rc = os_write_at(fd, span_of(zeros, n), offset, err);
		offset += n;
		length -= n;
	}
	return rc;
}
