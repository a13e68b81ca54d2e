// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/version.h"
#include "collect/overlap.h"
#include "collect/plugin/plugin.h"
#include "collect_internal.h"
#include "os/clock.h"
#include "plan_internal.h"

/*
 * What makes a check known that this run left out. One run is one card: a run of that
 * check alone would leave all others unknown, and so would its command typed by hand.
 */
#define RUN_ALL "seaworthy run"

/* The units that a check rests on, in the order of the plan. */
struct basis {
	const size_t *units;
	size_t count;
	const char *what; /* "suite", "build", "command", "scan" */
};

/* ---- writing ---- */

struct period {
	int64_t started_ms;
	int64_t ended_ms;
};

static struct gate_record record_of(const struct gate_collection *c,
                                    const struct gate_check *k,
                                    const struct gate_judgement *j)
{
	return (struct gate_record){
		.check = k->id,
		.state = j->state,
		.measured = j->measured[0] != '\0' ? j->measured : NULL,
		.unit = j->unit,
		.low = j->has_value ? j->value.low : NULL,
		.high = j->has_value ? j->value.high : NULL,
		.producer_tool =
			j->producer_tool != NULL ? j->producer_tool : "seaworthy",
		.producer_version =
			j->producer_tool != NULL ? j->producer_version : version_string(),
		.areas = j->areas,
		.area_count = j->area_count,
		.has_ended = true,
		.tree = c->context->subject->tree,
		.message = buf_str(&j->message),
		.remedy = j->remedy.len > 0 ? buf_str(&j->remedy) : NULL,
	};
}

static enum err_code store(struct gate_collection *c, size_t check,
                           const struct gate_judgement *j, struct gate_record *r,
                           struct err *err)
{
	enum err_code rc;

	if ((rc = buf_err(&j->message, err)) != ERR_OK ||
	    (rc = buf_err(&j->remedy, err)) != ERR_OK)
		return rc;
	rc = gate_store_record(c->context->store, r, err);
	if (rc == ERR_OK)
		c->stored[check] = true;
	return rc;
}

enum err_code gate_collect_store_now(struct gate_collection *c, size_t check,
                                     const struct gate_judgement *j, struct err *err)
{
	struct gate_record r = record_of(c, &c->context->policy->checks[check], j);

	r.started_ms = os_now_ms();
	r.ended_ms = r.started_ms;
	return store(c, check, j, &r, err);
}

/* ---- checks that need nothing to be run ---- */

/* False if its predicate is; `why` is the evidence. An error of the predicate is the
 * gate's. */
static bool applies(const struct gate_collection *c, const struct gate_check *k,
                    struct buf *why, struct err *err)
{
	bool holds = true;

	if (k->applies_when == NULL)
		return true;
	if (gate_predicate_holds(k->applies_when, c->runner.root, c->context->policy,
	                         c->context->detected, &holds, why, err) != ERR_OK)
		return true;
	return holds;
}

/* True, with the judgement made, where the check does not apply or that cannot be told.
 */
static bool judge_applicability(const struct gate_collection *c,
                                const struct gate_check *k, struct gate_judgement *j)
{
	struct buf why = BUF_INIT;
	struct err err = ERR_INIT;
	bool settled = true;

	if (k->not_applicable_reason != NULL)
		gate_judge_without(
			j, GATE_NOT_APPLICABLE, "not applicable: %s (approved by %s)",
			k->not_applicable_reason,
			k->not_applicable_approver != NULL ? k->not_applicable_approver
							   : "nobody");
	else if (!applies(c, k, &why, &err))
		gate_judge_without(j, GATE_NOT_APPLICABLE, "not applicable: %s",
		                   buf_str(&why));
	else if (err.code != ERR_OK)
		gate_judge_without(j, GATE_ERROR, "applies_when: %s", err.msg);
	else
		settled = false;
	buf_fini(&why);
	return settled;
}

static bool runs_project_code(const struct gate_check *k)
{
	return k->collector == GATE_COLLECT_SUITE ||
	       k->collector == GATE_COLLECT_COVERAGE ||
	       k->collector == GATE_COLLECT_COMMAND || k->collector == GATE_COLLECT_BENCH;
}

