// SPDX-License-Identifier: Apache-2.0
#include "repo/remember.h"

#include "base/wire.h"
#include "crypto/digest.h"
#include "os/fs.h"

#include <string.h>

enum { FILE_MAX = 4096, CHECK = 8 };

static enum err_code path_of(struct buf *out, const char *cache_dir,
                             const struct lb_id *repository, struct err *err)
{
	char name[LB_ID_HEX + 5] = "head-";

	lb_id_hex(repository, name + 5);
	os_join(out, cache_dir, name);
	return buf_err(out, err);
}

void lb_remembered_get(struct lb_remembered *r, const struct lb_id *repository,
                       struct span bytes)
{
	struct lb_id sum, owner, hash;
	struct wire w;
	uint32_t epoch, seq;
	struct span check;

	r->slot = LB_NO_SLOT;
	if (bytes.len < CHECK ||
	    lb_hash(span_sub(bytes, 0, bytes.len - CHECK), &sum, NULL) != ERR_OK)
		return;
	wire_init(&w, bytes);
	wire_magic(&w, "LBHD", 4);
	wire_copy(&w, owner.b, LB_ID);
	epoch = wire_u32(&w);
	seq = wire_u32(&w);
	wire_copy(&w, hash.b, LB_ID);
	check = wire_take(&w, CHECK);
	if (!wire_end(&w) || memcmp(check.ptr, sum.b, CHECK) != 0 ||
	    !lb_id_eq(&owner, repository))
		return;
	r->slot = LB_SLOT(epoch, seq);
	r->hash = hash;
}

enum err_code lb_remembered_load(struct lb_remembered *r, const char *cache_dir,
                                 const struct lb_id *repository, struct err *err)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT;
	enum err_code rc;

	r->slot = LB_NO_SLOT;
	rc = path_of(&path, cache_dir, repository, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&path), FILE_MAX, &bytes, err);
	if (rc == ERR_OK)
		lb_remembered_get(r, repository, buf_span(&bytes));
	if (rc == ERR_NOT_FOUND || rc == ERR_LIMIT)
		rc = ERR_OK;
	buf_fini(&path);
	buf_fini(&bytes);
	return rc;
}

enum err_code lb_remembered_put(const struct lb_remembered *r,
                                const struct lb_id *repository, struct buf *out,
                                struct err *err)
{
	struct lb_id sum;
	enum err_code rc;

	wire_put_raw(out, "LBHD", 4);
	wire_put_raw(out, repository->b, LB_ID);
	wire_put_u32(out, LB_SLOT_EPOCH(r->slot));
	wire_put_u32(out, LB_SLOT_SEQ(r->slot));
	wire_put_raw(out, r->hash.b, LB_ID);
	rc = buf_err(out, err);
	if (rc == ERR_OK)
		rc = lb_hash(buf_span(out), &sum, err);
	if (rc != ERR_OK)
		return rc;
	wire_put_raw(out, sum.b, CHECK);
	return buf_err(out, err);
}

enum err_code lb_remembered_store(const struct lb_remembered *r, const char *cache_dir,
                                  const struct lb_id *repository, struct err *err)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT;
	struct lb_remembered there;
	enum err_code rc;

	rc = lb_remembered_load(&there, cache_dir, repository, err);
	if (rc != ERR_OK || (there.slot != LB_NO_SLOT && there.slot >= r->slot))
		return rc;
	rc = path_of(&path, cache_dir, repository, err);
	if (rc == ERR_OK)
		rc = lb_remembered_put(r, repository, &bytes, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), buf_span(&bytes), 0600, err);
	buf_fini(&path);
	buf_fini(&bytes);
	return rc;
}
