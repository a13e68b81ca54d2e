// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/restore_internal.h"

/*
 * Several names of one file. The first one that is restored leads; the others become
 * links to it as soon as it is complete. If it cannot be restored the next one leads.
 * State, path and the list of those that wait are under the job's lock.
 */

static struct lb_restore_link *find(struct lb_restore_job *j, const struct lb_entry *e)
{
	struct span key = span_of((const char *)e->link_group, sizeof e->link_group);
	struct lb_restore_link *l = map_get(&j->links, key);

	if (l)
		return l;
	l = mem_new(sizeof *l);
	if (!l)
		return NULL;
	l->last = &l->waiting;
	if (!map_set(&j->links, key, l)) {
		mem_free(l);
		return NULL;
	}
	return l;
}

static char *path_of(const struct lb_restore_item *item)
{
	struct buf path = BUF_INIT;

	if (item->in->path[0] != '\0')
		buf_printf(&path, "%s/", item->in->path);
	buf_puts(&path, item->name);
	return buf_take(&path);
}

/* ---- linking ---- */

static bool is_same_file(int fd, int dir, const char *name)
{
	struct os_meta a;
	struct os_meta b;

	return os_meta_of(fd, name, &a, NULL) == ERR_OK &&
	       os_meta_at(dir, name, &b, NULL) == ERR_OK && a.dev == b.dev &&
	       a.ino == b.ino;
}

static enum err_code link_name(const struct lb_restore_job *j,
                               const struct lb_restore_item *item, int fd, int dir,
                               bool *there, struct err *err)
{
	char part[LB_PART_NAME];
	enum err_code rc;

	*there = false;
	if (item->how == LB_RESTORE_MAKE)
		return os_make_hard_link(fd, dir, item->name, err);
	*there = is_same_file(fd, dir, item->name);
	if (*there)
		return ERR_OK;
	rc = lb_restore_part_name(j, item->name, part, err);
	if (rc == ERR_OK)
		rc = os_remove_at(dir, part, err);
	if (rc == ERR_OK)
		rc = os_make_hard_link(fd, dir, part, err);
	return rc == ERR_OK ? os_rename_at(dir, part, item->name, err) : rc;
}

static enum err_code link_to(struct lb_restore_job *j, struct lb_restore_worker *w,
                             const struct lb_restore_item *item, const char *leader,
                             bool *there, struct err *err)
{
	int fd = -1;
	enum err_code rc = os_open_beneath(j->root, leader, OS_OPEN_HANDLE, &fd, err);

	if (rc == ERR_OK)
		rc = lb_restore_dir_open(j, &w->dir, item->in, err);
	if (rc == ERR_OK)
		rc = link_name(j, item, fd, w->dir.fd, there, err);
	os_close(&fd);
	return rc;
}

/* Where links are not to be had (the file system has none, or no more of this file) the
 * name gets a file of its own. */
static enum err_code add_name(struct lb_restore_job *j, struct lb_restore_worker *w,
                              struct lb_restore_item *item, const char *leader,
                              struct err *err)
{
	struct err why = ERR_INIT;
	bool there;
	bool done;

	if (link_to(j, w, item, leader, &there, &why) != ERR_OK) {
		if (!lb_restore_is_fatal(&why))
			return lb_restore_one(j, w, item, &done, err);
		if (err)
			*err = why;
		return why.code;
	}
	if (item->entry.type == LB_ENTRY_FILE) {
		atomic_fetch_add(&j->files, 1);
		atomic_fetch_add(&j->bytes, item->entry.size);
	} else {
		atomic_fetch_add(&j->others, 1);
	}
	atomic_fetch_add(&j->unchanged, there ? 1 : 0);
	lb_restore_action(j,
	                  there                          ? "unchanged"
	                  : item->how == LB_RESTORE_MAKE ? "restore"
	                                                 : "overwrite",
	                  item->in, item->entry.name, item->entry.size);
	return ERR_OK;
}

static enum err_code add_and_complete(struct lb_restore_job *j,
                                      struct lb_restore_worker *w,
                                      struct lb_restore_item *item, const char *leader,
                                      struct err *err)
{
	enum err_code rc = add_name(j, w, item, leader, err);

	if (rc == ERR_OK)
		lb_restore_count_down(j, item->in, w);
	lb_restore_item_free(item);
	return rc;
}

/* ---- leading and waiting ---- */

