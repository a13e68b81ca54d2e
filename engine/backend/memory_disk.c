// SPDX-License-Identifier: Apache-2.0
/* The steps of a file system on a disk in memory. */
#include "backend/memory_internal.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct client {
	struct lb_disk base;
	struct lb_memory *m;
};

static struct lb_memory *memory_of(const struct lb_disk *d)
{
	return ((const struct client *)d)->m;
}

/* NULL if there is nothing. */
static struct lb_inode *look_up(const struct lb_memory *m, struct span path)
{
	struct lb_inode *inode = m->root;
	struct span name;

	while (inode != NULL && span_split(&path, '/', &name))
		inode = inode->folder ? lb_names_get(&inode->names, name) : NULL;
	return inode;
}

/* The folder that has, or would get, the last name of the path; NULL if there is none. */
static struct lb_inode *look_up_parent(const struct lb_memory *m, const char *path,
                                       struct span *name)
{
	const struct span all = span_str(path);
	const size_t slash = span_rfind_byte(all, '/');
	struct lb_inode *parent;

	*name = slash == all.len ? all : span_from(all, slash + 1);
	parent = slash == all.len ? m->root : look_up(m, span_sub(all, 0, slash));
	return parent != NULL && parent->folder ? parent : NULL;
}

static enum err_code fault(struct err *err, int os_code, const char *what)
{
	errno = os_code;
	return err_sys(err, "%s", what);
}

/* The step that is to fail now fails here if it is to have no effect.. */
static enum err_code begin(struct lb_memory *m, const char *what, struct err *err)
{
	if (m->fail_in == 1 && !m->fail_done) {
		m->fail_in = 0;
		return fault(err, m->fail_code, what);
	}
	return ERR_OK;
}

/* ..and here if it is to have one. */
static enum err_code end(struct lb_memory *m, const char *what, struct err *err)
{
	if (m->fail_in == 0 || --m->fail_in > 0)
		return ERR_OK;
	return fault(err, m->fail_code, what);
}

static void drop_link(const struct lb_memory *m, struct lb_inode *inode)
{
	if (inode == NULL || inode->folder || --inode->links > 0 || m->recording)
		return;
	mem_free(inode->data);
	inode->data = NULL;
	inode->len = 0;
}

static enum err_code apply(const struct lb_memory *m, const struct lb_change *c,
                           struct err *err)
{
	const struct span name = span_str(c->name);
	struct lb_inode *before = lb_names_get(&c->folder->names, name);

	if (c->child == NULL)
		lb_names_remove(&c->folder->names, name);
	else if (!lb_names_set(&c->folder->names, name, c->child))
		return err_nomem(err);
	else
		c->child->links++;
	drop_link(m, before);
	return ERR_OK;
}

/* One step that changes names, with what tests may ask of it. */
static enum err_code change(struct lb_memory *m, const struct lb_step *step,
                            const char *verb, const char *path, const char *to,
                            struct err *err)
{
	enum err_code rc;

