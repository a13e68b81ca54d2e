// SPDX-License-Identifier: Apache-2.0
#include "job/snapshots.h"

#include "backend/memory.h"
#include "job/check.h"
#include "job/forget.h"
#include "repo/init.h"
#include "repo/log.h"
#include "repo/repo.h"
#include "support/check.h"

TestSuite(job_snapshots, .timeout = 20);

static const char key_file[] = "0123456789abcdef0123456789abcdef";

static struct lb_repo *make_repo(struct lb_memory **disk)
{
	struct lb_unlock unlock = { .kind = LB_SLOT_KEY_FILE,
		                    .secret = span_str(key_file) };
	struct lb_backend *backend = NULL;
	struct lb_repo *repo = NULL;
	struct lb_repo_plan plan;
	struct err err = ERR_INIT;

	check_ok(lb_memory_new(disk, &err), &err);
	check_ok(lb_memory_open(&backend, *disk, &err), &err);
	lb_repo_plan_default(&plan);
	plan.unlock = unlock;
	plan.label = "test";
	check_ok(lb_repo_init(backend, &plan, &err), &err);
	check_ok(lb_repo_open(&repo, backend, &unlock, NULL, &err), &err);
	return repo;
}

/* A record that is signed as it should be, and may be nonsense. */
struct nonsense {
	enum lb_record_type type;
	struct span part;
	bool lost_list; /* its segments are in a list that is not there */
};

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	const struct nonsense *n = context;

	(void)after;
	r->type = (uint8_t)n->type;
	r->private_state = LB_PRIVATE_OPEN;
	buf_put(&r->private_part, n->part);
	r->segments.listed = n->lost_list;
	r->segments.list_count = 3;
	*what = LB_BUILD_APPEND;
	return buf_err(&r->private_part, err);
}

static void append(struct lb_repo *repo, const struct nonsense *what)
{
	struct nonsense n = *what;
	struct err err = ERR_INIT;
	uint64_t slot;

	check_ok(lb_log_append(lb_repo_log(repo), build, &n, &slot, &err), &err);
	check_ok(lb_repo_refresh(repo, &err), &err);
}

static void commit(struct lb_repo *repo, struct span fields)
{
	append(repo, &(struct nonsense){ .type = LB_COMMIT, .part = fields });
}

static void commit_good(struct lb_repo *repo)
{
	struct lb_snapshot s = { .start_ns = 1700000000000000000,
		                 .host = SPAN_LIT("host") };
	struct buf fields = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_snapshot_encode(&s, &fields, &err), &err);
	commit(repo, buf_span(&fields));
	buf_fini(&fields);
}

static void forget(struct lb_repo *repo, const struct lb_id16 *id)
{
	struct lb_forget_options o = { .ids = id, .id_count = 1 };
	struct lb_forgotten out;
	struct err err = ERR_INIT;

	check_ok(lb_forget(repo, &o, &out, &err), &err);
	check_u64_eq(out.removed, 1, "by its id");
	lb_forgotten_fini(&out);
	check_ok(lb_repo_refresh(repo, &err), &err);
}

/* A key that may only store cannot keep the others from what they have. */
Test(job_snapshots, a_malformed_one_neither_hides_others_nor_stays)
{
	struct lb_memory *disk = NULL;
	struct lb_repo *repo = make_repo(&disk);
	struct lb_snapshots all;
	struct lb_id16 bad;
	struct err err = ERR_INIT;

	commit_good(repo);
	commit(repo, SPAN_LIT("\377\377 nonsense"));
	check_ok(lb_snapshots_load(&all, lb_repo_state(repo), false, &err), &err);
	check_u64_eq(all.count, 1, "of those that count");
	check_true(span_eq_str(all.refs[0].snapshot->host, "host"), "the good one");
	lb_snapshots_fini(&all);
	check_ok(lb_snapshots_load(&all, lb_repo_state(repo), true, &err), &err);
	check_u64_eq(all.count, 2, "of all");
	check_true(span_starts(all.refs[0].snapshot->description,
	                       SPAN_LIT("(cannot be read: ")),
	           "it says so");
	bad = all.refs[0].id;
	lb_snapshots_fini(&all);
	forget(repo, &bad);
	check_ok(lb_snapshots_load(&all, lb_repo_state(repo), true, &err), &err);
	check_u64_eq(all.count, 1, "the good one is left");
	lb_snapshots_fini(&all);
	lb_repo_close(repo);
	lb_memory_free(disk);
}

static void edit(struct lb_repo *repo, const struct lb_id16 *id, struct span fields)
{
	struct buf part = BUF_INIT;

	lb_record_put_meta(id, fields, &part);
	append(repo, &(struct nonsense){ .type = LB_META, .part = buf_span(&part) });
	buf_fini(&part);
}

/* Findings that name a record, each with its writer. */
static uint64_t bad_records(struct lb_repo *repo)
{
	const struct lb_check_options o = { .threads = 1 };
	struct lb_check_result r;
	struct err err = ERR_INIT;
	uint64_t count = 0;

	check_ok(lb_check_run(repo, &o, &r, &err), &err);
	for (size_t i = 0; i < r.findings.count; i++) {
		const struct lb_finding *f = r.findings.items[i];

		if (!span_starts(span_str(f->object), SPAN_LIT("log/")))
			continue;
		check_int_eq(f->level, LB_FINDING_DAMAGE, "%s", f->object);
		check_str_contains(f->what, "by the key \"test\"", "whose");
		count++;
	}
	lb_check_result_fini(&r);
	return count;
}

/* Edits, removals and lists alike. The snapshot has an empty folder. */
Test(job_snapshots, a_malformed_record_changes_nothing_and_is_damage)
{
	const struct nonsense cases[] = {
		{ LB_META, SPAN_LIT("\377 nonsense"), false },
		{ LB_FORGET, SPAN_LIT("\377 nonsense"), false },
		{ LB_COMMIT, SPAN_LIT(""), true },
	};
	const struct span edits[] = { SPAN_LIT("\377 nonsense"), SPAN_LIT("\6\3\2a,"),
		                      SPAN_LIT("\13\1\2"), SPAN_LIT("\7\1x\200\1x") };
	struct lb_memory *disk = NULL;
	struct lb_repo *repo = make_repo(&disk);
	struct lb_snapshots all;
	struct lb_id16 good;
	struct err err = ERR_INIT;

	commit_good(repo);
	check_ok(lb_snapshots_load(&all, lb_repo_state(repo), false, &err), &err);
	good = all.refs[0].id;
	lb_snapshots_fini(&all);
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
		edit(repo, &good, edits[i]);
	edit(repo, &good, SPAN_LIT("\7\4fine"));
	check_ok(lb_snapshots_load(&all, lb_repo_state(repo), false, &err), &err);
	check_u64_eq(all.count, 1, "the snapshot is there");
	check_size_eq(all.bad_edit_count, 4, "malformed edits");
	check_true(span_eq_str(all.refs[0].snapshot->description, "fine"),
	           "the good edit");
	check_size_eq(all.refs[0].snapshot->tag_count, 0, "nothing of the others");
	lb_snapshots_fini(&all);
	check_u64_eq(bad_records(repo), 4, "each is damage");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		append(repo, &cases[i]);
	check_u64_eq(bad_records(repo), 4 + 3, "so are these");
	lb_repo_close(repo);
	lb_memory_free(disk);
}
