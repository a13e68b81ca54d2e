// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/rederive/rederive_internal.h"

/* Judged from the policy alone. */
static enum err_code attested(struct rederiving *x, const struct gate_check *k,
                              const struct gate_record *r, struct err *err)
{
	struct gate_judgement j;

	(void)err;
	gate_judgement_init(&j);
	gate_judge_attest(&j, k);
	rederive_agree(x, r, &j, "its policy");
	gate_judgement_fini(&j);
	return ERR_OK;
}

static enum err_code unmeasured(struct rederiving *x, const struct gate_check *k,
                                const struct gate_record *r, struct err *err)
{
	(void)err;
	rederive_tell(x, k->id, "it says %s, and nothing measures such a check",
	              gate_state_name(r->state));
	return ERR_OK;
}

static rederive_check *const by_collector[] = {
	[GATE_COLLECT_SUITE] = rederive_tests,
	[GATE_COLLECT_COVERAGE] = rederive_coverage,
	[GATE_COLLECT_SCAN] = rederive_scan,
	[GATE_COLLECT_BENCH] = rederive_bench,
	[GATE_COLLECT_LOAD] = unmeasured,
	[GATE_COLLECT_CHAOS] = unmeasured,
	[GATE_COLLECT_DRILL] = unmeasured,
	[GATE_COLLECT_COMMAND] = rederive_answer,
	[GATE_COLLECT_PROBE] = unmeasured,
	[GATE_COLLECT_ATTEST] = attested,
};

/* Does the policy, or what the check measures, let it say that it does not apply? */
static bool may_not_apply(const struct gate_check *k)
{
	return k->not_applicable_reason != NULL || k->applies_when != NULL;
}

static enum err_code rederive_record(struct rederiving *x, const struct gate_check *k,
                                     const struct gate_record *r, struct err *err)
{
	const bool away = r->state == GATE_NOT_APPLICABLE;

	if (away && may_not_apply(k))
		return ERR_OK;
	if (away && k->collector != GATE_COLLECT_SCAN &&
	    k->collector != GATE_COLLECT_COVERAGE) {
		rederive_tell(
			x, k->id,
			"it does not apply, and policy.json has no reason for that");
		return ERR_OK;
	}
	if (!away && !rederive_has_value(r))
		return ERR_OK;
	return rederive_is_told(x, k->id) ? ERR_OK
	                                  : by_collector[k->collector](x, k, r, err);
}

static enum err_code rederive_records(struct rederiving *x, struct err *err)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_policy *p = x->r->policy;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < e->record_count; i++)
		for (size_t k = 0; rc == ERR_OK && k < p->check_count; k++)
			if (str_eq(e->records[i].check, p->checks[k].id))
				rc = rederive_record(x, &p->checks[k], &e->records[i],
				                     err);
	return rc == ERR_OK ? arena_err(&x->arena, err) : rc;
}

enum err_code gate_rederive(const struct gate_recorded *r, struct gate_rederived *out,
                            struct gate_damages *damages, struct err *err)
{
	struct rederiving x = { .r = r,
		                .out = out,
		                .damages = damages,
		                .artefacts = { -1 },
		                .arena = ARENA_INIT };
	const char *path = arena_printf(&x.arena, "%s/artefacts", r->dir);
	enum err_code rc = arena_err(&x.arena, err);

	*out = (struct gate_rederived){ .suites = 0 };
	if (rc == ERR_OK)
		rc = os_dir_open(&x.artefacts, NULL, path, err);
	if (rc == ERR_NOT_FOUND)
		rc = ERR_OK; /* a run without output has none */
	if (rc == ERR_OK)
		rc = rederive_suites(&x, err);
	if (rc == ERR_OK)
		rc = rederive_records(&x, err);
	rederive_suites_fini(&x);
	os_dir_close(&x.artefacts);
	arena_fini(&x.arena);
	return rc;
}

enum err_code gate_rederive_own(struct gate_recorded *r, struct err *err)
{
	struct gate_rederived again;

	if (r->manifest == NULL || r->damages.count > 0)
		return ERR_OK;
	return gate_rederive(r, &again, &r->damages, err);
}
