// SPDX-License-Identifier: Apache-2.0
#include "job/restore_internal.h"

#include <stdio.h>
#include <string.h>

/*
 * What to do with an entry, in view of what has its name in the target. Only the walker
 * asks; it says so by item->how, and for keep-both by another item->name.
 */

#define NAME_MAX_BYTES 255u
#define BESIDE ".restored"

static struct os_time time_of(const struct lb_entry *e)
{
	return (struct os_time){ e->mtime_s, e->mtime_ns };
}

/* As far as one look tells. */
static bool seems_same(const struct lb_entry *e, const struct os_meta *there)
{
	return (int)there->kind == (int)e->type &&
	       os_time_cmp(there->mtime, time_of(e)) == 0 &&
	       (e->type != LB_ENTRY_FILE || there->size == e->size);
}

static enum lb_restore_how overwrite(const struct lb_entry *e,
                                     const struct os_meta *there)
{
	if (e->type == LB_ENTRY_FILE && there->kind == OS_KIND_FILE)
		return LB_RESTORE_PATCH;
	return LB_RESTORE_REPLACE;
}

static void skip(struct lb_restore_job *j, struct lb_restore_item *item)
{
	item->how = LB_RESTORE_SKIP;
	atomic_fetch_add(&j->skipped, 1);
	lb_restore_action(j, "skip", item->in, item->entry.name, 0);
}

/* What an earlier run has restored is no conflict. */
static enum err_code leave_same(struct lb_restore_job *j, struct lb_restore_item *item,
                                struct err *err)
{
	bool is_file = item->entry.type == LB_ENTRY_FILE;

	item->how = LB_RESTORE_SKIP;
	atomic_fetch_add(is_file ? &j->files : &j->others, 1);
	atomic_fetch_add(&j->bytes, is_file ? item->entry.size : 0);
	atomic_fetch_add(&j->unchanged, 1);
	lb_restore_action(j, "unchanged", item->in, item->entry.name, item->entry.size);
	return lb_restore_link_found(j, item, err);
}

/* Looks at the content, too: a time is easily the same. */
static enum err_code is_same(struct lb_restore_job *j, const struct lb_restore_item *item,
                             const struct os_meta *there, bool *same, struct err *err)
{
	struct lb_restore_worker *w = lb_restore_walker(j);

	*same = seems_same(&item->entry, there);
	if (*same && item->entry.type == LB_ENTRY_FILE)
		return lb_restore_compare(j, w, item, same, err);
	*same = *same && lb_restore_special_is_there(w, item);
	return ERR_OK;
}

/* "name.restored", "name.restored-2", ..; the name is cut where it would be too long. */
static void beside(const struct lb_restore_item *item, unsigned number,
                   char out[NAME_MAX_BYTES + 1])
{
	char end[24];
	size_t len = item->entry.name.len;
	size_t room;

	if (number == 1)
		snprintf(end, sizeof end, BESIDE);
	else
		snprintf(end, sizeof end, BESIDE "-%u", number);
	room = NAME_MAX_BYTES - strlen(end);
	if (len > room)
		len = room;
	snprintf(out, NAME_MAX_BYTES + 1, "%.*s%s", (int)len, item->entry.name.ptr, end);
}

/* The first name that is free, or that an earlier restore gave to the same file. */
static enum err_code keep_both(struct lb_restore_job *j, struct lb_restore_item *item,
                               int dir, struct err *err)
{
	char name[NAME_MAX_BYTES + 1];

	for (unsigned i = 1; i < 1000; i++) {
		struct os_meta there;
		bool same;
		enum err_code rc;

		beside(item, i, name);
		rc = os_meta_at(dir, name, &there, err);
		if (rc != ERR_OK && rc != ERR_NOT_FOUND)
			return rc;
		if (lb_restore_item_rename(item, name, err) != ERR_OK)
			return ERR_NOMEM;
		if (rc == ERR_NOT_FOUND)
			return ERR_OK;
		if (item->entry.type == LB_ENTRY_FOLDER && there.kind == OS_KIND_FOLDER) {
			item->how = LB_RESTORE_PATCH;
			return ERR_OK;
		}
		rc = is_same(j, item, &there, &same, err);
		if (rc != ERR_OK || same)
			return rc == ERR_OK ? leave_same(j, item, err) : rc;
	}
	return err_set(err, ERR_LIMIT, "a thousand restored files beside it already");
}

