// SPDX-License-Identifier: Apache-2.0
#include "collect/collect.h"

#include "collect/board.h"
#include "collect/durations.h"
#include "collect/fixtures.h"
#include "collect/outcome.h"
#include "collect/quarantine.h"
#include "collect/reuse/reuse.h"
#include "collect/shard/shard_run.h"
#include "collect/summary.h"
#include "collect/workspace.h"
#include "collect_internal.h"
#include "os/clock.h"
#include "os/fs.h"
#include "plan_internal.h"
#include "scanners/baseline.h"
#include "scanners/redact.h"

static enum err_code begin(struct gate_collection *c, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	enum err_code rc;

	arena_init(&c->arena);
	map_init(&c->by_id);
	gate_bench_result_init(&c->bench);
	c->runner.shard = c->context->selection->shard;
	c->stored = arena_array(&c->arena, p->check_count + 1, sizeof(*c->stored));
	if ((rc = arena_err(&c->arena, err)) != ERR_OK)
		return rc;
	if (c->runner.jobs == 0)
		c->runner.jobs = os_processors();
	rc = gate_plan_select(p, c->context->selection, &c->arena, &c->wanted, err);
	if (rc == ERR_OK)
		rc = gate_durations_load(&c->durations, c->runner.root, err);
	if (rc == ERR_OK)
		rc = gate_board_new(&c->runner.board, c->runner.progress, err);
	if (rc == ERR_OK)
		rc = scan_redactor_new(&c->redactor, err);
	if (rc == ERR_OK)
		rc = gate_quarantine_open(&c->quarantine, p, c->runner.root, os_now_ms(),
		                          err);
	c->runner.quarantine = c->quarantine;
	if (rc != ERR_OK || c->runner.workspace != NULL)
		return rc;
	return gate_workspace_new(&c->runner.workspace, c->runner.root, c->runner.scratch,
	                          p, err);
}

static enum err_code plan_units(struct gate_collection *c, struct err *err)
{
	enum err_code rc = gate_plan_for(c->context->policy, c->context->selection,
	                                 c->wanted, &c->plan, err);

	if (rc != ERR_OK)
		return rc;
	gate_plan_estimate(&c->plan, c->durations);
	if (c->context->selection->shard != NULL &&
	    (rc = shard_run_take(c, err)) != ERR_OK)
		return rc;
	c->units = arena_array(&c->arena, c->plan.count + 1, sizeof(*c->units));
	for (size_t i = 0; c->units != NULL && i < c->plan.count; i++) {
		gate_run_init(&c->units[i].run);
		if (!map_set(&c->by_id, span_str(c->plan.units[i].id), &c->units[i]))
			return err_nomem(err);
	}
	return arena_err(&c->arena, err);
}

/* What earlier runs have answered need not run. */
static enum err_code reuse_units(struct gate_collection *c, struct err *err)
{
	enum err_code rc;

	if (c->context->selection->no_cache)
		return ERR_OK;
	c->measured = (struct gate_measured){ c->context->subject, &c->context->bench };
	/* Who asks for benchmarks alone wants them measured. */
	rc = gate_reuse_open(&c->reuse, c->runner.root, c->context->policy, &c->plan,
	                     c->context->selection->bench_only ? NULL : &c->measured,
	                     err);
	return rc == ERR_OK ? gate_reuse_take(c->reuse, c, err) : rc;
}

/* suites.json names every suite of the policy that was not run because nothing may be. */
static enum err_code note_unrun(struct gate_collection *c, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	struct buf file = BUF_INIT;
	enum err_code rc;

	for (size_t i = 0; i < p->suite_count; i++) {
		struct gate_run r;

		gate_run_init(&r);
		r.id = p->suites[i].id;
		gate_outcome_unknown(&r, "not run: --no-exec");
		buf_puts(&file, i == 0 ? "[" : ",\n");
		gate_summary_suite(&file, &p->suites[i], &r);
		gate_run_fini(&r);
	}
	buf_puts(&file, file.len == 0 ? "[]\n" : "]\n");
	if ((rc = buf_err(&file, err)) == ERR_OK)
		rc = gate_store_file(c->context->store, "suites.json", buf_span(&file),
		                     err);
	buf_fini(&file);
	return rc;
}

/* A run without suites or scan has empty files rather than none. */
static enum err_code write_empty(struct gate_collection *c, struct err *err)
{
	struct gate_store *store = c->context->store;
	enum err_code rc = gate_store_file(store, "suites.json", SPAN_LIT("[]\n"), err);

	return rc == ERR_OK ? gate_store_file(store, "findings.jsonl", SPAN_EMPTY, err)
	                    : rc;
}

static void end(struct gate_collection *c)
{
	for (size_t i = 0; c->units != NULL && i < c->plan.count; i++)
		gate_run_fini(&c->units[i].run);
	scan_result_fini(&c->scan);
	scan_baseline_free(c->baseline);
	scan_result_fini(&c->scan_new);
	scan_baseline_free(c->new_baseline);
	gate_reuse_free(c->reuse);
	gate_bench_result_fini(&c->bench);
	gate_fixtures_free(c->fixtures);
	gate_plan_fini(&c->plan);
	if (c->context->runner.workspace == NULL)
		gate_workspace_free(c->runner.workspace);
	gate_board_free(c->runner.board);
	gate_durations_free(c->durations);
	gate_quarantine_free(c->quarantine);
	scan_redactor_free(c->redactor);
	gate_coverage_state_fini(&c->coverage);
	gate_areas_fini(&c->areas);
	map_fini(&c->by_id);
	arena_fini(&c->arena);
}

/* A shard does not: the others of its run have to deal as it did. */
static enum err_code learn(struct gate_collection *c, struct err *err)
{
	enum err_code rc = gate_durations_store(c->durations, err);

	return rc == ERR_OK ? gate_quarantine_store(c->quarantine, err) : rc;
}

enum err_code gate_collect(const struct gate_collector_context *context, struct err *err)
{
	struct gate_collection c = { .context = context, .runner = context->runner };
	enum err_code rc;

	if ((rc = begin(&c, err)) != ERR_OK)
		goto out;
	if ((rc = write_empty(&c, err)) != ERR_OK)
		goto out;
	if ((rc = gate_collect_at_once(&c, err)) != ERR_OK)
		goto out;
	if ((rc = gate_coverage_begin(&c, err)) != ERR_OK)
		goto out;
	if ((rc = plan_units(&c, err)) != ERR_OK)
		goto out;
	if ((rc = gate_collect_new_code(&c, err)) != ERR_OK)
		goto out;
	if ((rc = reuse_units(&c, err)) != ERR_OK)
		goto out;
	if ((rc = gate_fixtures_new(&c.fixtures, &c, err)) != ERR_OK)
		goto out;
	if ((rc = gate_collect_dispatch(&c, err)) != ERR_OK)
		goto out;
	rc = context->selection->no_exec ? note_unrun(&c, err)
	                                 : gate_collect_write_suites(&c, true, err);
	if (rc == ERR_OK)
		rc = gate_collect_ready(&c, err);
	if (rc == ERR_OK)
		rc = c.shard != NULL ? shard_run_store(&c, err) : learn(&c, err);
out:
	end(&c);
	return rc;
}
