// SPDX-License-Identifier: Apache-2.0
/* Which folders still have to be synced. */
#include "backend/folder_internal.h"

#include <string.h>

enum err_code lb_folder_sets_init(struct lb_folder *f, struct err *err)
{
	lb_names_init(&f->added);
	lb_names_init(&f->removed);
	if (pthread_mutex_init(&f->lock, NULL) != 0)
		return err_nomem(err);
	if (pthread_cond_init(&f->idle, NULL) == 0)
		return ERR_OK;
	(void)pthread_mutex_destroy(&f->lock);
	return err_nomem(err);
}

void lb_folder_sets_fini(struct lb_folder *f)
{
	lb_names_fini(&f->added);
	lb_names_fini(&f->removed);
	(void)pthread_cond_destroy(&f->idle);
	(void)pthread_mutex_destroy(&f->lock);
}

/* The part before the last slash; false when there is nothing above. */
static bool go_up(struct span *folder)
{
	if (folder->len == 0)
		return false;
	const size_t slash = span_rfind_byte(*folder, '/');

	folder->len = slash == folder->len ? 0 : slash;
	return true;
}

/*
 * After a failed sync the system forgets that the folder has to be written, and the next
 * one says that all is well. So the first failure is remembered, and nothing that would
 * depend on a sync is done any more.
 */
static enum err_code sync_one(struct lb_folder *f, const char *folder, struct err *err)
{
	struct err why = ERR_INIT;
	const enum err_code rc = f->disk->ops->sync(f->disk, folder, &why);

	if (rc != ERR_OK && rc != ERR_NOT_FOUND) {
		(void)pthread_mutex_lock(&f->lock);
		if (f->broken.code == ERR_OK)
			f->broken = why;
		(void)pthread_mutex_unlock(&f->lock);
	}
	if (err != NULL)
		*err = why;
	return rc;
}

/* The caller holds the lock. */
static enum err_code check_broken(const struct lb_folder *f, struct err *err)
{
	if (f->broken.code == ERR_OK)
		return ERR_OK;
	/* not told as what it was: nothing gets better by trying again */
	return err_set(err, ERR_IO,
	               "a folder could not be synced, what it got may be lost: %s",
	               f->broken.msg);
}

enum err_code lb_folder_sync_chain(struct lb_folder *f, const char *folder,
                                   struct err *err)
{
	char path[LB_PATH_SIZE];
	struct span rest = span_str(folder);
	enum err_code rc;

	(void)pthread_mutex_lock(&f->lock);
	rc = check_broken(f, err);
	(void)pthread_mutex_unlock(&f->lock);
	if (rc != ERR_OK)
		return rc;
	do {
		memcpy(path, rest.ptr, rest.len);
		path[rest.len] = '\0';
		rc = sync_one(f, path, err);
	} while (rc == ERR_OK && go_up(&rest));
	return rc;
}

enum err_code lb_folder_mark(struct lb_folder *f, struct lb_names *set,
                             const char *folder, struct err *err)
{
	struct span rest = span_str(folder);
	bool noted;

	(void)pthread_mutex_lock(&f->lock);
	/* Those above too: another client may have made this folder a moment ago. */
	do
		noted = lb_names_set(set, rest, f);
	while (noted && go_up(&rest));
	(void)pthread_mutex_unlock(&f->lock);
	return noted ? ERR_OK : lb_folder_sync_chain(f, folder, err);
}

static enum err_code sync_all(struct lb_folder *f, const struct lb_names *set,
                              struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < set->count; i++) {
		rc = sync_one(f, set->items[i].name, err);
		/* Removed with all that was in it. */
		if (rc == ERR_NOT_FOUND)
			rc = ERR_OK;
	}
	return rc;
}

/*
 * The set is taken out while its folders are synced, for other threads go on adding. They
 * must not find it empty and conclude that their own puts are safe: they wait.
 */
enum err_code lb_folder_flush(struct lb_folder *f, struct lb_names *set, struct err *err)
{
	struct lb_names taken = LB_NAMES_INIT;
	enum err_code rc;

	(void)pthread_mutex_lock(&f->lock);
	while (f->syncing)
		(void)pthread_cond_wait(&f->idle, &f->lock);
	rc = check_broken(f, err);
	if (rc == ERR_OK && set->count > 0) {
		f->syncing = true;
		taken = *set;
		lb_names_init(set);
		(void)pthread_mutex_unlock(&f->lock);
		rc = sync_all(f, &taken, err);
		(void)pthread_mutex_lock(&f->lock);
		f->syncing = false;
		(void)pthread_cond_broadcast(&f->idle);
	}
	(void)pthread_mutex_unlock(&f->lock);
	lb_names_fini(&taken);
	return rc;
}
