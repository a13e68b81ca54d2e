// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/when.h"
#include "lib/archive.h"
#include "lib/json.h"
#include "os/fs.h"
#include "osv_fixture.h"
#include "scanners/osv/cvss.h"
#include "support/check.h"
#include "support/project.h"

#include <string.h>

TestSuite(osv, .timeout = 30);

/* Advisories with labelled queries, the traps among them named in "why". */
Test(osv, labelled_queries)
{
	struct buf index = BUF_INIT;
	struct buf queries = BUF_INIT;
	struct err err = ERR_INIT;
	struct span rest;
	struct span line;
	size_t count = 0;

	osv_index_of(OSV_GOLDEN, &index);
	check_ok(os_read_file(OSV_GOLDEN "/queries.jsonl", 1 << 20, &queries, &err),
	         &err);
	rest = buf_span(&queries);
	while (span_line(&rest, &line)) {
		struct json_doc *doc = NULL;
		struct buf want = BUF_INIT;
		const struct json *q;

		check_ok(json_parse(&doc, line, "queries", &err), &err);
		q = json_root(doc);
		for (const struct json *id = json_first(json_get(q, "expected")); id;
		     id = json_next(id))
			buf_printf(&want, "%s%s", want.len > 0 ? " " : "",
			           json_string(id));
		check_str_eq(osv_ids(buf_span(&index),
		                     json_string(json_get(q, "ecosystem")),
		                     json_string(json_get(q, "name")),
		                     json_string(json_get(q, "version"))),
		             buf_str(&want), "%.*s", (int)line.len, line.ptr);
		count++;
		buf_fini(&want);
		json_free(doc);
	}
	check_size_eq(count, 114, "all queries");
	buf_fini(&queries);
	buf_fini(&index);
}

#define RECORD(id, ecosystem, name, rest)                                            \
	"{\"id\":\"" id "\",\"modified\":\"2026-01-02T03:04:05Z\",\"affected\":["    \
	"{\"package\":{\"ecosystem\":\"" ecosystem "\",\"name\":\"" name "\"}," rest \
	"}]}"
#define EVENTS(type, list) "\"ranges\":[{\"type\":\"" type "\",\"events\":[" list "]}]"

struct query {
	const char *record;
	const char *ecosystem;
	const char *name;
	const char *version;
	bool affected;
};

#define LIMITED                 \
	RECORD("X", "npm", "p", \
	       EVENTS("SEMVER", \
	              "{\"introduced\":\"0\"},{\"limit\":\"2.0.0\"},{\"limit\":\"1.0.0\"}"))
#define UNLIMITED               \
	RECORD("X", "npm", "p", \
	       EVENTS("SEMVER", "{\"introduced\":\"0\"},{\"limit\":\"*\"}"))
#define BOTH                                                    \
	RECORD("X", "npm", "p",                                 \
	       "\"versions\":[\"3.0.0\",\"latest\"]," EVENTS(   \
		       "SEMVER", "{\"introduced\":\"1.0.0\"},{" \
				 "\"last_affected\":\"1.5.0\"}"))
#define ADJACENT                                                                    \
	RECORD("X", "npm", "p",                                                     \
	       EVENTS("SEMVER", "{\"introduced\":\"1.0.0\"},{\"fixed\":\"2.0.0\"}," \
	                        "{\"introduced\":\"2.0.0\"},{\"fixed\":\"2.1.0\"}"))
#define BAD_RANGE                                  \
	RECORD("X", "npm", "p",                    \
	       "\"versions\":[\"1.0.0\"]," EVENTS( \
		       "SEMVER", "{\"introduced\":\"0\"},{\"fixed\":\"next week\"}"))
#define SUFFIX(e) RECORD("X", e, "p", EVENTS("ECOSYSTEM", "{\"introduced\":\"0\"}"))
#define STRANGE(type)               \
	RECORD("X", "Strange", "p", \
	       "\"versions\":[\"a b\"]," EVENTS(type, "{\"introduced\":\"1.0.0\"}"))

