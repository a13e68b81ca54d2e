// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/backup_internal.h"
#include "pack/keyring.h"
#include "repo/repo.h"

#include <string.h>
#include <unistd.h>

/* ---- items ---- */

struct lb_backup_item *lb_backup_item_new(struct lb_backup_folder *f, struct span name)
{
	struct lb_backup_item *item = mem_new(sizeof *item + name.len + 1);

	if (!item)
		return NULL;
	if (name.len > 0) /* the root has no name, not even an address of one */
		memcpy(item->name, name.ptr, name.len);
	item->entry.name = span_of(item->name, name.len);
	item->in = f;
	return item;
}

void lb_backup_item_free(struct lb_backup_item *item)
{
	if (!item)
		return;
	lb_source_dir_release(item->dir);
	mem_free(item->content);
	mem_free(item->xattrs);
	mem_free(item->target);
	mem_free(item->extents);
	mem_free(item);
}

bool lb_backup_own(char **slot, struct span *s)
{
	char *copy;

	if (s->len == 0) {
		*s = SPAN_EMPTY;
		return true;
	}
	copy = mem_dup(*s);
	if (!copy)
		return false;
	mem_free(*slot);
	*slot = copy;
	s->ptr = copy;
	return true;
}

/* ---- folders ---- */

struct lb_source_dir *lb_source_dir_keep(struct lb_source_dir *d)
{
	atomic_fetch_add(&d->users, 1);
	return d;
}

void lb_source_dir_release(struct lb_source_dir *d)
{
	if (!d || atomic_fetch_sub(&d->users, 1) > 1)
		return;
	close(d->fd);
	mem_free(d);
}

static void list_add(struct lb_backup_job *j, struct lb_backup_folder *f)
{
	pthread_mutex_lock(&j->lock);
	f->older = j->folders;
	if (f->older)
		f->older->newer = f;
	j->folders = f;
	pthread_mutex_unlock(&j->lock);
}

static void list_remove(struct lb_backup_job *j, struct lb_backup_folder *f)
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

static char *child_path(const struct lb_backup_folder *parent, const char *name)
{
	struct buf path = BUF_INIT;

	if (parent && parent->path[0] != '\0') {
		buf_puts(&path, parent->path);
		buf_putc(&path, '/');
	}
	buf_puts(&path, name);
	return buf_take(&path);
}

enum err_code lb_backup_folder_new(struct lb_backup_folder **out, struct lb_backup_job *j,
                                   struct lb_backup_folder *parent,
                                   struct lb_backup_item *item, struct err *err)
{
	struct lb_backup_folder *f = mem_new(sizeof *f);

	if (!f)
		return err_nomem(err);
	f->path = child_path(parent, item->name);
	if (!f->path) {
		mem_free(f);
		return err_nomem(err);
	}
	f->parent = parent;
	f->item = item;
	item->folder = f;
	f->last = &f->first;
	atomic_init(&f->pending, 1);
	list_add(j, f);
	*out = f;
	return ERR_OK;
}

static void forget_entries(struct lb_backup_folder *f)
{
	while (f->first) {
		struct lb_backup_item *item = f->first;

		f->first = item->next;
		lb_backup_item_free(item);
	}
	f->last = &f->first;
}

static void folder_free(struct lb_backup_folder *f)
{
	forget_entries(f);
	if (!f->parent)
		lb_backup_item_free(f->item);
	lb_tree_writer_free(f->writer);
	lb_source_dir_release(f->outer);
	lb_source_dir_release(f->dir);
	mem_free(f->path);
	mem_free(f);
}

void lb_backup_folders_free(struct lb_backup_job *j)
{
	while (j->folders) {
		struct lb_backup_folder *f = j->folders;

		list_remove(j, f);
		folder_free(f);
	}
}

/* ---- completing ---- */

/* Hands the first entry to the tree and lets go of it. */
static enum err_code take_first(struct lb_backup_folder *f, struct lb_tree_writer *tree,
                                struct err *err)
{
	struct lb_backup_item *item = f->first;
	enum err_code rc = ERR_OK;

