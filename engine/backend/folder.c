// SPDX-License-Identifier: Apache-2.0
/*
 * Objects as files. A new object is written to tmp/ and synced before it gets its name;
 * names are made durable by syncing their folders, which waits until something depends on
 * them: the set `added` holds folders with names that may still be lost, and is emptied
 * before a put_new or a delete takes effect (the two rules of backend.h).
 *
 * With arbitration by rename an object of put_new is a folder holding the file "object":
 * renaming a folder onto one that is not empty fails, so the first one stays.
 */
#include "backend/folder_internal.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

/* The folder part of a path; "" at the top. */
static const char *parent_of(const char *path, char out[LB_PATH_SIZE])
{
	const size_t slash = span_rfind_byte(span_str(path), '/');
	const size_t len = slash == strlen(path) ? 0 : slash;

	memcpy(out, path, len);
	out[len] = '\0';
	return out;
}

/* Makes the folder and its parents. */
static enum err_code make_folder(struct lb_folder *f, const char *folder, struct err *err)
{
	char parent[LB_PATH_SIZE];
	enum err_code rc = f->disk->ops->mkdir(f->disk, folder, err);

	if (rc == ERR_NOT_FOUND && strchr(folder, '/') != NULL) {
		rc = make_folder(f, parent_of(folder, parent), err);
		if (rc == ERR_OK)
			rc = f->disk->ops->mkdir(f->disk, folder, err);
	}
	return rc == ERR_EXISTS ? ERR_OK : rc;
}

typedef enum err_code placer(struct lb_disk *d, const char *from, const char *to,
                             struct err *err);

/* Gives a file its final name, in a folder that may have to be made. */
static enum err_code place_with(struct lb_folder *f, placer *place, const char *from,
                                const char *key, struct err *err)
{
	char folder[LB_PATH_SIZE];
	enum err_code rc = place(f->disk, from, key, err);

	if (rc != ERR_NOT_FOUND || strchr(key, '/') == NULL)
		return rc;
	if ((rc = make_folder(f, parent_of(key, folder), err)) != ERR_OK)
		return rc;
	return place(f->disk, from, key, err);
}

/* The first error is the one to tell; what stays in tmp/ is cleaned a day later. */
static void drop_temp(struct lb_folder *f, const char *temp)
{
	(void)f->disk->ops->unlink(f->disk, temp, NULL);
}

static enum err_code put(struct lb_folder *f, const char *key, const struct span *parts,
                         size_t count, struct err *err)
{
	char temp[LB_TEMP_SIZE];
	char folder[LB_PATH_SIZE];
	enum err_code rc;

	if ((rc = f->disk->ops->create(f->disk, parts, count, temp, err)) != ERR_OK)
		return rc;
	rc = place_with(f, f->disk->ops->rename, temp, key, err);
	if (rc != ERR_OK) {
		drop_temp(f, temp);
		return rc;
	}
	return lb_folder_mark(f, &f->added, parent_of(key, folder), err);
}

/* What is missing while one writes is never the object that the caller asked for. */
static enum err_code tell_stored(struct lb_folder *f, enum err_code rc, const char *key,
                                 struct err *err)
{
	if (rc == ERR_NOT_FOUND)
		rc = err_wrap(
			err, ERR_IO,
			"the repository's folder is gone, or somebody emptied tmp/");
	return lb_folder_tell(f, rc, "store", key, err);
}

static enum err_code folder_put(struct lb_backend *b, const char *key,
                                const struct span *parts, size_t count, struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;

	return tell_stored(f, put(f, key, parts, count, err), key, err);
}

static enum err_code folder_replace(struct lb_backend *b, const char *key,
                                    struct span content, struct err *err)
{
	return folder_put(b, key, &content, 1, err);
}

/* ERR_EXISTS unless the object has exactly these bytes. */
static enum err_code compare(struct lb_folder *f, const char *key, struct span content,
                             struct err *err)
{
	struct buf there = BUF_INIT;
	enum err_code rc = lb_folder_get(&f->base, key, content.len, &there, err);

	if (rc == ERR_LIMIT || (rc == ERR_OK && !span_eq(buf_span(&there), content)))
		rc = err_set(err, ERR_EXISTS, "another object is there already");
	buf_fini(&there);
	return rc;
}

static enum err_code by_link(struct lb_folder *f, const char *temp, const char *key,
                             struct err *err)
{
	const enum err_code rc = place_with(f, f->disk->ops->link, temp, key, err);

	drop_temp(f, temp);
	return rc;
}

/* Turns the file into a folder that holds it. The name of the folder is the file's with
 * ".d" behind it. */