static const struct query queries[] = {
	{ LIMITED, "npm", "p", "1.9.9", true },
	{ LIMITED, "npm", "p", "2.0.0", false },
	{ UNLIMITED, "npm", "p", "99.0.0", true },
	{ BOTH, "npm", "p", "1.5.0", true },
	{ BOTH, "npm", "p", "1.5.1", false },
	{ BOTH, "npm", "p", "3.0.0", true },
	{ BOTH, "npm", "p", "v3.0.0", true },
	{ BOTH, "npm", "p", "latest", true },
	{ BOTH, "npm", "p", "newest", false },
	{ BOTH, "npm", "P", "3.0.0", false },
	{ ADJACENT, "npm", "p", "1.9.0", true },
	{ ADJACENT, "npm", "p", "2.0.0", true },
	{ ADJACENT, "npm", "p", "2.1.0", false },
	{ BAD_RANGE, "npm", "p", "1.0.0", true },
	{ BAD_RANGE, "npm", "p", "1.0.1", false },
	{ SUFFIX("Debian:12"), "Debian:12", "p", "1", true },
	{ SUFFIX("Debian:12"), "Debian:11", "p", "1", false },
	{ SUFFIX("Debian:12"), "Debian", "p", "1", true },
	{ SUFFIX("Debian"), "Debian:11", "p", "1", true },
	{ SUFFIX("PyPI"), "pypi", "p", "1", true },
	/* An order that is not known: SEMVER says what it is, ECOSYSTEM does not. */
	{ STRANGE("SEMVER"), "Strange", "p", "1.2.0", true },
	{ STRANGE("SEMVER"), "Strange", "p", "0.2.0", false },
	{ STRANGE("ECOSYSTEM"), "Strange", "p", "1.2.0", false },
	{ STRANGE("ECOSYSTEM"), "Strange", "p", "a b", true },
};

Test(osv, ranges_lists_and_suffixes)
{
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		const struct query *q = &queries[i];
		const char *const texts[] = { q->record, NULL };
		struct buf index = BUF_INIT;

		osv_index_of_texts(texts, &index);
		check_str_eq(osv_ids(buf_span(&index), q->ecosystem, q->name, q->version),
		             q->affected ? "X" : "", "%zu: %s %s in %s", i, q->name,
		             q->version, q->record);
		buf_fini(&index);
	}
}

#define UNREAD(more)                 \
	RECORD("X", "npm", "p",      \
	       more EVENTS("SEMVER", \
	                   "{\"introduced\":\"0\"},{\"fixed\":\"next week\"}"))
#define READ RECORD("Y", "npm", "p", EVENTS("SEMVER", "{\"introduced\":\"2.0.0\"}"))

struct comparison {
	const char *record;
	const char *version;
	size_t open;
	size_t hits;
};

/* What cannot be compared is neither affected nor free of it. */
static const struct comparison comparisons[] = {
	{ UNREAD(), "1.0.0", 1, 0 },
	{ UNREAD("\"versions\":[\"1.0.0\"],"), "1.0.0", 0, 1 },
	{ UNREAD("\"versions\":[\"1.0.0\"],"), "1.0.1", 0, 0 },
	{ READ, "1.0.0", 0, 0 },
	{ READ, "latest", 1, 0 },
	{ RECORD("X", "npm", "p", "\"versions\":[\"latest\"]"), "newest", 0, 0 },
	{ RECORD("X", "npm", "p", "\"versions\":[\"latest\"]"), "latest", 0, 1 },
	{ RECORD("X", "npm", "other", EVENTS("SEMVER", "{\"introduced\":\"0\"}")),
	  "newest", 0, 0 },
};

Test(osv, what_cannot_be_compared_is_open)
{
	for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
		const struct comparison *c = &comparisons[i];
		const char *const texts[] = { c->record, NULL };
		struct scan_osv_hits hits = SCAN_OSV_HITS_INIT;
		struct scan_osv *db = NULL;
		struct buf index = BUF_INIT;
		struct err err = ERR_INIT;

		osv_index_of_texts(texts, &index);
		check_ok(scan_osv_borrow(&db, buf_span(&index), "index", &err), &err);
		check_ok(scan_osv_find(db, SPAN_LIT("npm"), SPAN_LIT("p"),
		                       span_str(c->version), &hits, &err),
		         &err);
		check_size_eq(hits.open, c->open, "%zu: open", i);
		check_size_eq(hits.count, c->hits, "%zu: hits", i);
		scan_osv_hits_fini(&hits);
		scan_osv_close(db);
		buf_fini(&index);
	}
}

#define MODIFIED(id, when) "{\"id\":\"" id "\",\"modified\":\"" when "\",\"affected\":[]}"

