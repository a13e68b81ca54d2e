// SPDX-License-Identifier: Apache-2.0
/* What a prune leaves unused, over random histories, counted from the trailers of the
 * packs in the store and from what the snapshots name. */
#include "job/prune.h"

#include "base/mem.h"
#include "pack/pack_read.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(prune_waste, .timeout = 110);

enum { SEED = 4711, HISTORIES = 150, BACKUPS = 7 };

static uint64_t dice_state = SEED;

static uint32_t dice(uint32_t sides)
{
	return fixture_dice(&dice_state, sides);
}

/* ---- counting ---- */

struct counting {
	struct lb_pack_reader *reader;
	struct lb_ids needed; /* sorted */
	bool *seen;           /* of each of them: a copy was met */
	uint64_t packs;
	uint64_t bytes;
	uint64_t unused;
};

static bool first_copy(struct counting *c, const struct lb_id *id)
{
	for (size_t i = 0; i < c->needed.count; i++) {
		if (lb_id_eq(&c->needed.ids[i], id)) {
			bool first = !c->seen[i];

			c->seen[i] = true;
			return first;
		}
	}
	return false;
}

/* A pack is wasted by the share of its chunks that nobody needs; a chunk counts by its
 * part of the group that it was compressed in. */
static uint64_t unused_of(struct counting *c, const struct lb_pack_info *info)
{
	const struct lb_chunk *chunk = info->table.chunks;
	uint64_t stored = 0;
	uint64_t used = 0;

	for (size_t g = 0; g < info->table.group_count; g++) {
		const struct lb_group *group = &info->table.groups[g];

		for (size_t i = 0; i < group->chunks; i++, chunk++) {
			uint64_t share = (uint64_t)group->stored * chunk->length;

			share = (share + group->length - 1) / group->length;
			stored += share;
			used += first_copy(c, &chunk->id) ? share : 0;
		}
	}
	return info->size * (stored - used) / stored;
}

static enum err_code count_pack(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	struct counting *c = context;
	struct lb_pack_info info = { .size = 0 };
	struct lb_id name;
	enum err_code rc;

	check_true(lb_id_parse(span_from(span_str(key), sizeof "packs/ab/" - 1), &name),
	           "%s", key);
	rc = lb_pack_info_load(c->reader, &name, &info, err);
	check_int_eq(rc, ERR_OK, "%s", key);
	check_u64_eq(info.size, size, "%s", key);
	c->packs++;
	c->bytes += size;
	c->unused += unused_of(c, &info);
	lb_pack_table_fini(&info.table);
	return rc;
}

/* By somebody who opens the repository now. All that is needed is there. */
static struct counting count_all(struct lb_memory *disk, const char *when)
{
	struct lb_repo *repo = fixture_open(disk);
	struct counting c = { .packs = 0 };
	struct err err = ERR_INIT;

	(void)fixture_read_all(repo, when, &c.needed);
	check_true(mem_array(&c.seen, c.needed.count + 1, sizeof *c.seen), "memory");
	memset(c.seen, 0, c.needed.count + 1);
	check_ok(lb_pack_reader_new(&c.reader, lb_repo_backend(repo),
	                            lb_repo_keyring(repo), &err),
	         &err);
	check_ok(lb_backend_list(lb_repo_backend(repo), "packs", count_pack, &c, &err),
	         &err);
	for (size_t i = 0; i < c.needed.count; i++)
		check_true(c.seen[i], "%s: a chunk is in no pack", when);
	lb_pack_reader_free(c.reader);
	mem_free(c.seen);
	lb_ids_fini(&c.needed);
	lb_repo_close(repo);
	return c;
}

/* ---- histories ---- */

/* Files come, change and stay; some snapshots go. At least one is left. */
static void live_a_while(struct lb_repo *repo)
{
	struct lb_id16 ids[BACKUPS];
	struct project p;
	size_t count = 2 + dice(BACKUPS - 1);

	project_init(&p);
	for (size_t i = 0; i < count; i++) {
		for (uint32_t n = 1 + dice(5); n > 0; n--) {
			char name[32];

			(void)snprintf(name, sizeof name, "d%u/f%u", dice(3), dice(8));
			fixture_write(&dice_state, &p, name, 100 + dice(30000));
		}
		ids[i] = fixture_back_up(repo, &p);
	}
	for (size_t i = 0; i + 1 < count; i++)
		if (dice(2))
			fixture_forget(repo, &ids[i]);
	project_fini(&p);
}

/* In thousandths of what stays, or in bytes. */
static struct lb_prune_options some_limit(void)
{
	static const uint64_t shares[] = { 0, 5, 10, 30, 100 };
	struct lb_prune_options o = { .relative = dice(3) > 0, .max_repack = UINT64_MAX };

	o.max_unused = o.relative ? shares[dice(5)] : dice(60000);
	return o;
}

static bool within(const struct lb_prune_options *o, const struct counting *c)
{
	return o->relative ? c->unused * 1000 <= c->bytes * o->max_unused
	                   : c->unused <= o->max_unused;
}

Test(prune_waste, no_more_stays_unused_than_was_asked_for)
{
	unsigned over = 0;
	uint64_t freed = 0;

	for (unsigned i = 0; i < HISTORIES; i++) {
		struct lb_memory *disk = fixture_disk();
		struct lb_repo *repo = fixture_open(disk);
		struct lb_prune_options o;
		struct lb_pruned done;
		struct counting before;
		struct counting after;
		struct err err = ERR_INIT;
		char when[32];

		(void)snprintf(when, sizeof when, "history %u", i);
		live_a_while(repo);
		o = some_limit();
		before = count_all(disk, when);
		over += !within(&o, &before);
		check_ok(lb_prune(repo, &o, &done, &err), &err);
		after = count_all(disk, when);
		check_true(within(&o, &after),
		           "%s: %llu of %llu bytes are unused, %llu%s", when,
		           (unsigned long long)after.unused,
		           (unsigned long long)after.bytes,
		           (unsigned long long)o.max_unused, o.relative ? "/1000" : "");
		check_u64_eq(after.packs, done.after.packs, "%s: packs", when);
		check_u64_eq(after.bytes, done.after.bytes, "%s: bytes", when);
		freed += before.unused - after.unused;
		lb_repo_close(repo);
		lb_memory_free(disk);
	}
	printf("prune: %d histories from seed %d, %u with too much waste before, %llu "
	       "bytes freed\n",
	       HISTORIES, SEED, over, (unsigned long long)freed);
	check_true(over > HISTORIES / 3, "most had something to do");
}
