// SPDX-License-Identifier: Apache-2.0
/* Copying a tree relative to open folders, so that no link can lead out of it. */
#include "base/mem.h"
#include "base/str.h"
#include "os/fs.h"
#include "os/os_internal.h"
#include "os/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Three descriptors a level stay far below the usual limit of 1024. */
enum {
	DEPTH_MAX = 200,
	STEP = 1 << 20,
	PIECE = 1 << 16,
	PERMISSIONS = 0777,
	SHOWN_COLUMNS = 240
};

struct copy {
	os_keep *keep;
	void *context;
	struct buf relative; /* of the entry at hand, below the top */
	dev_t target_dev;    /* the top of the copy, which may lie inside its source */
	ino_t target_ino;
	unsigned depth;
	bool named; /* the message has its place already */
	int from;
	int to;
};

static enum err_code copy_folder(struct copy *c, struct err *err);

static enum err_code set_times(int fd, const struct stat *st, struct err *err)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	return futimens(fd, times) == 0 ? ERR_OK : err_sys(err, "set times");
}

/* The piece is on the heap: a compiler may put this function's frame into that of the
 * recursion over folders. */
static enum err_code copy_by_hand(int from, int to, struct err *err)
{
	char *piece = mem_new(PIECE);
	enum err_code rc = piece != NULL ? ERR_OK : err_nomem(err);

	while (rc == ERR_OK) {
		ssize_t n = read(from, piece, PIECE);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		rc = n < 0 ? err_sys(err, "read")
		           : os_write_all(to, span_of(piece, (size_t)n), err);
	}
	mem_free(piece);
	return rc;
}

/* Shares blocks where the file system can, else copies inside the kernel, else here. */
static enum err_code copy_bytes(int from, int to, struct err *err)
{
	ssize_t n;

	if (ioctl(to, FICLONE, from) == 0)
		return ERR_OK;
	do
		n = copy_file_range(from, NULL, to, NULL, STEP, 0);
	while (n > 0 || (n < 0 && errno == EINTR));
	/* Both offsets stand where the kernel stopped. Some file systems answer 0 for
	 * files that are made up on reading, so the end is always checked by a read. */
	if (n == 0 || errno == EINVAL || errno == EXDEV || errno == ENOSYS ||
	    errno == EOPNOTSUPP || errno == EBADF)
		return copy_by_hand(from, to, err);
	return err_sys(err, "copy");
}

static enum err_code fill_file(int from, int to, struct err *err)
{
	struct stat st;
	enum err_code rc;

	if (fstat(from, &st) != 0)
		return err_sys(err, "look at");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "not a regular file any more");
	if ((rc = copy_bytes(from, to, err)) != ERR_OK)
		return rc;
	if (fchmod(to, st.st_mode & PERMISSIONS) != 0)
		return err_sys(err, "set permissions");
	return set_times(to, &st, err);
}