/* OSV_NOW is the 21st of September. */
Test(osv, an_advisory_of_the_future_does_not_make_the_data_fresh)
{
	const char *const texts[] = { MODIFIED("A", "2026-08-01T00:00:00Z"),
		                      MODIFIED("B", "2026-09-01T00:00:00Z"),
		                      MODIFIED("C", "2099-01-01T00:00:00Z"), NULL };
	struct scan_osv *db = NULL;
	struct buf index = BUF_INIT;
	struct err err = ERR_INIT;
	int64_t expected = 0;

	check_true(when_parse(SPAN_LIT("2026-09-01T00:00:00Z"), &expected), "a time");
	osv_index_of_texts(texts, &index);
	check_ok(scan_osv_borrow(&db, buf_span(&index), "index", &err), &err);
	check_true(scan_osv_info(db).newest_ms == expected, "of today at most");
	check_size_eq(scan_osv_info(db).records, 3, "records");
	scan_osv_close(db);
	buf_fini(&index);
}

/* Dumps of ecosystems hold the same record each; the one modified last counts. */
Test(osv, a_record_counts_once)
{
	static const char *const texts[] = {
		"{\"id\":\"A\",\"modified\":\"2026-01-01T00:00:00Z\",\"affected\":[{"
		"\"package\":{\"ecosystem\":\"npm\",\"name\":\"old\"},\"versions\":[\"1.0.0\"]"
		"}]}",
		"{\"id\":\"A\",\"modified\":\"2026-02-01T00:00:00Z\",\"affected\":[{"
		"\"package\":{\"ecosystem\":\"npm\",\"name\":\"new\"},\"versions\":[\"1.0.0\"]"
		"}]}",
		"{\"id\":\"A\",\"modified\":\"2026-01-15T00:00:00Z\",\"affected\":[{"
		"\"package\":{\"ecosystem\":\"npm\",\"name\":\"mid\"},\"versions\":[\"1.0.0\"]"
		"}]}",
		NULL,
	};
	struct buf index = BUF_INIT;
	struct scan_osv *db = NULL;
	struct err err = ERR_INIT;

	osv_index_of_texts(texts, &index);
	check_str_eq(osv_ids(buf_span(&index), "npm", "old", "1.0.0"), "", "replaced");
	check_str_eq(osv_ids(buf_span(&index), "npm", "mid", "1.0.0"), "", "older");
	check_str_eq(osv_ids(buf_span(&index), "npm", "new", "1.0.0"), "A", "newest");
	check_ok(scan_osv_borrow(&db, buf_span(&index), "index", &err), &err);
	check_u64_eq(scan_osv_info(db).records, 1, "records");
	check_u64_eq(scan_osv_info(db).doubled, 2, "copies");
	check_u64_eq(scan_osv_info(db).packages, 1, "packages");
	check_true(scan_osv_has_ecosystem(db, SPAN_LIT("npm")), "npm");
	check_true(!scan_osv_has_ecosystem(db, SPAN_LIT("PyPI")), "no PyPI");
	check_ok(scan_osv_verify(db, &err), &err);
	scan_osv_close(db);
	buf_fini(&index);
}

struct scored {
	const char *vector;
	int tenths;
};

