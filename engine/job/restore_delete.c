// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/names.h"
#include "job/restore_internal.h"

#include <string.h>

/*
 * Removing what the snapshot does not have. Only the walker does, before it restores
 * anything into the folder. What the filter leaves out stays, and with it the folders it
 * is in; so does what lies on another file system, since a folder on which something is
 * mounted is empty in a snapshot of one file system.
 */

/* A folder that goes when all in it is gone. */
struct doomed {
	struct doomed *outer;
	char *path; /* below the target */
	struct lb_filter_state filter;
	bool emptied;
	bool stays; /* something in it does */
};

struct removal {
	struct lb_restore_job *j;
	struct lb_restore_folder *f;
	struct doomed *top;
};

static void tell(const struct removal *r, const char *path, const struct err *err)
{
	size_t skip = strlen(r->f->path);

	while (path[skip] == '/')
		skip++;
	lb_restore_trouble(r->j, r->f, span_str(path + skip), err);
}

static enum err_code fail(const struct removal *r, const char *path,
                          const struct err *why, struct err *err)
{
	if (!lb_restore_is_fatal(why)) {
		tell(r, path, why);
		return ERR_OK;
	}
	if (err)
		*err = *why;
	return why->code;
}

/* The path as the filter knows it: in the snapshot. */
static bool source_path(const struct removal *r, const char *path, struct buf *out)
{
	size_t skip = strlen(r->f->path);

	while (path[skip] == '/')
		skip++;
	if (r->f->source[0] != '\0')
		buf_printf(out, "%s/", r->f->source);
	buf_puts(out, path + skip);
	return buf_ok(out);
}

static enum err_code judge(const struct removal *r, const char *path, bool is_folder,
                           struct lb_filter_state outer, enum lb_filter_verdict *verdict,
                           struct lb_filter_state *inside, struct err *err)
{
	struct buf source = BUF_INIT;
	enum err_code rc = ERR_OK;

	*verdict = LB_FILTER_IN;
	*inside = LB_FILTER_TOP;
	if (!r->j->o->filter)
		return ERR_OK;
	if (source_path(r, path, &source))
		*verdict = lb_filter_step(r->j->o->filter, outer, buf_span(&source),
		                          is_folder, inside);
	else
		rc = err_nomem(err);
	buf_fini(&source);
	return rc;
}

static void count(const struct removal *r, const char *path)
{
	size_t skip = strlen(r->f->path);

	while (path[skip] == '/')
		skip++;
	atomic_fetch_add(&r->j->deleted, 1);
	lb_restore_action(r->j, "delete", r->f, span_str(path + skip), 0);
}

static char *join(const char *dir, const char *name)
{
	struct buf path = BUF_INIT;

	if (dir[0] != '\0')
		buf_printf(&path, "%s/", dir);
	buf_puts(&path, name);
	return buf_take(&path);
}

static enum err_code push(struct removal *r, const char *path,
                          struct lb_filter_state filter, struct err *err)
{
	struct doomed *d = mem_new(sizeof *d);

	if (!d)
		return err_nomem(err);
	d->path = mem_strdup(path);
	d->filter = filter;
	d->outer = r->top;
	r->top = d;
	return d->path ? ERR_OK : err_nomem(err);
}

static void pop(struct removal *r)
{
	struct doomed *d = r->top;

	r->top = d->outer;
	mem_free(d->path);
	mem_free(d);
}

/* One name in a folder that is open: a file goes, a folder is noted. */
static enum err_code remove_entry(struct removal *r, struct doomed *in, int dir,
                                  const char *path, const char *name, struct err *err)
{
	struct lb_filter_state outer = in ? in->filter : r->f->filter;
	struct os_meta m = { .kind = OS_KIND_FILE };
	struct lb_filter_state inside;
	enum lb_filter_verdict verdict;
	struct err why = ERR_INIT;
	bool is_folder;
	enum err_code rc = os_meta_at(dir, name, &m, &why);

	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc != ERR_OK && rc != ERR_UNSUPPORTED)
		return fail(r, path, &why, err);
	is_folder = rc == ERR_OK && m.kind == OS_KIND_FOLDER;
	rc = judge(r, path, is_folder, outer, &verdict, &inside, err);
	if (rc == ERR_OK && verdict == LB_FILTER_IN && is_folder &&
	    m.dev != r->j->device) {
		err_set(&why, ERR_UNSUPPORTED, "not removed: another file system");
		tell(r, path, &why);
		verdict = LB_FILTER_OUT;
	}
	if (rc != ERR_OK || verdict != LB_FILTER_IN) {
		if (in)
			in->stays = true;
		return rc;
	}
	if (is_folder)
		return push(r, path, inside, err);
	if (!r->j->o->dry_run)
		rc = os_remove_at(dir, name, &why);
	if (rc != ERR_OK)
		return fail(r, path, &why, err);
	count(r, path);
	return ERR_OK;
}

static enum err_code remove_entries(struct removal *r, struct doomed *d, int fd,
                                    struct err *err)
{
	struct lb_name_list names = LB_NAME_LIST_INIT;
	enum err_code rc = lb_name_list_load(&names, fd, err);

