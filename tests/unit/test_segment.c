// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "pack/segment.h"
#include "pack_fixture.h"
#include "support/check.h"

TestSuite(segment, .timeout = 30);

/* A pack as the index knows it, of `groups` groups of two chunks with random ids. */
static struct lb_pack_info make_info(uint64_t seed, size_t groups)
{
	struct lb_pack_info info = { .size = 100000, .kind = LB_PACK_DATA };

	pack_test_fill(seed, info.name.b, LB_ID);
	check_true(mem_array(&info.table.groups, groups, sizeof(struct lb_group)),
	           "groups");
	check_true(mem_array(&info.table.chunks, 2 * groups, sizeof(struct lb_chunk)),
	           "chunks");
	for (size_t g = 0; g < groups; g++) {
		info.table.groups[g] = (struct lb_group){
			.offset = (uint32_t)(10 * g),
			.stored = 10,
			.length = 30,
			.chunks = 2,
			.codec = 1,
		};
		for (size_t i = 0; i < 2; i++) {
			struct lb_chunk *c = &info.table.chunks[2 * g + i];

			pack_test_fill(seed * 1000 + 2 * g + i, c->id.b, LB_ID);
			c->length = (uint32_t)(10 + 10 * i);
			c->type = LB_CHUNK_DATA;
		}
	}
	info.table.group_count = groups;
	info.table.chunk_count = 2 * groups;
	return info;
}

/* The plaintext of a segment with three packs of 50 rows in all. */
static void make_plain(struct buf *out)
{
	struct lb_segment s = LB_SEGMENT_INIT;
	struct err err = ERR_INIT;

	for (uint64_t i = 0; i < 3; i++) {
		struct lb_pack_info info = make_info(i + 1, i == 2 ? 5 : 10);

		check_ok(lb_segment_add(&s, &info, &err), &err);
		lb_pack_table_fini(&info.table);
	}
	check_ok(lb_segment_encode(&s, out, &err), &err);
	lb_segment_fini(&s);
}

Test(segment, says_what_the_tables_of_its_packs_say)
{
	struct lb_segment_view v;
	struct buf plain = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_row row;
	size_t seen = 0;

	make_plain(&plain);
	check_size_eq(plain.len, 8 + 3 * 48 + 50 * 40, "length as documented");
	check_ok(lb_segment_view_init(buf_span(&plain), &v, &err), &err);
	check_size_eq(v.pack_count, 3, "packs");
	check_size_eq(v.row_count, 50, "rows");
	for (uint64_t p = 0; p < 3; p++) {
		struct lb_pack_info info = make_info(p + 1, p == 2 ? 5 : 10);
		struct lb_segment_pack pack;

		lb_segment_view_pack(&v, p, &pack);
		check_true(lb_id_eq(&pack.name, &info.name), "name");
		check_u64_eq(pack.size, info.size, "size");
		check_u64_eq(pack.chunks, info.table.chunk_count, "chunks");
		for (size_t i = 0; i < v.row_count; i++) {
			size_t c = 0;

			lb_segment_view_row(&v, i, &row);
			if (row.pack != p)
				continue;
			while (memcmp(info.table.chunks[c].id.b, row.prefix, 16) != 0)
				check_true(++c < info.table.chunk_count, "row %zu", i);
			check_u64_eq(row.length, info.table.chunks[c].length, "length");
			check_u64_eq(row.inner, c % 2 ? 10 : 0, "inner");
			check_u64_eq(row.group_offset, c / 2 * 10, "group");
			check_int_eq(row.codec, 1, "codec");
			check_int_eq(row.type, LB_CHUNK_DATA, "type");
			seen++;
		}
		lb_pack_table_fini(&info.table);
	}
	check_size_eq(seen, 50, "each row once");
	buf_fini(&plain);
}

Test(segment, malformed_ones_are_refused)
{
	static const struct {
		const char *what;
		size_t at;
		unsigned char value;
	} cases[] = {
		{ "count of packs", 0, 4 },
		{ "count of rows", 4, 51 },
		{ "count of rows, huge", 7, 255 },
		{ "size of a pack, huge", 8 + 32 + 7, 1 },
		{ "kind of a pack", 8 + 40, 3 },
		{ "kind that cannot hold the chunks", 8 + 40, 2 },
		{ "chunks of a pack", 8 + 44, 1 },
		{ "pack of a row", 152 + 16, 3 },
		{ "group offset", 152 + 23, 255 },
		{ "stored length", 152 + 27, 255 },
		{ "codec", 152 + 31, 0x20 },
		{ "stored as it is, but of another length", 152 + 31, 0 },
		{ "inner offset", 152 + 35, 1 },
		{ "type", 152 + 39, 0x70 },
		{ "chunk length", 152 + 38, 1 },
		{ "order of rows", 152 + 49 * 40, 0 },
	};
	struct lb_segment_view v;
	struct buf plain = BUF_INIT;
	struct err err = ERR_INIT;

	make_plain(&plain);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char was = plain.ptr[cases[i].at];

		plain.ptr[cases[i].at] = (char)cases[i].value;
		check_true(plain.ptr[cases[i].at] != was, "%s changes", cases[i].what);
		check_err(lb_segment_view_init(buf_span(&plain), &v, &err), ERR_CORRUPT,
		          "%s", cases[i].what);
		plain.ptr[cases[i].at] = was;
	}
	for (size_t len = 0; len < plain.len; len++)
		check_err(lb_segment_view_init(span_of(plain.ptr, len), &v, &err),
		          ERR_CORRUPT, "cut to %zu", len);
	buf_putc(&plain, 0);
	check_err(lb_segment_view_init(buf_span(&plain), &v, &err), ERR_CORRUPT,
	          "longer");
	buf_fini(&plain);
}

Test(segment, is_full_at_its_limits)
{
	struct lb_segment s = LB_SEGMENT_INIT;
	struct lb_pack_info info = make_info(1, 2);
	struct err err = ERR_INIT;

	s.pack_count = LB_SEGMENT_PACKS_MAX;
	check_true(!lb_segment_fits(&s, &info), "packs");
	check_err(lb_segment_add(&s, &info, &err), ERR_LIMIT, "packs");
	s.pack_count = 0;
	s.row_count = LB_SEGMENT_ROWS_MAX - 3;
	check_true(!lb_segment_fits(&s, &info), "rows");
	s.row_count = 0;
	check_ok(lb_segment_add(&s, &info, &err), &err);
	lb_segment_clear(&s);
	check_size_eq(s.row_count, 0, "cleared");
	lb_segment_fini(&s);
	lb_pack_table_fini(&info.table);
}