enum err_code lb_restore_link_take(struct lb_restore_job *j, struct lb_restore_item *item,
                                   bool *leads, struct err *err)
{
	struct lb_restore_link *l;
	enum lb_link_state state = LB_LINK_FAILED;

	*leads = true;
	if (!item->entry.linked || j->o->dry_run)
		return ERR_OK;
	pthread_mutex_lock(&j->lock);
	l = find(j, &item->entry);
	if (l) {
		state = l->state;
		if (state == LB_LINK_FAILED) {
			l->state = LB_LINK_WORKING;
			item->link = l;
		} else if (state == LB_LINK_WORKING) {
			*l->last = item;
			l->last = &item->next;
		}
	}
	pthread_mutex_unlock(&j->lock);
	if (!l) {
		lb_restore_item_free(item);
		return err_nomem(err);
	}
	*leads = state == LB_LINK_FAILED;
	if (state == LB_LINK_DONE)
		return add_and_complete(j, lb_restore_walker(j), item, l->path, err);
	return ERR_OK;
}

enum err_code lb_restore_link_found(struct lb_restore_job *j,
                                    const struct lb_restore_item *item, struct err *err)
{
	struct lb_restore_link *l;
	char *path;

	if (!item->entry.linked || j->o->dry_run)
		return ERR_OK;
	path = path_of(item);
	if (!path)
		return err_nomem(err);
	pthread_mutex_lock(&j->lock);
	l = find(j, &item->entry);
	if (l && l->state == LB_LINK_FAILED) {
		l->state = LB_LINK_DONE;
		l->path = path;
		path = NULL;
	}
	pthread_mutex_unlock(&j->lock);
	mem_free(path);
	return l ? ERR_OK : err_nomem(err);
}

/* All that wait, or (without a path) the first of them, which leads now. */
static struct lb_restore_item *take_waiting(struct lb_restore_job *j,
                                            struct lb_restore_link *l, char *path)
{
	struct lb_restore_item *first;

	pthread_mutex_lock(&j->lock);
	first = l->waiting;
	l->path = path;
	l->waiting = first && !path ? first->next : NULL;
	if (!l->waiting)
		l->last = &l->waiting;
	if (path)
		l->state = LB_LINK_DONE;
	else if (!first)
		l->state = LB_LINK_FAILED;
	pthread_mutex_unlock(&j->lock);
	return first;
}

static void drop_list(struct lb_restore_item *item)
{
	while (item) {
		struct lb_restore_item *next = item->next;

		lb_restore_item_free(item);
		item = next;
	}
}

static enum err_code link_all(struct lb_restore_job *j, struct lb_restore_worker *w,
                              struct lb_restore_link *l, char *path, struct err *err)
{
	struct lb_restore_item *item = take_waiting(j, l, path);
	enum err_code rc = ERR_OK;

	while (item && rc == ERR_OK) {
		struct lb_restore_item *next = item->next;

		rc = add_and_complete(j, w, item, path, err);
		item = next;
	}
	drop_list(item);
	return rc;
}

enum err_code lb_restore_link_done(struct lb_restore_job *j, struct lb_restore_worker *w,
                                   struct lb_restore_item *leader, bool there,
                                   struct err *err)
{
	struct lb_restore_link *l = leader->link;
	struct lb_restore_item *next = NULL; /* leads after the first one failed */
	char *path;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && !there) {
		if (next) {
			lb_restore_count_down(j, next->in, w);
			lb_restore_item_free(next);
		}
		next = take_waiting(j, l, NULL);
		if (!next)
			return ERR_OK;
		next->link = l;
		rc = lb_restore_one(j, w, next, &there, err);
	}
	path = rc == ERR_OK ? path_of(next ? next : leader) : NULL;
	if (rc == ERR_OK && !path)
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = link_all(j, w, l, path, err);
	if (next && rc == ERR_OK)
		lb_restore_count_down(j, next->in, w);
	lb_restore_item_free(next);
	return rc;
}

/* ---- the end ---- */

static void set_late_flags(struct lb_restore_job *j, const struct lb_restore_link *l)
{
	struct err err = ERR_INIT;
	int fd = -1;

	if (l->state != LB_LINK_DONE || l->late_flags == 0)
		return;
	if ((os_open_beneath(j->root, l->path, OS_OPEN_READ, &fd, &err) != ERR_OK ||
	     os_flags_set(fd, l->late_flags, &err) != ERR_OK) &&
	    j->privileged)
		lb_restore_trouble(j, NULL, span_str(l->path), &err);
	os_close(&fd);
}

void lb_restore_links_finish(struct lb_restore_job *j)
{
	struct span key;
	size_t at = 0;
	void *value;

	while (map_next(&j->links, &at, &key, &value))
		set_late_flags(j, value);
}

void lb_restore_links_free(struct lb_restore_job *j)
{
	struct span key;
	size_t at = 0;
	void *value;

	while (map_next(&j->links, &at, &key, &value)) {
		struct lb_restore_link *l = value;

		drop_list(l->waiting);
		mem_free(l->path);
		mem_free(l);
	}
	map_fini(&j->links);
}
