// SPDX-License-Identifier: Apache-2.0
#include "backend/store.h"

#include "backend/local.h"

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
	const enum err_code rc = lb_local_open(&local, path, err);

	return rc == ERR_OK ? wrap(out, local, options, err) : rc;
}

enum err_code lb_store_create(struct lb_backend **out, const char *path,
                              const struct lb_store_options *options, struct err *err)
{
	struct lb_backend *local = NULL;
	const enum err_code rc = lb_local_create(&local, path, err);

	return rc == ERR_OK ? wrap(out, local, options, err) : rc;
}
