// SPDX-License-Identifier: Apache-2.0
/* Reading what folder.c stored, and how faults are told. */
#include "backend/folder_internal.h"

#include <errno.h>
#include <stdio.h>

enum { CAUSE_SHOWN = 300 };

/* What a person can do about it. */
static const char *mend_of(int os_code)
{
	switch (os_code) {
	case ENOSPC:
	case EDQUOT:
		return "the store is full: make room there and run again, nothing that "
		       "was "
		       "stored before is harmed";
	case EROFS:
		return "the store is read-only: mount it writable, then run again";
	case EACCES:
	case EPERM:
		return "run as the owner of the repository, or give that user the "
		       "permission";
	case EIO:
		return "the device fails: see the system's log, and copy the repository "
		       "to "
		       "another device before anything else";
	case EMFILE:
	case ENFILE:
		return "too many files are open: raise the limit (ulimit -n)";
	case EFBIG:
		return "the file system or a limit (ulimit -f) refuses files of this "
		       "size";
	case ESTALE:
		return "the network folder went away: mount it again, then run again";
	case ELOOP:
		return "a link stands where the repository has none: move it away";
	default:
		return NULL;
	}
}

enum err_code lb_folder_tell(struct lb_folder *f, enum err_code rc, const char *verb,
                             const char *key, struct err *err)
{
	const char *mend;

	if (rc == ERR_OK || err == NULL)
		return rc;
	if ((mend = mend_of(err->os_code)) != NULL) {
		const struct err cause = *err;

		(void)err_set(err, rc, "%.*s: %s", CAUSE_SHOWN, cause.msg, mend);
		err->os_code = cause.os_code;
	}
	return err_wrap(err, rc, "%s %s in %s", verb, key, lb_backend_name(&f->base));
}

const char *lb_folder_inside(const char *key, char out[LB_PATH_SIZE])
{
	(void)snprintf(out, LB_PATH_SIZE, "%s/object", key);
	return out;
}

enum err_code lb_folder_get(struct lb_backend *b, const char *key, uint64_t max,
                            struct buf *out, struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;
	char path[LB_PATH_SIZE];
	enum err_code rc = f->disk->ops->get(f->disk, key, max, out, err);

	if (rc == ERR_UNSUPPORTED)
		rc = f->disk->ops->get(f->disk, lb_folder_inside(key, path), max, out,
		                       err);
	return lb_folder_tell(f, rc, "read", key, err);
}

enum err_code lb_folder_read(struct lb_backend *b, const char *key, uint64_t offset,
                             size_t len, unsigned char *out, struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;
	char path[LB_PATH_SIZE];
	enum err_code rc = f->disk->ops->read(f->disk, key, offset, len, out, err);

	if (rc == ERR_UNSUPPORTED)
		rc = f->disk->ops->read(f->disk, lb_folder_inside(key, path), offset, len,
		                        out, err);
	return lb_folder_tell(f, rc, "read", key, err);
}

enum err_code lb_folder_size(struct lb_backend *b, const char *key, uint64_t *size,
                             struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;
	char path[LB_PATH_SIZE];
	enum err_code rc = f->disk->ops->size(f->disk, key, size, err);

	if (rc == ERR_UNSUPPORTED)
		rc = f->disk->ops->size(f->disk, lb_folder_inside(key, path), size, err);
	return lb_folder_tell(f, rc, "look at", key, err);
}

struct list {
	struct lb_folder *f;
	const char *folder;
	lb_backend_visit *visit;
	void *context;
	bool told; /* the error came from `visit` and is not ours to explain */
};

static enum err_code list_folder(struct list *list, struct err *err);

static enum err_code tell_object(struct list *list, const char *key, uint64_t size,
                                 struct err *err)
{
	const enum err_code rc = list->visit(key, size, list->context, err);

	list->told = rc != ERR_OK;
	return rc;
}

static enum err_code list_entry(const struct lb_disk_entry *entry, void *context,
                                struct err *err)
{
	struct list *list = context;
	struct list inner = *list;
	char key[LB_PATH_SIZE];
	enum err_code rc;
	int len;

	if (!entry->folder && span_eq_str(span_str(entry->name), "object"))
		return tell_object(list, list->folder, entry->size, err);
	len = snprintf(key, sizeof(key), "%s/%s", list->folder, entry->name);
	if (len < 0 || (size_t)len >= sizeof(key) || !lb_backend_key_ok(key))
		return ERR_OK; /* nothing of ours */
	if (!entry->folder)
		return tell_object(list, key, entry->size, err);
	inner.folder = key;
	rc = list_folder(&inner, err);
	list->told = inner.told;
	return rc == ERR_NOT_FOUND && !inner.told ? ERR_OK : rc;
}

static enum err_code list_folder(struct list *list, struct err *err)
{
	struct lb_disk *d = list->f->disk;
	const enum err_code rc = d->ops->each(d, list->folder, list_entry, list, err);

	if (rc == ERR_OK || rc == ERR_NOT_FOUND || list->told)
		return rc;
	list->told = true;
	return lb_folder_tell(list->f, rc, "list", list->folder, err);
}

enum err_code lb_folder_list(struct lb_backend *b, const char *folder,
                             lb_backend_visit *visit, void *context, struct err *err)
{
	struct list list = { (struct lb_folder *)b, folder, visit, context, false };
	const enum err_code rc = list_folder(&list, err);

	return rc == ERR_NOT_FOUND && !list.told ? ERR_OK : rc;
}
