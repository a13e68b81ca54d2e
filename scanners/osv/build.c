// SPDX-License-Identifier: Apache-2.0
#include "build.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "ecosystem.h"
#include "format.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

struct interval_row {
	uint32_t from, to, to_text, end;
};

struct version_row {
	uint32_t key, text;
};

struct record_row {
	uint32_t id, summary, first_alias, aliases, severity;
	int64_t modified_ms;
	bool replaced; /* by a later version of the same record */
};

struct affected_row {
	uint64_t hash;
	uint32_t key;  /* of the name */
	uint32_t base; /* of its ecosystem */
	uint32_t record, ecosystem;
	uint32_t first_interval, intervals;
	uint32_t first_version, versions;
};

struct scan_osv_build {
	struct osv_pool pool;
	struct record_row *records;
	size_t record_count, record_cap;
	struct affected_row *affected;
	size_t affected_count, affected_cap;
	struct interval_row *intervals;
	size_t interval_count, interval_cap;
	struct version_row *versions;
	size_t version_count, version_cap;
	uint32_t *aliases;
	size_t alias_count, alias_cap;
	uint32_t *bases; /* the ecosystem of every name, sorted; made at the end */
	size_t base_count;
	struct map ids; /* to a size_t on the heap: the index of the record */
	struct buf key;
	uint32_t withdrawn, rejected, doubled, bad_ranges;
};

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* Rows of one kind that 32 bits can count. */
#define ROWS_MAX ((size_t)UINT32_MAX)

enum err_code scan_osv_build_new(struct scan_osv_build **out, struct err *err)
{
	struct scan_osv_build *b = mem_new(sizeof *b);

	if (b == NULL)
		return err_nomem(err);
	osv_pool_init(&b->pool);
	map_init(&b->ids);
	*out = b;
	return ERR_OK;
}

void scan_osv_build_free(struct scan_osv_build *b)
{
	void *index;
	struct span id;
	size_t at = 0;

	if (b == NULL)
		return;
	while (map_next(&b->ids, &at, &id, &index))
		mem_free(index);
	map_fini(&b->ids);
	osv_pool_fini(&b->pool);
	buf_fini(&b->key);
	mem_free(b->records);
	mem_free(b->affected);
	mem_free(b->intervals);
	mem_free(b->versions);
	mem_free(b->aliases);
	mem_free(b->bases);
	mem_free(b);
}

void scan_osv_build_reject(struct scan_osv_build *b)
{
	b->rejected++;
}

enum err_code scan_osv_hash(struct span key, uint64_t *out, struct err *err)
{
	struct lb_id id;
	enum err_code rc = lb_hash(key, &id, err);

	if (rc == ERR_OK)
		*out = wire_load_u64(id.b);
	return rc;
}

/* ---- adding ---- */

/* Room for one more row. */
static enum err_code more(void *slot, size_t count, size_t *cap, size_t size,
                          struct err *err)
{
	if (count >= ROWS_MAX)
		return err_set(err, ERR_LIMIT, "the advisories are too many");
	return mem_grow(slot, count, cap, size) ? ERR_OK : err_nomem(err);
}

static enum err_code put(struct scan_osv_build *b, const char *text, uint32_t *offset,
                         struct err *err)
{
	return osv_pool_put(&b->pool, span_str(text), offset, err);
}

static enum err_code add_intervals(struct scan_osv_build *b, struct affected_row *row,
                                   const struct scan_osv_affected *a, struct err *err)
{
	enum err_code rc = ERR_OK;

	row->first_interval = (uint32_t)b->interval_count;
	row->intervals = (uint32_t)a->interval_count;
	for (size_t i = 0; rc == ERR_OK && i < a->interval_count; i++) {
		const struct scan_osv_interval *from = &a->intervals[i];
		struct interval_row to = { .end = (uint32_t)from->end |
			                          (uint32_t)from->order << 8 };

		rc = more(&b->intervals, b->interval_count, &b->interval_cap,
		          sizeof *b->intervals, err);
		if (rc == ERR_OK)
			rc = osv_pool_put(&b->pool, from->from, &to.from, err);
		if (rc == ERR_OK)
			rc = osv_pool_put(&b->pool, from->to, &to.to, err);
		if (rc == ERR_OK)
			rc = put(b, from->to_text, &to.to_text, err);
		if (rc == ERR_OK)
			b->intervals[b->interval_count++] = to;
	}
	return rc;
}