static void judge_missing_collector(struct gate_judgement *j, const struct gate_check *k)
{
	gate_judge_without(j, GATE_UNKNOWN, "version %s has no collector `%s`",
	                   version_string(), gate_collector_name(k->collector));
	buf_puts(&j->remedy, "measure it by `collect: {command: ..}`");
}

/* True, with the judgement made, where nothing needs to be run. */
static bool judge_at_once(const struct gate_collection *c, size_t check,
                          struct gate_judgement *j)
{
	const struct gate_check *k = &c->context->policy->checks[check];

	if (judge_applicability(c, k, j))
		return true;
	if (!c->wanted[check]) {
		gate_judge_without(j, GATE_UNKNOWN, "not selected in this run");
		buf_puts(&j->remedy, RUN_ALL);
		return true;
	}
	if (gate_collect_no_new_code(c, check, j) || gate_coverage_no_base(c, check, j))
		return true;
	if (k->collector == GATE_COLLECT_ATTEST) {
		gate_judge_attest(j, k);
		return true;
	}
	if (k->collector != GATE_COLLECT_SCAN && !runs_project_code(k)) {
		judge_missing_collector(j, k);
		return true;
	}
	if (runs_project_code(k) && c->context->selection->no_exec) {
		gate_judge_without(j, GATE_UNKNOWN, "not run: --no-exec");
		buf_puts(&j->remedy, RUN_ALL);
		return true;
	}
	return false;
}

enum err_code gate_collect_at_once(struct gate_collection *c, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < c->context->policy->check_count && rc == ERR_OK; i++) {
		struct gate_judgement j;

		gate_judgement_init(&j);
		if (judge_at_once(c, i, &j)) {
			c->wanted[i] = false;
			rc = gate_collect_store_now(c, i, &j, err);
		}
		gate_judgement_fini(&j);
	}
	return rc;
}

/* ---- checks whose units are done ---- */

bool gate_collect_is_basis(const struct gate_collection *c, size_t check,
                           const struct gate_unit *u)
{
	const struct gate_policy *p = c->context->policy;
	const struct gate_check *k = &p->checks[check];

	switch (u->kind) {
	case GATE_UNIT_SCAN:
		return k->collector == GATE_COLLECT_SCAN;
	case GATE_UNIT_FIXTURE:
		return false;
	case GATE_UNIT_BENCH:
		return k->collector == GATE_COLLECT_BENCH;
	case GATE_UNIT_COMMAND:
		return u->index == check;
	case GATE_UNIT_SUITE:
		return gate_coverage_rests_on(k, &p->suites[u->index]) ||
		       (k->collector == GATE_COLLECT_SUITE &&
		        (gate_check_all_suites(k) ||
		         str_eq(k->suite, p->suites[u->index].id)));
	case GATE_UNIT_BUILD:
		return k->collector == GATE_COLLECT_SUITE &&
		       (gate_check_all_builds(k) ||
		        (str_eq(k->suite, p->builds[u->index].id) &&
		         gate_policy_suite(p, k->suite) == NULL));
	}
	return false;
}

static const char *basis_name(const struct gate_collection *c, const struct gate_check *k)
{
	if (k->collector == GATE_COLLECT_COMMAND)
		return "command";
	if (k->collector == GATE_COLLECT_SCAN)
		return "scan";
	if (k->collector == GATE_COLLECT_COVERAGE)
		return "suite";
	if (gate_check_all_builds(k))
		return "build";
	return gate_check_all_suites(k) ||
	                       gate_policy_suite(c->context->policy, k->suite) != NULL
	               ? "suite"
	               : "build";
}

/* False while a unit of the check is still to run: the one that was missing last time is
 * asked first. */
static bool find_basis(struct gate_collection *c, size_t check, struct basis *out)
{
	size_t *units = c->basis;
	size_t count = 0;

	if (c->missing[check] < c->plan.count && !c->units[c->missing[check]].done)
		return false;
	for (size_t i = 0; i < c->plan.count; i++) {
		if (!gate_collect_is_basis(c, check, &c->plan.units[i]))
			continue;
		if (!c->units[i].done) {
			c->missing[check] = i;
			return false;
		}
		units[count++] = i;
	}
	*out = (struct basis){ units, count,
		               basis_name(c, &c->context->policy->checks[check]) };
	return true;
}

