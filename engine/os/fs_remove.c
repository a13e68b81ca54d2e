// SPDX-License-Identifier: Apache-2.0
/*
 * Removing a tree, however deep: one descriptor is open at a time and the way down is
 * kept on the heap, so neither the stack, nor the descriptor limit, nor PATH_MAX bounds
 * the depth. Going up by
 * ".." is checked against the folder we came from, in case somebody moved it meanwhile.
 */
#include "base/mem.h"
#include "base/str.h"
#include "os/fs.h"
#include "os/os_internal.h"
#include "os/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A folder that waits for its removal; its parent is known once it was entered. */
struct pending {
	char *name;
	bool entered;
	dev_t parent_dev;
	ino_t parent_ino;
};

struct removal {
	struct os_dir at; /* the last folder that was entered */
	struct pending *stack;
	size_t count;
	size_t cap;
};

/* Removes one name; a folder of our own that forbids it is opened up first. */
static bool unlink_in(int fd, const char *name, int flags)
{
	if (unlinkat(fd, name, flags) == 0 || errno == ENOENT)
		return true;
	if (errno != EACCES || fchmod(fd, S_IRWXU) != 0)
		return false;
	return unlinkat(fd, name, flags) == 0;
}

static enum err_code push(struct removal *r, const char *name, struct err *err)
{
	char *copy = mem_strdup(name);

	if (copy == NULL || !mem_grow(&r->stack, r->count, &r->cap, sizeof(*r->stack))) {
		mem_free(copy);
		return err_nomem(err);
	}
	r->stack[r->count++] = (struct pending){ .name = copy };
	return ERR_OK;
}

static enum err_code visit(const struct os_entry *entry, void *context, struct err *err)
{
	struct removal *r = context;

	if (entry->type == OS_DIR)
		return push(r, entry->name, err);
	if (!unlink_in(r->at.fd, entry->name, 0))
		return os_fail(err, "remove", entry->name);
	return ERR_OK;
}

/* Opens a folder, giving ourselves the right to list and change it if it is ours. */
static enum err_code open_folder(struct os_dir *out, const struct os_dir *parent,
                                 const char *name, struct err *err)
{
	const int base = parent == NULL ? AT_FDCWD : parent->fd;

	/* Listing needs r, entering and removing need x and w; links are never followed.
	 */
	if (faccessat(base, name, R_OK | W_OK | X_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    fchmodat(base, name, S_IRWXU, AT_SYMLINK_NOFOLLOW) != 0) {
		/* Not ours. It may still be listed, and be empty: opening it tells. */
	}
	return os_dir_open(out, parent, name, err);
}

static enum err_code enter(struct removal *r, struct pending *p, struct err *err)
{
	struct os_dir next = { -1 };
	struct stat st;
	enum err_code rc;

	if (fstat(r->at.fd, &st) != 0)
		return err_sys(err, "look at a folder");
	if ((rc = open_folder(&next, &r->at, p->name, err)) != ERR_OK)
		return rc;
	p->entered = true;
	p->parent_dev = st.st_dev;
	p->parent_ino = st.st_ino;
	os_dir_close(&r->at);
	r->at = next;
	return os_dir_each(&r->at, visit, r, err);
}

static enum err_code leave(struct removal *r, struct err *err)
{
	struct pending *p = &r->stack[r->count - 1];
	struct os_dir up = { -1 };
	struct stat st;
	enum err_code rc;

	if ((rc = os_dir_open(&up, &r->at, "..", err)) != ERR_OK)
		return rc;
	os_dir_close(&r->at);
	r->at = up;
	if (fstat(up.fd, &st) != 0)
		return err_sys(err, "look at a folder");
	if (st.st_dev != p->parent_dev || st.st_ino != p->parent_ino)
		return os_refuse(err, ERR_IO, p->name,
		                 "was moved while it was being removed");
	if (!unlink_in(up.fd, p->name, AT_REMOVEDIR))
		return os_fail(err, "remove folder", p->name);
	mem_free(p->name);
	r->count--;
	return ERR_OK;
}

static enum err_code remove_below(const char *path, struct err *err)
{
	struct removal r = { .at = { -1 } };
	enum err_code rc;

	if ((rc = open_folder(&r.at, NULL, path, err)) != ERR_OK)
		goto out;
	rc = os_dir_each(&r.at, visit, &r, err);
	while (rc == ERR_OK && r.count > 0) {
		struct pending *top = &r.stack[r.count - 1];

		rc = top->entered ? leave(&r, err) : enter(&r, top, err);
	}
out:
	while (r.count > 0)
		mem_free(r.stack[--r.count].name);
	mem_free(r.stack);
	os_dir_close(&r.at);
	return rc;
}

enum err_code os_remove_tree(const char *path, struct err *err)
{
	struct stat st;
	enum err_code rc;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ERR_OK : os_fail(err, "look at", path);
	if (!S_ISDIR(st.st_mode))
		return unlink(path) == 0 ? ERR_OK : os_fail(err, "remove", path);
	if ((rc = remove_below(path, err)) != ERR_OK) {
		struct buf shown = BUF_INIT;

		str_display_cut(&shown, span_str(path), 160);
		(void)err_wrap(err, rc, "remove %s", buf_str(&shown));
		buf_fini(&shown);
		return rc;
	}
	return rmdir(path) == 0 ? ERR_OK : os_fail(err, "remove folder", path);
}
