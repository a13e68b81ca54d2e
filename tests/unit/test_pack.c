// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "crypto/digest.h"
#include "pack/pack_read.h"
#include "pack_fixture.h"
#include "support/check.h"

TestSuite(pack, .timeout = 60);

/* Bytes of a pack that may be changed, and a reader of them. */
static struct lb_pack_reader *reader_of(struct span bytes, const struct lb_keyring *k)
{
	struct err err = ERR_INIT;
	struct lb_pack_reader *r = NULL;

	check_ok(lb_pack_reader_new_bytes(&r, bytes, k, &err), &err);
	return r;
}

static struct lb_pack_writer *writer_of(const struct lb_keyring *k,
                                        enum lb_pack_kind kind)
{
	struct err err = ERR_INIT;
	struct lb_pack_writer *w = NULL;

	check_ok(lb_pack_writer_new(&w, k, kind, &err), &err);
	return w;
}

/* Each group and chunk of the pack reads back; ranges too. */
static void check_reads_back(const struct lb_keyring *k, const struct lb_pack_info *info,
                             struct span bytes)
{
	struct err err = ERR_INIT;
	struct lb_pack_reader *r = reader_of(bytes, k);
	struct lb_pack_info again;
	struct lb_pack_head h;
	struct lb_ident *ident = NULL;
	size_t c = 0;

	check_ok(lb_pack_info_load(r, &info->name, &again, &err), &err);
	check_u64_eq(again.size, info->size, "size");
	check_int_eq(again.kind, info->kind, "kind");
	check_size_eq(again.table.group_count, info->table.group_count, "groups");
	check_size_eq(again.table.chunk_count, info->table.chunk_count, "chunks");
	check_ok(lb_pack_head_load(r, &info->name, info->size, &h, &err), &err);
	check_ok(lb_ident_new(&ident, k->ident, &k->id_key, &err), &err);
	for (size_t g = 0; g < again.table.group_count; g++) {
		const struct lb_group *group = &again.table.groups[g];
		unsigned char *plain = mem_new(group->stored);
		size_t inner = 0;

		check_ok(lb_pack_read(r, &h, group->offset, group->stored, plain, &err),
		         &err);
		for (size_t i = 0; i < group->chunks; i++, c++) {
			const struct lb_chunk *chunk = &again.table.chunks[c];
			struct span s =
				span_of((const char *)plain + inner, chunk->length);
			struct lb_id id;

			check_ok(lb_ident_of(ident, (enum lb_chunk_type)chunk->type, s,
			                     &id, &err),
			         &err);
			check_true(lb_id_eq(&id, &chunk->id), "chunk %zu", c);
			inner += chunk->length;
		}
		mem_free(plain);
	}
	lb_ident_free(ident);
	lb_pack_head_wipe(&h);
	lb_pack_table_fini(&again.table);
	lb_pack_reader_free(r);
}

