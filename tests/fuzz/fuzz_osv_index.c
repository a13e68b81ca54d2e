// SPDX-License-Identifier: Apache-2.0
/* Any bytes as an index of advisories, with a header that is made good, since no input
 * would ever get past its checksum. */
#include "base/wire.h"
#include "crypto/digest.h"
#include "scanners/osv/format.h"
#include "scanners/osv/index.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend_header(struct buf *index)
{
	unsigned char *p = (unsigned char *)index->ptr;
	struct lb_id id;
	struct err err;

	memcpy(p, OSV_MAGIC, 8);
	wire_store_u32(p + 8, OSV_FORMAT);
	wire_store_u64(p + 16, index->len);
	if (lb_hash(span_of(index->ptr, OSV_HEADER_DIGEST_AT), &id, &err) == ERR_OK)
		memcpy(p + OSV_HEADER_DIGEST_AT, id.b, sizeof id.b);
}

static void look_up(struct scan_osv *db)
{
	struct scan_osv_hits hits = SCAN_OSV_HITS_INIT;
	struct err err;

	if (scan_osv_find(db, SPAN_LIT("npm"), SPAN_LIT("p"), SPAN_LIT("1.2.3"), &hits,
	                  &err) == ERR_OK)
		for (size_t i = 0; i < hits.count; i++)
			(void)scan_osv_alias(db, hits.items[i].record, i);
	(void)scan_osv_has_ecosystem(db, SPAN_LIT("npm"));
	if (scan_osv_verify(db, &err) != ERR_OK) /* nor are its contents as they were */
		hits.unordered = true;
	scan_osv_hits_fini(&hits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf index = BUF_INIT;
	struct scan_osv *db = NULL;
	struct err err;

	buf_put(&index, span_of((const char *)data, size));
	if (size < OSV_HEADER)
		buf_fill(&index, '\0', OSV_HEADER - size);
	if (buf_ok(&index)) {
		mend_header(&index);
		if (scan_osv_borrow(&db, buf_span(&index), "index", &err) == ERR_OK)
			look_up(db);
	}
	scan_osv_close(db);
	buf_fini(&index);
	return 0;
}
