// SPDX-License-Identifier: Apache-2.0
#include "job/copy.h"

#include "copy_fixture.h"
#include "crypto/digest.h"
#include "job/copy_memo.h"
#include "job/tag.h"
#include "support/check.h"

#include <string.h>

TestSuite(copy, .timeout = 110);

Test(copy, a_copy_is_all_that_it_was)
{
	struct lb_memory *source = copy_filled(true);
	struct lb_memory *target = copy_disk(copy_target_key);
	struct lb_repo *from = copy_open(source, copy_source_key);
	struct lb_repo *to = copy_open(target, copy_target_key);
	struct lb_tag_edit pin = { .set_pinned = true, .pinned = true };
	struct lb_snapshots a = copy_snapshots(from);
	struct lb_snapshots b;
	struct err err = ERR_INIT;
	bool changed;

	check_ok(lb_tag(from, &a.refs[0].id, &pin, false, &changed, &err), &err);
	check_size_eq(copy_everything(from, to, NULL).copied, 3, "copied");
	copy_check(from, to, 3, "after it");
	b = copy_snapshots(to);
	for (size_t i = 0; i < 3; i++) {
		const struct lb_snapshot *s = a.refs[i].snapshot;
		const struct lb_snapshot *c = b.refs[i].snapshot;

		check_true(s->start_ns == c->start_ns && s->end_ns == c->end_ns &&
		                   span_eq(s->host, c->host) &&
		                   span_eq(s->user, c->user) && s->path_count == 1 &&
		                   c->path_count == 1 &&
		                   span_eq(s->paths[0], c->paths[0]) &&
		                   span_eq(s->description, c->description) &&
		                   lb_snapshot_has_tag(c, SPAN_LIT("tag")),
		           "what is said of snapshot %zu", i);
		check_int_eq(memcmp(&s->figures, &c->figures, sizeof s->figures), 0,
		             "figures");
		check_int_eq(c->pinned, i == 0, "pin");
		check_true(c->has_parent == (i > 0) &&
		                   (i == 0 || lb_id16_eq(&c->parent, &b.refs[i - 1].id)),
		           "the parent is the copy of the parent");
		check_true(!lb_id_eq(&s->root, &c->root), "ids are its own");
	}
	lb_snapshots_fini(&a);
	lb_snapshots_fini(&b);
	lb_repo_close(from);
	lb_repo_close(to);
	lb_memory_free(source);
	lb_memory_free(target);
}

Test(copy, nothing_is_copied_twice)
{
	struct lb_memory *disks[3] = { copy_filled(false), copy_disk(copy_target_key),
		                       copy_disk(copy_target_key) };
	struct lb_repo *a = copy_open(disks[0], copy_source_key);
	struct lb_repo *b = copy_open(disks[1], copy_target_key);
	struct lb_repo *c = copy_open(disks[2], copy_target_key);
	struct lb_copy_result r = copy_everything(a, b, NULL);

	check_true(r.copied == 3 && r.had == 0 && r.chunks_new > 0, "first");
	r = copy_everything(a, b, NULL);
	check_true(r.copied == 0 && r.had == 3 && r.chunks_new == 0, "again");
	r = copy_everything(b, c, NULL);
	check_size_eq(r.copied, 3, "further");
	r = copy_everything(a, c, NULL);
	check_size_eq(r.had, 3, "what came by way of another");
	r = copy_everything(c, a, NULL);
	check_size_eq(r.had, 3, "and back to where it was made");
	lb_repo_close(a);
	lb_repo_close(b);
	lb_repo_close(c);
	for (size_t i = 0; i < 3; i++)
		lb_memory_free(disks[i]);
}

static void count_told(void *context, const struct lb_copied *c)
{
	size_t *counts = context;

	counts[c->what]++;
}

Test(copy, only_what_is_asked_for)
{
	struct lb_memory *source = copy_filled(false);
	struct lb_memory *target = copy_disk(copy_target_key);
	struct lb_repo *from = copy_open(source, copy_source_key);
	struct lb_repo *to = copy_open(target, copy_target_key);
	struct lb_snapshots a = copy_snapshots(from);
	size_t told[4] = { 0 };
	struct span host = SPAN_LIT("venus");
	struct lb_snapshot_filter filter = { .hosts = &host, .host_count = 1 };
	struct lb_copy_options dry = { .dry_run = true,
		                       .tell = count_told,
		                       .context = told };
	struct lb_copy_options one = {
		.ids = &a.refs[1].id, .id_count = 1, .tell = count_told, .context = told
	};
	struct lb_copy_options none = { .filter = &filter };
	struct lb_id16 unknown = { { 1 } };
	struct lb_copy_options wrong = { .ids = &unknown, .id_count = 1 };
	struct lb_copy_result r = copy_everything(from, to, &dry);
	struct err err = ERR_INIT;

	check_true(r.copied == 3 && told[LB_COPY_WOULD] == 3, "a dry run tells");
	copy_check(from, to, 0, "after a dry run");
	check_size_eq(copy_everything(from, to, &none).copied, 0, "another host");
	check_size_eq(copy_everything(from, to, &one).copied, 1, "one");
	check_size_eq(told[LB_COPY_DONE], 1, "told");
	copy_check(from, to, 1, "after one");
	check_err(lb_copy(from, to, &wrong, &r, &err), ERR_NOT_FOUND, "an unknown one");
	check_err(lb_copy(from, from, &dry, &r, &err), ERR_USAGE, "into itself");
	lb_snapshots_fini(&a);
	lb_repo_close(from);
	lb_repo_close(to);
	lb_memory_free(source);
	lb_memory_free(target);
}

/* ---- the memo ---- */

Test(copy, the_memo_forgets_at_most)
{
	enum { PAIRS = 3000 };
	struct lb_copy_memo *m;
	struct err err = ERR_INIT;
	size_t kept = 0;

	check_ok(lb_copy_memo_new(&m, NULL, PAIRS, &err), &err);
	for (uint32_t turn = 0; turn < 2; turn++)
		for (uint32_t i = 0; i < PAIRS; i++) {
			struct lb_id id;
			struct lb_id value = { { (unsigned char)i, 1,
				                 (unsigned char)turn } };

			check_ok(lb_hash(span_of((const char *)&i, sizeof i), &id, &err),
			         &err);
			check_ok(lb_copy_memo_put(m, &id, &value, &err), &err);
		}
	for (uint32_t i = 0; i < PAIRS; i++) {
		struct lb_id id;
		struct lb_id value;
		bool known;

		check_ok(lb_hash(span_of((const char *)&i, sizeof i), &id, &err), &err);
		check_ok(lb_copy_memo_get(m, &id, &value, &known, &err), &err);
		kept += known;
		check_true(!known || (value.b[0] == (unsigned char)i && value.b[1] == 1 &&
		                      value.b[2] == 1),
		           "the last value of %u", i);
		check_ok(lb_hash(lb_id_span(&id), &id, &err), &err);
		check_ok(lb_copy_memo_get(m, &id, &value, &known, &err), &err);
		check_true(!known, "one that was never put");
	}
	check_true(kept > PAIRS * 95 / 100, "%zu of %d are kept", kept, (int)PAIRS);
	lb_copy_memo_free(m);
	lb_copy_memo_free(NULL);
}