static enum err_code enfold(struct lb_folder *f, const char *temp,
                            char folder[LB_PATH_SIZE], struct err *err)
{
	char object[LB_PATH_SIZE];
	enum err_code rc;

	(void)snprintf(folder, LB_PATH_SIZE, "%s.d", temp);
	if ((rc = f->disk->ops->mkdir(f->disk, folder, err)) != ERR_OK)
		return rc;
	rc = f->disk->ops->rename(f->disk, temp, lb_folder_inside(folder, object), err);
	if (rc != ERR_OK)
		return rc;
	return f->disk->ops->sync(f->disk, folder, err);
}

static void drop_folder(struct lb_folder *f, const char *folder)
{
	char object[LB_PATH_SIZE];

	drop_temp(f, lb_folder_inside(folder, object));
	(void)f->disk->ops->rmdir(f->disk, folder, NULL);
}

static enum err_code by_rename(struct lb_folder *f, const char *temp, const char *key,
                               struct err *err)
{
	char folder[LB_PATH_SIZE];
	uint64_t size;
	enum err_code rc = enfold(f, temp, folder, err);

	if (rc == ERR_OK)
		rc = place_with(f, f->disk->ops->rename, folder, key, err);
	/* A plain file there is "not a folder" to the system, like a missing one. */
	if (rc == ERR_NOT_FOUND &&
	    f->disk->ops->size(f->disk, key, &size, NULL) == ERR_OK)
		rc = err_set(err, ERR_EXISTS, "another object is there already");
	if (rc != ERR_OK) {
		drop_temp(f, temp);
		drop_folder(f, folder);
	}
	return rc;
}

/* Nobody decides: right only while there is one client. */
static enum err_code by_looking(struct lb_folder *f, const char *temp, const char *key,
                                struct err *err)
{
	uint64_t size;
	enum err_code rc = lb_folder_size(&f->base, key, &size, NULL);

	if (rc == ERR_NOT_FOUND)
		rc = place_with(f, f->disk->ops->rename, temp, key, err);
	else if (rc == ERR_OK)
		rc = err_set(err, ERR_EXISTS, "another object is there already");
	if (rc != ERR_OK)
		drop_temp(f, temp);
	return rc;
}

static enum err_code arbitrated(struct lb_folder *f, const char *temp, const char *key,
                                struct err *err)
{
	switch (f->how) {
	case LB_ARBITRATION_LINK:
		return by_link(f, temp, key, err);
	case LB_ARBITRATION_RENAME:
		return by_rename(f, temp, key, err);
	case LB_ARBITRATION_NONE:
	case LB_ARBITRATION_IF_ABSENT:
	case LB_ARBITRATION_FIRST_VERSION:
		break;
	}
	return by_looking(f, temp, key, err);
}

static enum err_code put_new(struct lb_folder *f, const char *key, struct span content,
                             struct err *err)
{
	char temp[LB_TEMP_SIZE];
	char folder[LB_PATH_SIZE];
	enum err_code rc;

	if ((rc = f->disk->ops->create(f->disk, &content, 1, temp, err)) != ERR_OK)
		return rc;
	/* After the sync of the temporary file, which has often carried the folders to
	 * the disk with it. */
	if ((rc = lb_folder_flush(f, &f->added, err)) != ERR_OK) {
		drop_temp(f, temp);
		return rc;
	}
	rc = arbitrated(f, temp, key, err);
	if (rc == ERR_EXISTS)
		rc = compare(f, key, content, err);
	if (rc != ERR_OK)
		return rc;
	return lb_folder_sync_chain(f, parent_of(key, folder), err);
}

static enum err_code folder_put_new(struct lb_backend *b, const char *key,
                                    struct span content, struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;

	return tell_stored(f, put_new(f, key, content, err), key, err);
}

static enum err_code remove_object(struct lb_folder *f, const char *key, struct err *err)
{
	char path[LB_PATH_SIZE];
	enum err_code rc;

	if ((rc = lb_folder_flush(f, &f->added, err)) != ERR_OK)
		return rc;
	rc = ERR_NOT_FOUND;
	if (f->how == LB_ARBITRATION_RENAME)
		rc = f->disk->ops->unlink(f->disk, lb_folder_inside(key, path), err);
	if (rc == ERR_OK)
		rc = f->disk->ops->rmdir(f->disk, key, err);
	else if (rc == ERR_NOT_FOUND)
		rc = f->disk->ops->unlink(f->disk, key, err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	return lb_folder_mark(f, &f->removed, parent_of(key, path), err);
}

static enum err_code folder_remove(struct lb_backend *b, const char *key, struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;

	return lb_folder_tell(f, remove_object(f, key, err), "delete", key, err);
}

static enum err_code folder_sync(struct lb_backend *b, struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;
	enum err_code rc = lb_folder_flush(f, &f->added, err);

	if (rc == ERR_OK)
		rc = lb_folder_flush(f, &f->removed, err);
	return rc;
}

static enum err_code folder_sync_folder(struct lb_backend *b, const char *folder,
                                        struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;
	enum err_code rc = lb_folder_sync_chain(f, folder, err);

	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	return lb_folder_tell(f, rc, "sync", folder, err);
}

/* Is the second link of a file to a taken name refused? */
static enum err_code probe_link(struct lb_folder *f, bool *works, struct err *err)
{
	char temp[LB_TEMP_SIZE];
	char target[LB_PATH_SIZE];
	enum err_code rc;

