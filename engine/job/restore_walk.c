// SPDX-License-Identifier: Apache-2.0
#include "job/restore_internal.h"

#include "base/mem.h"

/* One folder of the snapshot, as it is visited. */
struct visit {
	struct lb_restore_job *j;
	struct lb_restore_folder *f;
	struct lb_restore_folder *children; /* found so far, in order */
	struct lb_restore_folder **last_child;
};

/* What the restore is asked to take. Paths are the snapshot's. */
static enum err_code judge(const struct visit *v, const struct lb_entry *e,
                           enum lb_filter_verdict *verdict,
                           struct lb_filter_state *inside, struct err *err)
{
	const struct lb_filter *filter = v->j->o->filter;
	struct buf path = BUF_INIT;
	enum err_code rc;

	*inside = LB_FILTER_TOP;
	*verdict = LB_FILTER_IN;
	if (!filter)
		return ERR_OK;
	if (e->type == LB_ENTRY_FILE && lb_filter_too_large(filter, e->size)) {
		*verdict = LB_FILTER_OUT;
		return ERR_OK;
	}
	if (v->f->source[0] != '\0')
		buf_printf(&path, "%s/", v->f->source);
	buf_put(&path, e->name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		*verdict = lb_filter_step(filter, v->f->filter, buf_span(&path),
		                          e->type == LB_ENTRY_FOLDER, inside);
	buf_fini(&path);
	return rc;
}

/* ---- entries ---- */

static enum err_code take_folder(struct visit *v, const struct lb_entry *e, bool wanted,
                                 struct lb_filter_state inside, struct err *err)
{
	struct lb_restore_job *j = v->j;
	struct lb_restore_folder *child;
	enum err_code rc = lb_restore_folder_new(&child, j, v->f, e->name, e->name, err);

	if (rc == ERR_OK)
		rc = lb_restore_item_new(&child->item, v->f, e, err);
	if (rc != ERR_OK)
		return rc;
	child->tree = e->subtree;
	child->filter = inside;
	child->wanted = wanted;
	child->lacking = e->damaged;
	child->whole = v->f->whole || lb_restore_is_source(j, span_str(child->source));
	atomic_fetch_add(&v->f->pending, 1);
	*v->last_child = child;
	v->last_child = &child->to_visit;
	return ERR_OK;
}

/* What would be done with the file, and what is there now has been looked at for that. */
static enum err_code preview(struct lb_restore_job *j, const struct lb_restore_item *item,
                             struct err *err)
{
	const struct lb_entry *e = &item->entry;
	bool is_file = e->type == LB_ENTRY_FILE;
	const char *what = item->how == LB_RESTORE_MAKE ? "restore" : "overwrite";
	bool same = false;
	enum err_code rc = ERR_OK;

	if (item->how == LB_RESTORE_PATCH)
		rc = lb_restore_compare(j, lb_restore_walker(j), item, &same, err);
	if (rc != ERR_OK)
		return rc;
	if (same) {
		what = "unchanged";
		atomic_fetch_add(&j->unchanged, 1);
	}
	atomic_fetch_add(is_file ? &j->files : &j->others, 1);
	atomic_fetch_add(&j->bytes, is_file ? e->size : 0);
	lb_restore_action(j, what, item->in, e->name, e->size);
	return ERR_OK;
}

/* Takes the item: it is done, on its way, or waits for its leader. */
static enum err_code restore(struct lb_restore_job *j, struct lb_restore_item *item,
                             struct err *err)
{
	struct lb_restore_folder *in = item->in;
	bool leads;
	enum err_code rc;

	if (j->o->dry_run) {
		rc = preview(j, item, err);
		lb_restore_item_free(item);
		return rc;
	}
	atomic_fetch_add(&in->pending, 1);
	rc = lb_restore_link_take(j, item, &leads, err);
	if (rc != ERR_OK || !leads)
		return rc;
	if (item->entry.type == LB_ENTRY_FILE)
		return lb_restore_queue(j, item, err);
	return lb_restore_whole(j, lb_restore_walker(j), item, err);
}

static enum err_code take_entry(struct visit *v, const struct lb_entry *e,
                                struct err *err)
{
	struct lb_restore_job *j = v->j;
	struct lb_restore_item *item = NULL;
	struct err why = ERR_INIT;
	enum err_code rc = lb_restore_folder_make(j, v->f, err);