	if (!item->left_out)
		rc = lb_tree_writer_add(tree, &item->entry, err);
	else if (item->unread)
		f->item->entry.damaged = true;
	f->first = item->next;
	if (!f->first)
		f->last = &f->first;
	lb_backup_item_free(item);
	return rc;
}

static enum err_code put_node(enum lb_chunk_type type, struct span bytes,
                              struct lb_id *id, void *context, struct err *err)
{
	struct lb_backup_folder *f = context;

	return lb_putter_put(f->putter, type, bytes, id, err);
}

enum err_code lb_backup_drain(struct lb_backup_job *j, struct lb_backup_folder *f,
                              struct lb_backup_worker *w, struct err *err)
{
	const struct lb_key *key = &lb_repo_keyring(j->repo)->chunker_key;
	enum err_code rc = ERR_OK;

	if (!f->first || !atomic_load(&f->first->complete))
		return ERR_OK;
	if (!f->writer)
		rc = lb_tree_writer_new(&f->writer, key, put_node, f, err);
	f->putter = w->putter;
	while (rc == ERR_OK && f->first && atomic_load(&f->first->complete))
		rc = take_first(f, f->writer, err);
	return rc;
}

/* Is all as it was, and the one node that says so still there? Then nothing has to be
 * written. Of a folder of several nodes each would have to be looked at. */
static enum err_code take_over(struct lb_backup_folder *f, struct lb_backup_worker *w,
                               bool *done, struct err *err)
{
	enum err_code rc;

	*done = false;
	if (!f->has_base || f->base_count == 0 || f->same_count != f->base_count ||
	    atomic_load(&f->differs) || f->writer)
		return ERR_OK;
	rc = lb_putter_has(w->putter, LB_CHUNK_TREE, &f->base, done, err);
	if (rc != ERR_OK || !*done)
		return rc;
	f->item->entry.subtree = f->base;
	forget_entries(f);
	return ERR_OK;
}

/* All entries are complete: the folder's own entry gets its tree. */
static enum err_code finish(struct lb_backup_folder *f, struct lb_backup_worker *w,
                            struct err *err)
{
	struct lb_tree_writer *tree = f->writer ? f->writer : w->tree;
	bool done = false;
	enum err_code rc = take_over(f, w, &done, err);

	if (rc != ERR_OK || done)
		return rc;
	f->putter = w->putter;
	while (rc == ERR_OK && f->first)
		rc = take_first(f, tree, err);
	if (rc == ERR_OK)
		rc = lb_tree_writer_finish(tree, &f->item->entry.subtree, err);
	else
		lb_tree_writer_reset(tree);
	return rc;
}

/* Does the parent snapshot have the folder with the same in it? */
static bool is_same_tree(const struct lb_backup_folder *f)
{
	const struct lb_entry *e = &f->item->entry;

	return f->has_base && lb_id_eq(&e->subtree, &f->base) && !e->damaged;
}

/* Counts down, and goes up as long as that completes a folder. */
static enum err_code count_down(struct lb_backup_job *j, struct lb_backup_folder *f,
                                struct lb_backup_worker *w, struct err *err)
{
	while (f && atomic_fetch_sub(&f->pending, 1) == 1) {
		struct lb_backup_folder *parent = f->parent;
		enum err_code rc = finish(f, w, err);

		if (rc != ERR_OK)
			return rc;
		f->item->folder = NULL;
		if (parent) {
			if (!is_same_tree(f))
				atomic_store(&parent->differs, true);
			atomic_store(&f->item->complete, true);
		} else {
			j->root = f->item->entry.subtree;
		}
		list_remove(j, f);
		folder_free(f);
		f = parent;
	}
	return ERR_OK;
}

enum err_code lb_backup_complete(struct lb_backup_job *j, struct lb_backup_item *item,
                                 struct lb_backup_worker *w, struct err *err)
{
	struct lb_backup_folder *f = item->in;

	lb_source_dir_release(item->dir);
	item->dir = NULL;
	/* from here on another thread may take it away */
	atomic_store(&item->complete, true);
	return count_down(j, f, w, err);
}

enum err_code lb_backup_visited(struct lb_backup_job *j, struct lb_backup_folder *f,
                                struct lb_backup_worker *w, struct err *err)
{
	return count_down(j, f, w, err);
}