	if ((rc = begin(m, verb, err)) != ERR_OK)
		return rc;
	if ((rc = lb_memory_note(m, step, verb, path, to, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; rc == ERR_OK && i < step->changes; i++)
		rc = apply(m, &step->change[i], err);
	return rc != ERR_OK ? rc : end(m, verb, err);
}

/* A change of the last name of a path; without a folder if that is missing. */
static struct lb_change change_of(const struct lb_memory *m, const char *path,
                                  struct lb_inode *child)
{
	struct lb_change c = { .child = child };
	struct span name;

	c.folder = look_up_parent(m, path, &name);
	c.name = name.ptr; /* it ends where the path does */
	return c;
}

static enum err_code name_inode(struct lb_memory *m, const char *verb, const char *path,
                                struct lb_inode *child, struct err *err)
{
	struct lb_step step = { .kind = LB_STEP_NAMES, .changes = 1 };

	step.change[0] = change_of(m, path, child);
	if (step.change[0].folder == NULL)
		return fault(err, ENOENT, verb);
	return change(m, &step, verb, path, NULL, err);
}

static enum err_code write_file(struct lb_memory *m, struct lb_inode *file,
                                const struct span *parts, size_t count, const char *path,
                                struct err *err)
{
	struct lb_step step = { .kind = LB_STEP_WRITE, .inode = file };
	enum err_code rc;

	if ((rc = begin(m, "write", err)) != ERR_OK)
		return rc;
	if (!lb_inode_write(file, parts, count))
		return err_nomem(err);
	rc = lb_memory_note(m, &step, "write", path, NULL, err);
	return rc != ERR_OK ? rc : end(m, "write", err);
}

static enum err_code sync_inode(struct lb_memory *m, struct lb_inode *inode,
                                const char *path, struct err *err)
{
	struct lb_step step = { .kind = LB_STEP_SYNC, .inode = inode };
	enum err_code rc;

	if ((rc = begin(m, "sync", err)) != ERR_OK)
		return rc;
	rc = lb_memory_note(m, &step, "sync", path, NULL, err);
	return rc != ERR_OK ? rc : end(m, "sync", err);
}

static enum err_code create_locked(struct lb_memory *m, const struct span *parts,
                                   size_t count, const char *temp, struct err *err)
{
	struct lb_inode *file = lb_inode_new(m, false);
	enum err_code rc;

	if (file == NULL)
		return err_nomem(err);
	if ((rc = name_inode(m, "create", temp, file, err)) == ERR_OK &&
	    (rc = write_file(m, file, parts, count, temp, err)) == ERR_OK)
		rc = sync_inode(m, file, temp, err);
	if (rc != ERR_OK && file->links > 0)
		(void)name_inode(m, "unlink", temp, NULL, NULL);
	return rc;
}

static enum err_code memory_create(struct lb_disk *d, const struct span *parts,
                                   size_t count, char temp[LB_TEMP_SIZE], struct err *err)
{
	struct lb_memory *m = memory_of(d);
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	(void)snprintf(temp, LB_TEMP_SIZE, "tmp/%016" PRIx64, ++m->temps);
	rc = create_locked(m, parts, count, temp, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_link(struct lb_disk *d, const char *from, const char *to,
                                 struct err *err)
{
	struct lb_memory *m = memory_of(d);
	struct lb_inode *file;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	file = look_up(m, span_str(from));
	if (file == NULL)
		rc = fault(err, ENOENT, "link");
	else if (look_up(m, span_str(to)) != NULL)
		rc = fault(err, EEXIST, "link");
	else
		rc = name_inode(m, "link", to, file, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

/* Would the system refuse? 0 if not. */
static int rename_refusal(const struct lb_inode *child, const struct lb_inode *there)
{
	if (child == NULL)
		return ENOENT;
	if (there == NULL)
		return 0;
	if (!child->folder)
		return there->folder ? EISDIR : 0;
	if (!there->folder)
		return ENOTDIR;
	return there->names.count > 0 ? EEXIST : 0;
}

static enum err_code memory_rename(struct lb_disk *d, const char *from, const char *to,
                                   struct err *err)
{
	struct lb_memory *m = memory_of(d);
	struct lb_step step = { .kind = LB_STEP_NAMES, .changes = 2 };
	struct lb_inode *child;
	enum err_code rc;
	int refused;

	(void)pthread_mutex_lock(&m->lock);
	child = look_up(m, span_str(from));
	refused = rename_refusal(child, look_up(m, span_str(to)));
	step.change[0] = change_of(m, to, child);
	step.change[1] = change_of(m, from, NULL);
	if (refused == 0 && step.change[0].folder == NULL)
		refused = ENOENT;
	rc = refused != 0 ? fault(err, refused, "rename")
	                  : change(m, &step, "rename", from, to, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_unlink(struct lb_disk *d, const char *path, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	const struct lb_inode *file;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	file = look_up(m, span_str(path));
	if (file == NULL || file->folder)
		rc = fault(err, file == NULL ? ENOENT : EISDIR, "unlink");
	else
		rc = name_inode(m, "unlink", path, NULL, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_mkdir(struct lb_disk *d, const char *path, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	struct lb_inode *folder;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	if (look_up(m, span_str(path)) != NULL)
		rc = fault(err, EEXIST, "mkdir");
	else if ((folder = lb_inode_new(m, true)) == NULL)
		rc = err_nomem(err);
	else
		rc = name_inode(m, "mkdir", path, folder, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_rmdir(struct lb_disk *d, const char *path, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	const struct lb_inode *folder;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	folder = look_up(m, span_str(path));
	if (folder == NULL || !folder->folder)
		rc = fault(err, ENOENT, "rmdir");
	else if (folder->names.count > 0)
		rc = fault(err, EEXIST, "rmdir");
	else
		rc = name_inode(m, "rmdir", path, NULL, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_sync(struct lb_disk *d, const char *folder, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	struct lb_inode *inode;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	inode = look_up(m, span_str(folder));
	rc = inode == NULL ? fault(err, ENOENT, "sync")
	                   : sync_inode(m, inode, folder, err);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

/* The caller holds the lock. */
static enum err_code find_file(const struct lb_memory *m, const char *path,
                               const struct lb_inode **out, struct err *err)
{
	*out = look_up(m, span_str(path));
	if (*out == NULL)
		return err_set(err, ERR_NOT_FOUND, "does not exist");
	if ((*out)->folder)
		return err_set(err, ERR_UNSUPPORTED, "not a file");
	return ERR_OK;
}

static enum err_code memory_get(struct lb_disk *d, const char *path, uint64_t max,
                                struct buf *out, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	const struct lb_inode *file;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	rc = find_file(m, path, &file, err);
	if (rc == ERR_OK && file->len > max)
		rc = err_set(err, ERR_LIMIT, "larger than %" PRIu64 " bytes", max);
	if (rc == ERR_OK) {
		buf_put(out, span_of(file->data, file->len));
		rc = buf_err(out, err);
	}
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_read(struct lb_disk *d, const char *path, uint64_t offset,
                                 size_t len, unsigned char *out, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	const struct lb_inode *file;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	rc = find_file(m, path, &file, err);
	if (rc == ERR_OK && (offset > file->len || len > file->len - offset))
		rc = err_set(err, ERR_CORRUPT, "ends after %zu bytes", file->len);
	if (rc == ERR_OK && len > 0)
		memcpy(out, file->data + offset, len);
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

static enum err_code memory_size(struct lb_disk *d, const char *path, uint64_t *size,
                                 struct err *err)
{
	struct lb_memory *m = memory_of(d);
	const struct lb_inode *file;
	enum err_code rc;

	(void)pthread_mutex_lock(&m->lock);
	if ((rc = find_file(m, path, &file, err)) == ERR_OK)
		*size = file->len;
	(void)pthread_mutex_unlock(&m->lock);
	return rc;
}

/* The entry after the one named in `last`, copied there so that no lock is held while it
 * is visited; false at the end. */
static bool next_entry(struct lb_memory *m, const char *folder, struct buf *last,
                       struct lb_disk_entry *entry)
{
	const struct lb_inode *inode;
	size_t i;

	(void)pthread_mutex_lock(&m->lock);
	entry->name = NULL;
	inode = look_up(m, span_str(folder));
	i = inode == NULL ? 0 : lb_names_after(&inode->names, buf_span(last));
	if (inode != NULL && i < inode->names.count) {
		const struct lb_inode *child = inode->names.items[i].value;

		buf_clear(last);
		buf_puts(last, inode->names.items[i].name);
		entry->folder = child->folder;
		entry->size = child->len;
		entry->name = buf_str(last);
	}
	(void)pthread_mutex_unlock(&m->lock);
	return entry->name != NULL;
}

static enum err_code memory_each(struct lb_disk *d, const char *folder,
                                 lb_disk_visit *visit, void *context, struct err *err)
{
	struct lb_memory *m = memory_of(d);
	struct buf last = BUF_INIT;
	struct lb_disk_entry entry;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && next_entry(m, folder, &last, &entry))
		if ((rc = buf_err(&last, err)) == ERR_OK)
			rc = visit(&entry, context, err);
	buf_fini(&last);
	return rc;
}

static const char *memory_name(const struct lb_disk *d)
{
	(void)d;
	return "memory";
}

static void memory_close(struct lb_disk *d)
{
	mem_free(d);
}

static const struct lb_disk_ops ops = {
	.create = memory_create,
	.link = memory_link,
	.rename = memory_rename,
	.unlink = memory_unlink,
	.mkdir = memory_mkdir,
	.rmdir = memory_rmdir,
	.sync = memory_sync,
	.get = memory_get,
	.read = memory_read,
	.size = memory_size,
	.each = memory_each,
	.name = memory_name,
	.close = memory_close,
};

enum err_code lb_memory_open(struct lb_backend **out, struct lb_memory *disk,
                             struct err *err)
{
	struct client *c = mem_new(sizeof(*c));

	if (c == NULL)
		return err_nomem(err);
	c->base.ops = &ops;
	c->m = disk;
	return lb_folder_open(out, &c->base, err);
}
