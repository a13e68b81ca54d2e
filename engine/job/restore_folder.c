// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/restore_internal.h"

#include <string.h>

/* ---- items ---- */

static struct span move_in(char **at, struct span s)
{
	struct span copy = span_of(*at, s.len);

	if (s.len == 0)
		return SPAN_EMPTY;
	memcpy(*at, s.ptr, s.len);
	*at += s.len;
	return copy;
}

enum err_code lb_restore_item_new(struct lb_restore_item **out,
                                  struct lb_restore_folder *in, const struct lb_entry *e,
                                  struct err *err)
{
	/* each is bounded by LB_ENTRY_MAX, so the sum fits */
	size_t size = e->name.len + e->user.len + e->group.len + e->content.len +
	              e->extents.len + e->target.len + e->xattrs.len + 1;
	struct lb_restore_item *item = mem_new(sizeof *item + size);
	char *at;

	if (!item)
		return err_nomem(err);
	at = item->bytes;
	item->in = in;
	item->entry = *e;
	item->entry.user = move_in(&at, e->user);
	item->entry.group = move_in(&at, e->group);
	item->entry.content = move_in(&at, e->content);
	item->entry.extents = move_in(&at, e->extents);
	item->entry.xattrs = move_in(&at, e->xattrs);
	item->entry.name = move_in(&at, e->name);
	item->entry.target = move_in(&at, e->target); /* the last byte stays NUL */
	item->name = mem_dup(e->name);
	if (!item->name) {
		lb_restore_item_free(item);
		return err_nomem(err);
	}
	*out = item;
	return ERR_OK;
}

void lb_restore_item_free(struct lb_restore_item *item)
{
	if (!item)
		return;
	mem_free(item->name);
	mem_free(item);
}

enum err_code lb_restore_item_rename(struct lb_restore_item *item, const char *name,
                                     struct err *err)
{
	char *copy = mem_strdup(name);

	if (!copy)
		return err_nomem(err);
	mem_free(item->name);
	item->name = copy;
	return ERR_OK;
}

/* ---- folders ---- */

static void list_add(struct lb_restore_job *j, struct lb_restore_folder *f)
{
	pthread_mutex_lock(&j->lock);
	f->serial = ++j->serial;
	f->older = j->folders;
	if (f->older)
		f->older->newer = f;
	j->folders = f;
	pthread_mutex_unlock(&j->lock);
}

static void list_remove(struct lb_restore_job *j, struct lb_restore_folder *f)
{
	pthread_mutex_lock(&j->lock);
	if (f->newer)
		f->newer->older = f->older;
	else
		j->folders = f->older;
	if (f->older)
		f->older->newer = f->newer;
	pthread_mutex_unlock(&j->lock);
}

static void folder_free(struct lb_restore_folder *f)
{
	lb_restore_item_free(f->item);
	mem_free(f->source);
	mem_free(f->path);
	mem_free(f->only);
	mem_free(f);
}

static char *child_path(const char *parent, struct span name)
{
	struct buf path = BUF_INIT;

	if (parent[0] != '\0') {
		buf_puts(&path, parent);
		if (name.len > 0)
			buf_putc(&path, '/');
	}
	buf_put(&path, name);
	return buf_take(&path);
}

enum err_code lb_restore_folder_new(struct lb_restore_folder **out,
                                    struct lb_restore_job *j,
                                    struct lb_restore_folder *parent, struct span source,
                                    struct span path, struct err *err)
{
	struct lb_restore_folder *f = mem_new(sizeof *f);

	if (!f)
		return err_nomem(err);
	f->source = child_path(parent ? parent->source : "", source);
	f->path = child_path(parent ? parent->path : "", path);
	if (!f->source || !f->path) {
		folder_free(f);
		return err_nomem(err);
	}
	f->parent = parent;
	f->depth = parent ? parent->depth + 1 : 0;
	atomic_init(&f->pending, 1);
	list_add(j, f);
	*out = f;
	return ERR_OK;
}

