// SPDX-License-Identifier: Apache-2.0
#include "backend/faulty.h"
#include "backend/memory.h"
#include "base/mem.h"
#include "chunk/compress.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "pack/verify.h"
#include "pack_fixture.h"
#include "support/check.h"

TestSuite(reader, .timeout = 60);

enum { GROUPS = 6, PER_GROUP = 4, CHUNK = 3000, TOTAL = GROUPS * PER_GROUP };

/* Two packs with the same chunks in a store, and an index that knows both. */
struct world {
	struct lb_memory *disk;
	struct lb_backend *store;
	struct lb_keyring *keys;
	struct lb_index *index;
	struct lb_pack_writer *writers[2];
	struct lb_pack_info packs[2];
	struct span bytes[2];
	struct lb_chunk chunks[TOTAL];
	struct buf plain; /* of all chunks, one after the other */
};

/* Compressible, and another one for each n. */
static void make_chunk(struct world *w, size_t n)
{
	struct lb_chunk *c = &w->chunks[n];
	struct lb_ident *ident = NULL;
	struct err err = ERR_INIT;
	size_t from = w->plain.len;

	while (w->plain.len - from < CHUNK)
		buf_printf(&w->plain, "chunk %zu at %zu\n", n, w->plain.len);
	c->length = (uint32_t)(w->plain.len - from);
	c->type = LB_CHUNK_DATA;
	check_ok(lb_ident_new(&ident, w->keys->ident, &w->keys->id_key, &err), &err);
	check_ok(lb_ident_of(ident, LB_CHUNK_DATA,
	                     span_of(w->plain.ptr + from, c->length), &c->id, &err),
	         &err);
	lb_ident_free(ident);
}

static struct span chunk_plain(const struct world *w, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at += w->chunks[i].length;
	return span_of(w->plain.ptr + at, w->chunks[n].length);
}

static void store(struct world *w, const struct lb_id *name, struct span bytes)
{
	struct err err = ERR_INIT;
	char key[LB_STORE_KEY];

	lb_pack_store_key(name, key);
	check_ok(lb_backend_delete(w->store, key, &err), &err);
	check_ok(lb_backend_put(w->store, key, &bytes, 1, &err), &err);
}

static void make_pack(struct world *w, size_t which, int level)
{
	struct lb_compressor *c = NULL;
	struct buf small = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_compressor_new(&c, level, &err), &err);
	check_ok(lb_pack_writer_new(&w->writers[which], w->keys, LB_PACK_DATA, &err),
	         &err);
	for (size_t g = 0; g < GROUPS; g++) {
		struct lb_pack_group group = { .chunks = &w->chunks[g * PER_GROUP],
			                       .count = PER_GROUP };
		struct span first = chunk_plain(w, g * PER_GROUP);
		enum lb_codec codec;

		for (size_t i = 0; i < PER_GROUP; i++)
			group.length += w->chunks[g * PER_GROUP + i].length;
		first.len = group.length;
		check_ok(lb_compress(c, first, &small, &codec, &err), &err);
		group.stored = codec == LB_CODEC_STORED ? first : buf_span(&small);
		group.codec = (uint8_t)codec;
		check_ok(lb_pack_writer_add(w->writers[which], &group, &err), &err);
	}
	check_ok(lb_pack_writer_finish(w->writers[which], &w->packs[which],
	                               &w->bytes[which], &err),
	         &err);
	store(w, &w->packs[which].name, w->bytes[which]);
	check_ok(lb_index_store(w->index, &w->packs[which], &err), &err);
	lb_compressor_free(c);
	buf_fini(&small);
}

static void world_init(struct world *w)
{
	struct err err = ERR_INIT;

	memset(w, 0, sizeof(*w));
	w->keys = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	check_ok(lb_memory_new(&w->disk, &err), &err);
	check_ok(lb_memory_open(&w->store, w->disk, &err), &err);
	check_ok(lb_index_open(&w->index, NULL, w->keys, w->store, &err), &err);
	for (size_t i = 0; i < TOTAL; i++)
		make_chunk(w, i);
	make_pack(w, 0, LB_LEVEL_DEFAULT);
	make_pack(w, 1, LB_LEVEL_NONE);
}

