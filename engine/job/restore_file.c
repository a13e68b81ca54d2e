// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/ident.h"
#include "job/restore_internal.h"
#include "job/tree_source.h"
#include "pack/keyring.h"
#include "pack/reader.h"
#include "repo/repo.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 255u
#define DAMAGED ".damaged"

enum { DAMAGED_MAX = 99, DAMAGED_SUFFIX = 24 };

/* ---- workers ---- */

enum err_code lb_restore_worker_init(struct lb_restore_worker *w,
                                     struct lb_restore_job *j, struct err *err)
{
	const struct lb_keyring *k = lb_repo_keyring(j->repo);
	struct lb_tree_source source;
	enum err_code rc = lb_repo_reader(&w->reader, j->repo, err);

	if (rc != ERR_OK)
		return rc;
	source = lb_tree_source_of(w->reader);
	rc = lb_map_iter_new(&w->map, &source, err);
	return rc == ERR_OK ? lb_ident_new(&w->ident, k->ident, &k->id_key, err) : rc;
}

void lb_restore_worker_fini(struct lb_restore_worker *w)
{
	lb_restore_dir_close(&w->dir);
	lb_map_iter_free(w->map);
	lb_ident_free(w->ident);
	lb_reader_free(w->reader);
	mem_free(w->buffer);
	mem_free(w->xattrs);
	buf_fini(&w->scratch);
}

/* ---- names ---- */

/*
 * The same for the same name and tree, so that a restore that was stopped finds it again.
 * No tree has a name that depends on its own id, so what an earlier restore left and was
 * backed up since is never taken for a file that this one is writing.
 */
enum err_code lb_restore_part_name(const struct lb_restore_job *j, const char *name,
                                   char out[LB_PART_NAME], struct err *err)
{
	unsigned char check[LB_CHECK];
	char hex[2 * LB_CHECK + 1];
	struct buf both = BUF_INIT;
	enum err_code rc;

	buf_put(&both, lb_id_span(&j->o->snapshot->root));
	buf_puts(&both, name);
	rc = buf_err(&both, err);
	if (rc == ERR_OK)
		rc = lb_check(buf_span(&both), check, err);
	buf_fini(&both);
	if (rc != ERR_OK)
		return rc;
	str_hex(check, sizeof check, hex);
	snprintf(out, LB_PART_NAME, ".lifeboat-%s", hex);
	return ERR_OK;
}

static void damaged_name(const char *name, const char *suffix,
                         char out[NAME_MAX_BYTES + 1])
{
	size_t room = NAME_MAX_BYTES - strlen(suffix);
	size_t len = strlen(name);

	snprintf(out, NAME_MAX_BYTES + 1, "%.*s%s", (int)(len < room ? len : room), name,
	         suffix);
}

/* ---- one file ---- */

struct file {
	struct lb_restore_job *j;
	struct lb_restore_worker *w;
	struct lb_restore_item *item;
	struct lb_restore_content content;
	int fd;
	bool anew; /* what was there is not patched, but replaced */
	char part[LB_PART_NAME];
};

static void tell(struct file *f, const struct err *err)
{
	lb_restore_trouble(f->j, f->item->in, f->item->entry.name, err);
}

/* Tells an error of this file; those of the job are returned. */
static enum err_code fail(struct file *f, const struct err *why, struct err *err)
{
	if (!lb_restore_is_fatal(why)) {
		tell(f, why);
		return ERR_OK;
	}
	return lb_restore_fatal(f->item->in, f->item->entry.name, why, err);
}

/* Behind the name goes the first suffix that makes a free one: what has another may be
 * of any time, and whole. */
