// SPDX-License-Identifier: Apache-2.0
#include "job/restore_internal.h"

/* Symbolic links, FIFOs, sockets and devices: made in one step, or exchanged for what was
 * there in one. */

static enum err_code make(const struct lb_entry *e, int dir, const char *name,
                          struct err *err)
{
	if (e->type == LB_ENTRY_LINK) /* ends in NUL, see lb_restore_item_new */
		return os_make_link(dir, name, e->target.ptr, err);
	return os_make_node(dir, name, (enum os_kind)e->type, e->rdev_major,
	                    e->rdev_minor, err);
}

bool lb_restore_special_is_there(struct lb_restore_worker *w,
                                 const struct lb_restore_item *item)
{
	const struct lb_entry *e = &item->entry;
	int dir = w->dir.fd;
	struct os_meta m;

	if (os_meta_at(dir, item->name, &m, NULL) != ERR_OK ||
	    (int)m.kind != (int)e->type || (m.nlink > 1 && !e->linked))
		return false;
	if (e->type == LB_ENTRY_LINK)
		return os_read_link(dir, item->name, &w->scratch, NULL) == ERR_OK &&
		       span_eq(buf_span(&w->scratch), e->target);
	return m.rdev_major == e->rdev_major && m.rdev_minor == e->rdev_minor;
}

static enum err_code exchange(const struct lb_restore_job *j,
                              const struct lb_restore_item *item, int dir,
                              struct err *err)
{
	char part[LB_PART_NAME];
	enum err_code rc = lb_restore_part_name(j, item->name, part, err);

	if (rc == ERR_OK)
		rc = os_remove_at(dir, part, err);
	if (rc == ERR_OK)
		rc = make(&item->entry, dir, part, err);
	return rc == ERR_OK ? os_rename_at(dir, part, item->name, err) : rc;
}

enum err_code lb_restore_special(struct lb_restore_job *j, struct lb_restore_worker *w,
                                 struct lb_restore_item *item, struct err *err)
{
	int dir = w->dir.fd;
	const char *what = "restore";
	int fd = -1;
	enum err_code rc = ERR_OK;

	if (item->how == LB_RESTORE_MAKE) {
		rc = make(&item->entry, dir, item->name, err);
	} else if (lb_restore_special_is_there(w, item)) {
		what = "unchanged";
	} else {
		what = "overwrite";
		rc = exchange(j, item, dir, err);
	}
	if (rc == ERR_OK)
		rc = os_open_handle(dir, item->name, &fd, err);
	if (rc != ERR_OK)
		return rc;
	lb_restore_attributes(j, w, item, fd);
	os_close(&fd);
	atomic_fetch_add(&j->others, 1);
	lb_restore_action(j, what, item->in, item->entry.name, 0);
	return ERR_OK;
}
