// SPDX-License-Identifier: Apache-2.0
#include "collect/collect.h"

#include "collect/workspace.h"
#include "collect_internal.h"
#include "plan_internal.h"
#include "scanners/baseline.h"

#include <stdio.h>

static enum err_code begin(struct gate_collection *c, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	enum err_code rc;

	arena_init(&c->arena);
	buf_init(&c->suites);
	c->stored = arena_array(&c->arena, p->check_count + 1, sizeof(*c->stored));
	if ((rc = arena_err(&c->arena, err)) != ERR_OK)
		return rc;
	rc = gate_plan_select(p, c->context->selection, &c->arena, &c->wanted, err);
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
	c->units = arena_array(&c->arena, c->plan.count + 1, sizeof(*c->units));
	for (size_t i = 0; c->units != NULL && i < c->plan.count; i++)
		gate_run_init(&c->units[i].run);
	return arena_err(&c->arena, err);
}

/* Output and results are stored by now; a long run must not keep them all. */
static void release(struct gate_run *r)
{
	buf_fini(&r->output);
	buf_init(&r->output);
	buf_fini(&r->results);
	buf_init(&r->results);
}

static enum err_code run_units(struct gate_collection *c, struct err *err)
{
	const struct gate_collector_context *x = c->context;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < c->plan.count && rc == ERR_OK; i++) {
		const struct gate_unit *u = &c->plan.units[i];

		if (x->event != NULL)
			x->event(u, NULL, x->context);
		if ((rc = gate_collect_unit(c, i, err)) != ERR_OK)
			break;
		if (x->event != NULL)
			x->event(u, &c->units[i].run, x->context);
		release(&c->units[i].run);
		rc = gate_collect_ready(c, err);
	}
	return rc;
}

/* suites.json names every suite of the policy that was not run because nothing may be. */
static enum err_code note_unrun(struct gate_collection *c, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; c->context->selection->no_exec && i < p->suite_count; i++) {
		struct gate_run r;

		gate_run_init(&r);
		r.id = p->suites[i].id;
		r.state = GATE_RUN_UNKNOWN;
		(void)snprintf(r.reason, sizeof(r.reason), "not run: --no-exec");
		rc = gate_collect_suite_done(c, &p->suites[i], &r, err);
		gate_run_fini(&r);
		if (rc != ERR_OK)
			break;
	}
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
	gate_plan_fini(&c->plan);
	if (c->context->runner.workspace == NULL)
		gate_workspace_free(c->runner.workspace);
	buf_fini(&c->suites);
	arena_fini(&c->arena);
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
	if ((rc = gate_collect_new_code(&c, err)) != ERR_OK)
		goto out;
	if ((rc = plan_units(&c, err)) != ERR_OK)
		goto out;
	if ((rc = note_unrun(&c, err)) != ERR_OK)
		goto out;
	if ((rc = run_units(&c, err)) != ERR_OK)
		goto out;
	rc = gate_collect_ready(&c, err);
out:
	end(&c);
	return rc;
}