/* From the examples of the specification and published advisories. */
static const struct scored scored[] = {
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98 },
	{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61 },
	{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100 },
	{ "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:L", 25 },
	{ "CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:H/I:H/A:H", 66 },
	{ "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0 },
	{ "CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:H/AC:L/AV:N/E:P", 72 },
	{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:N/UI:A/VC:N/VI:N/VA:N/SC:H/SI:L/SA:N", 45 },
	{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:L/VI:N/VA:H/SC:L/SI:N/SA:L", 83 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 100 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H", -1 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", -1 },
	{ "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1 },
	{ "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1 },
	{ "AV:N/AC:L/Au:N/C:P/I:P/A:P", -1 },
	{ "9.8", -1 },
	{ "", -1 },
};

Test(osv, cvss_base_scores)
{
	for (size_t i = 0; i < sizeof scored / sizeof *scored; i++)
		check_int_eq(scan_cvss_score(span_str(scored[i].vector)),
		             scored[i].tenths, "%s", scored[i].vector);
}

/* ---- the dump ---- */

static enum err_code to_buf(struct span bytes, void *context, struct err *err)
{
	buf_put(context, bytes);
	return buf_err(context, err);
}

static void zip_add(struct archiver *a, const char *name, struct span content)
{
	struct archiver_member m = { .path = name,
		                     .type = ARCHIVER_FILE,
		                     .perm = 0644,
		                     .user = "",
		                     .group = "",
		                     .size = content.len };
	struct err err = ERR_INIT;

	archiver_begin(a, &m);
	check_ok(archiver_start(a, &err), &err);
	check_ok(archiver_write(a, content, &err), &err);
}

/* A zip archive with a good record, a bad one, and one that unpacks to `bomb` bytes. */
static void put_zip(const struct project *p, const char *name, size_t bomb)
{
	struct archiver *a = NULL;
	struct buf zip = BUF_INIT;
	struct buf blanks = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(archiver_new(&a, ARCHIVER_ZIP, to_buf, &zip, &err), &err);
	zip_add(a, "A.json", span_str(SUFFIX("npm")));
	zip_add(a, "B.json", SPAN_LIT("{\"id\": 1}"));
	zip_add(a, "notes.txt", SPAN_LIT("no advisory, and none expected"));
	buf_fill(&blanks, ' ', bomb);
	if (bomb > 0)
		zip_add(a, "C.json", buf_span(&blanks));
	check_ok(archiver_finish(a, &err), &err);
	archiver_free(a);
	support_write(project_path(p, name), buf_span(&zip));
	buf_fini(&blanks);
	buf_fini(&zip);
}

static size_t notes;

static void on_note(const char *what, void *context)
{
	(void)context;
	check_str_contains(what, ".json", "the note names the file");
	notes++;
}

Test(osv, archives_and_what_is_wrong_in_them)
{
	struct scan_osv_build *build = NULL;
	struct buf index = BUF_INIT;
	struct err err = ERR_INIT;
	struct project p;

	project_init(&p);
	for (int i = 0; i < 17; i++)
		project_put(&p, check_note("dump/PyPI/%d.json", i), SUFFIX("PyPI"));
	put_zip(&p, "dump/all.zip", (size_t)SCAN_OSV_RECORD_MAX + 1);
	check_ok(scan_osv_build_new(&build, &err), &err);
	check_ok(scan_osv_import(
			 &(struct scan_osv_import){ .path = project_path(&p, "dump"),
	                                            .note = on_note },
			 build, &err),
	         &err);
	check_ok(scan_osv_build_finish(build, OSV_NOW, &index, &err), &err);
	scan_osv_build_free(build);
	check_size_eq(notes, 2, "the bad record and the bomb");
	buf_fini(&index);

	/* All of it is bounded, too. */
	put_zip(&p, "bomb.zip", 1 << 20);
	check_ok(scan_osv_build_new(&build, &err), &err);
	check_err(scan_osv_import(
			  &(struct scan_osv_import){ .path = project_path(&p, "bomb.zip"),
	                                             .max_bytes = 1 << 19 },
			  build, &err),
	          ERR_LIMIT, "more than may be read in all");
	project_put(&p, "no.zip", "no archive");
	check_err(scan_osv_import(
			  &(struct scan_osv_import){ .path = project_path(&p, "no.zip") },
			  build, &err),
	          ERR_CORRUPT, "no archive");
	project_put(&p, "none/readme", "nothing here");
	check_err(scan_osv_import(
			  &(struct scan_osv_import){ .path = project_path(&p, "none") },
			  build, &err),
	          ERR_CORRUPT, "no advisory");
	check_err(scan_osv_import(
			  &(struct scan_osv_import){ .path = project_path(&p, "nil") },
			  build, &err),
	          ERR_NOT_FOUND, "no such folder");
	scan_osv_build_free(build);
	project_fini(&p);
}

/* A zip archive of `count` records, cut to `keep` bytes in a thousand, and with all
 * content spoiled if that is asked for. */
static void put_broken_zip(const struct project *p, const char *name, size_t keep,
                           bool spoil)
{
	struct archiver *a = NULL;
	struct buf zip = BUF_INIT;
	struct err err = ERR_INIT;
	const char *at;

	check_ok(archiver_new(&a, ARCHIVER_ZIP, to_buf, &zip, &err), &err);
	for (int i = 0; i < 20; i++)
		zip_add(a, check_note("%d.json", i), span_str(SUFFIX("npm")));
	check_ok(archiver_finish(a, &err), &err);
	archiver_free(a);
	zip.len = zip.len * keep / 1000;
	/* Behind each member's name comes its content. */
	for (size_t i = 0; spoil && i + 12 < zip.len / 2; i++) {
		at = zip.ptr + i;
		if (memcmp(at, ".json", 5) == 0)
			memset(zip.ptr + i + 40, 0x5a, 8);
	}
	support_write(project_path(p, name), buf_span(&zip));
	buf_fini(&zip);
}

/* Half a dump must not be taken for all of it. */
Test(osv, a_broken_dump_is_no_dump)
{
	static const char *const dumps[] = { "empty",    "texts",      "a-tenth",
		                             "half.zip", "no-end.zip", "spoilt.zip",
		                             "part" };
	struct scan_osv_build *build = NULL;
	struct err err = ERR_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "empty/readme", "");
	for (int i = 0; i < 3; i++)
		project_put(&p, check_note("texts/%d.json", i), "{\"id\":");
	for (int i = 0; i < 10; i++)
		project_put(&p, check_note("a-tenth/%d.json", i),
		            i < 8 ? SUFFIX("npm") : "<html>");
	put_broken_zip(&p, "half.zip", 500, false);
	put_broken_zip(&p, "no-end.zip", 995, false);
	put_broken_zip(&p, "spoilt.zip", 1000, true);
	project_put(&p, "part/a.json", SUFFIX("npm"));
	put_broken_zip(&p, "part/b.zip", 995, false);
	check_ok(scan_osv_build_new(&build, &err), &err);
	for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
		check_err(scan_osv_import(
				  &(struct scan_osv_import){
					  .path = project_path(&p, dumps[i]) },
				  build, &err),
		          ERR_CORRUPT, "%s", dumps[i]);
		check_str_contains(err.msg, dumps[i], "it is named");
	}
	put_broken_zip(&p, "whole.zip", 1000, false);
	check_ok(scan_osv_import(&(struct scan_osv_import){ .path = project_path(
								    &p, "whole.zip") },
	                         build, &err),
	         &err);
	scan_osv_build_free(build);
	project_fini(&p);
}

/* ---- damage ---- */

static void look_up(struct span bytes)
{
	static const char *const names[][3] = {
		{ "npm", "tar-fs", "1.16.3" },
		{ "Debian:12", "glibc", "2.36-9+deb12u5" },
		{ "PyPI", "listed-pkg", "1.0" },
	};
	struct scan_osv_hits hits = SCAN_OSV_HITS_INIT;
	struct scan_osv *db = NULL;
	struct err err = ERR_INIT;

	if (scan_osv_borrow(&db, bytes, "index", &err) != ERR_OK)
		return;
	for (size_t i = 0; i < 3; i++) {
		if (scan_osv_find(db, span_str(names[i][0]), span_str(names[i][1]),
		                  span_str(names[i][2]), &hits, &err) != ERR_OK)
			break;
		for (size_t k = 0; k < hits.count; k++)
			(void)scan_osv_alias(db, hits.items[k].record, 0);
	}
	(void)scan_osv_has_ecosystem(db, SPAN_LIT("none"));
	scan_osv_hits_fini(&hits);
	scan_osv_close(db);
}

Test(osv, damage_is_found_and_harms_nothing)
{
	struct buf index = BUF_INIT;
	struct scan_osv *db = NULL;
	struct err err = ERR_INIT;

	osv_index_of(OSV_GOLDEN, &index);
	for (size_t len = 0; len < index.len; len += 1 + len / 64)
		check_true(scan_osv_borrow(&db, span_sub(buf_span(&index), 0, len),
		                           "index", &err) != ERR_OK,
		           "cut to %zu bytes", len);
	for (size_t at = 0; at < index.len; at++) {
		char byte = index.ptr[at];

		index.ptr[at] = (char)(byte ^ 0x81);
		look_up(buf_span(&index));
		if (at < 256 || at % 97 == 0) {
			bool opened = scan_osv_borrow(&db, buf_span(&index), "index",
			                              &err) == ERR_OK;

			check_true(opened == (at >= 256), "a byte of the header");
			if (opened) {
				check_err(scan_osv_verify(db, &err), ERR_CORRUPT,
				          "byte %zu", at);
				scan_osv_close(db);
			}
		}
		index.ptr[at] = byte;
	}
	buf_fini(&index);
}

static enum err_code import_all(struct buf *index, struct err *err)
{
	struct scan_osv_import import = { .path = OSV_GOLDEN "/npm" };
	struct scan_osv_build *build = NULL;
	enum err_code rc = scan_osv_build_new(&build, err);

	if (rc == ERR_OK)
		rc = scan_osv_import(&import, build, err);
	if (rc == ERR_OK)
		rc = scan_osv_build_finish(build, OSV_NOW, index, err);
	scan_osv_build_free(build);
	return rc;
}

Test(osv, every_failed_allocation_is_an_error)
{
	enum err_code rc = ERR_NOMEM;
	uint64_t n = 0;

	while (rc != ERR_OK) {
		struct buf index = BUF_INIT;
		struct err err = ERR_INIT;

		n += 1 + n / 16;
		mem_fail_after(n);
		rc = import_all(&index, &err);
		mem_fail_after(0);
		check_true(rc == ERR_OK || rc == ERR_NOMEM, "allocation %llu: %s",
		           (unsigned long long)n, err.msg);
		buf_fini(&index);
	}
	check_true(n > 100, "%llu allocations", (unsigned long long)n);
}
