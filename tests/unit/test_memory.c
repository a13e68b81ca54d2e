/* SPDX-License-Identifier: Apache-2.0 */
#include "backend/memory.h"

#include "base/mem.h"
#include "base/str.h"
#include "support/backend.h"
#include "support/backend_contract.h"

#include <errno.h>

TestSuite(memory, .timeout = 60);

static struct lb_memory *disk;
static struct lb_backend *store_of_disk;

static struct lb_backend *open_on(struct lb_memory *m)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, m, &err), &err);
	return b;
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(lb_memory_new(&disk, &err), &err);
	store_of_disk = open_on(disk);
}

static void tear_down(void)
{
	lb_backend_close(store_of_disk);
	lb_memory_free(disk);
}

static struct lb_memory *crash(size_t cut, uint64_t seed)
{
	struct lb_memory *after = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_memory_crash(&after, disk, cut, seed, &err), &err);
	return after;
}

Test(memory, keeps_the_contract_by_link, .init = set_up, .fini = tear_down)
{
	enum lb_arbitration how = LB_ARBITRATION_NONE;
	struct err err = ERR_INIT;

	check_ok(lb_backend_probe(store_of_disk, &how, &err), &err);
	check_int_eq(how, LB_ARBITRATION_LINK, "probed");
	check_ok(lb_backend_arbitrate(store_of_disk, how, &err), &err);
	check_backend_contract(store_of_disk);
}

Test(memory, keeps_the_contract_by_rename, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	check_ok(lb_backend_arbitrate(store_of_disk, LB_ARBITRATION_RENAME, &err), &err);
	check_backend_contract(store_of_disk);
}

Test(memory, keeps_the_contract_with_one_client, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	check_ok(lb_backend_arbitrate(store_of_disk, LB_ARBITRATION_NONE, &err), &err);
	check_backend_contract(store_of_disk);
	check_err(lb_backend_arbitrate(store_of_disk, LB_ARBITRATION_IF_ABSENT, &err),
	          ERR_UNSUPPORTED, "a folder has no If-None-Match");
}

Test(memory, clients_share_the_disk, .init = set_up, .fini = tear_down)
{
	struct lb_backend *other = open_on(disk);

	store(store_of_disk, "index/a", "text");
	check_object(other, "index/a", "text");
	store_new(other, "config", "theirs", ERR_OK);
	store_new(store_of_disk, "config", "ours", ERR_EXISTS);
	lb_backend_close(other);
}

/* What the scenario has had acknowledged at each step, and so what must survive. */
struct history {
	size_t first_put;
	size_t record;
	size_t removal_began;
	size_t removed;
};

/* Packs, the record that names them, then the deletion of one. */
static struct history scenario(enum lb_arbitration how)
{
	struct history h;
	struct err err = ERR_INIT;

	check_ok(lb_backend_arbitrate(store_of_disk, how, &err), &err);
	check_ok(lb_memory_record(disk, &err), &err);
	store(store_of_disk, "packs/aa/one", "pack one");
	h.first_put = lb_memory_cuts(disk);
	store(store_of_disk, "packs/bb/two", "pack two");
	store(store_of_disk, "index/seg", "segment");
	store_new(store_of_disk, "log/00000000/00000000", "record", ERR_OK);
	h.record = lb_memory_cuts(disk);
	store(store_of_disk, "packs/cc/three", "pack three");
	h.removal_began = lb_memory_cuts(disk);
	check_ok(lb_backend_delete(store_of_disk, "packs/aa/one", &err), &err);
	check_ok(lb_backend_sync(store_of_disk, &err), &err);
	h.removed = lb_memory_cuts(disk);
	return h;
}

static bool has(struct lb_backend *b, const char *key, const char *text)
{
	uint64_t size;

	if (lb_backend_size(b, key, &size, NULL) == ERR_NOT_FOUND)
		return false;
	check_object(b, key, text); /* there and whole, never a part */
	return true;
}

static void check_after(const struct history *h, size_t cut, struct lb_backend *b)
{
	const bool one = has(b, "packs/aa/one", "pack one");
	const bool two = has(b, "packs/bb/two", "pack two");
	const bool segment = has(b, "index/seg", "segment");
	const bool record = has(b, "log/00000000/00000000", "record");
	const bool three = has(b, "packs/cc/three", "pack three");

	if (record)
		check_true(two && segment && (one || cut > h->removal_began),
		           "cut %zu: a record names what is lost", cut);
	if (cut >= h->record)
		check_true(record, "cut %zu: the record was acknowledged", cut);
	if (cut > h->removal_began && !one)
		check_true(three, "cut %zu: puts survive a later deletion", cut);
	if (cut >= h->removed)
		check_true(!one && three, "cut %zu: synced", cut);
	/* The next run goes on. */
	store(b, "packs/aa/next", "next");
	store_new(b, "log/00000000/00000001", "next record", ERR_OK);
}

