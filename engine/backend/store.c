// SPDX-License-Identifier: Apache-2.0
#include "backend/store.h"

#include "backend/local.h"
#include "base/str.h"

/* Who writes an address means another machine. What comes behind the colon may hold a
 * password, and is not repeated. */
static enum err_code check_place(const char *path, struct err *err)
{
	const struct span kind = str_address(path);

	if (path[0] == '\0')
		return err_set(err, ERR_USAGE, "the repository has no name");
	if (kind.len == 0)
		return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "the repository begins with \"%.*s:\", as an address does; only "
	               "folders of this machine are supported yet (a folder of that name "
	               "is ./%.*s:..)",
	               (int)kind.len, kind.ptr, (int)kind.len, kind.ptr);
}

static enum err_code wrap(struct lb_backend **out, struct lb_backend *take_inner,
                          const struct lb_store_options *o, struct err *err)
{
	struct lb_backend *b = take_inner;
	enum err_code rc = ERR_OK;

	if (o->rates.upload > 0 || o->rates.download > 0)
		rc = lb_throttle_new(&b, b, o->rates, o->retry.cancel, err);
	return rc == ERR_OK ? lb_retry_new(out, b, &o->retry, err) : rc;
}

enum err_code lb_store_open(struct lb_backend **out, const char *path,
                            const struct lb_store_options *options, struct err *err)
{
	struct lb_backend *local = NULL;
	enum err_code rc = check_place(path, err);

	if (rc == ERR_OK)
		rc = lb_local_open(&local, path, err);
	return rc == ERR_OK ? wrap(out, local, options, err) : rc;
}

enum err_code lb_store_create(struct lb_backend **out, const char *path,
                              const struct lb_store_options *options, struct err *err)
{
	struct lb_backend *local = NULL;
	enum err_code rc = check_place(path, err);

	if (rc == ERR_OK)
		rc = lb_local_create(&local, path, err);
	return rc == ERR_OK ? wrap(out, local, options, err) : rc;
}