static void world_fini(struct world *w)
{
	lb_pack_writer_free(w->writers[0]);
	lb_pack_writer_free(w->writers[1]);
	lb_index_free(w->index);
	lb_backend_close(w->store);
	lb_memory_free(w->disk);
	lb_keyring_free(w->keys);
	buf_fini(&w->plain);
}

static void damage_pack(struct world *w, size_t which, size_t at)
{
	struct buf copy = BUF_INIT;

	buf_put(&copy, w->bytes[which]);
	copy.ptr[at] ^= 1;
	store(w, &w->packs[which].name, buf_span(&copy));
	buf_fini(&copy);
}

static void lose_pack(struct world *w, size_t which)
{
	struct err err = ERR_INIT;
	char key[LB_STORE_KEY];

	lb_pack_store_key(&w->packs[which].name, key);
	check_ok(lb_backend_delete(w->store, key, &err), &err);
}

struct told {
	size_t count;
	struct lb_id last;
};

static void tell(const struct lb_id *pack, const struct err *err, void *context)
{
	struct told *t = context;
	char hex[LB_ID_HEX];

	lb_id_hex(pack, hex);
	check_str_contains(err->msg, hex, "the message names the pack");
	t->count++;
	t->last = *pack;
}

/* The next one, now and then another one: what is expected never changes what is read. */
static void expect_next(struct lb_reader *r, const struct world *w, size_t i)
{
	size_t next = i % 5 == 4 ? i * 7 : i + 1;

	lb_reader_expect(r, &w->chunks[next % TOTAL].id, LB_CHUNK_DATA);
}

static void check_all_read(struct world *w, struct told *told)
{
	struct lb_reader *r = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_reader_new(&r, w->index, w->store, w->keys, &err), &err);
	lb_reader_on_damage(r, tell, told);
	for (size_t i = 0; i < TOTAL; i++) {
		expect_next(r, w, i);
		check_ok(lb_reader_get(r, &w->chunks[i].id, LB_CHUNK_DATA, &out, &err),
		         &err);
		check_true(span_eq(buf_span(&out), chunk_plain(w, i)), "chunk %zu", i);
	}
	lb_reader_free(r);
	buf_fini(&out);
}

Test(reader, reads_every_chunk_and_each_group_once)
{
	struct lb_faulty_nth none = { 0, LB_FAULT_NONE };
	struct lb_backend *counted = NULL;
	struct lb_reader *r = NULL;
	struct told told = { 0 };
	struct world w;
	struct span got;
	struct err err = ERR_INIT;

	world_init(&w);
	check_all_read(&w, &told);
	check_size_eq(told.count, 0, "no damage");
	check_ok(lb_faulty_new(&counted, w.store, lb_faulty_choose_nth, &none, &err),
	         &err);
	check_ok(lb_reader_new(&r, w.index, counted, w.keys, &err), &err);
	for (size_t turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < TOTAL; i++) {
			if (turn > 0)
				expect_next(r, &w, i);
			check_ok(lb_reader_borrow(r, &w.chunks[i].id, LB_CHUNK_DATA, &got,
			                          &err),
			         &err);
			check_true(span_eq(got, chunk_plain(&w, i)), "chunk %zu", i);
		}
	}
	/* Header and footer of the pack, and each group. */
	check_u64_eq(lb_faulty_operations(counted), 2 + GROUPS, "requests");
	lb_reader_free(r);
	lb_backend_close(counted);
	world_fini(&w);
}

Test(reader, another_copy_stands_in_for_a_damaged_or_missing_pack)
{
	static const size_t places[] = { 0, 50, 170, 3000 };

	for (size_t which = 0; which < 2; which++) {
		for (size_t i = 0; i <= 4; i++) {
			struct told told = { 0 };
			struct world w;

			world_init(&w);
			if (i == 4)
				lose_pack(&w, which);
			else
				damage_pack(&w, which, places[i]);
			check_all_read(&w, &told);
			check_true(told.count == 0 ||
			                   lb_id_eq(&told.last, &w.packs[which].name),
			           "the damaged one is named");
			world_fini(&w);
		}
	}
}

