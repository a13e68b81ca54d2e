// SPDX-License-Identifier: Apache-2.0
#include "job/stats.h"

#include "repo/log.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <string.h>

TestSuite(stats, .timeout = 20);

/* A COMMIT whose private part is no snapshot. */
static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	(void)context;
	(void)after;
	r->type = LB_COMMIT;
	r->private_state = LB_PRIVATE_OPEN;
	buf_puts(&r->private_part, "\377\377 nonsense");
	*what = LB_BUILD_APPEND;
	return buf_err(&r->private_part, err);
}

static void on_trouble(void *context, struct span path, const struct err *err)
{
	struct buf *text = context;

	buf_put(text, path);
	buf_printf(text, ": %s\n", err->msg);
}

Test(stats, a_malformed_snapshot_is_told_and_the_others_counted)
{
	struct buf text = BUF_INIT;
	struct lb_events events = { .context = &text, .trouble = on_trouble };
	struct lb_memory *disk = fixture_disk();
	struct lb_repo *repo = fixture_open(disk);
	struct project p;
	struct lb_stats alone;
	struct lb_stats both;
	uint64_t dice = 5;
	uint64_t slot;
	struct err err = ERR_INIT;

	project_init(&p);
	fixture_write(&dice, &p, "a", 1000);
	(void)fixture_back_up(repo, &p);
	check_ok(lb_repo_refresh(repo, &err), &err);
	check_ok(lb_stats_of(repo, NULL, 0, &events, NULL, &alone, &err), &err);
	check_str_eq(buf_str(&text), "", "nothing to tell");
	check_u64_eq(alone.errors, 0, "nothing is damaged");
	check_ok(lb_log_append(lb_repo_log(repo), build, NULL, &slot, &err), &err);
	check_ok(lb_repo_refresh(repo, &err), &err);
	check_ok(lb_stats_of(repo, NULL, 0, &events, NULL, &both, &err), &err);
	check_u64_eq(both.errors, 1, "the malformed one");
	check_true(strstr(buf_str(&text), "cannot be read") != NULL, "told: %s",
	           buf_str(&text));
	both.errors = 0;
	check_true(both.chunks > 0 && both.snapshots == 1, "the good one is counted");
	check_mem_eq(&both, &alone, sizeof both, "as before");
	buf_fini(&text);
	lb_repo_close(repo);
	lb_memory_free(disk);
	project_fini(&p);
}
