// SPDX-License-Identifier: Apache-2.0
#include "os/dir.h"

#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

enum err_code os_dir_mkdir(const struct os_dir *d, const char *name, uint32_t mode,
                           struct err *err)
{
	if (mkdirat(d->fd, name, mode) != 0)
		return os_fail(err, "create folder", name);
	return ERR_OK;
}

enum err_code os_dir_rmdir(const struct os_dir *d, const char *name, struct err *err)
{
	if (unlinkat(d->fd, name, AT_REMOVEDIR) != 0)
		return os_fail(err, "remove folder", name);
	return ERR_OK;
}

enum err_code os_dir_unlink(const struct os_dir *d, const char *name, struct err *err)
{
	if (unlinkat(d->fd, name, 0) != 0)
		return os_fail(err, "remove", name);
	return ERR_OK;
}

enum err_code os_dir_link(const struct os_dir *from_dir, const char *from,
                          const struct os_dir *to_dir, const char *to, struct err *err)
{
	if (linkat(from_dir->fd, from, to_dir->fd, to, 0) == 0)
		return ERR_OK;
	if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS)
		return os_refuse(err, ERR_UNSUPPORTED, to,
		                 "the file system makes no hard links here");
	return os_fail(err, "link", to);
}

enum err_code os_dir_rename(const struct os_dir *from_dir, const char *from,
                            const struct os_dir *to_dir, const char *to, struct err *err)
{
	if (renameat(from_dir->fd, from, to_dir->fd, to) == 0)
		return ERR_OK;
	if (errno == ENOTEMPTY)
		errno = EEXIST;
	return os_fail(err, "rename to", to);
}

enum err_code os_dir_sync(const struct os_dir *d, struct err *err)
{
	if (fsync(d->fd) == 0)
		return ERR_OK;
	/* Some file systems cannot sync a folder, and one that is read-only has nothing
	 * to. */
	if (errno == EINVAL || errno == EOPNOTSUPP || errno == EROFS)
		return ERR_OK;
	return err_sys(err, "sync folder");
}

enum err_code os_dir_lock(const struct os_dir *d, struct err *err)
{
	while (flock(d->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			return err_set(err, ERR_LOCKED,
			               "another program holds the folder");
		if (errno != EINTR)
			return err_sys(err, "lock the folder");
	}
	return ERR_OK;
}

enum err_code os_dir_stat(const struct os_dir *d, const char *name, struct os_stat *out,
                          struct err *err)
{
	struct stat st;

	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return os_fail(err, "look at", name);
	os_stat_from(out, &st);
	return ERR_OK;
}

enum err_code os_file_open(struct os_file *out, const struct os_dir *d, const char *name,
                           struct err *err)
{
	struct stat st;
	enum err_code rc = ERR_OK;
	const int fd = openat(d != NULL ? d->fd : AT_FDCWD, name,
	                      O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);

	/* ELOOP: the name is a link. ENXIO: a socket. */
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return os_refuse(err, ERR_UNSUPPORTED, name, "not a regular file");
	if (fd < 0)
		return os_fail(err, "open", name);
	if (fstat(fd, &st) != 0)
		rc = os_fail(err, "look at", name);
	else if (!S_ISREG(st.st_mode))
		rc = os_refuse(err, ERR_UNSUPPORTED, name, "not a regular file");
	if (rc != ERR_OK) {
		(void)close(fd);
		return rc;
	}
	out->fd = fd;
	return ERR_OK;
}

void os_file_close(struct os_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
}

enum err_code os_file_size(const struct os_file *f, uint64_t *out, struct err *err)
{
	struct stat st;

	if (fstat(f->fd, &st) != 0)
		return err_sys(err, "look at a file");
	*out = (uint64_t)st.st_size;
	return ERR_OK;
}

enum err_code os_file_read_at(const struct os_file *f, uint64_t offset, size_t len,
                              void *out, size_t *got, struct err *err)
{
	char *at = out;

	*got = 0;
	if (offset > INT64_MAX - (uint64_t)len)
		return ERR_OK; /* no file reaches there */
	while (*got < len) {
		const ssize_t n =
			pread(f->fd, at + *got, len - *got, (off_t)(offset + *got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return ERR_OK;
}