static enum err_code copy_file(const struct copy *c, const char *name, struct err *err)
{
	enum err_code rc = ERR_OK;
	int to = -1;
	int from = openat(c->from, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	if (from < 0)
		return err_sys(err, "open");
	to = openat(c->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	            S_IRUSR | S_IWUSR);
	if (to < 0)
		rc = err_sys(err, "create");
	else
		rc = fill_file(from, to, err);
	(void)close(from);
	if (to >= 0 && close(to) != 0 && rc == ERR_OK)
		rc = err_sys(err, "close");
	return rc;
}

static enum err_code copy_link(const struct copy *c, const char *name, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(c->from, name, target, sizeof(target) - 1);

	if (n < 0)
		return err_sys(err, "read link");
	target[n] = '\0';
	if (symlinkat(target, c->to, name) != 0)
		return err_sys(err, "create link");
	return ERR_OK;
}

/* Fills the new folder `name`, whose final permissions come last: they may forbid
 * writing. */
static enum err_code copy_subfolder(struct copy *c, const char *name, struct err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const int from = c->from;
	const int to = c->to;
	enum err_code rc = ERR_OK;

	if (c->depth == DEPTH_MAX)
		return err_set(err, ERR_LIMIT, "folders nested deeper than %d",
		               DEPTH_MAX);
	if (mkdirat(to, name, S_IRWXU) != 0)
		return err_sys(err, "create folder");
	c->depth++;
	c->from = openat(from, name, flags);
	c->to = openat(to, name, flags);
	if (c->from < 0 || c->to < 0)
		rc = err_sys(err, "open folder");
	else
		rc = copy_folder(c, err);
	if (c->from >= 0)
		(void)close(c->from);
	if (c->to >= 0)
		(void)close(c->to);
	c->depth--;
	c->from = from;
	c->to = to;
	return rc;
}

static bool is_target(const struct copy *c, const char *name)
{
	struct stat st;

	return fstatat(c->from, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_dev == c->target_dev && st.st_ino == c->target_ino;
}

static enum err_code copy_entry(struct copy *c, const struct os_entry *entry,
                                struct err *err)
{
	switch (entry->type) {
	case OS_FILE:
		return copy_file(c, entry->name, err);
	case OS_DIR:
		return is_target(c, entry->name) ? ERR_OK
		                                 : copy_subfolder(c, entry->name, err);
	case OS_LINK:
		return copy_link(c, entry->name, err);
	case OS_NONE:
	case OS_OTHER:
		break; /* sockets, FIFOs and devices mean nothing in a copy */
	}
	return ERR_OK;
}

/* Says where it happened, once: the innermost entry has the longest path. */
static void name_place(struct copy *c, enum err_code rc, struct err *err)
{
	struct buf shown = BUF_INIT;

	if (c->named)
		return;
	c->named = true;
	str_display_cut(&shown, buf_span(&c->relative), SHOWN_COLUMNS);
	(void)err_wrap(err, rc, "copy %s", buf_str(&shown));
	buf_fini(&shown);
}

static enum err_code visit(const struct os_entry *entry, void *context, struct err *err)
{
	struct copy *c = context;
	const size_t len = c->relative.len;
	enum err_code rc;

	if (len > 0)
		buf_putc(&c->relative, '/');
	buf_puts(&c->relative, entry->name);
	if ((rc = buf_err(&c->relative, err)) != ERR_OK)
		return rc;
	if (c->keep == NULL || c->keep(buf_str(&c->relative), entry->type, c->context))
		rc = copy_entry(c, entry, err);
	if (rc != ERR_OK)
		name_place(c, rc, err);
	buf_truncate(&c->relative, len);
	return rc;
}

static enum err_code copy_folder(struct copy *c, struct err *err)
{
	const struct os_dir d = { c->from };
	struct stat st;
	enum err_code rc = os_dir_each(&d, visit, c, err);

	if (rc != ERR_OK)
		return rc;
	if (fstat(c->from, &st) != 0)
		return err_sys(err, "look at folder");
	if (fchmod(c->to, st.st_mode & PERMISSIONS) != 0)
		return err_sys(err, "set permissions");
	return set_times(c->to, &st, err);
}

enum err_code os_copy_tree(const char *from, const char *to, os_keep *keep, void *context,
                           struct err *err)
{
	struct copy c = { .keep = keep, .context = context };
	struct os_dir source = { -1 };
	struct os_dir target = { -1 };
	struct stat st;
	enum err_code rc;

	if ((rc = os_dir_open(&source, NULL, from, err)) != ERR_OK ||
	    (rc = os_mkdirs(to, S_IRWXU, err)) != ERR_OK ||
	    (rc = os_dir_open(&target, NULL, to, err)) != ERR_OK)
		goto out;
	if (fstat(target.fd, &st) != 0) {
		rc = os_fail(err, "look at", to);
		goto out;
	}
	c.from = source.fd;
	c.to = target.fd;
	c.target_dev = st.st_dev;
	c.target_ino = st.st_ino;
	rc = copy_folder(&c, err);
out:
	buf_fini(&c.relative);
	os_dir_close(&source);
	os_dir_close(&target);
	return rc;
}

enum err_code os_copy_entry(const char *from_dir, const char *to_dir, const char *name,
                            struct err *err)
{
	struct os_dir source = { -1 };
	struct os_dir target = { -1 };
	struct copy c = { .keep = NULL };
	struct os_entry entry = { .name = name };
	struct stat st;
	enum err_code rc;

	if ((rc = os_dir_open(&source, NULL, from_dir, err)) != ERR_OK ||
	    (rc = os_dir_open(&target, NULL, to_dir, err)) != ERR_OK)
		goto out;
	if (fstatat(source.fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		rc = os_fail(err, "look at", name);
		goto out;
	}
	c.from = source.fd;
	c.to = target.fd;
	entry.type = os_type_from_mode(st.st_mode);
	buf_puts(&c.relative, name);
	if ((rc = copy_entry(&c, &entry, err)) != ERR_OK)
		name_place(&c, rc, err);
out:
	buf_fini(&c.relative);
	os_dir_close(&source);
	os_dir_close(&target);
	return rc;
}
