// SPDX-License-Identifier: Apache-2.0
#include "repo/segment_put.h"

#include "backend/backend.h"
#include "pack/object.h"
#include "repo/record.h"

static enum err_code put(struct lb_backend *backend, const struct lb_id *name,
                         struct span sealed, struct err *err)
{
	char key[LB_STORE_KEY];

	if (!backend)
		return ERR_OK;
	lb_segment_store_key(name, key);
	return lb_backend_put(backend, key, &sealed, 1, err);
}

enum err_code lb_segment_put(struct lb_segment *s, const struct lb_keyring *keys,
                             struct lb_backend *backend, struct lb_ids *names,
                             uint64_t *size, struct err *err)
{
	struct buf plain = BUF_INIT;
	struct buf sealed = BUF_INIT;
	struct lb_id name;
	enum err_code rc;

	if (s->pack_count == 0)
		return ERR_OK;
	rc = lb_segment_encode(s, &plain, err);
	if (rc == ERR_OK)
		rc = lb_object_seal(keys, LB_OBJECT_SEGMENT, buf_span(&plain), &sealed,
		                    &name, err);
	if (rc == ERR_OK)
		rc = put(backend, &name, buf_span(&sealed), err);
	if (rc == ERR_OK && !lb_ids_add(names, &name))
		rc = err_nomem(err);
	if (rc == ERR_OK) {
		lb_segment_clear(s);
		if (size)
			*size += sealed.len;
	}
	buf_fini(&plain);
	buf_fini(&sealed);
	return rc;
}
