// SPDX-License-Identifier: Apache-2.0
/* The steps of a real file system. */
#include "backend/local_internal.h"
#include "base/mem.h"
#include "base/str.h"
#include "os/random.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MODE = 0600, TOKEN_BYTES = 8 };

/* The last name of a path, in the folder that has it. */
struct place {
	struct os_dir dir;
	const char *name;
	bool owned; /* else `dir` is the repository's own */
};

static enum err_code refuse_link(struct err *err, const char *name)
{
	errno = ELOOP;
	(void)err_sys(err, "%s is a link", name);
	if (err != NULL)
		err->code = ERR_CORRUPT;
	return ERR_CORRUPT;
}

/* Tells a link from what is missing or of another type: to the system they are much the
 * same. */
static enum err_code check_link(const struct os_dir *d, const char *name,
                                enum err_code rc, struct err *err)
{
	struct os_stat st;

	if ((rc == ERR_NOT_FOUND || rc == ERR_UNSUPPORTED) &&
	    os_dir_stat(d, name, &st, NULL) == ERR_OK && st.type == OS_LINK)
		return refuse_link(err, name);
	return rc;
}

static void place_close(struct place *p)
{
	if (p->owned)
		os_dir_close(&p->dir);
	p->owned = false;
}

static enum err_code place_enter(struct place *p, const char *name, struct err *err)
{
	struct os_dir inner;
	enum err_code rc = os_dir_open(&inner, &p->dir, name, err);

	if (rc != ERR_OK)
		return check_link(&p->dir, name, rc, err);
	place_close(p);
	p->dir = inner;
	p->owned = true;
	return ERR_OK;
}

/* Opens one folder after the other, so that no link on the way is followed. */
static enum err_code place_open(struct place *p, const struct lb_local *l,
                                const char *path, struct err *err)
{
	char name[LB_PATH_SIZE];
	const char *slash;
	enum err_code rc;

	*p = (struct place){ .dir = l->root };
	while ((slash = strchr(path, '/')) != NULL) {
		const size_t len = (size_t)(slash - path);

		memcpy(name, path, len);
		name[len] = '\0';
		if ((rc = place_enter(p, name, err)) != ERR_OK) {
			place_close(p);
			return rc;
		}
		path = slash + 1;
	}
	p->name = path;
	return ERR_OK;
}

/* Opens the folder itself; "" is the repository. */
static enum err_code folder_open(struct place *p, const struct lb_local *l,
                                 const char *path, struct err *err)
{
	enum err_code rc = place_open(p, l, path, err);

	if (rc != ERR_OK || p->name[0] == '\0')
		return rc;
	if ((rc = place_enter(p, p->name, err)) != ERR_OK)
		place_close(p);
	return rc;
}

static enum err_code open_tmp(struct place *tmp, const struct lb_local *l,
                              struct err *err)
{
	enum err_code rc = folder_open(tmp, l, "tmp", err);

	if (rc != ERR_NOT_FOUND)
		return rc;
	rc = os_dir_mkdir(&l->root, "tmp", LB_LOCAL_FOLDER_MODE, err);
	if (rc != ERR_OK && rc != ERR_EXISTS)
		return rc;
	return folder_open(tmp, l, "tmp", err);
}

static enum err_code local_create(struct lb_disk *d, const struct span *parts,
                                  size_t count, char temp[LB_TEMP_SIZE], struct err *err)
{
	struct lb_local *l = (struct lb_local *)d;
	unsigned char token[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];
	struct place tmp;
	enum err_code rc;

	os_random(token, sizeof(token));
	str_hex(token, sizeof(token), hex);
	(void)snprintf(temp, LB_TEMP_SIZE, "tmp/%s", hex);
	if ((rc = open_tmp(&tmp, l, err)) != ERR_OK)
		return rc;
	rc = os_dir_write_new(&tmp.dir, hex, parts, count, FILE_MODE, err);
	if (rc == ERR_OK)
		lb_local_clean(l, &tmp.dir, hex);
	place_close(&tmp);
	return rc;
}

typedef enum err_code mover(const struct os_dir *from_dir, const char *from,
                            const struct os_dir *to_dir, const char *to, struct err *err);

static enum err_code move(struct lb_local *l, mover *step, const char *from,
                          const char *to, struct err *err)
{
	struct place source;
	struct place target;
	enum err_code rc;

	if ((rc = place_open(&source, l, from, err)) != ERR_OK)
		return rc;
	if ((rc = place_open(&target, l, to, err)) == ERR_OK) {
		rc = step(&source.dir, source.name, &target.dir, target.name, err);
		place_close(&target);
	}
	place_close(&source);
	return rc;
}

static enum err_code local_link(struct lb_disk *d, const char *from, const char *to,
                                struct err *err)
{
	return move((struct lb_local *)d, os_dir_link, from, to, err);
}

static enum err_code local_rename(struct lb_disk *d, const char *from, const char *to,
                                  struct err *err)
{
	struct lb_local *l = (struct lb_local *)d;
	const enum err_code rc = move(l, os_dir_rename, from, to, err);

	lb_handles_forget(&l->handles, to);
	return rc;
}

static enum err_code local_unlink(struct lb_disk *d, const char *path, struct err *err)
{
	struct lb_local *l = (struct lb_local *)d;
	struct place p;
	enum err_code rc;

	if ((rc = place_open(&p, l, path, err)) != ERR_OK)
		return rc;
	rc = os_dir_unlink(&p.dir, p.name, err);
	place_close(&p);
	lb_handles_forget(&l->handles, path);
	return rc;
}

