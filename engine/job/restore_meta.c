// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/restore_internal.h"
#include "os/identity.h"

/* ---- owners ---- */

struct owner {
	uint32_t id;
	bool known;
};

/* What this machine calls the name; asked once. Held under the lock, since the system's
 * databases may be slow for everybody at once anyway. */
static struct owner *find_owner(struct lb_restore_job *j, char kind, struct span name)
{
	struct buf key = BUF_INIT;
	struct owner *o = NULL;

	buf_putc(&key, kind);
	buf_put(&key, name);
	if (buf_ok(&key))
		o = map_get(&j->owners, buf_span(&key));
	if (!o && buf_ok(&key)) {
		o = mem_new(sizeof *o);
		if (o)
			o->known = kind == 'u'
			                   ? os_uid_of_name(buf_str(&key) + 1, &o->id)
			                   : os_gid_of_name(buf_str(&key) + 1, &o->id);
		if (o && !map_set(&j->owners, buf_span(&key), o)) {
			mem_free(o);
			o = NULL;
		}
	}
	buf_fini(&key);
	return o;
}

void lb_restore_owners_free(struct lb_restore_job *j)
{
	struct span key;
	size_t at = 0;
	void *value;

	while (map_next(&j->owners, &at, &key, &value))
		mem_free(value);
	map_fini(&j->owners);
}

static uint32_t owner_of(struct lb_restore_job *j, char kind, struct span name,
                         uint32_t number)
{
	const struct owner *o;

	if (!j->o->owners_by_name || name.len == 0)
		return number;
	pthread_mutex_lock(&j->lock);
	o = find_owner(j, kind, name);
	if (o && o->known)
		number = o->id;
	pthread_mutex_unlock(&j->lock);
	return number;
}

/* ---- attributes ---- */

struct telling {
	struct lb_restore_job *j;
	const struct lb_restore_item *item;
};

/* An ordinary user cannot give files away, nor set the flags and attributes that are the
 * system's; he did not ask for that and gets all the rest. */
static bool is_expected(const struct lb_restore_job *j, enum os_item item,
                        const struct err *err)
{
	bool refused = err->code == ERR_AUTH || err->code == ERR_UNSUPPORTED;

	return !j->privileged && refused && item != OS_ITEM_TIME;
}

static void on_fault(enum os_item item, const char *detail, const struct err *err,
                     void *context)
{
	const struct telling *t = context;
	struct err why = *err;

	if (is_expected(t->j, item, err))
		return;
	if (detail[0] != '\0')
		err_wrap(&why, err->code, "%s %s not restored", os_item_name(item),
		         detail);
	else
		err_wrap(&why, err->code, "%s not restored", os_item_name(item));
	lb_restore_trouble(t->j, t->item->in, t->item->entry.name, &why);
}

/* The list as the system wants it: names that end in NUL. The names are copied into the
 * worker's scratch, which must not move meanwhile. */
static bool take_xattrs(struct lb_restore_worker *w, const struct lb_entry *e,
                        size_t *count)
{
	struct lb_xattr x;
	struct wire at;

	*count = 0;
	buf_clear(&w->scratch);
	if (!buf_reserve(&w->scratch, e->xattrs.len + 1))
		return false;
	wire_init(&at, e->xattrs);
	while (lb_xattr_next(&at, &x)) {
		size_t start = w->scratch.len;

		if (!mem_grow(&w->xattrs, *count, &w->xattr_cap, sizeof *w->xattrs))
			return false;
		buf_put(&w->scratch, x.name);
		buf_putc(&w->scratch, '\0');
		w->xattrs[(*count)++] = (struct os_xattr){
			.name = span_of(w->scratch.ptr + start, x.name.len),
			.value = x.value,
		};
	}
	return buf_ok(&w->scratch);
}

/* Under these no name can be added, and no entry made. */
#define FLAG_IMMUTABLE 0x10u
#define FLAG_APPEND 0x20u

uint32_t lb_restore_late_flags(const struct lb_entry *e)
{
	bool late = (e->flags & (FLAG_IMMUTABLE | FLAG_APPEND)) != 0;

	return late ? e->flags : 0;
}

void lb_restore_attributes(struct lb_restore_job *j, struct lb_restore_worker *w,
                           const struct lb_restore_item *item, int fd)
{
	const struct lb_entry *e = &item->entry;
	struct telling t = { j, item };
	struct os_attributes want = {
		.kind = (enum os_kind)e->type, /* the same numbers */
		.perm = e->perm,
		.uid = owner_of(j, 'u', e->user, e->uid),
		.gid = owner_of(j, 'g', e->group, e->gid),
		.mtime = { e->mtime_s, e->mtime_ns },
		.flags = e->flags & ~(FLAG_IMMUTABLE | FLAG_APPEND),
		.project = e->project,
	};
	struct err err = ERR_INIT;

	if (!take_xattrs(w, e, &want.xattr_count)) {
		err_nomem(&err);
		lb_restore_trouble(j, item->in, e->name, &err);
		want.xattr_count = 0;
	}
	want.xattrs = w->xattrs;
	os_attributes_set(fd, &want, on_fault, &t);
}

void lb_restore_unlock(const struct lb_restore_item *item, int dir)
{
	uint32_t flags = lb_restore_late_flags(&item->entry);
	uint32_t there = 0;
	uint32_t project;
	int fd = -1;

	if (flags == 0 ||
	    os_open_beneath(dir, item->name,
	                    item->entry.type == LB_ENTRY_FOLDER ? OS_OPEN_FOLDER
	                                                        : OS_OPEN_READ,
	                    &fd, NULL) != ERR_OK)
		return;
	os_flags_get(fd, &there, &project);
	if (there & (FLAG_IMMUTABLE | FLAG_APPEND)) {
		struct err ignored; /* what is still locked is told when it is changed */

		(void)!os_flags_set(fd, there & ~(FLAG_IMMUTABLE | FLAG_APPEND),
		                    &ignored);
	}
	os_close(&fd);
}

void lb_restore_set_late_flags(struct lb_restore_job *j,
                               const struct lb_restore_item *item, int fd)
{
	struct telling t = { j, item };
	struct err err = ERR_INIT;
	uint32_t flags = lb_restore_late_flags(&item->entry);

	if (flags != 0 && os_flags_set(fd, flags, &err) != ERR_OK)
		on_fault(OS_ITEM_FLAGS, "", &err, &t);
}
