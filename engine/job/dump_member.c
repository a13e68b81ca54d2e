// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/dump_internal.h"

static bool type_of(const struct lb_entry *e, enum archiver_type *out)
{
	switch (e->type) {
	case LB_ENTRY_FILE:
		*out = ARCHIVER_FILE;
		return true;
	case LB_ENTRY_FOLDER:
		*out = ARCHIVER_FOLDER;
		return true;
	case LB_ENTRY_LINK:
		*out = ARCHIVER_LINK;
		return true;
	case LB_ENTRY_FIFO:
		*out = ARCHIVER_FIFO;
		return true;
	case LB_ENTRY_CHARACTER:
		*out = ARCHIVER_CHARACTER;
		return true;
	case LB_ENTRY_BLOCK:
		*out = ARCHIVER_BLOCK;
		return true;
	case LB_ENTRY_SOCKET: /* no archive has them; they are made when they are used */
		return false;
	}
	return false;
}

/* Text with a NUL behind it; its offset, since the buffer may move. */
static size_t keep(struct dump *d, struct span text)
{
	size_t at = d->text.len;

	buf_put(&d->text, text);
	buf_putc(&d->text, '\0');
	return at;
}

static void add_lists(struct dump *d, const struct lb_entry *e)
{
	struct lb_extent_cursor c;
	struct lb_extent x;
	struct lb_xattr a;
	struct wire at;
	bool any = false;

	lb_extent_init(&c, e->extents);
	while (e->sparse && lb_extent_next(&c, &x)) {
		archiver_add_extent(d->archive, x.offset, x.length);
		any = true;
	}
	wire_init(&at, e->xattrs);
	while (lb_xattr_next(&at, &a)) {
		size_t name = keep(d, a.name);

		if (buf_ok(&d->text))
			archiver_add_xattr(d->archive, d->text.ptr + name, a.value);
	}
	/* without a part that has data, all of it is a hole */
	if (e->sparse && !any)
		archiver_add_extent(d->archive, e->size, 0);
}

/* The path of the group's first member; NULL if this one is it. */
static enum err_code find_link(struct dump *d, const struct lb_entry *e, const char *path,
                               const char **first, struct err *err)
{
	struct span key = span_of((const char *)e->link_group, sizeof e->link_group);
	char *kept;

	*first = NULL;
	if (!e->linked || d->zip)
		return ERR_OK;
	*first = map_get(&d->links, key);
	if (*first)
		return ERR_OK;
	kept = mem_strdup(path);
	if (kept && map_set(&d->links, key, kept))
		return ERR_OK;
	mem_free(kept);
	return err_nomem(err);
}

static enum err_code start_member(struct dump *d, const struct lb_entry *e,
                                  struct span path, enum archiver_type type,
                                  bool *has_content, struct err *err)
{
	struct archiver_member m = { .type = type,
		                     .perm = e->perm,
		                     .uid = e->uid,
		                     .gid = e->gid,
		                     .mtime_s = e->mtime_s,
		                     .mtime_ns = e->mtime_ns,
		                     .size = e->size,
		                     .rdev_major = e->rdev_major,
		                     .rdev_minor = e->rdev_minor };
	size_t name;
	size_t user;
	size_t group;
	size_t target;
	enum err_code rc;

	buf_clear(&d->text);
	name = keep(d, path);
	user = keep(d, e->user);
	group = keep(d, e->group);
	target = keep(d, e->target);
	rc = buf_err(&d->text, err);
	if (rc != ERR_OK)
		return rc;
	m.path = d->text.ptr + name;
	m.user = d->text.ptr + user;
	m.group = d->text.ptr + group;
	m.target = d->text.ptr + target;
	rc = find_link(d, e, m.path, &m.hard_link, err);
	if (rc != ERR_OK)
		return rc;
	*has_content = type == ARCHIVER_FILE && !m.hard_link;
	archiver_begin(d->archive, &m);
	if (!m.hard_link)
		add_lists(d, e);
	rc = buf_err(&d->text, err);
	return rc == ERR_OK ? archiver_start(d->archive, err) : rc;
}

static void count(struct dump *d, const struct lb_entry *e)
{
	if (e->type == LB_ENTRY_FILE)
		d->result->files++;
	else if (e->type == LB_ENTRY_FOLDER)
		d->result->folders++;
	else
		d->result->others++;
}

static enum err_code leave_out(struct dump *d, struct err *err)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_UNSUPPORTED,
	        "left out: the archive's format has no such files");
	d->result->left_out++;
	dump_tell(d, buf_span(&d->path), &why);
	(void)err;
	return ERR_OK;
}

static bool can_have(const struct dump *d, enum archiver_type type)
{
	return !d->zip || type == ARCHIVER_FILE || type == ARCHIVER_FOLDER ||
	       type == ARCHIVER_LINK;
}

enum err_code dump_member(struct dump *d, const struct lb_entry *e, struct span path,
                          struct err *err)
{
	enum archiver_type type;
	struct err why = ERR_INIT;
	bool has_content = false;
	enum err_code rc = ERR_OK;

	if (!type_of(e, &type) || !can_have(d, type))
		return leave_out(d, err);
	if (type == ARCHIVER_FILE)
		rc = dump_try_first(d, e, &why);
	if (rc != ERR_OK && rc != ERR_NOMEM && rc != ERR_CANCELLED) {
		err_wrap(&why, rc, "left out");
		d->result->errors++;
		dump_tell(d, buf_span(&d->path), &why);
		return ERR_OK;
	}
	if (rc != ERR_OK) {
		if (err)
			*err = why;
		return rc;
	}
	rc = start_member(d, e, path, type, &has_content, err);
	if (rc == ERR_OK && has_content)
		rc = dump_bytes(d, e, err);
	if (rc == ERR_OK)
		count(d, e);
	return rc;
}