Test(reader, says_which_pack_is_damaged_when_no_copy_is_left)
{
	struct lb_reader *r = NULL;
	struct told told = { 0 };
	struct world w;
	struct buf out = BUF_INIT;
	struct lb_id unknown = { { 1 } };
	struct err err = ERR_INIT;
	char hex[LB_ID_HEX];

	world_init(&w);
	damage_pack(&w, 0, 200);
	lose_pack(&w, 1);
	check_ok(lb_reader_new(&r, w.index, w.store, w.keys, &err), &err);
	lb_reader_on_damage(r, tell, &told);
	check_true(lb_reader_get(r, &w.chunks[0].id, LB_CHUNK_DATA, &out, &err) != ERR_OK,
	           "no copy");
	check_size_eq(told.count, 2, "both are told");
	check_str_contains(err.msg, "pack ", "names a pack");
	check_size_eq(out.len, 0, "no bytes");
	check_err(lb_reader_get(r, &unknown, LB_CHUNK_DATA, &out, &err), ERR_NOT_FOUND,
	          "unknown");
	lb_id_hex(&unknown, hex);
	check_str_contains(err.msg, hex, "names the chunk");
	check_err(lb_reader_get(r, &w.chunks[0].id, LB_CHUNK_TREE, &out, &err),
	          ERR_NOT_FOUND, "not as a tree");
	lb_reader_free(r);
	buf_fini(&out);
	world_fini(&w);
}

/* The index tells another chunk's place: the bytes are sound, but not those of the id. */
Test(reader, bytes_that_are_not_the_chunk_are_never_given)
{
	struct lb_index *lying = NULL;
	struct lb_reader *r = NULL;
	struct lb_pack_info info;
	struct lb_chunk swapped[TOTAL];
	struct world w;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	world_init(&w);
	info = w.packs[0];
	memcpy(swapped, w.chunks, sizeof(swapped));
	swapped[0].id = w.chunks[1].id;
	swapped[1].id = w.chunks[0].id;
	info.table.chunks = swapped;
	check_ok(lb_index_open(&lying, NULL, w.keys, w.store, &err), &err);
	check_ok(lb_index_store(lying, &info, &err), &err);
	check_ok(lb_reader_new(&r, lying, w.store, w.keys, &err), &err);
	check_err(lb_reader_get(r, &w.chunks[0].id, LB_CHUNK_DATA, &out, &err),
	          ERR_CORRUPT, "another chunk");
	check_str_contains(err.msg, "not that chunk", "says so");
	lb_reader_expect(r, &w.chunks[1].id, LB_CHUNK_DATA);
	check_ok(lb_reader_get(r, &w.chunks[2].id, LB_CHUNK_DATA, &out, &err), &err);
	check_err(lb_reader_get(r, &w.chunks[1].id, LB_CHUNK_DATA, &out, &err),
	          ERR_CORRUPT, "nor the one that was expected");
	lb_reader_free(r);
	lb_index_free(lying);
	buf_fini(&out);
	world_fini(&w);
}

/* Every operation of the store fails once, then every allocation. */
Test(reader, faults_are_errors_or_are_read_around)
{
	struct world w;
	bool done = false;

	world_init(&w);
	for (uint64_t n = 1; !done; n++) {
		struct lb_faulty_nth nth = { n, LB_FAULT_FAIL };
		struct lb_backend *faulty = NULL;
		struct lb_reader *r = NULL;
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;

		check_ok(
			lb_faulty_new(&faulty, w.store, lb_faulty_choose_nth, &nth, &err),
			&err);
		check_ok(lb_reader_new(&r, w.index, faulty, w.keys, &err), &err);
		for (size_t i = 0; i < TOTAL; i++) {
			expect_next(r, &w, i);
			check_ok(lb_reader_get(r, &w.chunks[i].id, LB_CHUNK_DATA, &out,
			                       &err),
			         &err);
			check_true(span_eq(buf_span(&out), chunk_plain(&w, i)),
			           "chunk %zu", i);
		}
		done = lb_faulty_operations(faulty) < n;
		lb_reader_free(r);
		lb_backend_close(faulty);
		buf_fini(&out);
	}
	done = false;
	for (uint64_t n = 1; !done; n++) {
		struct lb_reader *r = NULL;
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;

		mem_fail_after(n);
		done = lb_reader_new(&r, w.index, w.store, w.keys, &err) == ERR_OK;
		for (size_t i = 0; done && i < 2; i++) {
			expect_next(r, &w, i + PER_GROUP - 1);
			done = lb_reader_get(r, &w.chunks[i].id, LB_CHUNK_DATA, &out,
			                     &err) == ERR_OK;
		}
		mem_fail_after(0);
		check_true(done || err.code == ERR_NOMEM, "allocation %llu: %s",
		           (unsigned long long)n, err.msg);
		check_true(n < 200, "an end");
		lb_reader_free(r);
		buf_fini(&out);
	}
	world_fini(&w);
}

