// SPDX-License-Identifier: Apache-2.0
/* A pack's header, footer and table, and what its reader makes of whole bytes. */
#include "base/wire.h"
#include "crypto/digest.h"
#include "fuzz/fuzz_keys.h"
#include "pack/pack_internal.h"
#include "pack/pack_read.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the decoder takes, the encoder writes: the same bytes. */
static void table(struct span plain)
{
	static const enum lb_pack_kind kinds[] = { LB_PACK_DATA, LB_PACK_META };

	for (size_t i = 0; i < 2; i++) {
		struct lb_pack_table t = LB_PACK_TABLE_INIT;
		struct buf again = BUF_INIT;

		if (pack_table_decode(&t, plain, kinds[i], 1 << 20, NULL) != ERR_OK)
			continue;
		buf_fill(&again, 'x', plain.len);
		assert(pack_table_bytes(t.group_count, t.chunk_count) == plain.len);
		pack_table_encode(&t, (unsigned char *)again.ptr);
		assert(span_eq(buf_span(&again), plain));
		buf_fini(&again);
		lb_pack_table_fini(&t);
	}
}

/* The check of the footer holds, so that what lies behind it is reached. */
static void mend_check(struct buf *pack)
{
	unsigned char both[PACK_HEADER + 16];
	char *footer = pack->ptr + pack->len - PACK_FOOTER;
	unsigned char check[LB_CHECK];

	memcpy(both, pack->ptr, PACK_HEADER);
	memcpy(both + PACK_HEADER, footer, 16);
	if (lb_check(span_of((const char *)both, sizeof(both)), check, NULL) == ERR_OK)
		memcpy(footer + 16, check, sizeof(check));
	memcpy(footer + 24, "LBPKEND0", 8);
}

static void whole(struct span bytes, const struct lb_keyring *k)
{
	struct lb_id name = { { 0 } };
	struct lb_pack_reader *r = NULL;
	struct lb_pack_info info = { .table = LB_PACK_TABLE_INIT };
	struct buf copy = BUF_INIT;

	buf_put(&copy, bytes);
	if (bytes.len >= PACK_HEADER + PACK_FOOTER)
		mend_check(&copy);
	if (buf_ok(&copy) &&
	    lb_pack_reader_new_bytes(&r, buf_span(&copy), k, NULL) == ERR_OK &&
	    lb_pack_info_load(r, &name, &info, NULL) == ERR_OK)
		lb_pack_table_fini(&info.table);
	lb_pack_reader_free(r);
	buf_fini(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	struct lb_keyring *k = fuzz_keys();

	table(bytes);
	whole(bytes, k);
	return 0;
}
