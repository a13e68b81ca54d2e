// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/overlap.h"
#include "collect/plan_internal.h"
#include "collect/rederive/rederive_internal.h"

/* Checks on suites, judged again from all suites that they rest on. Builds leave no
 * results: what they ended with stands in their record alone. */

struct basis {
	const struct gate_run **runs;
	size_t count;
	bool whole; /* the cases of all are known */
};

static enum err_code find_basis(struct rederiving *x, const struct gate_check *k,
                                struct basis *out, struct err *err)
{
	*out = (struct basis){
		arena_array(&x->arena, x->suite_count + 1, sizeof(*out->runs)), 0, true
	};
	if (out->runs == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < x->suite_count; i++) {
		struct rederive_suite *u = &x->suites[i];

		if (!gate_check_all_suites(k) && !str_eq(k->suite, u->told.id))
			continue;
		u->run.scope =
			gate_overlap_scope(&x->arena, u->suite.format, u->suite.dir);
		out->runs[out->count++] = &u->run;
		/* That a run failed or is unknown as a whole needs no cases. */
		out->whole =
			out->whole && (u->whole || u->suite.format == GATE_FORMAT_EXIT);
	}
	return arena_err(&x->arena, err);
}

/* Which cases two suites share, and how long they took, only whole suites tell. */
static bool is_sure(const struct gate_check *k, const struct basis *b)
{
	return b->whole || (b->count == 1 && !str_eq(k->measure, "slow"));
}

/* The first difference is that of states; numbers need to be sure. */
static void agree(struct rederiving *x, const struct gate_check *k,
                  const struct gate_record *r, const struct basis *b)
{
	const char *bytes = "what its suites came to";
	struct gate_judgement j;

	gate_judgement_init(&j);
	gate_judge_runs(&j, k, "suite", b->runs, b->count);
	if (is_sure(k, b))
		rederive_agree(x, r, &j, bytes);
	else if (!k->has_scale && j.state != r->state)
		rederive_tell(x, k->id, "it says %s, and %s %s",
		              gate_state_name(r->state), bytes, gate_state_name(j.state));
	gate_judgement_fini(&j);
}

/* Of all suites, one of the policy that is not told of: a run that left it out knows not
 * what all came to, unless others failed. */
static const char *left_out(const struct rederiving *x, const struct gate_check *k,
                            const struct gate_record *r)
{
	const struct gate_policy *p = x->r->policy;

	if (!gate_check_all_suites(k) || (r->state != GATE_PASS && r->state != GATE_WARN))
		return NULL;
	for (size_t i = 0; i < p->suite_count; i++)
		if (!rederive_is_listed(x, p->suites[i].id))
			return p->suites[i].id;
	return NULL;
}

enum err_code rederive_tests(struct rederiving *x, const struct gate_check *k,
                             const struct gate_record *r, struct err *err)
{
	const char *gone = left_out(x, k, r);
	struct basis b;
	enum err_code rc;

	if (gate_check_all_builds(k))
		return ERR_OK;
	if (gone != NULL) {
		rederive_tell(x, k->id, "it says %s, and suites.json leaves out suite %s",
		              gate_state_name(r->state), gone);
		return ERR_OK;
	}
	if ((rc = find_basis(x, k, &b, err)) != ERR_OK)
		return rc;
	if (b.count > 0)
		agree(x, k, r, &b);
	else if (gate_check_all_suites(k) ||
	         gate_policy_suite(x->r->policy, k->suite) != NULL)
		rederive_tell(x, k->id,
		              "it says %s, and suites.json has no suite that it rests on",
		              gate_state_name(r->state));
	return ERR_OK;
}