static enum err_code rename_damaged(const struct file *f, const char *from,
                                    char suffix[DAMAGED_SUFFIX], struct err *err)
{
	char name[NAME_MAX_BYTES + 1];
	enum err_code rc = ERR_EXISTS;

	for (unsigned n = 1; rc == ERR_EXISTS && n <= DAMAGED_MAX; n++) {
		if (n == 1)
			snprintf(suffix, DAMAGED_SUFFIX, DAMAGED);
		else
			snprintf(suffix, DAMAGED_SUFFIX, DAMAGED "-%u", n);
		damaged_name(f->item->name, suffix, name);
		rc = os_rename_new_at(f->w->dir.fd, from, name, err);
	}
	return rc;
}

/*
 * Some of the bytes could not be read. What could is kept under a name that nobody takes
 * for the file; without any there is nothing to keep.
 */
static void set_aside(struct file *f, const char *from)
{
	const struct lb_restore_content *c = &f->content;
	uint64_t all = lb_entry_data(&f->item->entry);
	char suffix[DAMAGED_SUFFIX];
	struct err err = ERR_INIT;
	struct err why = c->reason;

	if (c->lost >= all) {
		if (os_remove_at(f->w->dir.fd, from, &err) != ERR_OK)
			tell(f, &err);
		err_wrap(&why, why.code, "left out, since nothing of it could be read");
	} else if (rename_damaged(f, from, suffix, &err) != ERR_OK) {
		tell(f, &err);
	} else {
		err_wrap(&why, why.code,
		         "%llu of %llu bytes, the first at %llu, could not be read; the "
		         "rest is in the file with %s behind its name",
		         (unsigned long long)c->lost, (unsigned long long)all,
		         (unsigned long long)c->lost_at, suffix);
	}
	tell(f, &why);
}

/* A file that was not whole when it was backed up is what it is. */
static void tell_incomplete(struct file *f)
{
	struct err err = ERR_INIT;

	if (!f->item->entry.damaged)
		return;
	atomic_fetch_add(&f->j->incomplete, 1);
	err_set(&err, ERR_CORRUPT,
	        "restored as far as it could be read when it was backed up");
	lb_restore_warn(f->j, f->item->in, f->item->entry.name, &err);
}

static void account(struct file *f)
{
	struct lb_restore_job *j = f->j;
	const struct lb_entry *e = &f->item->entry;
	const char *what = "restore";

	if (!f->anew && !f->content.changed) {
		atomic_fetch_add(&j->unchanged, 1);
		what = "unchanged";
	} else if (f->item->how != LB_RESTORE_MAKE) {
		what = "overwrite";
	}
	atomic_fetch_add(&j->files, 1);
	atomic_fetch_add(&j->bytes, e->size);
	tell_incomplete(f);
	lb_restore_action(j, what, f->item->in, e->name, e->size);
	lb_restore_progress(j, e->name);
}

/* Content and attributes are there: the file gets its name. */
static enum err_code finish(struct file *f, const char *from, struct err *err)
{
	enum err_code rc = ERR_OK;

	lb_restore_attributes(f->j, f->w, f->item, f->fd);
	if (from && f->item->how == LB_RESTORE_MAKE)
		rc = os_rename_new_at(f->w->dir.fd, from, f->item->name, err);
	else if (from)
		rc = os_rename_at(f->w->dir.fd, from, f->item->name, err);
	if (rc != ERR_OK)
		return rc;
	if (f->item->link)
		f->item->link->late_flags = lb_restore_late_flags(&f->item->entry);
	else
		lb_restore_set_late_flags(f->j, f->item, f->fd);
	return ERR_OK;
}

/* ---- a new file ---- */

/* What an earlier run left under the name is used if it is surely ours. */
static enum err_code open_part(struct file *f, struct err *err)
{
	int dir = f->w->dir.fd;
	struct os_meta m;
	enum err_code rc = os_make_file(dir, f->part, &f->fd, err);

