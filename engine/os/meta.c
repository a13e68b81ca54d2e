// SPDX-License-Identifier: Apache-2.0
#include "os/meta.h"

#include "os/meta_internal.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a link has room for at first, and what no link exceeds. */
enum { TARGET_FIRST = 256, TARGET_MAX = 1 << 16 };

int os_time_cmp(struct os_time a, struct os_time b)
{
	if (a.s != b.s)
		return a.s < b.s ? -1 : 1;
	return (a.ns > b.ns) - (a.ns < b.ns);
}

static struct os_time time_from(struct statx_timestamp t)
{
	return (struct os_time){ t.tv_sec, t.tv_nsec };
}

/* 0 for what a backup has no word for. */
static enum os_kind kind_from(unsigned mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return OS_KIND_FILE;
	case S_IFDIR:
		return OS_KIND_FOLDER;
	case S_IFLNK:
		return OS_KIND_LINK;
	case S_IFIFO:
		return OS_KIND_FIFO;
	case S_IFCHR:
		return OS_KIND_CHARACTER;
	case S_IFBLK:
		return OS_KIND_BLOCK;
	case S_IFSOCK:
		return OS_KIND_SOCKET;
	default:
		return 0;
	}
}

static enum err_code meta_from(const struct statx *st, const char *name,
                               struct os_meta *out, struct err *err)
{
	const unsigned permission_bits = 07777;
	const unsigned block = 512;

	out->kind = kind_from(st->stx_mode);
	if (out->kind == 0)
		return os_refuse(err, ERR_UNSUPPORTED, name, "an unknown kind of file");
	out->perm = st->stx_mode & permission_bits;
	out->uid = st->stx_uid;
	out->gid = st->stx_gid;
	out->size = st->stx_size;
	out->allocated = st->stx_blocks * block;
	out->mtime = time_from(st->stx_mtime);
	out->ctime = time_from(st->stx_ctime);
	out->btime = time_from(st->stx_btime);
	out->has_btime = (st->stx_mask & STATX_BTIME) != 0;
	out->dev = (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor;
	out->ino = st->stx_ino;
	out->nlink = st->stx_nlink;
	out->rdev_major = st->stx_rdev_major;
	out->rdev_minor = st->stx_rdev_minor;
	return ERR_OK;
}

static enum err_code look(int dir, const char *path, int flags, const char *name,
                          struct os_meta *out, struct err *err)
{
	struct statx st;

