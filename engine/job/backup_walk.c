// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "base/mem.h"
#include "job/exclude_mark.h"
#include "job/names.h"

#define DRAIN_EVERY 4096

/* A folder on the way to a source: only what leads there belongs to the backup, and links
 * are followed as the user's path does. */
static bool is_passage(const struct lb_source *s)
{
	return s && !s->whole;
}

/* ---- what is in a folder ---- */

static enum err_code list_source(const struct lb_source *s, struct lb_name_list *n,
                                 struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < s->count && rc == ERR_OK; i++)
		rc = lb_name_list_add(n, s->children[i]->name, err);
	return rc;
}

/* Errors of the folder itself are told and leave the list as far as it came. */
static enum err_code list_folder(struct lb_backup_job *j, struct lb_backup_folder *f,
                                 struct lb_name_list *n, struct err *err)
{
	enum err_code rc;

	if (is_passage(f->source))
		return list_source(f->source, n, err);
	rc = lb_name_list_load(n, f->dir->fd, err);
	if (rc != ERR_OK && rc != ERR_NOMEM) {
		lb_backup_trouble(j, f, "", err);
		f->item->entry.damaged = true;
		rc = ERR_OK;
	}
	return rc;
}

/* ---- folders that mark themselves as not to be kept ---- */

/* Leaves only the mark itself in the list. */
static void apply_marks(struct lb_backup_job *j, struct lb_backup_folder *f,
                        struct lb_name_list *n)
{
	if (!j->o->filter)
		return;
	for (size_t i = 0; i < n->count; i++) {
		char *name = n->items[i];

		if (!lb_exclude_mark(j->o->filter, f->dir->fd, name))
			continue;
		n->items[i] = n->items[0];
		n->items[0] = name;
		while (n->count > 1)
			mem_free(n->items[--n->count]);
		return;
	}
}

struct visit {
	struct lb_backup_job *j;
	struct lb_backup_folder *f;
	struct lb_backup_folder *children; /* found so far, in order */
	struct lb_backup_folder **last_child;
};

/* ---- the parent snapshot ---- */

/* Moves the parent snapshot's folder on to the name; true if it is there. An unreadable
 * parent is no parent. */
static bool find_base(struct lb_backup_job *j, struct lb_backup_folder *f,
                      struct span name)
{
	struct err err;

	if (!f->has_base)
		return false;
	while (j->base_more && span_cmp(j->base_entry.name, name) < 0)
		if (lb_tree_iter_next(j->base, &j->base_entry, &j->base_more, &err) !=
		    ERR_OK) {
			j->base_more = false;
			f->has_base = false;
		}
	return j->base_more && span_eq(j->base_entry.name, name);
}

static void start_base(struct lb_backup_job *j, struct lb_backup_folder *f)
{
	struct err err;

	j->base_more = false;
	if (!f->has_base)
		return;
	lb_tree_iter_start(j->base, &f->base);
	if (lb_tree_iter_next(j->base, &j->base_entry, &j->base_more, &err) != ERR_OK) {
		j->base_more = false;
		f->has_base = false;
		return;
	}
	f->base_count = j->base_more ? lb_tree_iter_single(j->base) : 0;
}

/* Takes over what the parent snapshot knows of an entry that has not changed. What is in
 * a folder shows when that is complete. */
static enum err_code adopt(struct visit *v, struct lb_backup_item *item, struct err *err)
{
	const struct lb_entry *base = &v->j->base_entry;
	const enum err_code rc = lb_backup_adopt(item, base, err);

	if (item->entry.type == LB_ENTRY_FOLDER)
		item->entry.subtree = base->subtree;
	if (rc == ERR_OK && lb_entry_eq(&item->entry, base))
		v->f->same_count++;
	else
		atomic_store(&v->f->differs, true);
	return rc;
}

/* ---- entries ---- */

/* Joins the folder's entries; the walker or, with `pending`, a worker completes it. */
static void append(struct lb_backup_folder *f, struct lb_backup_item *item, bool pending)
{
	*f->last = item;
	f->last = &item->next;
	if (pending)
		atomic_fetch_add(&f->pending, 1);
	else
		atomic_store(&item->complete, true);
}