	if (rc != ERR_EXISTS)
		return rc;
	rc = os_open_beneath(dir, f->part, OS_OPEN_WRITE, &f->fd, err);
	if (rc == ERR_OK)
		rc = os_meta_of(f->fd, f->part, &m, err);
	if (rc == ERR_OK && m.kind == OS_KIND_FILE && m.nlink == 1 &&
	    m.uid == f->j->user) {
		f->content.patch = true;
		return ERR_OK;
	}
	os_close(&f->fd);
	rc = os_remove_at(dir, f->part, err);
	return rc == ERR_OK ? os_make_file(dir, f->part, &f->fd, err) : rc;
}

static enum err_code write_new(struct file *f, bool *done, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	f->anew = true;
	f->content = (struct lb_restore_content){ .patch = false };
	rc = lb_restore_part_name(f->j, f->item->name, f->part, err);
	if (rc != ERR_OK)
		return rc;
	rc = open_part(f, &why);
	if (rc != ERR_OK)
		return fail(f, &why, err);
	rc = lb_restore_content_write(f->j, f->w, &f->item->entry, f->fd, &f->content,
	                              &why);
	if (rc == ERR_OK && f->content.lost > 0) {
		set_aside(f, f->part);
		return ERR_OK;
	}
	if (rc == ERR_OK)
		rc = finish(f, f->part, &why);
	*done = rc == ERR_OK;
	if (rc == ERR_OK)
		return ERR_OK;
	if (!lb_restore_is_fatal(&why)) {
		struct err ignored; /* the fault that led here is told */

		(void)!os_remove_at(f->w->dir.fd, f->part, &ignored);
	}
	return fail(f, &why, err);
}

/* ---- a file that is there ---- */

/* Others may not read what the snapshot has, but what is there. An ordinary user's files
 * stay his. */
static bool lets_others_read(const struct file *f, const struct os_meta *there)
{
	const struct lb_entry *e = &f->item->entry;

	return (there->uid != e->uid && there->uid != f->j->user) ||
	       (there->perm & ~e->perm & 0077) != 0;
}

static bool has_same_owner(const struct lb_entry *e, const struct os_meta *there)
{
	return there->uid == e->uid && there->gid == e->gid && there->perm == e->perm;
}

/* Other names have the file, and nobody asked to change what they have. */
static bool is_shared(const struct lb_restore_job *j, const struct lb_entry *e,
                      const struct os_meta *there)
{
	return there->nlink > 1 &&
	       (!e->linked || (j->privileged && !has_same_owner(e, there)));
}

/*
 * May the file be changed in its place? It must be equal already, or else a new file
 * takes its name, where
 * - it cannot be written,
 * - others could read meanwhile what is not for them,
 * - a restore that is stopped would leave something newer than the snapshot's, which the
 *   next one would spare,
 * - it has other names, which the snapshot may have as well.
 */
static bool open_there(struct file *f)
{
	const struct lb_entry *e = &f->item->entry;
	bool writable = true;
	struct os_meta m;
	int dir = f->w->dir.fd;

	if (os_open_beneath(dir, f->item->name, OS_OPEN_WRITE, &f->fd, NULL) != ERR_OK) {
		writable = false;
		if (os_open_beneath(dir, f->item->name, OS_OPEN_READ, &f->fd, NULL) !=
		    ERR_OK)
			return false;
	}
	if (os_meta_of(f->fd, f->item->name, &m, NULL) != ERR_OK ||
	    m.kind != OS_KIND_FILE || is_shared(f->j, e, &m)) {
		os_close(&f->fd);
		return false;
	}
	f->content = (struct lb_restore_content){
		.patch = true,
		.spare = true,
		.stop_early = !writable || m.nlink > 1 || lets_others_read(f, &m) ||
		              f->j->o->conflict != LB_CONFLICT_OVERWRITE,
	};
	return true;
}

/* As long as nothing of it was changed, the file that is there stays as it is: what can
 * be read goes beside it. */