Test(reader, verify_finds_every_flipped_byte_and_a_wrong_table)
{
	struct lb_pack_verifier *v = NULL;
	struct lb_pack_verifier *outside = NULL;
	struct lb_keyring *write_only = pack_test_keys(1, LB_SUITE_AES256GCM, true);
	struct world w;
	struct buf copy = BUF_INIT;
	struct err err = ERR_INIT;
	char hex[LB_ID_HEX];

	world_init(&w);
	check_ok(lb_pack_verifier_new(&v, w.keys, &err), &err);
	check_ok(lb_pack_verifier_new(&outside, write_only, &err), &err);
	for (size_t i = 0; i < 2; i++) {
		check_ok(lb_pack_verify(v, &w.packs[i].name, w.bytes[i], &w.packs[i],
		                        &err),
		         &err);
		check_ok(
			lb_pack_verify(outside, &w.packs[i].name, w.bytes[i], NULL, &err),
			&err);
	}
	check_err(lb_pack_verify(v, &w.packs[0].name, w.bytes[0], &w.packs[1], &err),
	          ERR_CORRUPT, "another table");
	lb_id_hex(&w.packs[0].name, hex);
	buf_put(&copy, w.bytes[0]);
	for (size_t i = 0; i < copy.len; i += 13) {
		copy.ptr[i] ^= 4;
		check_err(
			lb_pack_verify(v, &w.packs[0].name, buf_span(&copy), NULL, &err),
			ERR_CORRUPT, "byte %zu", i);
		check_str_contains(err.msg, hex, "names the pack");
		check_err(lb_pack_verify(v, &w.packs[0].name, buf_span(&copy),
		                         &w.packs[0], &err),
		          ERR_CORRUPT, "byte %zu without making the name", i);
		copy.ptr[i] ^= 4;
	}
	buf_fini(&copy);
	lb_pack_verifier_free(v);
	lb_pack_verifier_free(outside);
	lb_keyring_free(write_only);
	world_fini(&w);
}

/* What somebody with the keys could write: chunks whose ids are not theirs. */
Test(reader, verify_finds_chunks_that_do_not_have_their_id)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_XCHACHA20, false);
	struct lb_chunk chunk = { .length = 5, .type = LB_CHUNK_DATA };
	const struct lb_pack_group g = { SPAN_LIT("hello"), 5, LB_CODEC_STORED, &chunk,
		                         1 };
	struct lb_pack_verifier *v = NULL;
	struct lb_pack_writer *w = NULL;
	struct lb_pack_info info;
	struct span bytes;
	struct err err = ERR_INIT;

	check_ok(lb_pack_verifier_new(&v, k, &err), &err);
	check_ok(lb_pack_writer_new(&w, k, LB_PACK_DATA, &err), &err);
	check_ok(lb_pack_writer_add(w, &g, &err), &err);
	check_ok(lb_pack_writer_finish(w, &info, &bytes, &err), &err);
	check_err(lb_pack_verify(v, &info.name, bytes, &info, &err), ERR_CORRUPT, "id");
	check_str_contains(err.msg, "content of its id", "says so");
	lb_pack_writer_free(w);
	lb_pack_verifier_free(v);
	lb_keyring_free(k);
}