static void check_steps_are_told(void)
{
	struct buf step = BUF_INIT;
	struct err err = ERR_INIT;
	bool linked = false;

	for (size_t i = 0; i < lb_memory_cuts(disk); i++) {
		check_ok(lb_memory_step(disk, i, &step, &err), &err);
		linked |= str_eq(buf_str(&step), "sync log/00000000");
	}
	check_true(linked, "the folder of the log was synced");
	check_err(lb_memory_step(disk, lb_memory_cuts(disk), &step, &err), ERR_NOT_FOUND,
	          "no more steps");
	buf_fini(&step);
}

static void crash_everywhere(enum lb_arbitration how)
{
	enum { SEEDS = 40 };
	struct history h = scenario(how);
	struct err err = ERR_INIT;
	size_t lost = 0;

	for (size_t cut = 0; cut <= h.removed; cut++) {
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			struct lb_memory *after = crash(cut, seed);
			struct lb_backend *b = open_on(after);

			check_ok(lb_backend_arbitrate(b, how, &err), &err);
			lost += cut >= h.first_put && cut < h.removal_began &&
			        !has(b, "packs/aa/one", "pack one");
			check_after(&h, cut, b);
			lb_backend_close(b);
			lb_memory_free(after);
		}
	}
	check_true(lost > 0, "a put alone may be lost: the model does lose names");
	check_steps_are_told();
	cr_log_info("%zu cut points, %d seeds each", h.removed + 1, SEEDS);
}

Test(memory, crash_keeps_what_was_promised, .init = set_up, .fini = tear_down)
{
	crash_everywhere(LB_ARBITRATION_LINK);
}

Test(memory, crash_keeps_what_was_promised_by_rename, .init = set_up, .fini = tear_down)
{
	crash_everywhere(LB_ARBITRATION_RENAME);
}

/* A client that finds another's record must not build on it before it is safe. */
Test(memory, sync_folder_makes_the_record_of_another_safe, .init = set_up,
     .fini = tear_down)
{
	struct lb_backend *other = open_on(disk);
	struct err err = ERR_INIT;
	uint64_t n = 0;

	check_ok(lb_memory_record(disk, &err), &err);
	/* The writer dies right after its link: no folder has been synced. */
	while (!has(store_of_disk, "log/00000000/00000000", "record")) {
		lb_memory_fail(disk, ++n, EIO, true);
		store_new(other, "log/00000000/00000000", "record", ERR_IO);
	}
	lb_memory_fail(disk, 0, 0, false);
	for (int synced = 0; synced < 2; synced++) {
		struct lb_memory *after = crash(lb_memory_cuts(disk), LB_CRASH_LOSE);
		struct lb_backend *b = open_on(after);

		check_object(b, "log/00000000/00000000", synced ? "record" : NULL);
		lb_backend_close(b);
		lb_memory_free(after);
		check_ok(lb_backend_sync_folder(store_of_disk, "log/00000000", &err),
		         &err);
	}
	lb_backend_close(other);
}

Test(memory, seeds_repeat_and_differ, .init = set_up, .fini = tear_down)
{
	size_t states[2] = { 0, 0 };
	const size_t cut = scenario(LB_ARBITRATION_LINK).record - 4;

	for (uint64_t seed = 0; seed < 20; seed++) {
		bool found[2];

		for (int run = 0; run < 2; run++) {
			struct lb_memory *after = crash(cut, seed);
			struct lb_backend *b = open_on(after);

			found[run] = has(b, "log/00000000/00000000", "record");
			lb_backend_close(b);
			lb_memory_free(after);
		}
		check_int_eq(found[0], found[1], "seed %d twice", (int)seed);
		states[found[0]]++;
	}
	check_true(
		states[0] > 0 && states[1] > 0,
		"an unsynced name is there with some seeds and not with others: %zu %zu",
		states[0], states[1]);
}

/* Every step fails once, without and with its effect; what was promised holds, and the
 * next client carries on. */
