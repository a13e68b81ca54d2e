// SPDX-License-Identifier: Apache-2.0
#include "backend/local.h"

#include "backend/local_internal.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static const char *const folders[] = { "index", "keys",     "lists", "log",
	                               "packs", "sessions", "tmp" };

/* The path as a person may see it. */
static char *shown_path(const char *path)
{
	struct buf shown = BUF_INIT;

	str_display(&shown, span_str(path));
	return buf_take(&shown);
}

static enum err_code local_new(struct lb_local **out, const char *path, struct err *err)
{
	struct lb_local *l = mem_new(sizeof(*l));
	enum err_code rc;

	if (l == NULL)
		return err_nomem(err);
	l->base.ops = &lb_local_ops;
	if ((rc = lb_handles_init(&l->handles, err)) != ERR_OK) {
		mem_free(l);
		return rc;
	}
	l->root.fd = -1;
	if ((l->path = shown_path(path)) == NULL)
		rc = err_nomem(err);
	else
		rc = os_dir_open(&l->root, NULL, path, err);
	if (rc != ERR_OK) {
		lb_local_ops.close(&l->base);
		return rc;
	}
	*out = l;
	return ERR_OK;
}

enum err_code lb_local_open(struct lb_backend **out, const char *path, struct err *err)
{
	struct lb_local *l = NULL;
	const enum err_code rc = local_new(&l, path, err);

	if (rc == ERR_NOT_FOUND)
		return err_wrap(err, rc,
		                "there is no repository; `lifeboat init` makes one");
	return rc != ERR_OK ? rc : lb_folder_open(out, &l->base, err);
}

static enum err_code refuse_full(const struct os_entry *entry, void *context,
                                 struct err *err)
{
	const struct lb_local *l = context;
	struct buf shown = BUF_INIT;

	if (strcmp(entry->name, "config") == 0)
		return err_set(err, ERR_EXISTS, "%s is a repository already", l->path);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (strcmp(entry->name, folders[i]) == 0)
			return ERR_OK;
	if (strcmp(entry->name, "lost+found") == 0)
		return ERR_OK;
	str_display_cut(&shown, span_str(entry->name), 100);
	(void)err_set(err, ERR_EXISTS,
	              "%s has something else in it (%s): a repository wants a folder of "
	              "its own",
	              l->path, buf_str(&shown));
	buf_fini(&shown);
	return ERR_EXISTS;
}

/* The names of the folder and of those above it, which may be as new. What may not be
 * read was not made by us. */
static void sync_upwards(const struct os_dir *d)
{
	struct os_stat here;
	struct os_stat above;
	struct os_dir parent;

	if (os_dir_sync(d, NULL) != ERR_OK ||
	    os_dir_stat(d, ".", &here, NULL) != ERR_OK ||
	    os_dir_stat(d, "..", &above, NULL) != ERR_OK ||
	    (here.dev == above.dev && here.ino == above.ino) ||
	    os_dir_open(&parent, d, "..", NULL) != ERR_OK)
		return;
	sync_upwards(&parent);
	os_dir_close(&parent);
}

static enum err_code prepare(struct lb_local *l, struct err *err)
{
	enum err_code rc = os_dir_each(&l->root, refuse_full, l, err);

	for (size_t i = 0; rc == ERR_OK && i < sizeof(folders) / sizeof(*folders); i++) {
		rc = os_dir_mkdir(&l->root, folders[i], LB_LOCAL_FOLDER_MODE, err);
		if (rc == ERR_EXISTS)
			rc = ERR_OK;
	}
	if (rc == ERR_OK)
		rc = os_dir_sync(&l->root, err);
	if (rc == ERR_OK)
		sync_upwards(&l->root);
	return rc;
}

enum err_code lb_local_create(struct lb_backend **out, const char *path, struct err *err)
{
	struct lb_local *l = NULL;
	enum err_code rc;

	if ((rc = os_mkdirs(path, LB_LOCAL_FOLDER_MODE, err)) != ERR_OK ||
	    (rc = local_new(&l, path, err)) != ERR_OK)
		return rc;
	if ((rc = prepare(l, err)) != ERR_OK) {
		lb_local_ops.close(&l->base);
		return rc;
	}
	return lb_folder_open(out, &l->base, err);
}
