// SPDX-License-Identifier: Apache-2.0
#include "job/right.h"

#include "backend/memory.h"
#include "job/backup.h"
#include "job/key.h"
#include "repo/log.h"
#include "repo_fixture.h"
#include "support/check.h"

/* Who may not write is told so before the work begins. */

TestSuite(right, .timeout = 60);

static const struct lb_pwhash_cost cheap = { 1, LB_PWHASH_MEMORY_MIN };

static struct lb_unlock password(const char *text)
{
	return (struct lb_unlock){ LB_SLOT_PASSWORD, span_str(text), NULL };
}

static struct lb_memory *make(uint64_t features_write)
{
	struct lb_unlock first = password("first");
	struct lb_repo_plan plan;

	fixture_plan(&plan, &first);
	plan.cost = cheap;
	plan.config.features_write = features_write;
	return fixture_disk_of(&plan);
}

static struct lb_repo *open_with(struct lb_memory *disk, const char *text)
{
	struct lb_unlock how = password(text);

	return fixture_open_by(disk, &how);
}

static enum err_code back_up(struct lb_repo *repo, struct err *err)
{
	static const char *const paths[] = { "/no such folder" };
	struct lb_backup_options o = { .paths = paths, .path_count = 1 };
	struct lb_backup_result result;

	return lb_backup(repo, &o, &result, err);
}

static void add(struct lb_repo *repo, const char *text, uint32_t roles)
{
	struct lb_key_plan plan = {
		.unlock = password(text), .cost = cheap, .label = text, .roles = roles
	};
	struct err err = ERR_INIT;
	struct lb_id16 id;

	check_ok(lb_key_add(repo, &plan, &id, &err), &err);
}

Test(right, a_key_without_the_role_is_refused_at_once)
{
	struct lb_memory *disk = make(0);
	struct lb_repo *repo = open_with(disk, "first");
	struct err err = ERR_INIT;

	check_err(back_up(repo, &err), ERR_NOT_FOUND, "with the role, the source counts");
	add(repo, "reader", LB_ROLE_READ);
	lb_repo_close(repo);
	repo = open_with(disk, "reader");
	check_err(back_up(repo, &err), ERR_AUTH, "it may only read");
	check_str_contains(err.msg, "the role backup", "what it takes");
	check_err(lb_right(repo, LB_ROLE_READ | LB_ROLE_PRUNE, "prune", &err), ERR_AUTH,
	          "it may not prune");
	check_str_contains(err.msg, "may not prune: that takes the roles read and prune",
	                   "all that it takes");
	check_ok(lb_right(repo, LB_ROLE_READ, "read", &err), &err);
	lb_repo_close(repo);
	lb_memory_free(disk);
}

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	(void)context;
	(void)after;
	(void)what;
	(void)err;
	r->type = LB_VOID;
	return ERR_OK;
}

Test(right, unknown_features_refuse_writing_alone)
{
	struct lb_memory *disk = make(UINT64_C(1) << 40);
	struct lb_repo *repo = open_with(disk, "first");
	struct lb_key_plan plan = { .unlock = password("second"),
		                    .cost = cheap,
		                    .label = "second",
		                    .roles = LB_ROLE_READ };
	struct err err = ERR_INIT;
	struct lb_id16 id;
	uint64_t slot;

	check_ok(lb_right(repo, LB_ROLE_READ, "restore", &err), &err);
	check_err(back_up(repo, &err), ERR_UNSUPPORTED, "no backup");
	check_str_contains(err.msg, "writing to this repository needs features", "why");
	check_err(lb_key_add(repo, &plan, &id, &err), ERR_UNSUPPORTED, "no key");
	check_err(lb_log_append(lb_repo_log(repo), build, NULL, &slot, &err),
	          ERR_UNSUPPORTED, "no record at all");
	check_ok(lb_repo_refresh(repo, &err), &err);
	check_u64_eq(lb_state_head(lb_repo_state(repo)), 0, "the log is as it was");
	lb_repo_close(repo);
	lb_memory_free(disk);
}
