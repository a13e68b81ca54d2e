// SPDX-License-Identifier: Apache-2.0
/* Any text as an advisory; what is one is looked up in its own index. */
#include "scanners/osv/build.h"
#include "scanners/osv/index.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(struct scan_osv_build *build, const struct scan_osv_record *r)
{
	struct scan_osv_hits hits = SCAN_OSV_HITS_INIT;
	struct buf index = BUF_INIT;
	struct scan_osv *db = NULL;
	struct err err = ERR_INIT;

	if (scan_osv_build_add(build, r, &err) != ERR_OK ||
	    scan_osv_build_finish(build, 0, &index, &err) != ERR_OK ||
	    scan_osv_borrow(&db, buf_span(&index), "index", &err) != ERR_OK ||
	    scan_osv_verify(db, &err) != ERR_OK)
		abort();
	for (size_t i = 0; i < r->affected_count && i < 8; i++) {
		const struct scan_osv_affected *a = &r->affected[i];

		if (scan_osv_find(db, span_str(a->ecosystem), span_str(a->name),
		                  SPAN_LIT("1.2.3"), &hits, &err) != ERR_OK)
			abort();
		/* A version that the record itself lists is found. */
		if (a->version_count == 0)
			continue;
		if (scan_osv_find(db, span_str(a->ecosystem), span_str(a->name),
		                  span_str(a->versions[0].text), &hits, &err) != ERR_OK ||
		    hits.count == 0)
			abort();
	}
	scan_osv_hits_fini(&hits);
	scan_osv_close(db);
	buf_fini(&index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct scan_osv_build *build = NULL;
	struct scan_osv_record record;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;

	if (scan_osv_build_new(&build, &err) != ERR_OK)
		return 0;
	if (scan_osv_record_parse(&record, &arena, text, "input", &err) == ERR_OK &&
	    !record.withdrawn)
		look_up(build, &record);
	arena_fini(&arena);
	scan_osv_build_free(build);
	return 0;
}
