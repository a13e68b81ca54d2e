// SPDX-License-Identifier: Apache-2.0
/* Lists as sealed objects below lists/. */
#include "backend/backend.h"
#include "pack/format.h"
#include "pack/object.h"
#include "repo/list.h"

static enum err_code put(void *context, struct span plain, struct lb_id *name,
                         struct err *err)
{
	const struct lb_list_files *files = context;
	struct buf sealed = BUF_INIT;
	char key[LB_STORE_KEY];
	struct span part;
	enum err_code rc;

	rc = lb_object_seal(files->keyring, LB_OBJECT_LIST, plain, &sealed, name, err);
	if (rc == ERR_OK) {
		lb_list_store_key(name, key);
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
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_list_store_key(name, key);
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