static enum err_code add_folder(struct visit *v, struct lb_backup_item *item,
                                const struct lb_source *source,
                                struct lb_filter_state inside, bool has_base,
                                struct err *err)
{
	struct lb_backup_job *j = v->j;
	struct lb_backup_folder *child;
	enum err_code rc = lb_backup_folder_new(&child, j, v->f, item, err);

	if (rc != ERR_OK)
		return rc;
	child->source = source;
	child->filter = inside;
	child->has_base = has_base;
	if (has_base)
		child->base = j->base_entry.subtree;
	child->outer = lb_source_dir_keep(v->f->dir);
	*v->last_child = child;
	v->last_child = &child->to_visit;
	return ERR_OK;
}

/* Another file system is left out but for the folder it is mounted on. */
static bool is_mount(const struct lb_backup_job *j, const struct lb_backup_folder *f,
                     const struct lb_backup_item *item)
{
	return j->o->one_file_system && !is_passage(f->source) &&
	       item->meta.dev != f->item->meta.dev;
}

static enum err_code take_folder(struct visit *v, struct lb_backup_item *item,
                                 const struct lb_source *source,
                                 struct lb_filter_state inside, bool in_base,
                                 bool unchanged, struct err *err)
{
	struct lb_backup_job *j = v->j;
	bool has_base = in_base && j->base_entry.type == LB_ENTRY_FOLDER;
	enum err_code rc = ERR_OK;

	atomic_fetch_add(&j->folder_count, 1);
	append(v->f, item, true);
	if (is_mount(j, v->f, item))
		item->empty = true;
	if (unchanged) {
		item->known = true;
		rc = adopt(v, item, err);
	}
	if (rc != ERR_OK)
		return rc;
	return add_folder(v, item, source, inside, has_base && !item->empty, err);
}

static enum err_code take_file(struct visit *v, struct lb_backup_item *item,
                               bool unchanged, struct err *err)
{
	struct lb_backup_job *j = v->j;
	enum err_code rc;

	if (!unchanged) {
		item->dir = lb_source_dir_keep(v->f->dir);
		append(v->f, item, true);
		return lb_backup_queue(j, item, err);
	}
	append(v->f, item, false);
	rc = adopt(v, item, err);
	atomic_fetch_add(&j->file_count, 1);
	atomic_fetch_add(&j->unchanged, 1);
	atomic_fetch_add(&j->bytes, item->entry.size);
	if (rc == ERR_OK) {
		lb_backup_action(j, "unchanged", item);
		lb_backup_progress(j, item);
	}
	return rc;
}

static enum err_code take_other(struct visit *v, struct lb_backup_item *item,
                                bool unchanged, struct err *err)
{
	struct lb_backup_job *j = v->j;

	append(v->f, item, false);
	atomic_fetch_add(&j->other_count, 1);
	if (unchanged)
		return adopt(v, item, err);
	return lb_backup_read_other(j, v->f, item, err);
}

