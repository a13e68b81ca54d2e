// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "base/mem.h"
#include "base/wire.h"
#include "build.h"
#include "crypto/digest.h"
#include "ecosystem.h"
#include "format.h"
#include "os/fs.h"
#include "os/mapped.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { UNKNOWN, WHOLE, DAMAGED };

struct scan_osv {
	struct os_mapped mapped;
	struct span all;
	struct span section[OSV_SECTIONS];
	struct scan_osv_info info;
	char *name;       /* for messages */
	atomic_int whole; /* what scan_osv_verify has found */
};

static const size_t row_bytes[OSV_SECTIONS] = {
	[OSV_NAMES] = OSV_NAME_ROW,           [OSV_AFFECTED] = OSV_AFFECTED_ROW,
	[OSV_INTERVALS] = OSV_INTERVAL_ROW,   [OSV_VERSIONS] = OSV_VERSION_ROW,
	[OSV_RECORDS] = OSV_RECORD_ROW,       [OSV_ALIASES] = OSV_ALIAS_ROW,
	[OSV_ECOSYSTEMS] = OSV_ECOSYSTEM_ROW, [OSV_STRINGS] = 1,
};

void scan_osv_hits_fini(struct scan_osv_hits *h)
{
	mem_free(h->items);
	*h = (struct scan_osv_hits)SCAN_OSV_HITS_INIT;
}

enum err_code scan_osv_default_path(struct buf *out, struct err *err)
{
	const char *data = os_env("XDG_DATA_HOME");
	const char *home = os_env("HOME");

	if (data != NULL && data[0] == '/')
		buf_printf(out, "%s/seaworthy/osv.db", data);
	else if (home != NULL)
		buf_printf(out, "%s/.local/share/seaworthy/osv.db", home);
	else
		return err_set(err, ERR_NOT_FOUND, "set HOME or XDG_DATA_HOME");
	return buf_err(out, err);
}

/* ---- opening ---- */

static enum err_code corrupt(const struct scan_osv *db, const char *what, struct err *err)
{
	return err_set(err, ERR_CORRUPT,
	               "%s: %s; make it anew with `seaworthy osv import DUMP`", db->name,
	               what);
}

static enum err_code check_header(const struct scan_osv *db, struct err *err)
{
	struct span head = span_sub(db->all, 0, OSV_HEADER_DIGEST_AT);
	struct lb_id id;
	struct wire w;
	enum err_code rc;

	wire_init(&w, db->all);
	if (!wire_magic(&w, OSV_MAGIC, 8))
		return corrupt(db, "no index of advisories", err);
	if (wire_u32(&w) != OSV_FORMAT)
		return err_set(err, ERR_UNSUPPORTED,
		               "%s: of another version of seaworthy; make it anew with "
		               "`seaworthy osv import DUMP`",
		               db->name);
	if (db->all.len < OSV_HEADER)
		return corrupt(db, "cut short", err);
	rc = lb_hash(head, &id, err);
	if (rc == ERR_OK &&
	    memcmp(id.b, db->all.ptr + OSV_HEADER_DIGEST_AT, sizeof id.b) != 0)
		return corrupt(db, "the header is damaged", err);
	return rc;
}

static enum err_code read_sections(struct scan_osv *db, struct wire *w, struct err *err)
{
	for (int i = 0; i < OSV_SECTIONS; i++) {
		uint64_t offset = wire_u64(w);
		uint64_t length = wire_u64(w);

		if (!wire_ok(w) || offset > db->all.len ||
		    length > db->all.len - offset || length % row_bytes[i] != 0)
			return corrupt(db, "a section lies outside of the file", err);
		db->section[i] = span_sub(db->all, (size_t)offset, (size_t)length);
	}
	return ERR_OK;
}

static enum err_code read_header(struct scan_osv *db, struct err *err)
{
	enum err_code rc = check_header(db, err);
	struct wire w;