	if (rc != ERR_OK || v->f->left_out)
		return rc;
	rc = lb_restore_item_new(&item, v->f, e, err);
	if (rc != ERR_OK)
		return rc;
	rc = lb_restore_decide(j, item, &why);
	if (rc == ERR_OK && item->how != LB_RESTORE_SKIP)
		return restore(j, item, err);
	lb_restore_item_free(item);
	if (rc == ERR_OK)
		return ERR_OK;
	if (!lb_restore_is_fatal(&why)) {
		lb_restore_trouble(j, v->f, e->name, &why);
		return ERR_OK;
	}
	if (err)
		*err = why;
	return rc;
}

static enum err_code take(struct visit *v, const struct lb_entry *e, struct err *err)
{
	enum lb_filter_verdict verdict;
	struct lb_filter_state inside;
	enum err_code rc;

	if (v->f->only && !span_eq(span_str(v->f->only), e->name))
		return ERR_OK;
	rc = judge(v, e, &verdict, &inside, err);
	if (rc != ERR_OK || verdict == LB_FILTER_OUT)
		return rc;
	if (e->type == LB_ENTRY_FOLDER)
		return take_folder(v, e, verdict == LB_FILTER_IN, inside, err);
	return take_entry(v, e, err);
}

/* ---- folders ---- */

/* A part of the tree that cannot be read: what is known is restored. */
static enum err_code tell_unread(struct visit *v, const struct err *why, struct err *err)
{
	struct err shown = *why;

	if (lb_restore_is_fatal(why)) {
		if (err)
			*err = *why;
		return why->code;
	}
	err_wrap(&shown, why->code, "not all that was in this folder can be restored");
	lb_restore_trouble(v->j, v->f, SPAN_EMPTY, &shown);
	v->f->unread = true;
	return ERR_OK;
}

static enum err_code take_entries(struct visit *v, struct err *err)
{
	struct lb_restore_job *j = v->j;
	struct err why = ERR_INIT;
	struct lb_entry e;
	bool more = false;
	enum err_code rc = ERR_OK;

	lb_tree_iter_start(j->tree, &v->f->tree);
	if (v->f->only)
		rc = lb_tree_iter_seek(j->tree, span_str(v->f->only), &why);
	while (rc == ERR_OK) {
		if (lb_restore_stopped(j))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = lb_tree_iter_next(j->tree, &e, &more, &why);
		if (rc != ERR_OK || !more)
			break;
		if (take(v, &e, err) != ERR_OK)
			return err ? err->code : ERR_IO;
		if (v->f->only)
			break;
	}
	return rc == ERR_OK ? ERR_OK : tell_unread(v, &why, err);
}

/* What such a folder does not have may only not have been read. */
static void tell_lacking(struct visit *v)
{
	struct err why = ERR_INIT;

	if (!v->f->lacking || !v->f->made)
		return;
	atomic_fetch_add(&v->j->incomplete, 1);
	err_set(&why, ERR_CORRUPT, "not all that was in this folder was backed up%s",
	        v->j->o->delete_extra ? "; nothing in it is removed" : "");
	lb_restore_warn(v->j, v->f, SPAN_EMPTY, &why);
}

static enum err_code delete_extra(struct visit *v, struct err *err)
{
	struct lb_restore_job *j = v->j;
	struct lb_restore_folder *f = v->f;
	struct err why = ERR_INIT;

	if (!j->o->delete_extra || !f->whole || !f->made || f->fresh || f->only ||
	    f->lacking)
		return ERR_OK;
	if (lb_restore_delete_extra(j, f, &why) == ERR_OK)
		return ERR_OK;
	return tell_unread(v, &why, err);
}

static enum err_code visit_inside(struct visit *v, struct err *err)
{
	struct lb_restore_folder *f = v->f;
	enum err_code rc = f->wanted ? lb_restore_folder_make(v->j, f, err) : ERR_OK;

	if (rc != ERR_OK || f->left_out)
		return rc;
	tell_lacking(v);
	rc = delete_extra(v, err);
	return rc == ERR_OK ? take_entries(v, err) : rc;
}

/* Folders inside come next, the first one first. */
static void push_children(struct visit *v)
{
	*v->last_child = v->j->stack;
	v->j->stack = v->children;
}

enum err_code lb_restore_walk(struct lb_restore_job *j, struct lb_restore_folder *root,
                              struct err *err)
{
	enum err_code rc = ERR_OK;

	j->stack = root;
	while (rc == ERR_OK && j->stack) {
		struct visit v = { .j = j, .f = j->stack };

		j->stack = v.f->to_visit;
		v.last_child = &v.children;
		rc = visit_inside(&v, err);
		push_children(&v);
		lb_restore_count_down(j, v.f, lb_restore_walker(j));
	}
	return rc == ERR_OK && j->pool ? lb_restore_queue_flush(j, err) : rc;
}