/* Is the backup asked to take it, by path and size? */
static enum err_code judge(struct visit *v, const struct lb_backup_item *item,
                           bool *wanted, struct lb_filter_state *inside, struct err *err)
{
	const struct lb_filter *filter = v->j->o->filter;
	bool is_folder = item->entry.type == LB_ENTRY_FOLDER;
	struct buf path = BUF_INIT;
	enum err_code rc;

	*inside = LB_FILTER_TOP;
	*wanted = !filter || item->entry.type != LB_ENTRY_FILE ||
	          !lb_filter_too_large(filter, item->meta.size);
	if (!filter || !*wanted)
		return ERR_OK;
	if (v->f->path[0] != '\0')
		buf_printf(&path, "%s/", v->f->path);
	buf_puts(&path, item->name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		*wanted = lb_filter_step(filter, v->f->filter, buf_span(&path), is_folder,
		                         inside) != LB_FILTER_OUT;
	buf_fini(&path);
	return rc;
}

/* Is the parent snapshot's entry still true, but for what statx tells? */
static bool is_unchanged(const struct lb_backup_job *j, const struct lb_backup_item *item,
                         bool in_base, bool same)
{
	const struct lb_entry *b = &j->base_entry;

	return in_base && same && b->type == item->entry.type && !b->damaged &&
	       (b->type != LB_ENTRY_FILE || b->size == item->meta.size);
}

static enum err_code take(struct visit *v, struct lb_backup_item *item,
                          const struct lb_source *source, struct err *err)
{
	struct lb_backup_job *j = v->j;
	struct lb_filter_state inside;
	bool wanted = false;
	bool in_base;
	bool same = false;
	enum err_code rc = lb_backup_describe(j, item, err);

	if (rc == ERR_OK)
		rc = judge(v, item, &wanted, &inside, err);
	if (rc != ERR_OK || !wanted) {
		lb_backup_item_free(item);
		return rc;
	}
	in_base = find_base(j, v->f, item->entry.name);
	rc = lb_backup_compare(j, item, &same, err);
	if (rc != ERR_OK) {
		lb_backup_item_free(item);
		return rc;
	}
	same = is_unchanged(j, item, in_base, same);
	if (!same)
		atomic_store(&v->f->differs, true);
	if (item->entry.type == LB_ENTRY_FOLDER)
		rc = take_folder(v, item, source, inside, in_base, same, err);
	else if (item->entry.type == LB_ENTRY_FILE)
		rc = take_file(v, item, same, err);
	else
		rc = take_other(v, item, same, err);
	return rc;
}

static const struct lb_source *source_of(const struct lb_backup_folder *f, size_t i)
{
	return is_passage(f->source) ? f->source->children[i] : NULL;
}

static enum err_code look_at(const struct lb_backup_folder *f, const char *name,
                             const struct lb_source *source, struct os_meta *out,
                             struct err *err)
{
	int fd = -1;
	enum err_code rc;

	if (!is_passage(source))
		return os_meta_at(f->dir->fd, name, out, err);
	rc = os_open_passage(source->path, &fd, err);
	if (rc == ERR_OK)
		rc = os_meta_of(fd, source->path, out, err);
	os_close(&fd);
	return rc;
}

/* A link is stored as what it is, so a path through it leads nowhere. */
static void tell_inner(struct visit *v, const char *name)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_USAGE,
	        "this is no folder, so what was named behind it is left out; leave out "
	        "either path");
	lb_backup_trouble(v->j, v->f, name, &err);
}

/* A name that is gone by now was no longer part of the source; a source path that does
 * not exist is trouble. */
static enum err_code take_name(struct visit *v, const char *name,
                               const struct lb_source *source, struct err *err)
{
	struct lb_backup_item *item = lb_backup_item_new(v->f, span_str(name));
	enum err_code rc;

	if (!item)
		return err_nomem(err);
	rc = look_at(v->f, name, source, &item->meta, err);
	if (rc == ERR_OK && source && source->inner && item->meta.kind != OS_KIND_FOLDER)
		tell_inner(v, name);
	if (rc == ERR_OK && source && source->whole)
		v->j->sources_found++;
	if (rc == ERR_OK)
		return take(v, item, source, err);
	lb_backup_item_free(item);
	if (rc == ERR_NOMEM)
		return rc;
	if (rc != ERR_NOT_FOUND || source)
		lb_backup_trouble(v->j, v->f, name, err);
	return ERR_OK;
}

/* ---- folders ---- */

static enum err_code open_folder(struct lb_backup_folder *f, struct err *err)
{
	int fd = -1;
	enum err_code rc;

	if (is_passage(f->source))
		rc = os_open_passage(f->source->path, &fd, err);
	else if (f->outer)
		rc = os_open_folder(f->outer->fd, f->item->name, &fd, err);
	else
		rc = os_open_folder_path(f->source->path, &fd, err);
	if (rc != ERR_OK)
		return rc;
	f->dir = mem_new(sizeof *f->dir);
	if (!f->dir) {
		os_close(&fd);
		return err_nomem(err);
	}
	f->dir->fd = fd;
	atomic_init(&f->dir->users, 1);
	lb_source_dir_release(f->outer);
	f->outer = NULL;
	return ERR_OK;
}