	if (statx(dir, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
	          &st) != 0)
		return os_fail(err, "look at", name);
	return meta_from(&st, name, out, err);
}

enum err_code os_meta_at(int dir, const char *name, struct os_meta *out, struct err *err)
{
	return look(dir, name, AT_SYMLINK_NOFOLLOW, name, out, err);
}

enum err_code os_meta_of(int fd, const char *name, struct os_meta *out, struct err *err)
{
	return look(fd, "", AT_EMPTY_PATH, name, out, err);
}

/* O_NOATIME is for the owner and root only. */
static int open_quietly(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = openat(dir, name, flags);
	return fd;
}

enum err_code os_open_file(int dir, const char *name, int *fd, struct err *err)
{
	*fd = open_quietly(dir, name,
	                   O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	/* ELOOP: a link. ENXIO: a socket. */
	if (*fd < 0 && (errno == ELOOP || errno == ENXIO))
		return os_refuse(err, ERR_UNSUPPORTED, name, "not a regular file");
	return *fd < 0 ? os_fail(err, "open", name) : ERR_OK;
}

enum err_code os_open_folder(int dir, const char *name, int *fd, struct err *err)
{
	*fd = open_quietly(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? os_fail(err, "open folder", name) : ERR_OK;
}

bool os_is_handle(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_PATH) != 0;
}

enum err_code os_open_handle(int dir, const char *name, int *fd, struct err *err)
{
	*fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? os_fail(err, "open", name) : ERR_OK;
}

void os_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Keeps errno. */
static void close_kept(int *fd)
{
	const int was = errno;

	os_close(fd);
	errno = was;
}

/* How much of `path` one call can take: all, or up to the last slash that fits. 0 when a
 * single name is too long. */
static size_t piece_len(const char *path, size_t len)
{
	if (len < PATH_MAX)
		return len;
	len = PATH_MAX - 1;
	while (len > 0 && path[len] != '/')
		len--;
	return len;
}

/* The last piece is opened with `flags`; those before need only be passed. -1 with errno.
 */
static int open_long(const char *path, int flags)
{
	char piece[PATH_MAX];
	const char *rest = path;
	size_t left = strlen(path);
	int at = AT_FDCWD;

	do {
		const size_t n = piece_len(rest, left);
		const int how = n == left ? flags : O_PATH;
		int last = at;

		memcpy(piece, rest, n);
		piece[n] = '\0';
		at = open_quietly(last, piece, how | O_DIRECTORY | O_CLOEXEC);
		if (last != AT_FDCWD)
			close_kept(&last);
		if (at < 0)
			return -1;
		rest += n;
		left -= n;
		/* A piece that begins with a slash would begin at the root. */
		while (left > 0 && *rest == '/') {
			rest++;
			left--;
		}
	} while (left > 0);
	return at;
}

enum err_code os_open_folder_path(const char *path, int *fd, struct err *err)
{
	*fd = open_long(path, O_RDONLY);
	return *fd < 0 ? os_fail(err, "open folder", path) : ERR_OK;
}

enum err_code os_open_passage(const char *path, int *fd, struct err *err)
{
	*fd = open_long(path, O_RDONLY);
	if (*fd < 0 && errno == EACCES)
		*fd = open_long(path, O_PATH);
	return *fd < 0 ? os_fail(err, "open folder", path) : ERR_OK;
}

enum err_code os_read_at(int fd, void *out, size_t len, uint64_t offset, size_t *got,
                         struct err *err)
{
	*got = 0;
	if (offset > INT64_MAX || len > INT64_MAX - offset)
		return err_set(err, ERR_LIMIT, "read past what a file can have");
	while (*got < len) {
		const ssize_t n =
			pread(fd, (char *)out + *got, len - *got, (off_t)(offset + *got));

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

enum err_code os_read_link(int dir, const char *name, struct buf *out, struct err *err)
{
	size_t room = TARGET_FIRST;

	for (;;) {
		ssize_t n;

		buf_clear(out);
		if (!buf_reserve(out, room))
			return err_nomem(err);
		n = readlinkat(dir, name, out->ptr, room);
		if (n < 0 && errno == EINVAL)
			return os_refuse(err, ERR_USAGE, name, "not a link");
		if (n < 0)
			return os_fail(err, "read link", name);
		if ((size_t)n < room) {
			out->len = (size_t)n;
			out->ptr[n] = '\0';
			return ERR_OK;
		}
		if (room >= TARGET_MAX)
			return os_refuse(err, ERR_LIMIT, name, "the link is too long");
		room *= 4;
	}
}

/* The file system does not tell holes from data. */
static bool is_no_answer(int error)
{
	return error == EINVAL || error == EOPNOTSUPP || error == ENOTTY;
}

enum err_code os_next_extent(int fd, uint64_t from, uint64_t size, struct os_extent *out,
                             struct err *err)
{
	off_t start;
	off_t end;

	out->offset = from;
	out->length = 0;
	if (from >= size || from > INT64_MAX)
		return ERR_OK;
	start = lseek(fd, (off_t)from, SEEK_DATA);
	if (start < 0 && errno == ENXIO)
		return ERR_OK;
	if (start < 0 && is_no_answer(errno)) {
		out->length = size - from;
		return ERR_OK;
	}
	if (start < 0)
		return err_sys(err, "look for data");
	if ((uint64_t)start >= size)
		return ERR_OK;
	end = lseek(fd, start, SEEK_HOLE);
	/* ENXIO: cut off since. What was data is read and found short. */
	if (end < 0 && errno != ENXIO)
		return err_sys(err, "look for a hole");
	out->offset = (uint64_t)start;
	out->length = (end < 0 || (uint64_t)end > size ? size : (uint64_t)end) -
	              (uint64_t)start;
	return ERR_OK;
}

void os_flags_get(int fd, uint32_t *flags, uint32_t *project)
{
	struct fsxattr x = { 0 };
	unsigned value = 0;

	*flags = *project = 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &value) == 0)
		*flags = value & OS_FLAGS_KEPT;
	if (ioctl(fd, FS_IOC_FSGETXATTR, &x) == 0)
		*project = x.fsx_projid;
}
