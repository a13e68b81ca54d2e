// SPDX-License-Identifier: Apache-2.0
#include "osv_fixture.h"

#include "support/check.h"

#include <stdio.h>

void osv_index_of(const char *path, struct buf *out)
{
	struct scan_osv_import import = { .path = path };
	struct scan_osv_build *build = NULL;
	struct err err = ERR_INIT;

	check_ok(scan_osv_build_new(&build, &err), &err);
	check_ok(scan_osv_import(&import, build, &err), &err);
	check_ok(scan_osv_build_finish(build, OSV_NOW, out, &err), &err);
	scan_osv_build_free(build);
}

void osv_index_of_texts(const char *const *texts, struct buf *out)
{
	struct scan_osv_build *build = NULL;
	struct err err = ERR_INIT;

	check_ok(scan_osv_build_new(&build, &err), &err);
	for (; *texts != NULL; texts++) {
		struct arena arena = ARENA_INIT;
		struct scan_osv_record record;

		check_ok(scan_osv_record_parse(&record, &arena, span_str(*texts), "text",
		                               &err),
		         &err);
		check_ok(scan_osv_build_add(build, &record, &err), &err);
		arena_fini(&arena);
	}
	check_ok(scan_osv_build_finish(build, OSV_NOW, out, &err), &err);
	scan_osv_build_free(build);
}

const char *osv_ids(struct span index, const char *ecosystem, const char *name,
                    const char *version)
{
	static char text[1024];
	struct scan_osv_hits hits = SCAN_OSV_HITS_INIT;
	struct scan_osv *db = NULL;
	struct err err = ERR_INIT;
	size_t at = 0;

	check_ok(scan_osv_borrow(&db, index, "index", &err), &err);
	check_ok(scan_osv_find(db, span_str(ecosystem), span_str(name), span_str(version),
	                       &hits, &err),
	         &err);
	text[0] = '\0';
	for (size_t i = 0; i < hits.count; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s",
		                       i > 0 ? " " : "", (int)hits.items[i].id.len,
		                       hits.items[i].id.ptr);
	scan_osv_hits_fini(&hits);
	scan_osv_close(db);
	return text;
}
