// SPDX-License-Identifier: Apache-2.0
/* The first byte chooses what the rest is: a whole record, or its shared or private part.
 * Shared fields that are read come back the same when they are written. */
#include "pack/keyring.h"
#include "repo/record_seal.h"
#include "repo/state.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lb_keyring *keyring(void)
{
	static struct lb_keyring *ring;

	if (!ring &&
	    (lb_crypto_init(NULL) != ERR_OK || lb_keyring_new(&ring, NULL) != ERR_OK))
		abort();
	ring->suite = LB_SUITE_XCHACHA20;
	ring->can_read = true;
	return ring;
}

static void whole(struct lb_record *r, struct span bytes)
{
	struct lb_record_sealer sealer = { .keyring = keyring() };
	struct lb_record_codec codec = lb_record_codec_of(&sealer);
	struct lb_state *state;
	struct err err;

	if (lb_state_new(&state, NULL, &err) != ERR_OK)
		return;
	(void)codec.decode(codec.context, bytes, state, r, &err);
	lb_state_free(state);
}

static void shared(struct lb_record *r, struct span bytes)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	struct lb_record back;
	struct err err;

	if (lb_record_get_shared(r, bytes, &err) != ERR_OK)
		return;
	lb_record_put_shared(r, &out);
	lb_record_init(&back, r->type);
	if (lb_record_get_shared(&back, buf_span(&out), &err) != ERR_OK)
		abort();
	lb_record_put_shared(&back, &again);
	if (!span_eq(buf_span(&out), buf_span(&again)))
		abort();
	lb_record_fini(&back);
	buf_fini(&out);
	buf_fini(&again);
}

static void private_part(struct lb_record *r, struct span bytes)
{
	struct lb_id16 id = { { 0 } };
	struct span found;
	struct err err;

	buf_put(&r->private_part, bytes);
	if (lb_record_get_forget(r, &found, &err) == ERR_OK && found.len % LB_ID16 != 0)
		abort();
	if (lb_record_get_replaced(r, &found, &err) == ERR_OK && found.len % LB_ID16 != 0)
		abort();
	if (lb_record_get_meta(r, &id, &found, &err) == ERR_OK && found.len > bytes.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[])(struct lb_record *, struct span) = { whole, shared,
		                                                          private_part };
	struct lb_record r;

	if (size == 0)
		return 0;
	lb_record_init(&r, LB_COMMIT);
	parts[data[0] % 3](&r, span_of((const char *)data + 1, size - 1));
	lb_record_fini(&r);
	return 0;
}
