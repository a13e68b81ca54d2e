// SPDX-License-Identifier: Apache-2.0
/*
 * Folders of the target, opened. From the root each would cost as many steps as it lies
 * deep, and a chain of folders the square of its length; so every MARK-th folder on the
 * way stays open, and the next one is opened from the nearest above it. Never by "..":
 * what was moved meanwhile would lead out of the target.
 */
#include "job/restore_internal.h"

#include <string.h>

static void let_go(struct lb_restore_mark *m)
{
	if (m->serial != 0)
		os_close(&m->fd);
	m->serial = 0;
}

void lb_restore_dir_close(struct lb_restore_dir *slot)
{
	os_close(&slot->fd);
	slot->serial = 0;
	for (size_t i = 0; i < LB_RESTORE_MARKS; i++)
		let_go(&slot->marks[i]);
}

static bool is_mark(const struct lb_restore_folder *f)
{
	return f->depth > 0 && f->depth % LB_RESTORE_MARK == 0 &&
	       f->depth / LB_RESTORE_MARK <= LB_RESTORE_MARKS;
}

/* What is open or may be held open on the way from the root; NULL: nothing. */
static const struct lb_restore_folder *above(const struct lb_restore_dir *slot,
                                             const struct lb_restore_folder *f)
{
	do
		f = f->parent;
	while (f && f->serial != slot->serial && !is_mark(f));
	return f;
}

/* Below the folder `from`, whose descriptor is `at`; by the whole path where a folder
 * above got another name meanwhile. */
static enum err_code open_below(const struct lb_restore_job *j,
                                const struct lb_restore_folder *from, int at,
                                const struct lb_restore_folder *f, int *fd,
                                struct err *err)
{
	size_t len = from ? strlen(from->path) : 0;
	const char *path = f->path;

	if (len > 0 && strncmp(path, from->path, len) == 0 && path[len] == '/')
		path += len + 1;
	else if (len > 0)
		at = j->root;
	return os_open_beneath(at, path[0] != '\0' ? path : ".", OS_OPEN_FOLDER, fd, err);
}

/* A descriptor for a folder that `above` gave, or the root's where it cannot be held. */
static int hold(const struct lb_restore_job *j, struct lb_restore_dir *slot,
                const struct lb_restore_folder **f)
{
	struct lb_restore_mark *m;
	const struct lb_restore_folder *from;
	int fd;

	if (*f && (*f)->serial == slot->serial)
		return slot->fd;
	if (!*f)
		return j->root;
	m = &slot->marks[(*f)->depth / LB_RESTORE_MARK - 1];
	if (m->serial == (*f)->serial)
		return m->fd;
	let_go(m);
	from = above(slot, *f);
	fd = hold(j, slot, &from);
	if (open_below(j, from, fd, *f, &m->fd, NULL) == ERR_OK) {
		m->serial = (*f)->serial;
		return m->fd;
	}
	*f = NULL;
	return j->root;
}

enum err_code lb_restore_dir_open(struct lb_restore_job *j, struct lb_restore_dir *slot,
                                  const struct lb_restore_folder *f, struct err *err)
{
	const struct lb_restore_folder *from;
	int fd = -1;
	int at;
	enum err_code rc;

	if (slot->serial == f->serial)
		return ERR_OK;
	from = above(slot, f);
	at = hold(j, slot, &from);
	rc = open_below(j, from, at, f, &fd, err);
	os_close(&slot->fd);
	slot->fd = fd;
	slot->serial = rc == ERR_OK ? f->serial : 0;
	return rc;
}
