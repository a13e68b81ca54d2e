// SPDX-License-Identifier: Apache-2.0
#include "job/snapshots.h"

#include "backend/memory.h"
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

/* A COMMIT whose private part is what is given. */
static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	const struct span *fields = context;

	(void)after;
	r->type = LB_COMMIT;
	r->private_state = LB_PRIVATE_OPEN;
	buf_put(&r->private_part, *fields);
	*what = LB_BUILD_APPEND;
	return buf_err(&r->private_part, err);
}

static void commit(struct lb_repo *repo, struct span fields)
{
	struct err err = ERR_INIT;
	uint64_t slot;

	check_ok(lb_log_append(lb_repo_log(repo), build, &fields, &slot, &err), &err);
	check_ok(lb_repo_refresh(repo, &err), &err);
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
