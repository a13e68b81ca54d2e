// SPDX-License-Identifier: Apache-2.0
#include "os/mapped.h"

#include "base/num.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

enum err_code os_piece_create(const char *path, int *fd, struct err *err)
{
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *fd < 0 ? os_fail(err, "create", path) : ERR_OK;
}

enum err_code os_piece_write(int fd, const char *path, uint64_t offset, struct span data,
                             struct err *err)
{
	while (data.len > 0) {
		ssize_t n = pwrite(fd, data.ptr, data.len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return os_fail(err, "write", path);
		data = span_from(data, (size_t)n);
		offset += (uint64_t)n;
	}
	return ERR_OK;
}

enum err_code os_piece_finish(int fd, const char *path, uint64_t size, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (ftruncate(fd, (off_t)size) != 0)
		rc = os_fail(err, "extend", path);
	if (close(fd) != 0 && rc == ERR_OK)
		rc = os_fail(err, "close", path);
	return rc;
}

void os_piece_abandon(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

static enum err_code map_fd(struct os_mapped *out, int fd, const char *path,
                            struct err *err)
{
	struct stat st;
	size_t len;
	void *p;

	if (fstat(fd, &st) != 0)
		return os_fail(err, "read", path);
	if (!S_ISREG(st.st_mode))
		return os_refuse(err, ERR_UNSUPPORTED, path, "not a regular file");
	if (st.st_size <= 0)
		return os_refuse(err, ERR_CORRUPT, path, "empty");
	if (!num_to_size((uint64_t)st.st_size, &len))
		return os_refuse(err, ERR_LIMIT, path, "too large to map");
	p = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return os_fail(err, "map", path);
	(void)madvise(p, len, MADV_RANDOM);
	out->ptr = p;
	out->len = len;
	return ERR_OK;
}

enum err_code os_map(struct os_mapped *out, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum err_code rc;

	if (fd < 0)
		return os_fail(err, "open", path);
	rc = map_fd(out, fd, path, err);
	(void)close(fd);
	return rc;
}

/* munmap and madvise take pointers to what is not const; nothing is written. */
static void *range_of(const struct os_mapped *m, size_t offset)
{
	union {
		const unsigned char *in;
		void *out;
	} p = { m->ptr + offset };

	return p.out;
}

void os_unmap(struct os_mapped *m)
{
	if (m->ptr)
		(void)munmap(range_of(m, 0), m->len);
	*m = (struct os_mapped)OS_MAPPED_INIT;
}

void os_map_soon(const struct os_mapped *m, size_t offset, size_t len)
{
	size_t start = offset - offset % PAGE;

	if (start < m->len && len > 0)
		(void)madvise(range_of(m, start),
		              len + offset - start < m->len - start ? len + offset - start
		                                                    : m->len - start,
		              MADV_WILLNEED);
}

enum err_code os_rename(const char *from, const char *to, struct err *err)
{
	return rename(from, to) != 0 ? os_fail(err, "rename", from) : ERR_OK;
}

void os_discard(const char *path)
{
	(void)unlink(path);
}
