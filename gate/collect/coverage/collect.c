// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/collect.h"

#include "base/str.h"
#include "collect/collect_internal.h"
#include "collect/coverage/verdict.h"

/* Bytes of a suite's tracefile: among the artefacts, and on the way to a merge. */
enum { TRACEFILE_MAX = 32 << 20, COVERED_MAX = 1 << 30 };

void gate_coverage_state_fini(struct gate_coverage_state *s)
{
	gate_cov_tree_free(s->tree);
	buf_fini(&s->checks);
}

bool gate_coverage_rests_on(const struct gate_check *check,
                            const struct gate_suite *suite)
{
	if (check->collector != GATE_COLLECT_COVERAGE)
		return false;
	for (size_t i = 0; i < check->coverage_from.count; i++)
		if (str_eq(check->coverage_from.items[i], suite->id))
			return true;
	return check->coverage_from.count == 0 && suite->coverage.count > 0;
}

bool gate_coverage_no_base(const struct gate_collection *c, size_t check,
                           struct gate_judgement *j)
{
	const struct gate_check *k = &c->context->policy->checks[check];

	if (k->collector != GATE_COLLECT_COVERAGE || !k->coverage_new_code ||
	    c->context->base != NULL)
		return false;
	gate_judge_without(j, GATE_UNKNOWN,
	                   "no base: what is new cannot be told from what is old");
	buf_puts(&j->remedy, "seaworthy run --base REV, such as origin/main");
	return true;
}

enum err_code gate_coverage_begin(struct gate_collection *c, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	bool any = false;
	bool compared = false;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *k = &p->checks[i];

		if (!c->wanted[i] || k->collector != GATE_COLLECT_COVERAGE)
			continue;
		any = true;
		compared = compared || k->coverage_new_code;
	}
	if (any)
		rc = gate_cov_tree_load(&c->coverage.tree, c->runner.root, c->runner.jobs,
		                        c->runner.cancel, err);
	if (rc == ERR_OK && compared && c->context->base != NULL) {
		rc = gate_cov_tree_compare(c->coverage.tree, c->context->base, err);
		if (rc == ERR_USAGE)
			rc = err_wrap(err, rc, "--base");
	}
	return rc;
}

/* ---- judging ---- */

static struct gate_cov_part part_of(const struct gate_unit_state *u)
{
	bool complete = u->run.state != GATE_RUN_UNKNOWN;

	return (struct gate_cov_part){ .suite = u->run.id,
		                       .gathered = u->run.coverage,
		                       .complete = complete,
		                       .reused = u->run.reused,
		                       .remedy = u->run.remedy,
		                       .why = complete ? "" : u->run.reason };
}

/* As an artefact of the check, and among those of all checks in coverage.json. */
static enum err_code store(struct gate_collection *c, const struct gate_check *check,
                           struct span object, struct err *err)
{
	const char *name = arena_printf(&c->arena, "%s.coverage.json", check->id);
	struct gate_coverage_state *s = &c->coverage;
	struct buf file = BUF_INIT;
	enum err_code rc;

	buf_puts(&s->checks, s->checks.len == 0 ? "{\"checks\":[" : ",\n");
	buf_put(&s->checks, object);
	buf_put(&file, buf_span(&s->checks));
	buf_puts(&file, "]}\n");
	if ((rc = buf_err(&s->checks, err)) == ERR_OK &&
	    (rc = buf_err(&file, err)) == ERR_OK &&
	    (rc = arena_err(&c->arena, err)) == ERR_OK)
		rc = gate_store_file(c->context->store, "coverage.json", buf_span(&file),
		                     err);
	if (rc == ERR_OK)
		rc = gate_store_artefact(c->context->store, name, object, &s->artefact,
		                         err);
	buf_fini(&file);
	return rc;
}

static enum err_code measure(struct gate_collection *c, const struct gate_check *check,
                             const struct gate_cov_part *parts, size_t count,
                             struct gate_judgement *j, struct err *err)
{
	struct gate_cov_measured m;
	struct buf object = BUF_INIT;
	enum err_code rc = gate_cov_measure(&m, c->context->policy, check,
	                                    c->coverage.tree, parts, count, err);

	if (rc == ERR_OK) {
		gate_judge_coverage(j, check, &m, parts, count);
		gate_coverage_put(&object, check, c->context->base, &m, parts, count);
		rc = buf_err(&object, err);
		if (rc == ERR_OK && j->has_value)
			rc = gate_areas_of_coverage(c, check, &m, j, err);
	}
	if (rc == ERR_OK)
		rc = store(c, check, buf_span(&object), err);
	gate_cov_measured_fini(&m);
	buf_fini(&object);
	return rc;
}

enum err_code gate_coverage_judge(struct gate_collection *c,
                                  const struct gate_check *check, const size_t *units,
                                  size_t count, struct gate_judgement *j, struct err *err)
{
	struct gate_cov_part *parts = arena_array(&c->arena, count + 1, sizeof(*parts));
	struct err why = ERR_INIT;
	enum err_code rc = ERR_OK;

	if (parts == NULL)
		return err_nomem(err);
	if (c->coverage.tree == NULL)
		rc = gate_cov_tree_none(&c->coverage.tree, err);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		parts[i] = part_of(&c->units[units[i]]);
	rc = measure(c, check, parts, count, j, &why);
	if (rc == ERR_NOMEM || rc == ERR_CANCELLED)
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK)
		gate_judge_without(j, GATE_ERROR, "%s", why.msg);
	return ERR_OK;
}

enum err_code gate_coverage_reuse(struct gate_collection *c, size_t unit, struct err *err)
{
	struct gate_unit_state *u = &c->units[unit];
	const struct gate_artefact *found = NULL;
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc;

	for (size_t i = 0; i < u->artefact_count && found == NULL; i++)
		if (str_ends(u->artefacts[i].name, ".coverage.info"))
			found = &u->artefacts[i];
	if (!u->reused || found == NULL)
		return ERR_OK;
	rc = gate_store_get(c->context->store, found->sha256, &text, &why);
	if (rc == ERR_OK)
		rc = gate_coverage_restore(&u->run, buf_span(&text), &why);
	buf_fini(&text);
	return rc != ERR_OK ? err_set(err, rc, "%s: %s", found->name, why.msg) : ERR_OK;
}

void gate_coverage_trace(struct buf *out, const struct gate_run *run, bool whole)
{
	if (run->coverage != NULL && run->coverage->set != NULL)
		gate_coverage_tracefile(out, run->coverage->set,
		                        whole ? COVERED_MAX : TRACEFILE_MAX);
}