static enum err_code patch(struct file *f, bool *done, bool *start_anew, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	*start_anew = !open_there(f);
	if (*start_anew)
		return ERR_OK;
	rc = lb_restore_content_write(f->j, f->w, &f->item->entry, f->fd, &f->content,
	                              &why);
	if (rc != ERR_OK && lb_restore_is_fatal(&why))
		return fail(f, &why, err);
	if (f->content.differs || (rc != ERR_OK && !f->content.changed)) {
		*start_anew = true;
		os_close(&f->fd);
		return ERR_OK;
	}
	if (rc == ERR_OK && f->content.lost == 0) {
		rc = finish(f, NULL, &why);
		*done = rc == ERR_OK;
	}
	if (rc != ERR_OK) { /* half old, half new */
		f->content.reason = why;
		f->content.lost = f->content.lost ? f->content.lost : 1;
	}
	if (f->content.lost > 0)
		set_aside(f, f->item->name);
	return ERR_OK;
}

enum err_code lb_restore_compare(struct lb_restore_job *j, struct lb_restore_worker *w,
                                 const struct lb_restore_item *item, bool *same,
                                 struct err *err)
{
	struct lb_restore_content c = { .patch = true, .stop_early = true };
	struct err why = ERR_INIT;
	struct os_meta m;
	int fd = -1;
	enum err_code rc = lb_restore_dir_open(j, &w->dir, item->in, &why);

	*same = false;
	if (rc == ERR_OK)
		rc = os_open_beneath(w->dir.fd, item->name, OS_OPEN_READ, &fd, &why);
	if (rc == ERR_OK)
		rc = os_meta_of(fd, item->name, &m, &why);
	if (rc == ERR_OK)
		c.differs = is_shared(j, &item->entry, &m);
	if (rc == ERR_OK && !c.differs)
		rc = lb_restore_content_write(j, w, &item->entry, fd, &c, &why);
	os_close(&fd);
	*same = rc == ERR_OK && !c.differs && c.lost == 0;
	if (rc == ERR_OK || !lb_restore_is_fatal(&why))
		return ERR_OK; /* what cannot be read is overwritten */
	if (err)
		*err = why;
	return rc;
}

static enum err_code restore_file(struct file *f, bool *done, struct err *err)
{
	bool start_anew = true;
	enum err_code rc = ERR_OK;

	if (f->item->how == LB_RESTORE_PATCH)
		rc = patch(f, done, &start_anew, err);
	if (rc == ERR_OK && start_anew)
		rc = write_new(f, done, err);
	os_close(&f->fd);
	atomic_fetch_add(&f->j->written, f->content.written);
	if (*done)
		account(f);
	return rc;
}

enum err_code lb_restore_one(struct lb_restore_job *j, struct lb_restore_worker *w,
                             struct lb_restore_item *item, bool *done, struct err *err)
{
	struct file f = { .j = j, .w = w, .item = item, .fd = -1 };
	struct err why = ERR_INIT;
	enum err_code rc = lb_restore_dir_open(j, &w->dir, item->in, &why);

	*done = false;
	if (rc == ERR_OK && item->how != LB_RESTORE_MAKE)
		lb_restore_unlock(item, w->dir.fd);
	if (rc == ERR_OK && item->entry.type == LB_ENTRY_FILE)
		return restore_file(&f, done, err);
	if (rc == ERR_OK)
		rc = lb_restore_special(j, w, item, &why);
	*done = rc == ERR_OK;
	return rc == ERR_OK ? ERR_OK : fail(&f, &why, err);
}

enum err_code lb_restore_whole(struct lb_restore_job *j, struct lb_restore_worker *w,
                               struct lb_restore_item *item, struct err *err)
{
	bool done;
	enum err_code rc = lb_restore_one(j, w, item, &done, err);

	if (rc == ERR_OK && item->link)
		rc = lb_restore_link_done(j, w, item, done, err);
	if (rc == ERR_OK)
		lb_restore_count_down(j, item->in, w);
	lb_restore_item_free(item);
	return rc;
}
