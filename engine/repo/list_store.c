// SPDX-License-Identifier: Apache-2.0
/* Lists as sealed objects below lists/. */
#include "backend/backend.h"
#include "pack/object.h"
#include "repo/list.h"

#include <stdio.h>

enum { KEY_MAX = 80 };

static void key_of(char key[KEY_MAX], const struct lb_id *name)
{
	char hex[LB_ID_HEX];

	lb_id_hex(name, hex);
	(void)snprintf(key, KEY_MAX, "lists/%s", hex);
}

static enum err_code put(void *context, struct span plain, struct lb_id *name,
                         struct err *err)
{
	const struct lb_list_files *files = context;
	struct buf sealed = BUF_INIT;
	char key[KEY_MAX];
	struct span part;
	enum err_code rc;

	rc = lb_object_seal(files->keyring, LB_OBJECT_LIST, plain, &sealed, name, err);
	if (rc == ERR_OK) {
		key_of(key, name);
		part = buf_span(&sealed);
		rc = lb_backend_put(files->backend, key, &part, 1, err);
	}
	buf_fini(&sealed);
	return rc;
}

static enum err_code get(void *context, const struct lb_id *name, struct buf *plain,
                         struct err *err)
{
	const struct lb_list_files *files = context;
	struct buf sealed = BUF_INIT;
	char key[KEY_MAX];
	enum err_code rc;

	key_of(key, name);
	rc = lb_backend_get(files->backend, key, lb_object_sealed_max(LB_LIST_BYTES_MAX),
	                    &sealed, err);
	if (rc == ERR_OK)
		rc = lb_object_open(files->keyring, LB_OBJECT_LIST, name,
		                    buf_span(&sealed), LB_LIST_BYTES_MAX, plain, err);
	buf_fini(&sealed);
	/* A list that a record names is part of the log: without it the log is damaged.
	 */
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_CORRUPT, "%s is missing: run `lifeboat repair`",
		               key);
	return rc;
}

struct lb_list_store lb_list_store_of(struct lb_list_files *files)
{
	return (struct lb_list_store){ .context = files, .put = put, .get = get };
}