/* The first unit that the gate itself could not run, or NULL. */
static const struct gate_unit_state *broken_unit(const struct gate_collection *c,
                                                 const struct basis *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (c->units[b->units[i]].broken)
			return &c->units[b->units[i]];
	return NULL;
}

static const struct scan_result *scan_of(const struct gate_collection *c,
                                         const struct gate_check *k)
{
	return k->scan_new_code ? &c->scan_new : &c->scan;
}

static void judge_scan(const struct gate_collection *c, const struct gate_check *k,
                       struct gate_judgement *j)
{
	gate_judge_scan(j, k, scan_of(c, k));
	if (k->scan_new_code && c->context->base != NULL) {
		buf_puts(&j->message, "; base: ");
		str_display_cut(&j->message, span_str(c->context->base), 80);
	}
}

/* What its tests are called means the same in suites of one format and folder. */
static void set_scope(struct gate_collection *c, size_t unit)
{
	const struct gate_unit *u = &c->plan.units[unit];
	const struct gate_suite *s;

	if (u->kind != GATE_UNIT_SUITE || c->units[unit].run.scope != NULL)
		return;
	s = &c->context->policy->suites[u->index];
	c->units[unit].run.scope = gate_overlap_scope(&c->arena, s->format, s->dir);
}

static void judge_bench(const struct gate_collection *c, const struct gate_check *k,
                        const struct gate_run *r, struct gate_judgement *j)
{
	gate_bench_judge_check(j, k, &c->bench.samples, &c->bench.findings);
	if (r->reused[0] != '\0')
		buf_printf(&j->message, "; %s", r->reused);
}

/* What its parts come to, where the check as a whole has a value. */
static enum err_code judge_areas(struct gate_collection *c, const struct gate_check *k,
                                 const struct basis *b,
                                 const struct gate_run *const *runs,
                                 struct gate_judgement *j, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	const char **dirs;

	if (!j->has_value || !gate_check_splits(k))
		return ERR_OK;
	if (k->collector == GATE_COLLECT_SCAN)
		return gate_areas_of_scan(c, k, scan_of(c, k), j, err);
	dirs = arena_array(&c->arena, b->count + 1, sizeof(*dirs));
	if (dirs == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < b->count; i++) {
		const struct gate_unit *u = &c->plan.units[b->units[i]];

		dirs[i] = u->kind == GATE_UNIT_SUITE ? p->suites[u->index].dir
		                                     : p->builds[u->index].dir;
	}
	return gate_areas_of_runs(c, k, b->what, runs, dirs, b->count, j, err);
}

static enum err_code judge_basis(struct gate_collection *c, const struct gate_check *k,
                                 const struct basis *b, struct gate_judgement *j,
                                 struct err *err)
{
	const struct gate_unit_state *broken = broken_unit(c, b);
	const struct gate_run **runs =
		arena_array(&c->arena, b->count + 1, sizeof(*runs));
	enum err_code rc;

	if (runs == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < b->count; i++) {
		set_scope(c, b->units[i]);
		runs[i] = &c->units[b->units[i]].run;
	}
	if ((rc = arena_err(&c->arena, err)) != ERR_OK)
		return rc;
	if (broken != NULL)
		gate_judge_without(j, GATE_ERROR, "%s", broken->run.fault);
	else if (k->collector == GATE_COLLECT_SCAN)
		judge_scan(c, k, j);
	else if (k->collector == GATE_COLLECT_BENCH)
		judge_bench(c, k, runs[0], j);
	else if (k->collector == GATE_COLLECT_COVERAGE)
		return gate_coverage_judge(c, k, b->units, b->count, j, err);
	else if (k->collector == GATE_COLLECT_COMMAND &&
	         k->command_format == GATE_FORMAT_PLUGIN && b->count == 1)
		gate_plugin_judge(j, k, runs[0]);
	else
		gate_judge_runs(j, k, b->what, runs, b->count);
	return judge_areas(c, k, b, runs, j, err);
}