	if (rc != ERR_OK)
		return rc;
	wire_init(&w, span_from(db->all, 16));
	db->info.bytes = wire_u64(&w);
	db->info.created_ms = wire_i64(&w);
	db->info.newest_ms = wire_i64(&w);
	db->info.records = wire_u32(&w);
	db->info.withdrawn = wire_u32(&w);
	db->info.rejected = wire_u32(&w);
	db->info.doubled = wire_u32(&w);
	db->info.bad_ranges = wire_u32(&w);
	(void)wire_u32(&w); /* reserved */
	if (db->info.bytes != db->all.len)
		return corrupt(db, "cut short", err);
	rc = read_sections(db, &w, err);
	db->info.packages = db->section[OSV_NAMES].len / OSV_NAME_ROW;
	return rc;
}

static enum err_code open_bytes(struct scan_osv **out, struct scan_osv *db,
                                struct span bytes, const char *name, struct err *err)
{
	enum err_code rc;

	db->all = bytes;
	db->name = mem_strdup(name);
	rc = db->name != NULL ? read_header(db, err) : err_nomem(err);
	if (rc == ERR_OK)
		*out = db;
	else
		scan_osv_close(db);
	return rc;
}

enum err_code scan_osv_open(struct scan_osv **out, const char *path, struct err *err)
{
	struct scan_osv *db = mem_new(sizeof *db);
	enum err_code rc;

	if (db == NULL)
		return err_nomem(err);
	rc = os_map(&db->mapped, path, err);
	if (rc != ERR_OK) {
		scan_osv_close(db);
		return rc;
	}
	return open_bytes(out, db, span_of((const char *)db->mapped.ptr, db->mapped.len),
	                  path, err);
}

enum err_code scan_osv_borrow(struct scan_osv **out, struct span bytes, const char *name,
                              struct err *err)
{
	struct scan_osv *db = mem_new(sizeof *db);

	if (db == NULL)
		return err_nomem(err);
	return open_bytes(out, db, bytes, name, err);
}

void scan_osv_close(struct scan_osv *db)
{
	if (db == NULL)
		return;
	os_unmap(&db->mapped);
	mem_free(db->name);
	mem_free(db);
}

struct scan_osv_info scan_osv_info(const struct scan_osv *db)
{
	return db->info;
}

/* Threads that ask at the same time may all read it: they come to the same answer. */
enum err_code scan_osv_verify(struct scan_osv *db, struct err *err)
{
	struct lb_id id;
	enum err_code rc;

	if (atomic_load(&db->whole) == UNKNOWN) {
		rc = lb_hash(span_from(db->all, OSV_HEADER), &id, err);
		if (rc != ERR_OK)
			return rc;
		atomic_store(&db->whole, memcmp(id.b, db->all.ptr + OSV_DATA_DIGEST_AT,
		                                sizeof id.b) == 0
		                                 ? WHOLE
		                                 : DAMAGED);
	}
	return atomic_load(&db->whole) == WHOLE ? ERR_OK
	                                        : corrupt(db, "the data is damaged", err);
}

/* ---- rows and strings ---- */

/* Reads from the row; a row that is not there fails the wire. */
static struct wire row_at(const struct scan_osv *db, enum osv_section s, uint64_t i)
{
	size_t count = db->section[s].len / row_bytes[s];
	struct wire w;

	wire_init(&w, i < count ? span_sub(db->section[s], (size_t)i * row_bytes[s],
	                                   row_bytes[s])
	                        : SPAN_EMPTY);
	return w;
}

/* "" for an offset outside, or a length that does not fit. */
static struct span string_at(const struct scan_osv *db, uint32_t offset)
{
	struct wire w;
	struct span s;

	wire_init(&w, span_from(db->section[OSV_STRINGS], offset));
	s = wire_bytes(&w);
	return wire_ok(&w) ? s : SPAN_EMPTY;
}

/* ---- finding ---- */

struct query {
	const struct scan_osv *db;
	struct span ecosystem;
	struct span version;
	enum scan_order order;       /* of this ecosystem */
	enum scan_order range_order; /* of its ranges */
	struct span key;             /* of the version, in range_order; empty: none */
	struct scan_osv_hits *hits;
	struct err *err;
};