static enum err_code local_mkdir(struct lb_disk *d, const char *path, struct err *err)
{
	struct place p;
	enum err_code rc;

	if ((rc = place_open(&p, (struct lb_local *)d, path, err)) != ERR_OK)
		return rc;
	rc = os_dir_mkdir(&p.dir, p.name, LB_LOCAL_FOLDER_MODE, err);
	place_close(&p);
	return rc;
}

static enum err_code local_rmdir(struct lb_disk *d, const char *path, struct err *err)
{
	struct place p;
	enum err_code rc;

	if ((rc = place_open(&p, (struct lb_local *)d, path, err)) != ERR_OK)
		return rc;
	rc = os_dir_rmdir(&p.dir, p.name, err);
	place_close(&p);
	return rc;
}

static enum err_code local_sync(struct lb_disk *d, const char *folder, struct err *err)
{
	struct place p;
	enum err_code rc;

	if ((rc = folder_open(&p, (struct lb_local *)d, folder, err)) != ERR_OK)
		return rc;
	rc = os_dir_sync(&p.dir, err);
	place_close(&p);
	return rc;
}

static enum err_code local_get(struct lb_disk *d, const char *path, uint64_t max,
                               struct buf *out, struct err *err)
{
	struct place p;
	enum err_code rc;

	if ((rc = place_open(&p, (struct lb_local *)d, path, err)) != ERR_OK)
		return rc;
	rc = os_dir_read(&p.dir, p.name, max, out, NULL, err);
	rc = check_link(&p.dir, p.name, rc, err);
	place_close(&p);
	return rc;
}

static enum err_code open_handle(struct lb_local *l, const char *path,
                                 struct lb_handle **out, struct err *err)
{
	struct os_file file = { -1 };
	struct place p;
	enum err_code rc;

	if ((*out = lb_handles_find(&l->handles, path)) != NULL)
		return ERR_OK;
	if ((rc = place_open(&p, l, path, err)) != ERR_OK)
		return rc;
	rc = os_file_open(&file, &p.dir, p.name, err);
	rc = check_link(&p.dir, p.name, rc, err);
	place_close(&p);
	return rc != ERR_OK ? rc : lb_handles_keep(&l->handles, path, &file, out, err);
}

static enum err_code local_read(struct lb_disk *d, const char *path, uint64_t offset,
                                size_t len, unsigned char *out, struct err *err)
{
	struct lb_local *l = (struct lb_local *)d;
	struct lb_handle *handle;
	size_t got = 0;
	enum err_code rc;

	if ((rc = open_handle(l, path, &handle, err)) != ERR_OK)
		return rc;
	rc = os_file_read_at(&handle->file, offset, len, out, &got, err);
	lb_handles_release(&l->handles, handle);
	/* whoever tries again gets it opened again */
	if (rc != ERR_OK)
		lb_handles_forget(&l->handles, path);
	if (rc == ERR_OK && got < len)
		rc = err_set(err, ERR_CORRUPT,
		             "the object ends %zu bytes before what is wanted of it",
		             len - got);
	return rc;
}

static enum err_code local_size(struct lb_disk *d, const char *path, uint64_t *size,
                                struct err *err)
{
	struct os_stat st = { .type = OS_NONE };
	struct place p;
	enum err_code rc;

	if ((rc = place_open(&p, (struct lb_local *)d, path, err)) != ERR_OK)
		return rc;
	rc = os_dir_stat(&p.dir, p.name, &st, err);
	place_close(&p);
	if (rc != ERR_OK)
		return rc;
	if (st.type == OS_LINK)
		return refuse_link(err, path);
	if (st.type != OS_FILE)
		return err_set(err, ERR_UNSUPPORTED, "not a regular file");
	*size = st.size;
	return ERR_OK;
}

struct each {
	const struct os_dir *dir;
	lb_disk_visit *visit;
	void *context;
};

static enum err_code each_entry(const struct os_entry *entry, void *context,
                                struct err *err)
{
	const struct each *each = context;
	struct lb_disk_entry out = { .name = entry->name,
		                     .folder = entry->type == OS_DIR };
	struct os_stat st;

	if (entry->type != OS_DIR) {
		/* Gone meanwhile, or nothing of ours. */
		if (entry->type != OS_FILE ||
		    os_dir_stat(each->dir, entry->name, &st, NULL) != ERR_OK)
			return ERR_OK;
		out.size = st.size;
	}
	return each->visit(&out, each->context, err);
}

static enum err_code local_each(struct lb_disk *d, const char *folder,
                                lb_disk_visit *visit, void *context, struct err *err)
{
	struct each each = { .visit = visit, .context = context };
	struct place p;
	enum err_code rc;

	if ((rc = folder_open(&p, (struct lb_local *)d, folder, err)) != ERR_OK)
		return rc;
	each.dir = &p.dir;
	rc = os_dir_each(&p.dir, each_entry, &each, err);
	place_close(&p);
	return rc;
}

static const char *local_name(const struct lb_disk *d)
{
	return ((const struct lb_local *)d)->path;
}

static void local_close(struct lb_disk *d)
{
	struct lb_local *l = (struct lb_local *)d;

	lb_handles_fini(&l->handles);
	os_dir_close(&l->root);
	mem_free(l->path);
	mem_free(l);
}

const struct lb_disk_ops lb_local_ops = {
	.create = local_create,
	.link = local_link,
	.rename = local_rename,
	.unlink = local_unlink,
	.mkdir = local_mkdir,
	.rmdir = local_rmdir,
	.sync = local_sync,
	.get = local_get,
	.read = local_read,
	.size = local_size,
	.each = local_each,
	.name = local_name,
	.close = local_close,
};