static enum err_code take_names(struct visit *v, const struct lb_name_list *n,
                                struct err *err)
{
	struct lb_backup_job *j = v->j;
	struct lb_backup_worker *w = &j->workers[j->worker_count - 1];
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < n->count && rc == ERR_OK; i++) {
		if (cancel_is_set(j->o->cancel) || cancel_is_set(&j->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = take_name(v, n->items[i], source_of(v->f, i), err);
		if (rc == ERR_OK && i % DRAIN_EVERY == DRAIN_EVERY - 1)
			rc = lb_backup_drain(j, v->f, w, err);
		if (rc == ERR_OK && lb_backup_keep_due(j)) {
			rc = lb_backup_settle(j, err);
			if (rc == ERR_OK)
				lb_backup_keep(j);
		}
	}
	return rc;
}

/* The folder's own attributes, which statx does not tell. */
static enum err_code visit_open(struct visit *v, struct err *err)
{
	struct lb_backup_job *j = v->j;
	struct lb_backup_folder *f = v->f;
	struct lb_name_list n = LB_NAME_LIST_INIT;
	enum err_code rc = lb_backup_read_folder(j, f, err);

	if (rc == ERR_OK && !f->item->empty)
		rc = list_folder(j, f, &n, err);
	if (rc == ERR_OK) {
		struct lb_files_cursor before = j->cursor;
		struct span path = span_str(f->path);

		apply_marks(j, f, &n);
		start_base(j, f);
		lb_files_cache_folder(j->cache, path, &before, &j->cursor);
		if (j->files)
			rc = lb_files_writer_folder(j->files, path, err);
	}
	if (rc == ERR_OK)
		rc = take_names(v, &n, err);
	lb_name_list_fini(&n);
	return rc;
}

/* Folders inside come next, the first one first. */
static void push_children(struct visit *v)
{
	*v->last_child = v->j->stack;
	v->j->stack = v->children;
}

static enum err_code visit_folder(struct lb_backup_job *j, struct lb_backup_folder *f,
                                  struct err *err)
{
	struct lb_backup_worker *w = &j->workers[j->worker_count - 1];
	struct visit v = { .j = j, .f = f };
	enum err_code rc = open_folder(f, err);

	v.last_child = &v.children;
	if (rc == ERR_OK) {
		if (!f->parent && f->source->whole)
			j->sources_found++;
		rc = visit_open(&v, err);
		push_children(&v);
		lb_source_dir_release(f->dir);
		f->dir = NULL;
	} else if (rc != ERR_NOMEM) {
		/* the folder is kept, empty and marked */
		lb_backup_trouble(j, f, "", err);
		f->item->entry.damaged = true;
		rc = ERR_OK;
	}
	return rc == ERR_OK ? lb_backup_visited(j, f, w, err) : rc;
}

static enum err_code start(struct lb_backup_job *j, const struct lb_source *root,
                           const struct lb_id *base, struct err *err)
{
	struct lb_backup_item *item = lb_backup_item_new(NULL, SPAN_EMPTY);
	struct lb_backup_folder *f;
	enum err_code rc;

	if (!item)
		return err_nomem(err);
	rc = lb_backup_folder_new(&f, j, NULL, item, err);
	if (rc != ERR_OK) {
		lb_backup_item_free(item);
		return rc;
	}
	f->source = root;
	f->filter = LB_FILTER_TOP;
	f->has_base = base != NULL;
	if (base)
		f->base = *base;
	j->stack = f;
	return ERR_OK;
}

enum err_code lb_backup_walk(struct lb_backup_job *j, const struct lb_source *root,
                             const struct lb_id *base, struct err *err)
{
	enum err_code rc = start(j, root, base, err);

	while (rc == ERR_OK && j->stack) {
		struct lb_backup_folder *f = j->stack;

		j->stack = f->to_visit;
		rc = visit_folder(j, f, err);
	}
	if (rc == ERR_OK)
		rc = lb_backup_queue_flush(j, err);
	return rc;
}
