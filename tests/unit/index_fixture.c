// SPDX-License-Identifier: Apache-2.0
#include "index_fixture.h"

#include "base/mem.h"
#include "os/fs.h"
#include "pack/object.h"
#include "support/check.h"

struct index_world index_test_world_new(void)
{
	struct index_world w = { NULL, NULL, NULL, BUF_INIT };
	struct err err = ERR_INIT;

	w.keys = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	check_ok(lb_memory_new(&w.disk, &err), &err);
	check_ok(lb_memory_open(&w.store, w.disk, &err), &err);
	check_ok(os_mkdtemp(NULL, "test-index-", &w.cache, &err), &err);
	return w;
}

void index_test_world_free(struct index_world *w)
{
	struct err err = ERR_INIT;

	lb_backend_close(w->store);
	lb_memory_free(w->disk);
	lb_keyring_free(w->keys);
	check_ok(os_remove_tree(buf_str(&w->cache), &err), &err);
	buf_fini(&w->cache);
}

struct lb_index *index_test_open_index(const struct index_world *w)
{
	struct err err = ERR_INIT;
	struct lb_index *ix = NULL;

	check_ok(lb_index_open(&ix, buf_str(&w->cache), w->keys, w->store, &err), &err);
	return ix;
}

struct lb_id index_test_chunk_id(uint64_t n)
{
	struct lb_id id = { { 0 } };

	pack_test_fill(n * 7 + 1, id.b, LB_ID);
	return id;
}

struct lb_id index_test_pack_name(uint64_t n)
{
	struct lb_id id = { { 0 } };

	pack_test_fill(n * 7 + 2, id.b, LB_ID);
	return id;
}

struct lb_pack_info index_test_pack_info(uint64_t n, uint64_t first, size_t count)
{
	struct lb_pack_info info = { .name = index_test_pack_name(n),
		                     .size = 1 << 20,
		                     .kind = LB_PACK_DATA };
	struct lb_pack_table *t = &info.table;

	check_true(mem_array(&t->chunks, count, sizeof(*t->chunks)), "chunks");
	check_true(mem_array(&t->groups, (count + 1) / 2, sizeof(*t->groups)), "groups");
	for (size_t i = 0; i < count; i++) {
		struct lb_group *g = &t->groups[i / 2];

		t->chunks[i] = (struct lb_chunk){ index_test_chunk_id(first + i), 50,
			                          LB_CHUNK_DATA };
		if (i % 2 == 0)
			*g = (struct lb_group){ (uint32_t)(i * 20), 20, 0, 0, 1 };
		g->length += 50;
		g->chunks++;
	}
	t->chunk_count = count;
	t->group_count = (count + 1) / 2;
	return info;
}

struct lb_id index_test_put_segment(const struct index_world *w, uint64_t pack,
                                    size_t packs, uint64_t chunk, size_t each)
{
	struct lb_segment s = LB_SEGMENT_INIT;
	struct buf plain = BUF_INIT;
	struct buf sealed = BUF_INIT;
	struct err err = ERR_INIT;
	char key[LB_STORE_KEY];
	struct lb_id name;
	struct span bytes;

	for (size_t i = 0; i < packs; i++) {
		struct lb_pack_info info =
			index_test_pack_info(pack + i, chunk + i * each, each);

		check_ok(lb_segment_add(&s, &info, &err), &err);
		lb_pack_table_fini(&info.table);
	}
	check_ok(lb_segment_encode(&s, &plain, &err), &err);
	check_ok(lb_object_seal(w->keys, LB_OBJECT_SEGMENT, buf_span(&plain), &sealed,
	                        &name, &err),
	         &err);
	lb_segment_store_key(&name, key);
	bytes = buf_span(&sealed);
	check_ok(lb_backend_put(w->store, key, &bytes, 1, &err), &err);
	lb_segment_fini(&s);
	buf_fini(&plain);
	buf_fini(&sealed);
	return name;
}

void index_test_update(struct lb_index *ix, const struct lb_id *add, size_t adds,
                       const struct lb_id *drop, size_t drops)
{
	const struct lb_index_change change = { add, adds, drop, drops };
	struct err err = ERR_INIT;

	check_ok(lb_index_update(ix, &change, &err), &err);
}

size_t index_test_copies(struct lb_index *ix, uint64_t chunk, size_t *usable)
{
	struct lb_id id = index_test_chunk_id(chunk);
	struct lb_place p[8];
	struct err err = ERR_INIT;
	size_t count;

	check_ok(lb_index_find(ix, &id, LB_CHUNK_DATA, p, 8, &count, &err), &err);
	*usable = 0;
	for (size_t i = 0; i < count; i++) {
		check_true(!p[i].usable || *usable == i, "usable ones first");
		*usable += p[i].usable;
	}
	return count;
}

void index_test_check_copies(struct lb_index *ix, uint64_t chunk, size_t want,
                             size_t usable)
{
	size_t got_usable;
	size_t got = index_test_copies(ix, chunk, &got_usable);

	check_size_eq(got, want, "copies of chunk %llu", (unsigned long long)chunk);
	check_size_eq(got_usable, usable, "usable copies of chunk %llu",
	              (unsigned long long)chunk);
}

enum lb_claim index_test_claim(struct lb_index *ix, uint64_t chunk)
{
	struct lb_id id = index_test_chunk_id(chunk);
	struct err err = ERR_INIT;
	enum lb_claim got;

	check_ok(lb_index_claim(ix, &id, LB_CHUNK_DATA, &got, &err), &err);
	return got;
}
