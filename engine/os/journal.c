// SPDX-License-Identifier: Apache-2.0
#include "os/journal.h"

#include "os/clock.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LOOK_AGAIN_NS UINT64_C(10000000)

static enum err_code lock(int fd, const char *path, uint64_t wait_ms,
                          const struct cancel *cancel, struct err *err)
{
	const uint64_t end = os_ticks_ns() + wait_ms * UINT64_C(1000000);

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
			return os_refuse(err, ERR_UNSUPPORTED, path,
			                 "the file system has no locks, so two programs "
			                 "could append at once");
		if (errno != EWOULDBLOCK && errno != EINTR)
			return os_fail(err, "lock", path);
		if (cancel != NULL && cancel_is_set(cancel))
			return os_refuse(err, ERR_CANCELLED, path, "interrupted");
		if (os_ticks_ns() >= end)
			return os_refuse(err, ERR_LOCKED, path,
			                 "another program holds it; try again when it "
			                 "has ended");
		os_wait_until(os_ticks_ns() + LOOK_AGAIN_NS, cancel);
	}
	return ERR_OK;
}

static enum err_code take(struct os_journal *j, const char *path, uint64_t wait_ms,
                          const struct cancel *cancel, struct err *err)
{
	struct stat st;
	enum err_code rc;

	if (fstat(j->file.fd, &st) != 0)
		return os_fail(err, "look at", path);
	if (!S_ISREG(st.st_mode))
		return os_refuse(err, ERR_UNSUPPORTED, path, "not a regular file");
	rc = lock(j->file.fd, path, wait_ms, cancel, err);
	if (rc != ERR_OK)
		return rc;
	/* It may have grown while we waited. */
	if (fstat(j->file.fd, &st) != 0)
		return os_fail(err, "look at", path);
	j->size = (uint64_t)st.st_size;
	return j->size == 0 ? os_sync_parent(path, err) : ERR_OK;
}

enum err_code os_journal_open(struct os_journal *out, const char *path, uint32_t mode,
                              uint64_t wait_ms, const struct cancel *cancel,
                              struct err *err)
{
	enum err_code rc;

	out->size = 0;
	out->file.fd = open(path,
	                    O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW |
	                            O_NOCTTY | O_CLOEXEC,
	                    mode);
	if (out->file.fd < 0 && (errno == ELOOP || errno == ENXIO || errno == EISDIR))
		return os_refuse(err, ERR_UNSUPPORTED, path, "not a regular file");
	if (out->file.fd < 0)
		return os_fail(err, "open", path);
	rc = take(out, path, wait_ms, cancel, err);
	if (rc != ERR_OK)
		os_journal_close(out);
	return rc;
}

static enum err_code sync_file(const struct os_journal *j, struct err *err)
{
	return fsync(j->file.fd) == 0 ? ERR_OK : err_sys(err, "sync");
}

enum err_code os_journal_append(struct os_journal *j, struct span data, struct err *err)
{
	enum err_code rc = os_write_all(j->file.fd, data, err);

	if (rc == ERR_OK)
		rc = sync_file(j, err);
	if (rc == ERR_OK)
		j->size += data.len;
	else if (ftruncate(j->file.fd, (off_t)j->size) == 0)
		(void)fsync(j->file.fd); /* the first fault is the one to tell */
	return rc;
}

enum err_code os_journal_cut(struct os_journal *j, uint64_t size, struct err *err)
{
	if (size >= j->size)
		return ERR_OK;
	if (ftruncate(j->file.fd, (off_t)size) != 0)
		return err_sys(err, "shorten");
	j->size = size;
	return sync_file(j, err);
}

void os_journal_close(struct os_journal *j)
{
	os_file_close(&j->file);
}

bool os_is_shared_storage(const char *path)
{
	/* linux/magic.h does not have all of them. */
	static const uint32_t kinds[] = {
		0x6969,     /* NFS */
		0x517B,     /* SMB */
		0xFF534D42, /* CIFS */
		0xFE534D42, /* SMB 2 */
		0x65735546, /* FUSE */
		0x01021997, /* 9P */
		0x0BD00BD0, /* Lustre */
		0x47504653, /* GPFS */
		0x00C36400, /* Ceph */
		0x19830326, /* BeeGFS */
		0x5346414F, /* AFS */
		0x73757245, /* Coda */
		0x7461636F, /* OCFS 2 */
		0x01161970, /* GFS 2 */
		0x564C,     /* NCP */
	};
	struct statfs st;

	if (statfs(path, &st) != 0)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if ((uint32_t)st.f_type == kinds[i])
			return true;
	return false;
}
