// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"

#include "base/cancel.h"
#include "base/num.h"
#include "base/str.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns of a path in a message: enough to find it, little enough to leave room for the
 * cause. */
enum { SHOWN_COLUMNS = 240, FIRST_READ = 4096 };

enum err_code os_fail(struct err *err, const char *what, const char *path)
{
	int saved = errno;
	struct buf shown = BUF_INIT;
	enum err_code rc;

	str_display_cut(&shown, span_str(path), SHOWN_COLUMNS);
	errno = saved;
	rc = err_sys(err, "%s %s", what, buf_str(&shown));
	buf_fini(&shown);
	return rc;
}

enum err_code os_refuse(struct err *err, enum err_code code, const char *path,
                        const char *text)
{
	struct buf shown = BUF_INIT;

	str_display_cut(&shown, span_str(path), SHOWN_COLUMNS);
	(void)err_set(err, code, "%s: %s", buf_str(&shown), text);
	buf_fini(&shown);
	return code;
}

void os_join(struct buf *out, const char *dir, const char *name)
{
	size_t len = strlen(dir);

	buf_clear(out);
	buf_put(out, span_of(dir, len));
	if (len > 0 && dir[len - 1] != '/')
		buf_putc(out, '/');
	buf_puts(out, name);
}

enum os_type os_type_from_mode(mode_t mode)
{
	if (S_ISREG(mode))
		return OS_FILE;
	if (S_ISDIR(mode))
		return OS_DIR;
	if (S_ISLNK(mode))
		return OS_LINK;
	return OS_OTHER;
}

/* Times that 64 bits of nanoseconds do not reach (from 2262 on) count as the last one. */
static int64_t nanoseconds(const struct timespec *t)
{
	const int64_t ns_per_s = 1000000000;

	if (t->tv_sec > INT64_MAX / ns_per_s - 1)
		return INT64_MAX;
	if (t->tv_sec < INT64_MIN / ns_per_s + 1)
		return INT64_MIN;
	return (int64_t)t->tv_sec * ns_per_s + t->tv_nsec;
}

void os_stat_from(struct os_stat *out, const struct stat *st)
{
	const mode_t permission_bits = 07777;

	out->type = os_type_from_mode(st->st_mode);
	out->size = (uint64_t)st->st_size;
	out->mtime_ns = nanoseconds(&st->st_mtim);
	out->ctime_ns = nanoseconds(&st->st_ctim);
	out->mode = st->st_mode & permission_bits;
	out->dev = st->st_dev;
	out->ino = st->st_ino;
}

enum err_code os_lstat(const char *path, struct os_stat *out, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return os_fail(err, "look at", path);
	os_stat_from(out, &st);
	return ERR_OK;
}

enum err_code os_program_stat(struct os_stat *out, struct err *err)
{
	struct stat st;

	if (stat("/proc/self/exe", &st) != 0)
		return err_set(err, ERR_UNSUPPORTED,
		               "the program's own file is not known");
	os_stat_from(out, &st);
	return ERR_OK;
}

enum os_type os_type_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? os_type_from_mode(st.st_mode) : OS_NONE;
}

bool os_is_executable(const char *path)
{
	return os_type_of(path) == OS_FILE &&
	       faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

static enum err_code too_large(struct err *err, const char *shown, uint64_t max)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "larger than %" PRIu64 " bytes", max);
	return os_refuse(err, ERR_LIMIT, shown, text);
}

/*
 * Reads to the end or past `max`, or until the first bytes are enough. The size that
 * fstat gave is only where to start: files below /proc say 0, and others grow while they
 * are read.
 */