Test(pack, reads_back_what_was_written)
{
	static const struct {
		enum lb_suite suite;
		enum lb_pack_kind kind;
		uint8_t type;
		size_t groups;
		size_t chunk;
	} cases[] = {
		{ LB_SUITE_AES256GCM, LB_PACK_DATA, LB_CHUNK_DATA, 1, 1 },
		{ LB_SUITE_XCHACHA20, LB_PACK_DATA, LB_CHUNK_DATA, 1, 1 },
		{ LB_SUITE_XCHACHA20, LB_PACK_META, LB_CHUNK_TREE, 5, 1000 },
		{ LB_SUITE_AES256GCM, LB_PACK_META, LB_CHUNK_MAP, 3, 21845 - 2 },
		{ LB_SUITE_AES256GCM, LB_PACK_DATA, LB_CHUNK_DATA, 7, 65536 },
		{ LB_SUITE_AES256GCM, LB_PACK_DATA, LB_CHUNK_DATA, 4, 400000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lb_keyring *k = pack_test_keys(1, cases[i].suite, false);
		struct lb_pack_writer *w = writer_of(k, cases[i].kind);
		struct lb_pack_info info;
		struct span bytes;
		struct lb_id name;

		/* Twice: memory is kept from pack to pack. */
		for (int turn = 0; turn < 2; turn++) {
			struct err err = ERR_INIT;

			pack_test_pack(w, k, 100, cases[i].groups, cases[i].chunk,
			               cases[i].type, &info, &bytes);
			check_ok(lb_hash(bytes, &name, &err), &err);
			check_true(lb_id_eq(&name, &info.name), "its name is its hash");
			check_size_eq(bytes.len, info.size, "size");
			check_size_eq(lb_pack_writer_size(w), 0, "begins anew");
			check_reads_back(k, &info, bytes);
		}
		lb_pack_writer_free(w);
		lb_keyring_free(k);
	}
}

/* The example of the PADME paper's formula, and its edges here. */
Test(pack, lengths_are_padded)
{
	static const struct {
		uint64_t len;
		uint64_t padded;
	} cases[] = {
		{ 1, 4096 },          { 4096, 4096 },         { 4097, 4352 },
		{ 4352, 4352 },       { 4353, 4608 },         { 65536, 65536 },
		{ 65537, 67584 },     { 1048575, 1048576 },   { 1048576, 1048576 },
		{ 1048577, 1114112 }, { 33554432, 33554432 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_u64_eq(lb_pack_padded(cases[i].len), cases[i].padded, "%llu",
		             (unsigned long long)cases[i].len);
	for (uint64_t len = 1; len < 1 << 21; len += 997)
		check_u64_eq(lb_pack_padded(lb_pack_padded(len)), lb_pack_padded(len),
		             "%llu twice", (unsigned long long)len);
}

Test(pack, a_client_that_cannot_read_writes_for_one_that_can)
{
	struct lb_keyring *reader = pack_test_keys(5, LB_SUITE_AES256GCM, false);
	struct lb_keyring *writer = pack_test_keys(5, LB_SUITE_AES256GCM, true);
	struct lb_pack_writer *w;
	struct lb_pack_reader *r;
	struct lb_pack_info info;
	struct lb_pack_head h;
	struct span bytes;
	struct err err = ERR_INIT;

	w = writer_of(writer, LB_PACK_DATA);
	pack_test_pack(w, writer, 1, 2, 5000, LB_CHUNK_DATA, &info, &bytes);
	check_reads_back(reader, &info, bytes);
	r = reader_of(bytes, writer);
	check_err(lb_pack_head_load(r, &info.name, 0, &h, &err), ERR_AUTH,
	          "not by itself");
	check_str_contains(err.msg, "read role", "the mend");
	lb_pack_reader_free(r);
	lb_pack_writer_free(w);
	lb_keyring_free(writer);
	lb_keyring_free(reader);
}

/* Everything that a reader does with a pack of one frame; the first error. */
static enum err_code read_all(const struct lb_keyring *k, const struct lb_id *name,
                              struct span bytes, struct err *err)
{
	struct lb_pack_reader *r = reader_of(bytes, k);
	struct lb_pack_table table = LB_PACK_TABLE_INIT;
	static unsigned char body[70000];
	struct lb_pack_head h;
	enum err_code rc;

	rc = lb_pack_head_load(r, name, 0, &h, err);
	if (rc == ERR_OK)
		rc = lb_pack_table_load(r, &h, &table, err);
	if (rc == ERR_OK && h.body <= sizeof(body))
		rc = lb_pack_read(r, &h, 0, h.body, body, err);
	lb_pack_table_fini(&table);
	lb_pack_reader_free(r);
	return rc;
}

Test(pack, every_flipped_bit_and_cut_is_found_and_named)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	struct lb_pack_writer *w = writer_of(k, LB_PACK_DATA);
	struct lb_pack_info info;
	struct buf copy = BUF_INIT;
	struct span bytes;
	char hex[LB_ID_HEX];

	pack_test_pack(w, k, 1, 1, 700, LB_CHUNK_DATA, &info, &bytes);
	lb_id_hex(&info.name, hex);
	buf_put(&copy, bytes);
	for (size_t i = 0; i < bytes.len * 8; i++) {
		/* all of header, trailer and footer, samples of the body */
		struct err err = ERR_INIT;
		enum err_code rc;

		if (i / 8 > 200 && i / 8 < 4200 && i % 97 != 0)
			continue;
		copy.ptr[i / 8] ^= (char)(1 << i % 8);
		rc = read_all(k, &info.name, buf_span(&copy), &err);
		copy.ptr[i / 8] ^= (char)(1 << i % 8);
		check_true(rc == ERR_CORRUPT || rc == ERR_UNSUPPORTED, "bit %zu: %d %s",
		           i, (int)rc, err.msg);
		check_str_contains(err.msg, hex, "bit %zu", i);
	}
	for (size_t len = 0; len < bytes.len; len += len < 400 ? 1 : 37) {
		struct err err = ERR_INIT;

		check_err(read_all(k, &info.name, span_of(copy.ptr, len), &err),
		          ERR_CORRUPT, "cut to %zu", len);
		check_str_contains(err.msg, hex, "cut to %zu", len);
	}
	buf_fini(&copy);
	lb_pack_writer_free(w);
	lb_keyring_free(k);
}

Test(pack, of_another_repository_is_refused)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_XCHACHA20, false);
	struct lb_keyring *other = pack_test_keys(50, LB_SUITE_XCHACHA20, false);
	struct lb_pack_writer *w = writer_of(k, LB_PACK_DATA);
	struct lb_pack_info info;
	struct span bytes;
	struct err err = ERR_INIT;

	pack_test_pack(w, k, 1, 1, 700, LB_CHUNK_DATA, &info, &bytes);
	check_err(read_all(other, &info.name, bytes, &err), ERR_CORRUPT, "other keys");
	check_str_contains(err.msg, "another repository", "says so");
	/* The same keys, but another repository id: the associated data differs. */
	other->epochs = k->epochs;
	check_err(read_all(other, &info.name, bytes, &err), ERR_CORRUPT, "other id");
	lb_pack_writer_free(w);
	lb_keyring_free(other);
	lb_keyring_free(k);
}

