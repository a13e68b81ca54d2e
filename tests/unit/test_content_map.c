// SPDX-License-Identifier: Apache-2.0
#include "snapshot/map_read.h"
#include "snapshot/node.h"
#include "support/check.h"
#include "support/chunks.h"

TestSuite(content_map, .timeout = 60);

/* The i-th piece of every file here. */
static struct lb_piece piece_of(size_t i)
{
	struct lb_piece p = { { { 0 } }, 1 + i % 1000 };

	wire_store_u64(p.id.b, i);
	return p;
}

/* A file of so many pieces; its content lives in `list` where it is short. */
static struct lb_entry file_of(struct chunks *c, size_t count, struct buf *list)
{
	struct lb_entry e = chunks_entry(LB_ENTRY_FILE, "f");
	struct lb_map_writer *w;
	struct err err = ERR_INIT;

	check_ok(lb_map_writer_new(&w, chunks_put, c, &err), &err);
	for (size_t i = 0; i < count; i++) {
		const struct lb_piece p = piece_of(i);

		e.size += p.length;
		check_ok(lb_map_writer_add(w, &p, &err), &err);
	}
	check_ok(lb_map_writer_finish(w, &e, &err), &err);
	buf_put(list, e.content);
	e.content = buf_span(list);
	lb_map_writer_free(w);
	return e;
}

Test(content_map, lists_of_any_length_come_back)
{
	static const size_t counts[] = { 0,    1,    64,   65,      1023,   1024,
		                         1025, 2048, 3000, 1048576, 1048577 };

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct lb_tree_source source;
		struct buf list = BUF_INIT;
		struct lb_map_iter *it;
		struct err err = ERR_INIT;
		uint64_t offset, at = 0;
		struct lb_piece got;
		struct lb_entry e;
		struct chunks c;
		size_t n = 0;
		bool more;

		chunks_init(&c);
		e = file_of(&c, counts[k], &list);
		check_true(e.mapped == (counts[k] > 64), "mapped at %zu", counts[k]);
		check_null(lb_entry_fault(&e), "%zu pieces", counts[k]);
		source = chunks_source(&c);
		check_ok(lb_map_iter_new(&it, &source, &err), &err);
		lb_map_iter_start(it, &e);
		for (;; n++) {
			const struct lb_piece want = piece_of(n);

			check_ok(lb_map_iter_next(it, &got, &offset, &more, &err), &err);
			if (!more)
				break;
			check_true(lb_id_eq(&got.id, &want.id) &&
			                   got.length == want.length && offset == at,
			           "piece %zu of %zu", n, counts[k]);
			at += got.length;
		}
		check_size_eq(n, counts[k], "pieces");
		lb_map_iter_free(it);
		buf_fini(&list);
		chunks_fini(&c);
	}
}

Test(content_map, any_offset_is_found_with_a_read_a_level)
{
	static const size_t counts[] = { 3, 64, 65, 5000, 1100000 };

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct lb_tree_source source;
		struct buf list = BUF_INIT;
		struct lb_map_iter *it;
		struct err err = ERR_INIT;
		struct lb_piece got;
		struct lb_entry e;
		struct chunks c;
		uint64_t offset;
		bool more;

		chunks_init(&c);
		e = file_of(&c, counts[k], &list);
		source = chunks_source(&c);
		check_ok(lb_map_iter_new(&it, &source, &err), &err);
		lb_map_iter_start(it, &e);
		for (uint64_t i = 0; i < 100; i++) {
			const uint64_t want =
				e.size / 99 * i < e.size ? e.size / 99 * i : e.size - 1;

			c.gets = 0;
			check_ok(lb_map_iter_seek(it, want, &err), &err);
			check_ok(lb_map_iter_next(it, &got, &offset, &more, &err), &err);
			check_true(more && offset <= want && want - offset < got.length,
			           "offset %llu", (unsigned long long)want);
			check_true(c.gets <= 3, "%zu reads", c.gets);
		}
		check_ok(lb_map_iter_seek(it, e.size, &err), &err);
		check_ok(lb_map_iter_next(it, &got, &offset, &more, &err), &err);
		check_true(!more, "the end");
		lb_map_iter_free(it);
		buf_fini(&list);
		chunks_fini(&c);
	}
}

struct counted {
	size_t maps;
	size_t data;
};