static enum err_code add_findings(struct gate_collection *c, const struct gate_check *k,
                                  struct gate_artefact *out, size_t *count,
                                  struct err *err)
{
	struct buf lines = BUF_INIT;
	const char *name = arena_printf(&c->arena, "%s.findings.jsonl", k->id);
	enum err_code rc;

	gate_collect_findings(&lines, scan_of(c, k), k);
	if ((rc = buf_err(&lines, err)) == ERR_OK &&
	    (rc = arena_err(&c->arena, err)) == ERR_OK && lines.len > 0)
		rc = gate_store_artefact(c->context->store, name, buf_span(&lines),
		                         &out[(*count)++], err);
	buf_fini(&lines);
	return rc;
}

static enum err_code gather_artefacts(struct gate_collection *c,
                                      const struct gate_check *k, const struct basis *b,
                                      struct gate_record *r, struct err *err)
{
	struct gate_artefact *all;
	size_t count = 2;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < b->count; i++)
		count += c->units[b->units[i]].artefact_count;
	all = arena_array(&c->arena, count, sizeof(*all));
	count = 0;
	if (all == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < b->count; i++) {
		const struct gate_unit_state *u = &c->units[b->units[i]];

		for (size_t k2 = 0; k2 < u->artefact_count; k2++)
			all[count++] = u->artefacts[k2];
	}
	if (k->collector == GATE_COLLECT_SCAN && k->scan_new_code &&
	    c->new_artefact.sha256 != NULL)
		all[count++] = c->new_artefact;
	if (k->collector == GATE_COLLECT_SCAN)
		rc = add_findings(c, k, all, &count, err);
	else if (k->collector == GATE_COLLECT_COVERAGE &&
	         c->coverage.artefact.sha256 != NULL)
		all[count++] = c->coverage.artefact;
	r->artefacts = all;
	r->artefact_count = count;
	return rc;
}

static struct period times_of(const struct gate_collection *c, const struct basis *b)
{
	struct period t = { os_now_ms(), os_now_ms() };

	for (size_t i = 0; i < b->count; i++) {
		const struct gate_run *r = &c->units[b->units[i]].run;

		if (i == 0 || r->started_ms < t.started_ms)
			t.started_ms = r->started_ms;
		if (i == 0 || r->ended_ms > t.ended_ms)
			t.ended_ms = r->ended_ms;
	}
	return t;
}

static enum err_code judge_and_store(struct gate_collection *c, size_t check,
                                     const struct basis *b, struct err *err)
{
	const struct gate_check *k = &c->context->policy->checks[check];
	struct period times = times_of(c, b);
	struct gate_judgement j;
	struct gate_record r;
	enum err_code rc;

	gate_judgement_init(&j);
	if ((rc = judge_basis(c, k, b, &j, err)) == ERR_OK) {
		r = record_of(c, k, &j);
		r.started_ms = times.started_ms;
		r.ended_ms = times.ended_ms;
		rc = gather_artefacts(c, k, b, &r, err);
	}
	if (rc == ERR_OK)
		rc = store(c, check, &j, &r, err);
	gate_judgement_fini(&j);
	return rc;
}

/* Once: this is asked after every unit. */
static enum err_code make_room(struct gate_collection *c, struct err *err)
{
	if (c->basis != NULL)
		return ERR_OK;
	c->missing = arena_array(&c->arena, c->context->policy->check_count + 1,
	                         sizeof(*c->missing));
	c->basis = arena_array(&c->arena, c->plan.count + 1, sizeof(*c->basis));
	return arena_err(&c->arena, err);
}

enum err_code gate_collect_ready(struct gate_collection *c, struct err *err)
{
	enum err_code rc = make_room(c, err);

	for (size_t i = 0; i < c->context->policy->check_count && rc == ERR_OK; i++) {
		struct basis basis;

		if (!c->stored[i] && find_basis(c, i, &basis))
			rc = judge_and_store(c, i, &basis, err);
	}
	return rc;
}