/* The first of the names with this hash. */
static size_t first_name(const struct scan_osv *db, uint64_t hash)
{
	const unsigned char *rows = (const unsigned char *)db->section[OSV_NAMES].ptr;
	size_t low = 0;
	size_t high = db->section[OSV_NAMES].len / OSV_NAME_ROW;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wire_load_u64(rows + middle * OSV_NAME_ROW) < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool read_interval(const struct query *q, uint64_t i,
                          struct scan_osv_interval *out, struct span *to_text)
{
	struct wire w = row_at(q->db, OSV_INTERVALS, i);
	uint32_t from = wire_u32(&w);
	uint32_t to = wire_u32(&w);
	uint32_t text = wire_u32(&w);
	uint32_t end = wire_u32(&w);

	if (!wire_ok(&w) || (end & 0xFF) > SCAN_OSV_UNREAD || end >> 8 >= SCAN_ORDERS)
		return false;
	out->from = string_at(q->db, from);
	out->to = string_at(q->db, to);
	out->end = (enum scan_osv_end)(end & 0xFF);
	out->order = (enum scan_order)(end >> 8);
	*to_text = string_at(q->db, text);
	return true;
}

static bool is_listed(const struct query *q, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct wire w = row_at(q->db, OSV_VERSIONS, (uint64_t)first + i);
		struct span key = string_at(q->db, wire_u32(&w));
		struct span text = string_at(q->db, wire_u32(&w));

		if (!wire_ok(&w))
			return false;
		if (span_eq(text, q->version))
			return true;
		if (key.len > 0 && q->key.len > 0 && q->order == q->range_order &&
		    scan_version_compare(q->order, key, q->key) == 0)
			return true;
	}
	return false;
}

static bool is_affected(const struct query *q, struct wire *row, struct span *fixed)
{
	uint32_t first = wire_u32(row);
	uint32_t count = wire_u32(row);
	uint32_t first_version = wire_u32(row);
	uint32_t versions = wire_u32(row);
	bool open = count > 0 && q->hits->unordered;

	*fixed = SPAN_EMPTY;
	for (uint32_t i = 0; wire_ok(row) && q->key.len > 0 && i < count; i++) {
		struct scan_osv_interval interval;
		struct span to_text;

		if (!read_interval(q, (uint64_t)first + i, &interval, &to_text))
			return false;
		open = open || interval.end == SCAN_OSV_UNREAD;
		if (!scan_osv_within(&interval, q->range_order, q->key))
			continue;
		if (interval.end == SCAN_OSV_FIXED)
			*fixed = to_text;
		return true;
	}
	if (!wire_ok(row))
		return false;
	if (is_listed(q, first_version, versions))
		return true;
	q->hits->open += open;
	return false;
}

static enum err_code add_hit(const struct query *q, uint32_t record, struct span fixed)
{
	struct wire w = row_at(q->db, OSV_RECORDS, record);
	struct scan_osv_hit hit = { .record = record, .fixed = fixed };
	struct scan_osv_hits *hits = q->hits;
	uint32_t severity;

	hit.id = string_at(q->db, wire_u32(&w));
	hit.summary = string_at(q->db, wire_u32(&w));
	(void)wire_u64(&w); /* aliases are asked for by record */
	severity = wire_u32(&w);
	if (!wire_ok(&w) || severity >= SCAN_OSV_SEVERITIES)
		return corrupt(q->db, "a record lies outside of it", q->err);
	hit.severity = (enum scan_osv_severity)severity;
	for (size_t i = 0; i < hits->count; i++)
		if (hits->items[i].record == record)
			return ERR_OK;
	if (!mem_grow(&hits->items, hits->count, &hits->cap, sizeof *hits->items))
		return err_nomem(q->err);
	hits->items[hits->count++] = hit;
	return ERR_OK;
}

static enum err_code search_name(const struct query *q, struct wire *name)
{
	uint32_t first = wire_u32(name);
	uint32_t count = wire_u32(name);
	enum err_code rc = ERR_OK;