/* Two frames of one pack, or of two, change places. */
Test(pack, frames_cannot_be_swapped)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	struct lb_pack_writer *w = writer_of(k, LB_PACK_DATA);
	enum { SEALED = 65552, FRAME = 65536 };
	struct lb_pack_info info;
	struct lb_pack_reader *r;
	struct lb_pack_head h;
	struct buf copy = BUF_INIT;
	struct span bytes;
	struct err err = ERR_INIT;
	static unsigned char out[4 * FRAME];

	pack_test_pack(w, k, 1, 1, FRAME, LB_CHUNK_DATA, &info, &bytes);
	buf_put(&copy, bytes);
	memcpy(copy.ptr + 160, bytes.ptr + 160 + SEALED, SEALED);
	memcpy(copy.ptr + 160 + SEALED, bytes.ptr + 160, SEALED);
	r = reader_of(buf_span(&copy), k);
	check_ok(lb_pack_head_load(r, &info.name, 0, &h, &err), &err);
	check_err(lb_pack_read(r, &h, 0, 10, out, &err), ERR_CORRUPT, "frame 0");
	check_str_contains(err.msg, "frame 0", "names it");
	check_err(lb_pack_read(r, &h, FRAME, 10, out, &err), ERR_CORRUPT, "frame 1");
	check_str_contains(err.msg, "frame 1", "names it");
	check_ok(lb_pack_read(r, &h, 2 * FRAME, 10, out, &err), &err);
	check_err(lb_pack_read(r, &h, h.body, 1, out, &err), ERR_CORRUPT,
	          "behind the end");
	check_err(lb_pack_read(r, &h, h.body + 1, 0, out, &err), ERR_CORRUPT,
	          "far behind");
	check_ok(lb_pack_read(r, &h, h.body, 0, out, &err), &err);
	lb_pack_reader_free(r);
	buf_fini(&copy);
	lb_pack_writer_free(w);
	lb_keyring_free(k);
}

Test(pack, groups_that_no_reader_would_take_are_not_written)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	struct lb_pack_writer *w = writer_of(k, LB_PACK_DATA);
	struct lb_chunk chunks[2] = { { .length = 5, .type = LB_CHUNK_DATA },
		                      { .length = 6, .type = LB_CHUNK_DATA } };
	const struct lb_pack_group good = { SPAN_LIT("hello worlds"), 11, 1, chunks, 2 };
	struct lb_pack_group bad[5];
	struct lb_chunk tree = { .length = 11, .type = LB_CHUNK_TREE };
	struct lb_pack_info info;
	struct span bytes;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 5; i++)
		bad[i] = good;
	bad[0].length = 12;
	bad[1].count = 0;
	bad[2].stored = SPAN_EMPTY;
	bad[3].chunks = &tree;
	bad[3].count = 1;
	bad[4].count = LB_GROUP_CHUNKS_MAX + 1;
	for (size_t i = 0; i < 5; i++)
		check_err(lb_pack_writer_add(w, &bad[i], &err), ERR_USAGE, "case %zu", i);
	check_err(lb_pack_writer_finish(w, &info, &bytes, &err), ERR_USAGE, "empty");
	check_ok(lb_pack_writer_add(w, &good, &err), &err);
	check_size_eq(lb_pack_writer_size(w), 12, "size");
	check_ok(lb_pack_writer_finish(w, &info, &bytes, &err), &err);
	lb_pack_writer_reset(w);
	check_size_eq(lb_pack_writer_size(w), 0, "size after reset");
	lb_pack_writer_free(w);
	lb_keyring_free(k);
}

Test(pack, running_out_of_memory_is_an_error)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	struct lb_chunk chunk = { .length = 5, .type = LB_CHUNK_DATA };
	const struct lb_pack_group g = { SPAN_LIT("hello"), 5, 0, &chunk, 1 };
	bool done = false;

	for (uint64_t n = 1; !done; n++) {
		struct lb_pack_writer *w = NULL;
		struct lb_pack_reader *r = NULL;
		struct lb_pack_info info;
		struct lb_pack_info again = { .table = LB_PACK_TABLE_INIT };
		struct span bytes;
		struct err err = ERR_INIT;

		mem_fail_after(n);
		done = lb_pack_writer_new(&w, k, LB_PACK_DATA, &err) == ERR_OK &&
		       lb_pack_writer_add(w, &g, &err) == ERR_OK &&
		       lb_pack_writer_finish(w, &info, &bytes, &err) == ERR_OK &&
		       lb_pack_reader_new_bytes(&r, bytes, k, &err) == ERR_OK &&
		       lb_pack_info_load(r, &info.name, &again, &err) == ERR_OK;
		mem_fail_after(0);
		check_true(done || err.code == ERR_NOMEM, "allocation %llu: %s",
		           (unsigned long long)n, err.msg);
		check_true(n < 100, "an end");
		lb_pack_table_fini(&again.table);
		lb_pack_reader_free(r);
		lb_pack_writer_free(w);
	}
	lb_keyring_free(k);
}
