// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "os/dir.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * A large file goes past the page cache: it is synced at once and not soon read again, so
 * its pages would only push out others', and making them costs more than the copy. What a
 * file system does not take that way (it knows no O_DIRECT, or wants other bounds) is
 * written the plain way.
 */

enum {
	PIECES = 64,
	DIRECT_LEAST = 1 << 20,  /* of a file's size */
	DIRECT_BUFFER = 1 << 20, /* for one call */
	DIRECT_UNIT = 4096,      /* bound of place, length and memory */
};

/* Steps over what was written; gives how many pieces are left of `iov`. */
static size_t advance(struct iovec **iov, size_t pieces, size_t written)
{
	while (pieces > 0 && written >= (*iov)->iov_len) {
		written -= (*iov)->iov_len;
		(*iov)++;
		pieces--;
	}
	if (pieces > 0) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + written;
		(*iov)->iov_len -= written;
	}
	return pieces;
}

/* The system reads from an iovec and never writes there, but its type cannot say so. */
static struct iovec piece(struct span part)
{
	union {
		const char *in;
		void *out;
	} ptr = { .in = part.ptr };

	return (struct iovec){ ptr.out, part.len };
}

static enum err_code write_pieces(int fd, struct iovec *iov, size_t pieces,
                                  struct err *err)
{
	pieces = advance(&iov, pieces, 0);
	while (pieces > 0) {
		const ssize_t n = writev(fd, iov, (int)pieces);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "write");
		pieces = advance(&iov, pieces, (size_t)n);
	}
	return ERR_OK;
}

static enum err_code write_parts(int fd, const struct span *parts, size_t count,
                                 struct err *err)
{
	struct iovec iov[PIECES];
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && count > 0) {
		const size_t now = count < PIECES ? count : PIECES;

		for (size_t i = 0; i < now; i++)
			iov[i] = piece(parts[i]);
		rc = write_pieces(fd, iov, now, err);
		parts += now;
		count -= now;
	}
	return rc;
}

/* What is collected on its way past the page cache. */
struct direct {
	int fd;
	bool on;
	char *raw;    /* the memory */
	char *buffer; /* in it, on a bound */
	size_t used;
};

static void direct_off(struct direct *d)
{
	const int flags = fcntl(d->fd, F_GETFL);

	d->on = false;
	if (flags >= 0)
		(void)fcntl(d->fd, F_SETFL, flags & ~O_DIRECT);
}

/* Writes the buffer: whole units directly, the rest plainly. */
static enum err_code direct_flush(struct direct *d, struct err *err)
{
	size_t done = 0;

	while (d->on && done < d->used) {
		const size_t whole = (d->used - done) / DIRECT_UNIT * DIRECT_UNIT;
		const ssize_t n = whole > 0 ? write(d->fd, d->buffer + done, whole) : 0;

		if (n > 0)
			done += (size_t)n;
		if ((n < 0 && errno != EINTR) || done % DIRECT_UNIT != 0 || whole == 0)
			direct_off(d); /* an error that stays shows itself again */
	}
	if (done < d->used) {
		const struct span rest = span_of(d->buffer + done, d->used - done);
		const enum err_code rc = write_parts(d->fd, &rest, 1, err);

		if (rc != ERR_OK)
			return rc;
	}
	d->used = 0;
	return ERR_OK;
}

static enum err_code direct_put(struct direct *d, struct span part, struct err *err)
{
	while (part.len > 0) {
		const size_t room = DIRECT_BUFFER - d->used;
		const size_t n = part.len < room ? part.len : room;
		enum err_code rc = ERR_OK;

		memcpy(d->buffer + d->used, part.ptr, n);
		d->used += n;
		part = span_from(part, n);
		if (d->used == DIRECT_BUFFER)
			rc = direct_flush(d, err);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* False: not here. */
static bool direct_on(struct direct *d, int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	*d = (struct direct){ .fd = fd };
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT) != 0)
		return false;
	d->on = true;
	if (!mem_array(&d->raw, DIRECT_BUFFER + DIRECT_UNIT, 1)) {
		direct_off(d);
		return false;
	}
	d->buffer = d->raw + (DIRECT_UNIT - (uintptr_t)d->raw % DIRECT_UNIT);
	return true;
}

static enum err_code write_large(int fd, const struct span *parts, size_t count,
                                 struct err *err)
{
	struct direct d;
	enum err_code rc = ERR_OK;

	if (!direct_on(&d, fd))
		return write_parts(fd, parts, count, err);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = direct_put(&d, parts[i], err);
	if (rc == ERR_OK)
		rc = direct_flush(&d, err);
	mem_free(d.raw);
	return rc;
}

static enum err_code write_synced(int fd, const struct span *parts, size_t count,
                                  struct err *err)
{
	size_t size = 0;
	enum err_code rc;

	for (size_t i = 0; i < count && size < DIRECT_LEAST; i++)
		size += parts[i].len < DIRECT_LEAST ? parts[i].len : DIRECT_LEAST;
	if (size < DIRECT_LEAST)
		rc = write_parts(fd, parts, count, err);
	else
		rc = write_large(fd, parts, count, err);
	if (rc == ERR_OK && fsync(fd) != 0)
		rc = err_sys(err, "sync");
	return rc;
}

enum err_code os_dir_write_new(const struct os_dir *d, const char *name,
                               const struct span *parts, size_t count, uint32_t mode,
                               struct err *err)
{
	enum err_code rc;
	const int fd = openat(d->fd, name,
	                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return os_fail(err, "create", name);
	rc = write_synced(fd, parts, count, err);
	if (close(fd) != 0 && rc == ERR_OK)
		rc = err_sys(err, "close");
	if (rc != ERR_OK)
		(void)unlinkat(d->fd, name, 0); /* the first error is the one to tell */
	return rc;
}