	for (uint32_t i = 0; rc == ERR_OK && i < count; i++) {
		struct wire w = row_at(q->db, OSV_AFFECTED, (uint64_t)first + i);
		uint32_t record = wire_u32(&w);
		struct span ecosystem = string_at(q->db, wire_u32(&w));
		struct span fixed;

		if (!wire_ok(&w))
			return corrupt(q->db, "a package lies outside of it", q->err);
		if (scan_ecosystem_covers(ecosystem, q->ecosystem) &&
		    is_affected(q, &w, &fixed))
			rc = add_hit(q, record, fixed);
	}
	return rc;
}

static enum err_code search(const struct query *q, struct span key)
{
	enum err_code rc;
	uint64_t hash;

	if ((rc = scan_osv_hash(key, &hash, q->err)) != ERR_OK)
		return rc;
	for (size_t i = first_name(q->db, hash);; i++) {
		struct wire w = row_at(q->db, OSV_NAMES, i);
		bool same = wire_u64(&w) == hash && wire_ok(&w);

		if (!same)
			return ERR_OK;
		if (span_eq(string_at(q->db, wire_u32(&w)), key))
			return search_name(q, &w);
	}
}

static int by_id(const void *a, const void *b)
{
	const struct scan_osv_hit *x = a;
	const struct scan_osv_hit *y = b;

	return span_cmp(x->id, y->id);
}

enum err_code scan_osv_find(const struct scan_osv *db, struct span ecosystem,
                            struct span name, struct span version,
                            struct scan_osv_hits *hits, struct err *err)
{
	struct span base = scan_ecosystem_base(ecosystem);
	struct query q = { .db = db,
		           .ecosystem = ecosystem,
		           .version = version,
		           .order = scan_ecosystem_order(base),
		           .hits = hits,
		           .err = err };
	struct buf version_key = BUF_INIT;
	struct buf key = BUF_INIT;
	enum err_code rc;

	q.range_order = q.order != SCAN_ORDER_NONE ? q.order : SCAN_ORDER_SEMVER;
	hits->count = hits->open = 0;
	hits->unordered = !scan_version_key(q.range_order, version, &version_key);
	q.key = buf_span(&version_key);
	buf_put(&key, scan_ecosystem_canonical(base));
	buf_putc(&key, '\0');
	scan_ecosystem_put_name(&key, base, name);
	rc = buf_ok(&key) && buf_ok(&version_key) ? search(&q, buf_span(&key))
	                                          : err_nomem(err);
	if (rc == ERR_OK && hits->count > 0)
		qsort(hits->items, hits->count, sizeof *hits->items, by_id);
	buf_fini(&key);
	buf_fini(&version_key);
	return rc;
}

struct span scan_osv_alias(const struct scan_osv *db, uint32_t record, size_t i)
{
	struct wire w = row_at(db, OSV_RECORDS, record);
	uint32_t first;
	uint32_t count;

	(void)wire_u64(&w); /* id and summary */
	first = wire_u32(&w);
	count = wire_u32(&w);
	if (!wire_ok(&w) || i >= count)
		return SPAN_EMPTY;
	w = row_at(db, OSV_ALIASES, (uint64_t)first + i);
	return string_at(db, wire_u32(&w));
}

bool scan_osv_ecosystem(const struct scan_osv *db, size_t i, struct span *name,
                        uint32_t *packages)
{
	struct wire w = row_at(db, OSV_ECOSYSTEMS, i);

	*name = string_at(db, wire_u32(&w));
	*packages = wire_u32(&w);
	return wire_ok(&w);
}

bool scan_osv_has_ecosystem(const struct scan_osv *db, struct span ecosystem)
{
	struct span base = scan_ecosystem_base(ecosystem);
	struct span name;
	uint32_t packages;

	for (size_t i = 0; scan_osv_ecosystem(db, i, &name, &packages); i++)
		if (scan_ecosystem_covers(name, base))
			return true;
	return false;
}