static enum err_code ask(struct lb_restore_job *j, const struct lb_restore_item *item,
                         const struct os_meta *there, enum lb_conflict *policy,
                         struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	if (item->in->path[0] != '\0')
		buf_printf(&path, "%s/", item->in->path);
	buf_puts(&path, item->name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = j->o->ask(j->o->ask_context, buf_span(&path), there,
		               time_of(&item->entry), policy, err);
	buf_fini(&path);
	return rc;
}

static enum err_code resolve(struct lb_restore_job *j, struct lb_restore_item *item,
                             const struct os_meta *there, int dir, struct err *err)
{
	const struct lb_entry *e = &item->entry;
	enum lb_conflict policy = j->o->conflict;
	bool same = false;
	enum err_code rc = ERR_OK;

	if (policy != LB_CONFLICT_OVERWRITE)
		rc = is_same(j, item, there, &same, err);
	if (rc == ERR_OK && same)
		return leave_same(j, item, err);
	if (rc == ERR_OK && policy == LB_CONFLICT_PROMPT)
		rc = ask(j, item, there, &policy, err);
	if (rc != ERR_OK)
		return rc;
	if (policy == LB_CONFLICT_IF_NEWER)
		policy = os_time_cmp(time_of(e), there->mtime) > 0 ? LB_CONFLICT_OVERWRITE
		                                                   : LB_CONFLICT_SKIP;
	if (policy == LB_CONFLICT_KEEP_BOTH)
		return keep_both(j, item, dir, err);
	if (policy == LB_CONFLICT_SKIP)
		skip(j, item);
	else
		item->how = overwrite(e, there);
	return ERR_OK;
}

/* A folder makes way if it is empty, and with content only if the user wants extra files
 * to go. */
static enum err_code make_way(struct lb_restore_job *j, struct lb_restore_item *item,
                              const struct os_meta *there, int dir, struct err *err)
{
	enum err_code rc;

	if (item->how != LB_RESTORE_REPLACE || there->kind != OS_KIND_FOLDER)
		return ERR_OK;
	if (j->o->delete_extra && item->in->whole)
		return lb_restore_delete(j, item->in, item->name, err);
	if (j->o->dry_run)
		return ERR_OK;
	rc = os_remove_at(dir, item->name, err);
	return rc == ERR_OK ? ERR_OK : err_wrap(err, rc, "a folder is in the way");
}

enum err_code lb_restore_decide(struct lb_restore_job *j, struct lb_restore_item *item,
                                struct err *err)
{
	struct lb_restore_dir *dir = &lb_restore_walker(j)->dir;
	struct os_meta there;
	enum err_code rc;

	item->how = LB_RESTORE_MAKE;
	if (item->in->fresh)
		return ERR_OK;
	rc = lb_restore_dir_open(j, dir, item->in, err);
	if (rc != ERR_OK)
		return rc;
	rc = os_meta_at(dir->fd, item->name, &there, err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc == ERR_UNSUPPORTED) { /* a kind of file that no snapshot has */
		item->how = LB_RESTORE_REPLACE;
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	if (item->entry.type == LB_ENTRY_FOLDER && there.kind == OS_KIND_FOLDER) {
		item->how = LB_RESTORE_PATCH;
		return ERR_OK;
	}
	rc = resolve(j, item, &there, dir->fd, err);
	return rc == ERR_OK ? make_way(j, item, &there, dir->fd, err) : rc;
}