	for (size_t i = 0; i < names.count && rc == ERR_OK; i++) {
		char *path = join(d->path, names.items[i]);

		if (lb_restore_stopped(r->j))
			rc = err_set(err, ERR_CANCELLED, "stopped");
		else if (!path)
			rc = err_nomem(err);
		else
			rc = remove_entry(r, d, fd, path, names.items[i], err);
		mem_free(path);
	}
	lb_name_list_fini(&names);
	return rc;
}

static enum err_code empty_folder(struct removal *r, struct doomed *d, struct err *err)
{
	struct err why = ERR_INIT;
	int fd = -1;
	enum err_code rc =
		os_open_beneath(r->j->root, d->path, OS_OPEN_FOLDER, &fd, &why);

	d->emptied = true;
	if (rc == ERR_OK)
		rc = remove_entries(r, d, fd, &why);
	os_close(&fd);
	return rc == ERR_OK ? ERR_OK : fail(r, d->path, &why, err);
}

/* What still has something in it stays. */
static enum err_code remove_folder(struct removal *r, const struct doomed *d,
                                   struct err *err)
{
	struct span path = span_str(d->path);
	size_t slash = span_rfind_byte(path, '/');
	bool inner = slash < path.len;
	char *outer = mem_dup(inner ? span_sub(path, 0, slash) : span_str("."));
	const char *name = inner ? d->path + slash + 1 : d->path;
	struct err why = ERR_INIT;
	int fd = -1;
	enum err_code rc = ERR_OK;

	if (!outer)
		return err_nomem(err);
	if (!r->j->o->dry_run)
		rc = os_open_beneath(r->j->root, outer, OS_OPEN_FOLDER, &fd, &why);
	if (rc == ERR_OK && !r->j->o->dry_run)
		rc = os_remove_at(fd, name, &why);
	os_close(&fd);
	mem_free(outer);
	if (rc == ERR_EXISTS) /* not empty */
		return ERR_OK;
	if (rc != ERR_OK)
		return fail(r, d->path, &why, err);
	count(r, d->path);
	return ERR_OK;
}

static enum err_code remove_all(struct removal *r, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (r->top && rc == ERR_OK) {
		struct doomed *d = r->top;

		if (!d->emptied) {
			rc = empty_folder(r, d, err);
		} else {
			if (!d->stays)
				rc = remove_folder(r, d, err);
			else if (d->outer)
				d->outer->stays = true;
			pop(r);
		}
	}
	while (r->top)
		pop(r);
	return rc;
}

enum err_code lb_restore_delete(struct lb_restore_job *j, struct lb_restore_folder *f,
                                const char *name, struct err *err)
{
	struct removal r = { .j = j, .f = f };
	struct lb_restore_dir *dir = &lb_restore_walker(j)->dir;
	char *path = join(f->path, name);
	enum err_code rc = path ? lb_restore_dir_open(j, dir, f, err) : err_nomem(err);

	if (rc == ERR_OK)
		rc = remove_entry(&r, NULL, dir->fd, path, name, err);
	if (rc == ERR_OK)
		rc = remove_all(&r, err);
	while (r.top)
		pop(&r);
	mem_free(path);
	return rc;
}

/* ---- one folder of the snapshot ---- */

/* Both lists ascend. */
static enum err_code is_known(struct lb_restore_job *j, const char *name,
                              struct lb_entry *e, bool *more, bool *known,
                              struct err *err)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && *more && span_cmp(e->name, span_str(name)) < 0)
		rc = lb_tree_iter_next(j->tree, e, more, err);
	*known = rc == ERR_OK && *more && span_eq(e->name, span_str(name));
	return rc;
}

static enum err_code delete_unknown(struct lb_restore_job *j, struct lb_restore_folder *f,
                                    const struct lb_name_list *names, struct err *err)
{
	struct lb_entry e;
	bool more = false;
	bool known = false;
	enum err_code rc;

	lb_tree_iter_start(j->tree, &f->tree);
	rc = lb_tree_iter_next(j->tree, &e, &more, err);
	for (size_t i = 0; i < names->count && rc == ERR_OK; i++) {
		rc = is_known(j, names->items[i], &e, &more, &known, err);
		if (rc == ERR_OK && !known)
			rc = lb_restore_delete(j, f, names->items[i], err);
	}
	return rc;
}

enum err_code lb_restore_delete_extra(struct lb_restore_job *j,
                                      struct lb_restore_folder *f, struct err *err)
{
	struct lb_restore_dir *dir = &lb_restore_walker(j)->dir;
	struct lb_name_list names = LB_NAME_LIST_INIT;
	struct os_meta m;
	enum err_code rc = lb_restore_dir_open(j, dir, f, err);

	if (rc == ERR_OK)
		rc = os_meta_of(dir->fd, f->path, &m, err);
	if (rc == ERR_OK && m.dev == j->device)
		rc = lb_name_list_load(&names, dir->fd, err);
	if (rc == ERR_OK && names.count > 0)
		rc = delete_unknown(j, f, &names, err);
	lb_name_list_fini(&names);
	return rc;
}