static enum err_code add_versions(struct scan_osv_build *b, struct affected_row *row,
                                  const struct scan_osv_affected *a, struct err *err)
{
	enum err_code rc = ERR_OK;

	row->first_version = (uint32_t)b->version_count;
	row->versions = (uint32_t)a->version_count;
	for (size_t i = 0; rc == ERR_OK && i < a->version_count; i++) {
		struct version_row to = { 0, 0 };

		rc = more(&b->versions, b->version_count, &b->version_cap,
		          sizeof *b->versions, err);
		if (rc == ERR_OK)
			rc = osv_pool_put(&b->pool, a->versions[i].key, &to.key, err);
		if (rc == ERR_OK)
			rc = put(b, a->versions[i].text, &to.text, err);
		if (rc == ERR_OK)
			b->versions[b->version_count++] = to;
	}
	return rc;
}

static enum err_code add_affected(struct scan_osv_build *b,
                                  const struct scan_osv_affected *a, uint32_t record,
                                  struct err *err)
{
	struct span base = scan_ecosystem_base(span_str(a->ecosystem));
	struct affected_row row = { .record = record };
	enum err_code rc = more(&b->affected, b->affected_count, &b->affected_cap,
	                        sizeof *b->affected, err);

	buf_clear(&b->key);
	buf_put(&b->key, scan_ecosystem_canonical(base));
	buf_putc(&b->key, '\0');
	scan_ecosystem_put_name(&b->key, base, span_str(a->name));
	if (rc == ERR_OK)
		rc = buf_err(&b->key, err);
	if (rc == ERR_OK)
		rc = scan_osv_hash(buf_span(&b->key), &row.hash, err);
	if (rc == ERR_OK)
		rc = osv_pool_put(&b->pool, buf_span(&b->key), &row.key, err);
	if (rc == ERR_OK)
		rc = osv_pool_put(&b->pool, scan_ecosystem_canonical(base), &row.base,
		                  err);
	if (rc == ERR_OK)
		rc = put(b, a->ecosystem, &row.ecosystem, err);
	if (rc == ERR_OK)
		rc = add_intervals(b, &row, a, err);
	if (rc == ERR_OK)
		rc = add_versions(b, &row, a, err);
	if (rc == ERR_OK)
		b->affected[b->affected_count++] = row;
	return rc;
}

static enum err_code add_record_row(struct scan_osv_build *b,
                                    const struct scan_osv_record *r, struct err *err)
{
	struct record_row row = { .severity = (uint32_t)r->severity,
		                  .modified_ms = r->modified_ms,
		                  .first_alias = (uint32_t)b->alias_count,
		                  .aliases = (uint32_t)r->alias_count };
	enum err_code rc = more(&b->records, b->record_count, &b->record_cap,
	                        sizeof *b->records, err);

	if (rc == ERR_OK)
		rc = put(b, r->id, &row.id, err);
	if (rc == ERR_OK)
		rc = put(b, r->summary, &row.summary, err);
	for (size_t i = 0; rc == ERR_OK && i < r->alias_count; i++) {
		rc = more(&b->aliases, b->alias_count, &b->alias_cap, sizeof *b->aliases,
		          err);
		if (rc == ERR_OK)
			rc = put(b, r->aliases[i], &b->aliases[b->alias_count], err);
		if (rc == ERR_OK)
			b->alias_count++;
	}
	if (rc == ERR_OK)
		b->records[b->record_count++] = row;
	return rc;
}

/* Is there the same record already, as new or newer? An older one is marked. */
static enum err_code note_id(struct scan_osv_build *b, const struct scan_osv_record *r,
                             bool *known, struct err *err)
{
	size_t *index = map_get(&b->ids, span_str(r->id));

	*known = false;
	if (index != NULL) {
		struct record_row *there = &b->records[*index];

		b->doubled++;
		*known = there->modified_ms >= r->modified_ms;
		if (*known)
			return ERR_OK;
		there->replaced = true;
		*index = b->record_count;
		return ERR_OK;
	}
	index = mem_new(sizeof *index);
	if (index == NULL)
		return err_nomem(err);
	*index = b->record_count;
	if (map_set(&b->ids, span_str(r->id), index))
		return ERR_OK;
	mem_free(index);
	return err_nomem(err);
}