void lb_restore_folders_free(struct lb_restore_job *j)
{
	while (j->folders) {
		struct lb_restore_folder *f = j->folders;

		list_remove(j, f);
		folder_free(f);
	}
}

/* ---- folders in the target ---- */

/* What has the folder's name in its parent: nothing, a folder, or a conflict. */
static enum err_code make_in(struct lb_restore_job *j, struct lb_restore_folder *f,
                             struct err *err)
{
	struct lb_restore_dir *dir = &lb_restore_walker(j)->dir;
	struct lb_restore_item *item = f->item;
	enum err_code rc = lb_restore_decide(j, item, err);

	if (rc != ERR_OK)
		return rc;
	if (item->how == LB_RESTORE_SKIP) {
		f->left_out = true;
		return ERR_OK;
	}
	f->fresh = item->how != LB_RESTORE_PATCH;
	if (j->o->dry_run)
		return ERR_OK;
	rc = lb_restore_dir_open(j, dir, f->parent, err);
	if (rc == ERR_OK && !f->fresh)
		lb_restore_unlock(item, dir->fd);
	if (rc != ERR_OK || !f->fresh)
		return rc;
	if (item->how == LB_RESTORE_REPLACE)
		rc = os_remove_at(dir->fd, item->name, err);
	return rc == ERR_OK ? os_make_folder(dir->fd, item->name, err) : rc;
}

/* With keep-both the folder may have got another name. */
static enum err_code settle_path(struct lb_restore_folder *f, struct err *err)
{
	char *path;

	if (span_eq(f->item->entry.name, span_str(f->item->name)))
		return ERR_OK;
	path = child_path(f->parent->path, span_str(f->item->name));
	if (!path)
		return err_nomem(err);
	mem_free(f->path);
	f->path = path;
	return ERR_OK;
}

static enum err_code make_one(struct lb_restore_job *j, struct lb_restore_folder *f,
                              struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	f->made = true;
	if (f->parent->left_out) {
		f->left_out = true;
		return ERR_OK;
	}
	rc = make_in(j, f, &why);
	if (rc == ERR_OK)
		rc = settle_path(f, &why);
	if (rc == ERR_OK) {
		if (!f->left_out) {
			atomic_fetch_add(&j->folder_count, 1);
			if (f->fresh)
				lb_restore_action(j, "restore", f, SPAN_EMPTY, 0);
		}
		return ERR_OK;
	}
	if (lb_restore_is_fatal(&why))
		return lb_restore_fatal(f, SPAN_EMPTY, &why, err);
	f->left_out = true;
	lb_restore_trouble(j, f, SPAN_EMPTY, &why);
	return ERR_OK;
}

enum err_code lb_restore_folder_make(struct lb_restore_job *j,
                                     struct lb_restore_folder *f, struct err *err)
{
	while (!f->made) {
		struct lb_restore_folder *first = f;
		enum err_code rc;

		while (!first->parent->made)
			first = first->parent;
		rc = make_one(j, first, err);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* ---- completing ---- */

/* Attributes come last: making entries changes the time, and may need the rights. */
static void finish(struct lb_restore_job *j, struct lb_restore_folder *f,
                   struct lb_restore_worker *w)
{
	struct err err = ERR_INIT;

	if (!f->item || !f->made || f->left_out || j->o->dry_run)
		return;
	if (!f->wanted && !f->fresh)
		return;
	if (lb_restore_dir_open(j, &w->dir, f, &err) != ERR_OK) {
		lb_restore_trouble(j, f, SPAN_EMPTY, &err);
		return;
	}
	lb_restore_attributes(j, w, f->item, w->dir.fd);
	lb_restore_set_late_flags(j, f->item, w->dir.fd);
}

void lb_restore_count_down(struct lb_restore_job *j, struct lb_restore_folder *f,
                           struct lb_restore_worker *w)
{
	while (f && atomic_fetch_sub(&f->pending, 1) == 1) {
		struct lb_restore_folder *parent = f->parent;

		finish(j, f, w);
		list_remove(j, f);
		folder_free(f);
		f = parent;
	}
}
