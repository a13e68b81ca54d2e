// SPDX-License-Identifier: Apache-2.0
#include "repo/objects.h"

#include "backend/memory.h"
#include "base/mem.h"
#include "chunk/compress.h"
#include "pack/index.h"
#include "pack_fixture.h"
#include "repo/stored.h"
#include "support/check.h"

/* What was put is stored, or nobody is told that it is. */

TestSuite(objects, .timeout = 60);

struct place {
	struct lb_memory *disk;
	struct lb_backend *backend;
	struct lb_keyring *ring;
	struct lb_index *index;
	struct lb_objects *objects;
	struct lb_putter *putter;
};

static void place_init(struct place *p)
{
	struct lb_objects_options o = { .pack_size = 1 << 20,
		                        .group_size = 1 << 16,
		                        .level = LB_LEVEL_DEFAULT,
		                        .verify = true };
	struct err err = ERR_INIT;

	p->ring = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	check_ok(lb_memory_new(&p->disk, &err), &err);
	check_ok(lb_memory_open(&p->backend, p->disk, &err), &err);
	check_ok(lb_index_open(&p->index, NULL, p->ring, p->backend, &err), &err);
	o.backend = p->backend;
	o.keyring = p->ring;
	o.index = p->index;
	check_ok(lb_objects_new(&p->objects, &o, &err), &err);
	check_ok(lb_putter_new(&p->putter, p->objects, &err), &err);
}

static void place_fini(struct place *p)
{
	lb_putter_free(p->putter);
	lb_objects_free(p->objects);
	lb_index_free(p->index);
	lb_keyring_free(p->ring);
	lb_backend_close(p->backend);
	lb_memory_free(p->disk);
}

/* A chunk waits in its group while others are put: if the group is lost, so is the chunk,
 * and its id must not get into a snapshot. */
Test(objects, a_group_that_is_lost_fails_the_session)
{
	size_t failed = 0;
	bool all = false;

	for (uint64_t n = 1; !all; n++) {
		struct place p;
		struct lb_place found;
		struct lb_stored stored = { 0 };
		struct lb_id id;
		struct err err = ERR_INIT;
		enum err_code first;
		size_t count = 0;

		place_init(&p);
		check_ok(lb_putter_put(p.putter, LB_CHUNK_DATA, SPAN_LIT("content"), &id,
		                       &err),
		         &err);
		mem_fail_after(n);
		first = lb_objects_finish(p.objects, &stored, &err);
		mem_fail_after(0);
		failed += first != ERR_OK;
		all = first == ERR_OK;
		if (lb_objects_finish(p.objects, &stored, &err) == ERR_OK) {
			check_size_eq(stored.own.count, 1, "allocation %d: one pack",
			              (int)n);
			check_size_eq(stored.segments.count, 1, "and its segment");
			check_ok(lb_index_find(p.index, &id, LB_CHUNK_DATA, &found, 1,
			                       &count, &err),
			         &err);
			check_size_eq(count, 1, "the chunk is stored");
		}
		lb_stored_fini(&stored);
		place_fini(&p);
	}
	check_true(failed > 0, "some allocation failed");
}

/* A chunk that is stored again stands, until it is, in the pack that was given up;
 * nothing leans on that one. */
Test(objects, a_pack_that_was_given_up_is_not_used)
{
	struct place p;
	struct lb_stored first = { 0 };
	struct lb_stored again = { 0 };
	struct lb_id id;
	struct err err = ERR_INIT;

	place_init(&p);
	check_ok(lb_putter_put(p.putter, LB_CHUNK_DATA, SPAN_LIT("content"), &id, &err),
	         &err);
	check_ok(lb_objects_finish(p.objects, &first, &err), &err);
	check_size_eq(first.own.count, 1, "one pack");
	check_ok(lb_index_set_usable(p.index, &first.own.ids[0], false, &err), &err);
	for (int i = 0; i < 2; i++)
		check_ok(lb_putter_put(p.putter, LB_CHUNK_DATA, SPAN_LIT("content"), &id,
		                       &err),
		         &err);
	check_ok(lb_objects_finish(p.objects, &again, &err), &err);
	check_size_eq(again.own.count, 1, "another pack");
	check_size_eq(again.used.count, 0, "the first one is not used");
	lb_stored_fini(&first);
	lb_stored_fini(&again);
	place_fini(&p);
}