	rc = f->disk->ops->create(f->disk, NULL, 0, temp, err);
	if (rc != ERR_OK)
		return rc;
	(void)snprintf(target, sizeof(target), "%s.l", temp);
	rc = f->disk->ops->link(f->disk, temp, target, err);
	if (rc == ERR_OK) {
		*works = f->disk->ops->link(f->disk, temp, target, NULL) == ERR_EXISTS;
		drop_temp(f, target);
	}
	drop_temp(f, temp);
	return rc == ERR_UNSUPPORTED ? ERR_OK : rc;
}

/* The same for the second folder that is renamed to a taken name. */
static enum err_code probe_rename(struct lb_folder *f, bool *works, struct err *err)
{
	char temp[2][LB_TEMP_SIZE];
	char folder[2][LB_PATH_SIZE];
	enum err_code rc = ERR_OK;
	int made = 0;

	for (; rc == ERR_OK && made < 2; made++) {
		folder[made][0] = '\0';
		rc = f->disk->ops->create(f->disk, NULL, 0, temp[made], err);
		if (rc == ERR_OK)
			rc = enfold(f, temp[made], folder[made], err);
	}
	if (rc == ERR_OK)
		*works = f->disk->ops->rename(f->disk, folder[0], folder[1], NULL) ==
		         ERR_EXISTS;
	for (int i = 0; i < made; i++) {
		drop_temp(f, temp[i]);
		if (folder[i][0] != '\0')
			drop_folder(f, folder[i]);
	}
	return rc;
}

static enum err_code folder_probe(struct lb_backend *b, enum lb_arbitration *out,
                                  struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;
	bool links = false;
	bool renames = false;
	enum err_code rc = probe_link(f, &links, err);

	if (rc == ERR_OK && !links)
		rc = probe_rename(f, &renames, err);
	if (rc != ERR_OK)
		return lb_folder_tell(f, rc, "try", "tmp", err);
	*out = links     ? LB_ARBITRATION_LINK
	       : renames ? LB_ARBITRATION_RENAME
	                 : LB_ARBITRATION_NONE;
	return ERR_OK;
}

static enum err_code folder_arbitrate(struct lb_backend *b, enum lb_arbitration how,
                                      struct err *err)
{
	struct lb_folder *f = (struct lb_folder *)b;

	if (how != LB_ARBITRATION_LINK && how != LB_ARBITRATION_RENAME &&
	    how != LB_ARBITRATION_NONE)
		return err_set(err, ERR_UNSUPPORTED,
		               "%s: a folder cannot arbitrate by kind %d: is this a copy "
		               "of a repository that belongs to another kind of store?",
		               lb_backend_name(b), (int)how);
	f->how = how;
	return ERR_OK;
}

static const char *folder_name(const struct lb_backend *b)
{
	const struct lb_folder *f = (const struct lb_folder *)b;

	return f->disk->ops->name(f->disk);
}

static void folder_close(struct lb_backend *b)
{
	struct lb_folder *f = (struct lb_folder *)b;

	lb_folder_sets_fini(f);
	f->disk->ops->close(f->disk);
	mem_free(f);
}

static const struct lb_backend_ops ops = {
	.put = folder_put,
	.put_new = folder_put_new,
	.replace = folder_replace,
	.get = lb_folder_get,
	.read = lb_folder_read,
	.size = lb_folder_size,
	.remove = folder_remove,
	.list = lb_folder_list,
	.sync = folder_sync,
	.sync_folder = folder_sync_folder,
	.probe = folder_probe,
	.arbitrate = folder_arbitrate,
	.name = folder_name,
	.close = folder_close,
};

enum err_code lb_folder_open(struct lb_backend **out, struct lb_disk *take_disk,
                             struct err *err)
{
	struct lb_folder *f = mem_new(sizeof(*f));
	enum err_code rc;

	if (f == NULL) {
		take_disk->ops->close(take_disk);
		return err_nomem(err);
	}
	f->base.ops = &ops;
	f->disk = take_disk;
	f->how = LB_ARBITRATION_LINK;
	if ((rc = lb_folder_sets_init(f, err)) != ERR_OK) {
		f->disk->ops->close(f->disk);
		mem_free(f);
		return rc;
	}
	*out = &f->base;
	return ERR_OK;
}
