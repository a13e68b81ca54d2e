// SPDX-License-Identifier: Apache-2.0
/* Making files and folders; the other half of os/fs.h is in fs.c and fs_tree.c. */
#include "base/str.h"
#include "os/fs.h"
#include "os/os_internal.h"
#include "os/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOKEN_BYTES = 8 };

/* The folder part of `path` ("." where there is none) without its last name. */
static void folder_of(struct buf *out, const char *path)
{
	size_t slash = span_rfind_byte(span_str(path), '/');

	buf_clear(out);
	if (slash == strlen(path))
		buf_puts(out, ".");
	else
		buf_put(out, span_of(path, slash == 0 ? 1 : slash));
}

static enum err_code sync_opened(const char *path, int flags, struct err *err)
{
	enum err_code rc = ERR_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return os_fail(err, "open", path);
	/* Some file systems cannot sync a folder and say EINVAL: nothing more can be done
	 * there. */
	if (fsync(fd) != 0 && errno != EINVAL)
		rc = os_fail(err, "sync", path);
	(void)close(fd);
	return rc;
}

enum err_code os_sync(const char *path, struct err *err)
{
	return sync_opened(path, O_NOFOLLOW, err);
}

enum err_code os_sync_parent(const char *path, struct err *err)
{
	struct buf folder = BUF_INIT;
	enum err_code rc;

	folder_of(&folder, path);
	if ((rc = buf_err(&folder, err)) == ERR_OK)
		rc = sync_opened(buf_str(&folder), O_DIRECTORY, err);
	buf_fini(&folder);
	return rc;
}

/* Beside the target, so that the rename stays on one file system. */
static void temporary_name(struct buf *out, const char *path)
{
	unsigned char token[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];

	os_random(token, sizeof(token));
	str_hex(token, sizeof(token), hex);
	folder_of(out, path);
	buf_printf(out, "/.tmp-%s", hex);
}

/* Now, or as soon as the system likes: it begins at once, so that the wait for many files
 * is one. */
static enum err_code sync_file(int fd, bool later, struct err *err)
{
#ifdef __linux__
	if (later) {
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		return ERR_OK;
	}
#endif
	if (!later && fsync(fd) != 0)
		return err_sys(err, "sync");
	return ERR_OK;
}

static enum err_code fill(int fd, struct span data, uint32_t mode, bool later,
                          struct err *err)
{
	enum err_code rc = os_write_all(fd, data, err);

	if (rc != ERR_OK)
		return rc;
	/* open's mode was cut by the umask */
	if (fchmod(fd, mode) != 0)
		return err_sys(err, "set permissions");
	return sync_file(fd, later, err);
}

static enum err_code write_new(const char *path, struct span data, uint32_t mode,
                               bool later, struct err *err)
{
	enum err_code rc;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return os_fail(err, "create", path);
	rc = fill(fd, data, mode, later, err);
	if (close(fd) != 0 && rc == ERR_OK)
		rc = os_fail(err, "close", path);
	if (rc != ERR_OK)
		(void)unlink(path); /* the first error is the one to tell */
	return rc;
}

static enum err_code write_beside(const char *path, struct span data, uint32_t mode,
                                  bool later, struct err *err)
{
	struct buf temporary = BUF_INIT;
	enum err_code rc;

	temporary_name(&temporary, path);
	if ((rc = buf_err(&temporary, err)) != ERR_OK)
		goto out;
	if ((rc = write_new(buf_str(&temporary), data, mode, later, err)) != ERR_OK) {
		struct buf shown = BUF_INIT;

		str_display_cut(&shown, span_str(path), 200);
		(void)err_wrap(err, rc, "write %s", buf_str(&shown));
		buf_fini(&shown);
		goto out;
	}
	if (rename(buf_str(&temporary), path) != 0) {
		rc = os_fail(err, "replace", path);
		(void)unlink(buf_str(&temporary));
		goto out;
	}
	rc = later ? ERR_OK : os_sync_parent(path, err);
out:
	buf_fini(&temporary);
	return rc;
}

enum err_code os_write_atomic(const char *path, struct span data, uint32_t mode,
                              struct err *err)
{
	return write_beside(path, data, mode, false, err);
}

enum err_code os_write_later(const char *path, struct span data, uint32_t mode,
                             struct err *err)
{
	return write_beside(path, data, mode, true, err);
}

static enum err_code make_one(const char *path, uint32_t mode, struct err *err)
{
	if (mkdir(path, mode) == 0)
		return ERR_OK;
	if (errno != EEXIST)
		return os_fail(err, "create folder", path);
	if (os_type_of(path) != OS_DIR)
		return os_refuse(err, ERR_EXISTS, path, "exists and is not a folder");
	return ERR_OK;
}

enum err_code os_mkdirs(const char *path, uint32_t mode, struct err *err)
{
	struct buf part = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (mkdir(path, mode) == 0)
		return ERR_OK;
	buf_puts(&part, path);
	if ((rc = buf_err(&part, err)) != ERR_OK)
		goto out;
	for (size_t i = 1; rc == ERR_OK && i < part.len; i++) {
		if (part.ptr[i] != '/' || part.ptr[i - 1] == '/')
			continue;
		part.ptr[i] = '\0';
		/* Parents of a read-only place exist already and must not be made. */
		if (os_type_of(part.ptr) != OS_DIR)
			rc = make_one(part.ptr, mode, err);
		part.ptr[i] = '/';
	}
	if (rc == ERR_OK)
		rc = make_one(path, mode, err);
out:
	buf_fini(&part);
	return rc;
}

enum err_code os_mkdtemp(const char *parent, const char *prefix, struct buf *out,
                         struct err *err)
{
	const char *from_env = os_env("TMPDIR");

	if (parent == NULL)
		parent = from_env != NULL && from_env[0] == '/' ? from_env : "/tmp";
	os_join(out, parent, prefix);
	buf_puts(out, "XXXXXX");
	if (!buf_ok(out))
		return buf_err(out, err);
	if (mkdtemp(out->ptr) == NULL)
		return os_fail(err, "create a temporary folder in", parent);
	return ERR_OK;
}
