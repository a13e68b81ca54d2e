// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "os/clock.h"

/*
 * The tree of a backup that is not complete. All folders that are not finished are in one
 * list, each before the folders it is in, so one pass over it writes every partial tree
 * from the leaves up. Folders that are not complete are marked as damaged, files that are
 * not are left out. Entries of a very large folder that were handed to its tree already
 * are left out too: the next backup reads those again.
 */

#define KEEP_NS 60000000000u /* a minute of work is what a crash may cost */

static uint64_t new_bytes(struct lb_backup_job *j)
{
	struct lb_objects_figures f;

	lb_objects_count(j->objects, &f);
	return f.bytes;
}

bool lb_backup_keep_due(struct lb_backup_job *j)
{
	if (j->o->dry_run)
		return false;
	return os_ticks_ns() - j->kept_ns > KEEP_NS;
}

static enum err_code put_entry(struct lb_tree_writer *tree,
                               const struct lb_backup_item *item, struct err *err)
{
	struct lb_entry e = item->entry;

	if (item->left_out)
		return ERR_OK;
	if (atomic_load(&item->complete))
		return lb_tree_writer_add(tree, &e, err);
	if (!item->folder)
		return ERR_OK;
	e.subtree = item->folder->partial;
	e.damaged = true;
	return lb_tree_writer_add(tree, &e, err);
}

static enum err_code put_folder(struct lb_backup_folder *f, struct lb_tree_writer *tree,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (const struct lb_backup_item *i = f->first; i && rc == ERR_OK; i = i->next)
		rc = put_entry(tree, i, err);
	if (rc == ERR_OK)
		return lb_tree_writer_finish(tree, &f->partial, err);
	lb_tree_writer_reset(tree);
	return rc;
}

/* The oldest folder is the root. */
static enum err_code put_tree(struct lb_backup_job *j, struct lb_id *root,
                              struct err *err)
{
	struct lb_tree_writer *tree = j->workers[j->worker_count - 1].tree;
	enum err_code rc = ERR_OK;

	for (struct lb_backup_folder *f = j->folders; f && rc == ERR_OK; f = f->older) {
		rc = put_folder(f, tree, err);
		*root = f->partial;
	}
	return rc;
}

static enum err_code commit(struct lb_backup_job *j, struct err *err)
{
	struct lb_id16 id;
	enum err_code rc;

	j->committing_partial = true;
	rc = lb_backup_commit(j, &id, err);
	j->committing_partial = false;
	if (rc != ERR_OK)
		return rc;
	/* the next one takes the place of this one */
	if (!j->has_partial)
		j->replaced_count++;
	j->has_partial = true;
	j->replaced[j->replaced_count - 1] = id;
	return j->files ? lb_files_writer_checkpoint(j->files, &id, err) : ERR_OK;
}

static enum err_code keep(struct lb_backup_job *j, struct err *err)
{
	enum err_code rc;

	if (!j->folders || new_bytes(j) == j->kept_bytes)
		return ERR_OK;
	rc = put_tree(j, &j->root, err);
	if (rc == ERR_OK)
		rc = lb_backup_flush(j, err);
	return rc == ERR_OK ? commit(j, err) : rc;
}

void lb_backup_keep(struct lb_backup_job *j)
{
	struct err err = ERR_INIT;

	/* without it an interruption costs time, nothing else */
	if (!j->o->dry_run && j->objects)
		(void)!keep(j, &err);
	j->kept_ns = os_ticks_ns();
	j->kept_bytes = new_bytes(j);
}
