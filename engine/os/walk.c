// SPDX-License-Identifier: Apache-2.0
#include "os/walk.h"

#include "os/os_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* As much as glibc asks for at a time. */
enum { LIST_BYTES = 32768 };

enum err_code os_dir_open(struct os_dir *out, const struct os_dir *parent,
                          const char *name, struct err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = parent == NULL ? open(name, flags)
	                        : openat(parent->fd, name, flags | O_NOFOLLOW);

	if (fd < 0)
		return os_fail(err, "open folder", name);
	out->fd = fd;
	return ERR_OK;
}

void os_dir_close(struct os_dir *d)
{
	if (d->fd >= 0)
		(void)close(d->fd);
	d->fd = -1;
}

bool os_dir_tells_changes(const struct os_dir *d)
{
	struct statfs fs;

	if (fstatfs(d->fd, &fs) != 0)
		return false;
	switch ((unsigned long)fs.f_type) {
	case BTRFS_SUPER_MAGIC:
	case EXT4_SUPER_MAGIC: /* and its forerunners */
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case XFS_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}

/* Not every file system tells the type with the name. */
static enum os_type entry_type(int fd, unsigned char type, const char *name)
{
	struct stat st;

	switch (type) {
	case DT_REG:
		return OS_FILE;
	case DT_DIR:
		return OS_DIR;
	case DT_LNK:
		return OS_LINK;
	case DT_UNKNOWN:
		break;
	default:
		return OS_OTHER;
	}
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return OS_NONE;
	return os_type_from_mode(st.st_mode);
}

static bool is_self_or_parent(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

enum err_code os_dir_each(const struct os_dir *d, os_visit *visit, void *context,
                          struct err *err)
{
	enum err_code rc = ERR_OK;
	DIR *stream;
	/* A descriptor of its own: the stream moves the offset and closes what it is
	 * given. */
	int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open folder");
	stream = fdopendir(fd);
	if (stream == NULL) {
		rc = err_sys(err, "read folder");
		(void)close(fd);
		return rc;
	}
	while (rc == ERR_OK) {
		const struct dirent *e;
		struct os_entry entry;

		errno = 0;
		e = readdir(stream);
		if (e == NULL) {
			if (errno != 0)
				rc = err_sys(err, "read folder");
			break;
		}
		if (is_self_or_parent(e->d_name))
			continue;
		entry.name = e->d_name;
		entry.type = entry_type(fd, e->d_type, e->d_name);
		rc = visit(&entry, context, err);
	}
	(void)closedir(stream);
	return rc;
}

/* What one call gave. */
static enum err_code each_of(int fd, const char *bytes, size_t len, os_visit *visit,
                             void *context, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t at = 0; at < len && rc == ERR_OK;) {
		const struct dirent64 *e = (const void *)(bytes + at);
		struct os_entry entry = { .name = e->d_name };

		at += e->d_reclen;
		if (is_self_or_parent(entry.name))
			continue;
		entry.type = entry_type(fd, e->d_type, entry.name);
		rc = visit(&entry, context, err);
	}
	return rc;
}

enum err_code os_dir_each_once(const struct os_dir *d, os_visit *visit, void *context,
                               struct err *err)
{
	_Alignas(struct dirent64) char bytes[LIST_BYTES];
	enum err_code rc = ERR_OK;
	ssize_t n = 1;

	if (lseek(d->fd, 0, SEEK_SET) != 0)
		return err_sys(err, "read folder");
	while (rc == ERR_OK && n > 0) {
		n = getdents64(d->fd, bytes, sizeof(bytes));
		if (n < 0)
			return err_sys(err, "read folder");
		rc = each_of(d->fd, bytes, (size_t)n, visit, context, err);
	}
	return rc;
}

enum err_code os_dir_read(const struct os_dir *d, const char *name, uint64_t max,
                          struct buf *out, struct os_stat *st, struct err *err)
{
	return os_dir_read_on(d, name, max, NULL, out, st, err);
}

enum err_code os_dir_read_on(const struct os_dir *d, const char *name, uint64_t max,
                             os_read_on *read_on, struct buf *out, struct os_stat *st,
                             struct err *err)
{
	enum err_code rc;
	int fd = openat(d->fd, name,
	                O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);

	buf_clear(out);
	/* ELOOP: the last name is a link. ENXIO: a socket. */
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return os_refuse(err, ERR_UNSUPPORTED, name, "not a regular file");
	if (fd < 0)
		return os_fail(err, "open", name);
	rc = os_read_fd_on(fd, name, max, read_on, out, st, err);
	(void)close(fd);
	return rc;
}