enum err_code scan_osv_build_add(struct scan_osv_build *b,
                                 const struct scan_osv_record *r, struct err *err)
{
	uint32_t index = (uint32_t)b->record_count;
	bool known = false;
	enum err_code rc = note_id(b, r, &known, err);

	if (rc != ERR_OK || known)
		return rc;
	b->withdrawn += r->withdrawn;
	b->bad_ranges += (uint32_t)r->bad_ranges;
	rc = add_record_row(b, r, err);
	for (size_t i = 0; rc == ERR_OK && !r->withdrawn && i < r->affected_count; i++)
		rc = add_affected(b, &r->affected[i], index, err);
	return rc;
}

/* ---- writing ---- */

static int by_name(const void *a, const void *b)
{
	const struct affected_row *x = a;
	const struct affected_row *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	return (x->first_interval > y->first_interval) -
	       (x->first_interval < y->first_interval);
}

/* What later versions of the same record replace goes. */
static void drop_replaced(struct scan_osv_build *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->affected_count; i++)
		if (!b->records[b->affected[i].record].replaced)
			b->affected[kept++] = b->affected[i];
	b->affected_count = kept;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* The rows are sorted: those of one name stand together. */
static bool gather_bases(struct scan_osv_build *b)
{
	if (!mem_array(&b->bases, b->affected_count, sizeof *b->bases))
		return b->affected_count == 0;
	for (size_t i = 0; i < b->affected_count; i++)
		if (i == 0 || b->affected[i].key != b->affected[i - 1].key)
			b->bases[b->base_count++] = b->affected[i].base;
	if (b->base_count > 0)
		qsort(b->bases, b->base_count, sizeof *b->bases, by_value);
	return true;
}

static void put_names(const struct scan_osv_build *b, struct buf *out)
{
	size_t next;

	for (size_t i = 0; i < b->affected_count; i = next) {
		const struct affected_row *row = &b->affected[i];

		for (next = i;
		     next < b->affected_count && b->affected[next].key == row->key;)
			next++;
		wire_put_u64(out, row->hash);
		wire_put_u32(out, row->key);
		wire_put_u32(out, (uint32_t)i);
		wire_put_u32(out, (uint32_t)(next - i));
		wire_put_u32(out, 0);
	}
}

static void put_affected(const struct scan_osv_build *b, struct buf *out)
{
	for (size_t i = 0; i < b->affected_count; i++) {
		const struct affected_row *row = &b->affected[i];

		wire_put_u32(out, row->record);
		wire_put_u32(out, row->ecosystem);
		wire_put_u32(out, row->first_interval);
		wire_put_u32(out, row->intervals);
		wire_put_u32(out, row->first_version);
		wire_put_u32(out, row->versions);
	}
}

static void put_intervals(const struct scan_osv_build *b, struct buf *out)
{
	for (size_t i = 0; i < b->interval_count; i++) {
		wire_put_u32(out, b->intervals[i].from);
		wire_put_u32(out, b->intervals[i].to);
		wire_put_u32(out, b->intervals[i].to_text);
		wire_put_u32(out, b->intervals[i].end);
	}
}

static void put_versions(const struct scan_osv_build *b, struct buf *out)
{
	for (size_t i = 0; i < b->version_count; i++) {
		wire_put_u32(out, b->versions[i].key);
		wire_put_u32(out, b->versions[i].text);
	}
}

static void put_records(const struct scan_osv_build *b, struct buf *out)
{
	for (size_t i = 0; i < b->record_count; i++) {
		const struct record_row *row = &b->records[i];

		wire_put_u32(out, row->id);
		wire_put_u32(out, row->summary);
		wire_put_u32(out, row->first_alias);
		wire_put_u32(out, row->aliases);
		wire_put_u32(out, row->severity);
		wire_put_u32(out, 0);
		wire_put_i64(out, row->modified_ms);
	}
}

static void put_aliases(const struct scan_osv_build *b, struct buf *out)
{
	for (size_t i = 0; i < b->alias_count; i++)
		wire_put_u32(out, b->aliases[i]);
}