static enum err_code count_chunk(enum lb_chunk_type type, const struct lb_id *id,
                                 uint64_t length, void *context, struct err *err)
{
	struct counted *n = context;

	(void)id;
	(void)length;
	(void)err;
	n->maps += type == LB_CHUNK_MAP;
	n->data += type == LB_CHUNK_DATA;
	return ERR_OK;
}

Test(content_map, every_chunk_and_every_map_is_visited_once)
{
	struct lb_tree_source source;
	struct counted n = { 0, 0 };
	struct buf list = BUF_INIT;
	struct lb_map_iter *it;
	struct err err = ERR_INIT;
	struct lb_entry e;
	struct chunks c;

	chunks_init(&c);
	e = file_of(&c, 2500, &list);
	source = chunks_source(&c);
	check_ok(lb_map_iter_new(&it, &source, &err), &err);
	check_ok(lb_map_each(it, &e, count_chunk, &n, &err), &err);
	check_size_eq(n.data, 2500, "chunks");
	check_size_eq(n.maps, 4, "three full or last ones, and one above");
	lb_map_iter_free(it);
	buf_fini(&list);
	chunks_fini(&c);
}

static struct lb_id map_of(struct chunks *c, unsigned level, size_t count,
                           const struct lb_piece *piece)
{
	struct buf pieces = BUF_INIT, node = BUF_INIT;
	struct lb_id id;

	for (size_t i = 0; i < count; i++)
		lb_content_put(&pieces, piece);
	lb_map_put(&node, level, buf_span(&pieces), count);
	id = chunks_add(c, buf_span(&node));
	buf_fini(&pieces);
	buf_fini(&node);
	return id;
}

Test(content_map, forged_maps_are_refused)
{
	const struct lb_piece one = { { { 1 } }, 1 };
	struct lb_tree_source source;
	struct lb_map_iter *it;
	struct err err = ERR_INIT;
	struct lb_piece got, below;
	struct chunks c;
	uint64_t offset;
	bool more;

	chunks_init(&c);
	source = chunks_source(&c);
	check_ok(lb_map_iter_new(&it, &source, &err), &err);
	for (int way = 0; way < 7; way++) {
		struct lb_entry e = chunks_entry(LB_ENTRY_FILE, "f");
		enum err_code rc;

		e.mapped = true;
		e.size = way == 1 ? 99 : way == 2 ? 101 : way == 3 ? 64 : 100;
		e.map = map_of(&c, 0, way == 3 ? 64 : 100, &one);
		below = (struct lb_piece){ e.map, 100 };
		if (way >= 4) /* one child; not full; a level left out */
			e.map = map_of(&c, way == 6 ? 2 : 1, way == 4 ? 1 : 2, &below);
		if (way >= 5)
			e.size = 200;
		lb_map_iter_start(it, &e);
		do
			rc = lb_map_iter_next(it, &got, &offset, &more, &err);
		while (rc == ERR_OK && more);
		check_int_eq(rc, way == 0 ? ERR_OK : ERR_CORRUPT, "way %d", way);
	}
	lb_map_iter_free(it);
	chunks_fini(&c);
}

Test(content_map, a_writer_is_used_again_also_after_a_file_was_given_up)
{
	const struct lb_piece p = piece_of(5);
	struct lb_entry e = chunks_entry(LB_ENTRY_FILE, "f");
	const struct lb_piece none = { { { 1 } }, 0 };
	struct lb_map_writer *w;
	struct err err = ERR_INIT;
	struct chunks c;

	chunks_init(&c);
	check_ok(lb_map_writer_new(&w, chunks_put, &c, &err), &err);
	for (int i = 0; i < 5000; i++)
		check_ok(lb_map_writer_add(w, &p, &err), &err);
	lb_map_writer_reset(w);
	check_err(lb_map_writer_add(w, &none, &err), ERR_USAGE, "a piece without bytes");
	for (size_t i = 1; i <= 3; i++) {
		for (size_t k = 0; k < i; k++)
			check_ok(lb_map_writer_add(w, &p, &err), &err);
		check_ok(lb_map_writer_finish(w, &e, &err), &err);
		check_true(!e.mapped, "short");
		check_size_eq(lb_content_count(e.content), i, "pieces");
	}
	check_ok(lb_map_writer_finish(w, &e, &err), &err);
	check_size_eq(e.content.len, 0, "a file without pieces");
	lb_map_writer_free(w);
	chunks_fini(&c);
}