static void fail_everywhere(int os_code, bool done)
{
	uint64_t n = 1;
	bool failed = true;

	for (; failed; n++) {
		const struct span pack = SPAN_LIT("pack");
		struct err err = ERR_INIT;
		enum err_code rc;

		set_up();
		lb_memory_fail(disk, n, os_code, done);
		rc = lb_backend_put(store_of_disk, "packs/aa/one", &pack, 1, &err);
		if (rc == ERR_OK)
			rc = lb_backend_put_new(store_of_disk, "log/00000000/00000000",
			                        SPAN_LIT("record"), &err);
		if (rc == ERR_OK)
			rc = lb_backend_delete(store_of_disk, "packs/aa/one", &err);
		if (rc == ERR_OK)
			rc = lb_backend_sync(store_of_disk, &err);
		failed = rc != ERR_OK;
		if (failed) {
			check_err(rc, ERR_IO, "step %d: %s", (int)n, err.msg);
			check_int_eq(err.os_code, os_code, "step %d: errno kept", (int)n);
		}
		lb_memory_fail(disk, 0, 0, false);
		lb_backend_close(store_of_disk);
		store_of_disk = open_on(disk);
		store(store_of_disk, "packs/aa/one", "pack");
		store_new(store_of_disk, "log/00000000/00000000", "record", ERR_OK);
		tear_down();
	}
	check_true(n > 12, "only %d steps were there to fail", (int)n);
}

Test(memory, every_step_may_fail)
{
	fail_everywhere(ENOSPC, false);
	fail_everywhere(EIO, false);
	fail_everywhere(EIO, true);
}

Test(memory, a_failed_sync_is_never_forgotten, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	store(store_of_disk, "packs/aa/one", "pack");
	lb_memory_fail(disk, 1, EIO, false);
	check_err(lb_backend_sync(store_of_disk, &err), ERR_IO, "the device fails");
	check_err(lb_backend_sync(store_of_disk, &err), ERR_IO, "it works again");
	check_err(lb_backend_put_new(store_of_disk, "config", SPAN_LIT("x"), &err),
	          ERR_IO, "nothing may rest on what was lost");
	check_str_contains(err.msg, "may be lost", "says so");
	check_str_contains(err.msg, "config", "names the object");
	check_object(store_of_disk, "config", NULL);
}

Test(memory, messages_name_the_mend, .init = set_up, .fini = tear_down)
{
	static const struct {
		int os_code;
		const char *mend;
	} faults[] = {
		{ ENOSPC, "make room" },        { EDQUOT, "make room" },
		{ EROFS, "mount it writable" }, { EACCES, "owner of the repository" },
		{ EIO, "another device" },      { EMFILE, "ulimit -n" },
		{ EFBIG, "ulimit -f" },         { ESTALE, "mount it again" },
	};
	const struct span pack = SPAN_LIT("pack");

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct err err = ERR_INIT;

		lb_memory_fail(disk, 2, faults[i].os_code, false);
		check_true(lb_backend_put(store_of_disk, "packs/aa/one", &pack, 1,
		                          &err) != ERR_OK,
		           "fault %d", faults[i].os_code);
		check_str_contains(err.msg, faults[i].mend, "the mend");
		check_str_contains(err.msg, "store packs/aa/one in memory", "the object");
	}
}

Test(memory, running_out_of_memory_leaks_nothing)
{
	bool failed = true;

	for (uint64_t n = 1; failed; n++) {
		struct lb_memory *m = NULL;
		struct lb_memory *after = NULL;
		struct lb_backend *b = NULL;
		struct err err = ERR_INIT;
		const struct span pack = SPAN_LIT("pack");
		enum err_code rc;

		mem_fail_after(n);
		if ((rc = lb_memory_new(&m, &err)) == ERR_OK &&
		    (rc = lb_memory_open(&b, m, &err)) == ERR_OK &&
		    (rc = lb_memory_record(m, &err)) == ERR_OK &&
		    (rc = lb_backend_put(b, "packs/aa/one", &pack, 1, &err)) == ERR_OK &&
		    (rc = lb_backend_put_new(b, "config", pack, &err)) == ERR_OK &&
		    (rc = lb_backend_delete(b, "packs/aa/one", &err)) == ERR_OK)
			rc = lb_memory_crash(&after, m, lb_memory_cuts(m), 7, &err);
		mem_fail_after(0);
		failed = rc != ERR_OK;
		if (failed)
			check_err(rc, ERR_NOMEM, "allocation %d: %s", (int)n, err.msg);
		lb_memory_free(after);
		lb_backend_close(b);
		lb_memory_free(m);
	}
}
