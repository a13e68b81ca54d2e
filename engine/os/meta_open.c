// SPDX-License-Identifier: Apache-2.0
#include "os/meta_internal.h"
#include "os/meta_set.h"
#include "os/os_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int flags_of(enum os_open_mode mode)
{
	const int always = O_NOFOLLOW | O_CLOEXEC;

	switch (mode) {
	case OS_OPEN_READ:
		return always | O_RDONLY | O_NONBLOCK | O_NOCTTY;
	case OS_OPEN_WRITE:
		return always | O_RDWR | O_NONBLOCK | O_NOCTTY;
	case OS_OPEN_FOLDER:
		return always | O_RDONLY | O_DIRECTORY;
	case OS_OPEN_HANDLE:
		break;
	}
	return always | O_PATH;
}

/* The next name of a path, without the empty ones and "."; false at the end. */
static bool next_name(struct span *rest, struct span *name)
{
	while (span_split(rest, '/', name))
		if (name->len > 0 && !span_eq(*name, SPAN_LIT(".")))
			return true;
	return false;
}

static bool leaves_root(const char *path)
{
	struct span rest = span_str(path);
	struct span name;

	if (path[0] == '/')
		return true;
	while (next_name(&rest, &name))
		if (span_eq(name, SPAN_LIT("..")))
			return true;
	return false;
}

static int open_name(int dir, struct span name, int flags)
{
	char text[NAME_MAX + 1];

	if (name.len > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	return openat(dir, text, flags);
}

/* Name by name, for old kernels and for paths too long for one call. */
static int open_by_names(int root, const char *path, int flags)
{
	const int pass = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct span rest = span_str(path);
	struct span name = SPAN_LIT(".");
	struct span next;
	int at = root;

	(void)next_name(&rest, &name);
	for (;;) {
		const bool more = next_name(&rest, &next);
		const int fd = open_name(at, name, more ? pass : flags);
		const int saved = errno;

		if (at != root)
			(void)close(at);
		errno = saved;
		if (fd < 0 || !more)
			return fd;
		at = fd;
		name = next;
	}
}

static int open_at_once(int root, const char *path, int flags)
{
	struct open_how how = { 0 };

	how.flags = (unsigned)flags;
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
	return (int)syscall(SYS_openat2, root, path[0] != '\0' ? path : ".", &how,
	                    sizeof(how));
}

enum err_code os_open_beneath(int root, const char *path, enum os_open_mode mode, int *fd,
                              struct err *err)
{
	const int flags = flags_of(mode);

	*fd = -1;
	if (leaves_root(path))
		return os_refuse(err, ERR_USAGE, path, "leads out of its folder");
	*fd = open_at_once(root, path, flags);
	/* ENOSYS: before Linux 5.6. EPERM: some containers refuse calls they do not know.
	 * EAGAIN: something was renamed meanwhile. */
	if (*fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN ||
	                errno == ENAMETOOLONG))
		*fd = open_by_names(root, path, flags);
	if (*fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return os_refuse(
			err, ERR_UNSUPPORTED, path,
			"a link is in the way, or no folder where one should be");
	if (*fd < 0 && errno == ENXIO)
		return os_refuse(err, ERR_UNSUPPORTED, path, "not a regular file");
	return *fd < 0 ? os_fail(err, "open", path) : ERR_OK;
}
