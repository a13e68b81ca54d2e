// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/backup_internal.h"
#include "os/identity.h"
#include "pack/keyring.h"
#include "repo/repo.h"

#include <string.h>

/* ---- what was known of an entry ---- */

/* Times beyond the year 2262 all count as the last one. */
static int64_t nanoseconds(struct os_time t)
{
	if (t.s > INT64_MAX / 1000000000 - 1)
		return INT64_MAX;
	if (t.s < INT64_MIN / 1000000000 + 1)
		return INT64_MIN;
	return t.s * 1000000000 + t.ns;
}

static struct lb_file_state state_of(const struct lb_backup_item *item)
{
	return (struct lb_file_state){
		.ino = item->meta.ino,
		.ctime_ns = nanoseconds(item->meta.ctime),
		.mtime_ns = nanoseconds(item->meta.mtime),
		.size = item->meta.size,
		.type = (uint8_t)item->entry.type,
	};
}

static bool same_state(const struct lb_file_state *a, const struct lb_file_state *b)
{
	return a->ino == b->ino && a->ctime_ns == b->ctime_ns &&
	       a->mtime_ns == b->mtime_ns && a->size == b->size && a->type == b->type;
}

enum err_code lb_backup_compare(struct lb_backup_job *j, struct lb_backup_item *item,
                                bool *same, struct err *err)
{
	struct lb_file_state now = state_of(item);
	struct lb_file_state then;

	*same = lb_files_cursor_find(&j->cursor, item->entry.name, &then) &&
	        same_state(&now, &then);
	if (!j->files || now.ctime_ns >= j->racy_ns)
		return ERR_OK;
	return lb_files_writer_add(j->files, item->entry.name, &now, err);
}

/* ---- taking over what has not changed ---- */

enum err_code lb_backup_adopt(struct lb_backup_item *item, const struct lb_entry *base,
                              struct err *err)
{
	struct lb_entry *e = &item->entry;

	e->content = base->content;
	e->mapped = base->mapped;
	e->map = base->map;
	e->sparse = base->sparse;
	e->extents = base->extents;
	e->target = base->target;
	e->xattrs = base->xattrs;
	e->flags = base->flags;
	e->project = base->project;
	if (!lb_backup_own(&item->content, &e->content) ||
	    !lb_backup_own(&item->extents, &e->extents) ||
	    !lb_backup_own(&item->target, &e->target) ||
	    !lb_backup_own(&item->xattrs, &e->xattrs))
		return err_nomem(err);
	return ERR_OK;
}

/* ---- owners and links ---- */

/* Names live as long as the job. */
static struct span owner_name(struct lb_backup_job *j, char kind, uint32_t id)
{
	struct buf name = BUF_INIT;
	char key[1 + sizeof id] = { kind };
	struct span k = span_of(key, sizeof key);
	char *kept;

	memcpy(key + 1, &id, sizeof id);
	kept = map_get(&j->owners, k);
	if (kept)
		return span_str(kept);
	if (kind == 'u')
		os_name_of_uid(id, &name);
	else
		os_name_of_gid(id, &name);
	kept = buf_ok(&name) ? mem_strdup(buf_str(&name)) : NULL;
	buf_fini(&name);
	if (!kept || !map_set(&j->owners, k, kept)) {
		mem_free(kept);
		return SPAN_EMPTY; /* the number is kept in any case */
	}
	return span_str(kept);
}

struct link_group {
	unsigned char id[LB_LINK_GROUP];
};

static enum err_code set_link(struct lb_backup_job *j, struct lb_backup_item *item,
                              struct err *err)
{
	uint64_t key[2] = { item->meta.dev, item->meta.ino };
	struct span k = span_of((const char *)key, sizeof key);
	struct link_group *g = map_get(&j->links, k);

	if (item->entry.type == LB_ENTRY_FOLDER || item->meta.nlink < 2)
		return ERR_OK;
	if (!g) {
		struct buf path = BUF_INIT;

		g = mem_new(sizeof *g);
		buf_printf(&path, "%s/%s", item->in->path, item->name);
		if (!g || !buf_ok(&path) || !map_set(&j->links, k, g)) {
			mem_free(g);
			buf_fini(&path);
			return err_nomem(err);
		}
		lb_link_group(&lb_repo_keyring(j->repo)->id_key, buf_span(&path), g->id);
		buf_fini(&path);
	}
	item->entry.linked = true;
	memcpy(item->entry.link_group, g->id, sizeof g->id);
	return ERR_OK;
}

static void take_meta(struct lb_entry *e, const struct os_meta *m)
{
	e->perm = m->perm;
	e->uid = m->uid;
	e->gid = m->gid;
	e->mtime_s = m->mtime.s;
	e->mtime_ns = m->mtime.ns;
	e->has_btime = m->has_btime;
	e->btime_s = m->has_btime ? m->btime.s : 0;
	e->btime_ns = m->has_btime ? m->btime.ns : 0;
}

void lb_backup_redescribe(struct lb_backup_item *item, const struct os_meta *now)
{
	struct lb_entry *e = &item->entry;

	if (now->uid != item->meta.uid)
		e->user = SPAN_EMPTY; /* the number is kept in any case */
	if (now->gid != item->meta.gid)
		e->group = SPAN_EMPTY;
	if (now->ino != item->meta.ino || now->dev != item->meta.dev)
		e->linked =
			false; /* the names of the file that was here are not its own */
	take_meta(e, now);
	item->meta = *now;
}

enum err_code lb_backup_describe(struct lb_backup_job *j, struct lb_backup_item *item,
                                 struct err *err)
{
	const struct os_meta *m = &item->meta;
	struct lb_entry *e = &item->entry;

	e->type = (enum lb_entry_type)m->kind; /* the same numbers */
	take_meta(e, m);
	e->user = owner_name(j, 'u', m->uid);
	e->group = owner_name(j, 'g', m->gid);
	if (e->type == LB_ENTRY_FILE)
		e->size = m->size;
	e->rdev_major = m->rdev_major;
	e->rdev_minor = m->rdev_minor;
	return set_link(j, item, err);
}
