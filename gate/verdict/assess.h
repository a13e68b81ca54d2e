// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ASSESS_H
#define GATE_ASSESS_H

#include "verdict/model.h"
#include "verdict/ratio.h"

/*
 * Assessment and decision (docs/scoring.md): exact rational arithmetic, missing evidence
 * never helps. Pure functions.
 */

enum gate_decision { GATE_GO, GATE_CONDITIONAL_GO, GATE_NO_GO };

struct gate_assessed_check {
	enum gate_state state; /* after freshness and the n/a and attested limits */
	bool applicable;       /* state is not n/a */
	bool expired;          /* unknown because of age or tree */
	bool over_limit; /* unknown because the n/a or the attested limit was reached */
	bool waived;     /* a waiver in force names it */
	const struct gate_waiver *waiver; /* the one that lasts longest, or NULL */
	bool attested;
	bool warns_only;                /* before warns_until: no weight, not required */
	struct gate_ratio share;        /* kappa: points of 100 it is worth; 0 if n/a */
	struct gate_ratio share_of_all; /* the same with n/a counted: for the limits */
	struct gate_ratio low;          /* v_low, v_high in 0..1 */
	struct gate_ratio high;
	int64_t contribution;             /* tenths, apportioned */
	const struct gate_record *record; /* NULL if there was none */
	const char *message;              /* why the state is what it is */
	const char *remedy;               /* where over_limit, else NULL */
};

struct gate_assessed_category {
	bool applicable;
	struct gate_ratio share; /* points of 100 */
	struct gate_ratio lower; /* its part of L */
	struct gate_ratio score; /* 0..100 over its applicable checks */
	int64_t contribution;    /* tenths, apportioned */
	int band;                /* 0 none 1 green 2 yellow 3 red */
};

/* A component, or all that an owner has. */
struct gate_assessed_area {
	const char *name;
	const char *owner; /* or NULL */
	bool critical;
	bool has_score;                 /* some check speaks of it */
	struct gate_ratio lower, upper; /* 0..100 */
};

/* What a CONDITIONAL GO depends on. */
struct gate_condition {
	/* Whose pass closes it, or does most to; NULL: no check, a person does. */
	const char *check;
	bool of_sum; /* it is about a sum that the check is part of */
	const char *reason;
	const char *owner; /* or NULL: nobody is known to answer for it */
	bool has_deadline;
	int64_t deadline_ms;
};

/* A sign-off, and whether it counts. */
struct gate_signed {
	const struct gate_signoff *said;
	const char *who; /* what the policy calls them, or NULL */
	bool counts;     /* as what it says: an approval, or a rejection */
	const char *why; /* it does not, or NULL */
};

/* A waiver of the policy. */
struct gate_waived {
	const struct gate_waiver *waiver;
	const char *signer; /* what the policy calls who signed it, or NULL */
	const char *why;    /* it is ignored, or NULL */
};

/* People that a rule of `signoff` still wants. */
struct gate_role_signed {
	uint64_t have; /* different people who approved */
	uint64_t need;
};

struct gate_assessment {
	struct arena arena;
	const struct gate_policy *policy;
	const struct gate_subject *subject;
	int64_t now_ms;
	int64_t decided_ms; /* of the decision: later where people signed since */
	struct gate_assessed_check *checks;        /* as policy->checks */
	struct gate_assessed_category *categories; /* as policy->categories */
	struct gate_assessed_area *components;     /* as policy->components */
	size_t component_count;
	struct gate_assessed_area *owners; /* by name */
	size_t owner_count;
	struct gate_ratio lower, upper, coverage, final;
	struct gate_ratio coverage_measured, coverage_attested;
	bool empty;             /* no applicable weight at all */
	const char *cap;        /* decimal text from the policy, or NULL */
	const char *cap_reason; /* "security.secrets: P0 failed", or NULL */
	int64_t lower_tenths, upper_tenths, final_tenths; /* floored */
	int64_t coverage_tenthousandths;
	enum gate_decision decision;
	const char **reasons; /* why it is not GO, in the order of the rules */
	size_t reason_count;
	struct gate_condition *conditions;
	size_t condition_count;
	const char **notes; /* ignored waivers, waivers that end soon, new checks */
	size_t note_count;
	struct gate_waived *waivers;  /* as policy->waivers */
	struct gate_signed *signoffs; /* as evidence->signoffs */
	size_t signoff_count;
	struct gate_role_signed *roles; /* as policy->signoffs */
	bool required_error;            /* a gate error on a required check: exit 5 */
	bool too_little; /* nothing applicable, or K below min_coverage.conditional: exit
	                    4 */
};

/* What the check weighs, and whether it is required, now. */
uint64_t gate_weight_now(const struct gate_check *c, const struct gate_assessed_check *s);
bool gate_required_now(const struct gate_check *c, const struct gate_assessed_check *s);

/* `p` and `e` must live as long as the result. */
enum err_code gate_assess(struct gate_assessment **out, const struct gate_policy *p,
                          const struct gate_evidence *e, struct err *err) ERR_CHECKED;
void gate_assessment_free(struct gate_assessment *a);

/* The frozen exit code: 5 > 4 > 1 > 3 > 0. */
int gate_assessment_exit(const struct gate_assessment *a, bool accept_conditional);

#endif