static void put_ecosystems(const struct scan_osv_build *b, struct buf *out)
{
	size_t next;

	for (size_t i = 0; i < b->base_count; i = next) {
		for (next = i; next < b->base_count && b->bases[next] == b->bases[i];)
			next++;
		wire_put_u32(out, b->bases[i]);
		wire_put_u32(out, (uint32_t)(next - i));
	}
}

static void put_strings(const struct scan_osv_build *b, struct buf *out)
{
	buf_put(out, buf_span(&b->pool.bytes));
}

typedef void put_section(const struct scan_osv_build *b, struct buf *out);

static put_section *const sections[OSV_SECTIONS] = {
	[OSV_NAMES] = put_names,           [OSV_AFFECTED] = put_affected,
	[OSV_INTERVALS] = put_intervals,   [OSV_VERSIONS] = put_versions,
	[OSV_RECORDS] = put_records,       [OSV_ALIASES] = put_aliases,
	[OSV_ECOSYSTEMS] = put_ecosystems, [OSV_STRINGS] = put_strings,
};

/* How new the data is. An advisory of tomorrow does not say: it would keep the data fresh
 * for ever. A day is what clocks may differ by. */
static int64_t newest(const struct scan_osv_build *b, int64_t now_ms)
{
	int64_t found = 0;

	for (size_t i = 0; i < b->record_count; i++)
		if (b->records[i].modified_ms > found &&
		    b->records[i].modified_ms <= now_ms + DAY_MS)
			found = b->records[i].modified_ms;
	return found;
}

static void put_header(const struct scan_osv_build *b, int64_t now_ms,
                       const uint64_t ends[OSV_SECTIONS], struct buf *out)
{
	uint64_t at = OSV_HEADER;

	wire_put_raw(out, OSV_MAGIC, 8);
	wire_put_u32(out, OSV_FORMAT);
	wire_put_u32(out, 0);
	wire_put_u64(out, ends[OSV_SECTIONS - 1]);
	wire_put_i64(out, now_ms);
	wire_put_i64(out, newest(b, now_ms));
	wire_put_u32(out, (uint32_t)b->ids.count);
	wire_put_u32(out, b->withdrawn);
	wire_put_u32(out, b->rejected);
	wire_put_u32(out, b->doubled);
	wire_put_u32(out, b->bad_ranges);
	wire_put_u32(out, 0);
	for (int i = 0; i < OSV_SECTIONS; i++) {
		wire_put_u64(out, at);
		wire_put_u64(out, ends[i] - at);
		at = ends[i];
	}
}

static enum err_code put_digests(struct buf *header, struct span body, struct err *err)
{
	struct lb_id id;
	enum err_code rc = lb_hash(body, &id, err);

	if (rc != ERR_OK)
		return rc;
	wire_put_raw(header, id.b, sizeof id.b);
	rc = lb_hash(buf_span(header), &id, err);
	if (rc == ERR_OK)
		wire_put_raw(header, id.b, sizeof id.b);
	return rc;
}

enum err_code scan_osv_build_finish(struct scan_osv_build *b, int64_t now_ms,
                                    struct buf *out, struct err *err)
{
	uint64_t ends[OSV_SECTIONS];
	struct buf header = BUF_INIT;
	size_t start = out->len;
	enum err_code rc;
	uint32_t empty;

	if ((rc = osv_pool_put(&b->pool, SPAN_EMPTY, &empty, err)) != ERR_OK)
		return rc;
	drop_replaced(b);
	if (b->affected_count > 0)
		qsort(b->affected, b->affected_count, sizeof *b->affected, by_name);
	if (!gather_bases(b))
		return err_nomem(err);
	wire_put_zeros(out, OSV_HEADER);
	for (int i = 0; i < OSV_SECTIONS; i++) {
		sections[i](b, out);
		ends[i] = out->len - start;
	}
	put_header(b, now_ms, ends, &header);
	rc = buf_err(out, err);
	if (rc == ERR_OK)
		rc = put_digests(&header, span_from(buf_span(out), start + OSV_HEADER),
		                 err);
	if (rc == ERR_OK)
		rc = buf_err(&header, err);
	if (rc == ERR_OK)
		memcpy(out->ptr + start, header.ptr, OSV_HEADER);
	buf_fini(&header);
	return rc;
}
