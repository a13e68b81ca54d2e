// SPDX-License-Identifier: Apache-2.0
#include "repo/next.h"

#include "base/mem.h"
#include "base/wire.h"

#include <string.h>

enum { VERSION = 0 };

void lb_next_init(struct lb_next *n)
{
	memset(n, 0, sizeof(*n));
}

void lb_next_fini(struct lb_next *n)
{
	mem_free(n->hashes);
	memset(n, 0, sizeof(*n));
}

void lb_next_put_signed(const struct lb_next *n, struct buf *out)
{
	wire_put_raw(out, "LBNX", 4);
	wire_put_u16(out, VERSION);
	wire_put_u16(out, 0);
	wire_put_raw(out, n->repository.b, LB_ID);
	wire_put_u32(out, n->epoch);
	wire_put_u32(out, n->count);
	wire_put_raw(out, n->checkpoint.b, LB_ID);
	wire_put_raw(out, n->hashes, n->count * sizeof(*n->hashes));
	wire_put_raw(out, n->writer.b, LB_ID16);
}

void lb_next_put(const struct lb_next *n, struct buf *out)
{
	lb_next_put_signed(n, out);
	wire_put_raw(out, n->signature, LB_SIGNATURE);
}

enum err_code lb_next_get(struct lb_next *n, struct span bytes, struct err *err)
{
	struct wire w;
	uint16_t version;

	wire_init(&w, bytes);
	wire_magic(&w, "LBNX", 4);
	version = wire_u16(&w);
	if (wire_ok(&w) && version != VERSION)
		return err_set(err, ERR_UNSUPPORTED, "successor of version %u",
		               (unsigned)version);
	wire_zeros(&w, 2);
	wire_copy(&w, n->repository.b, LB_ID);
	n->epoch = wire_u32(&w);
	n->count = wire_u32(&w);
	wire_copy(&w, n->checkpoint.b, LB_ID);
	if (!wire_ok(&w) || n->count == 0 || n->count > w.left / LB_ID) {
		n->count = 0;
		return err_set(err, ERR_CORRUPT, "malformed successor");
	}
	if (!mem_array(&n->hashes, n->count, sizeof(*n->hashes))) {
		n->count = 0;
		return err_nomem(err);
	}
	wire_copy(&w, n->hashes, n->count * sizeof(*n->hashes));
	wire_copy(&w, n->writer.b, LB_ID16);
	wire_copy(&w, n->signature, LB_SIGNATURE);
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "malformed successor");
	return ERR_OK;
}