static enum err_code read_to_end(int fd, const char *shown, uint64_t max, uint64_t size,
                                 os_read_on *read_on, struct buf *out, struct err *err)
{
	const size_t start = out->len;
	size_t room = FIRST_READ;

	if (size > 0 && !num_to_size(size + 1, &room))
		return too_large(err, shown, max);
	if (read_on != NULL && room > OS_READ_HEAD)
		room = OS_READ_HEAD;
	for (;;) {
		ssize_t n;

		if (!buf_reserve(out, room))
			return err_nomem(err);
		n = read(fd, out->ptr + out->len, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return os_fail(err, "read", shown);
		out->len += (size_t)n;
		out->ptr[out->len] = '\0';
		if (out->len - start > max)
			return too_large(err, shown, max);
		/* The expected size and not a byte more: the end, without a read to prove
		 * it. */
		if (n == 0 || (out->len - start == size && (size_t)n < room))
			return ERR_OK;
		if (read_on != NULL) {
			if (!read_on(span_from(buf_span(out), start)))
				return ERR_OK;
			read_on = NULL;
			room = size > out->len - start ? (size_t)size + 1 : room;
		}
		room = (size_t)n < room ? room - (size_t)n : out->len - start;
		if (room < FIRST_READ)
			room = FIRST_READ;
	}
}

enum err_code os_read_fd(int fd, const char *shown, uint64_t max, struct buf *out,
                         struct os_stat *info, struct err *err)
{
	return os_read_fd_on(fd, shown, max, NULL, out, info, err);
}

enum err_code os_read_fd_on(int fd, const char *shown, uint64_t max, os_read_on *read_on,
                            struct buf *out, struct os_stat *info, struct err *err)
{
	const size_t start = out->len;
	struct stat st;
	enum err_code rc;

	if (fstat(fd, &st) != 0)
		return os_fail(err, "look at", shown);
	if (info != NULL)
		os_stat_from(info, &st);
	if (!S_ISREG(st.st_mode))
		return os_refuse(err, ERR_UNSUPPORTED, shown, "not a regular file");
	if ((uint64_t)st.st_size > max)
		return too_large(err, shown, max);
	rc = read_to_end(fd, shown, max, (uint64_t)st.st_size, read_on, out, err);
	if (rc != ERR_OK && out->len > start)
		buf_truncate(out, start);
	return rc;
}

enum err_code os_read_file(const char *path, uint64_t max, struct buf *out,
                           struct err *err)
{
	enum err_code rc;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return os_fail(err, "open", path);
	rc = os_read_fd(fd, path, max, out, NULL, err);
	(void)close(fd);
	return rc;
}

/* All at once, so that no part of a secret stays behind where the buffer was before. */
static enum err_code read_pipe(int fd, const char *shown, uint64_t max, struct buf *out,
                               const struct cancel *cancel, struct err *err)
{
	const size_t start = out->len;
	size_t room, got = 1;
	enum err_code rc = ERR_OK;

	if (max >= SIZE_MAX / 2 || !num_to_size(max + 1, &room))
		return too_large(err, shown, max);
	if (!buf_reserve(out, room))
		return err_nomem(err);
	while (rc == ERR_OK && got > 0) {
		rc = os_read_some(fd, shown, out->ptr + out->len,
		                  room - (out->len - start), &got, cancel, err);
		out->len += got;
		if (rc == ERR_OK && out->len - start > max)
			rc = too_large(err, shown, max);
	}
	out->ptr[out->len] = '\0';
	return rc;
}

/* Opened without waiting: a FIFO that nobody writes to is waited for by poll. */
enum err_code os_read_secret(const char *path, uint64_t max, struct buf *out,
                             const struct cancel *cancel, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	enum err_code rc;

	if (fd < 0)
		return os_fail(err, "open", path);
	if (fstat(fd, &st) != 0)
		rc = os_fail(err, "look at", path);
	else if (S_ISFIFO(st.st_mode))
		rc = read_pipe(fd, path, max, out, cancel, err);
	else if (S_ISREG(st.st_mode))
		rc = os_read_fd(fd, path, max, out, NULL, err);
	else
		rc = os_refuse(err, ERR_UNSUPPORTED, path, "neither a file nor a pipe");
	(void)close(fd);
	return rc;
}

static enum err_code read_tail_fd(int fd, const char *shown, size_t max, struct buf *out,
                                  struct err *err)
{
	struct stat st;
	off_t from = 0;
	ssize_t n = 1;

	if (fstat(fd, &st) != 0)
		return os_fail(err, "look at", shown);
	if (!S_ISREG(st.st_mode))
		return os_refuse(err, ERR_UNSUPPORTED, shown, "not a regular file");
	if ((uint64_t)st.st_size > max)
		from = st.st_size - (off_t)max;
	if (!buf_reserve(out, max))
		return err_nomem(err);
	while (max > 0 && n != 0) {
		n = pread(fd, out->ptr + out->len, max, from);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return os_fail(err, "read", shown);
		out->len += (size_t)n;
		out->ptr[out->len] = '\0';
		max -= (size_t)n;
		from += n;
	}
	return ERR_OK;
}

enum err_code os_read_tail(const char *path, size_t max, struct buf *out, struct err *err)
{
	enum err_code rc;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return os_fail(err, "open", path);
	rc = read_tail_fd(fd, path, max, out, err);
	(void)close(fd);
	return rc;
}

enum err_code os_write_all(int fd, struct span data, struct err *err)
{
	while (data.len > 0) {
		ssize_t n = write(fd, data.ptr, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			/* A pipe that its other owner made non-blocking. */
			(void)poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1,
			           -1);
			continue;
		}
		if (n < 0)
			return err_sys(err, "write");
		data = span_from(data, (size_t)n);
	}
	return ERR_OK;
}

enum err_code os_realpath(const char *path, struct buf *out, struct err *err)
{
	char resolved[PATH_MAX];

	if (realpath(path, resolved) == NULL)
		return os_fail(err, "resolve", path);
	buf_clear(out);
	buf_puts(out, resolved);
	return buf_err(out, err);
}

enum err_code os_cwd(struct buf *out, struct err *err)
{
	char path[PATH_MAX];

	if (getcwd(path, sizeof(path)) == NULL)
		return err_sys(err, "find the current folder");
	buf_clear(out);
	buf_puts(out, path);
	return buf_err(out, err);
}

enum err_code os_read_some(int fd, const char *shown, void *out, size_t len, size_t *got,
                           const struct cancel *cancel, struct err *err)
{
	*got = 0;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (cancel_is_set(cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		switch (poll(&p, 1, 100)) {
		case 0: /* look at the token again */
			continue;
		case -1:
			if (errno == EINTR)
				continue;
			return os_fail(err, "wait for", shown);
		default:
			break;
		}
		n = read(fd, out, len);
		if (n >= 0) {
			*got = (size_t)n;
			return ERR_OK;
		}
		if (errno != EINTR && errno != EAGAIN)
			return os_fail(err, "read", shown);
	}
}
