// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_MODEL_H
#define REPORTS_MODEL_H

#include "base/span.h"

#include <stdint.h>

/*
 * What a report shows, as plain data: no report reads a clock, a file or a policy. The
 * gate fills it (gate/record/scorecard) and owns it, in one arena. Strings are UTF-8;
 * NULL means "none" and is printed as null or left out.
 *
 * Numbers that must add up are whole numbers of tenths: "712" is 71.2. Contributions are
 * already apportioned (largest remainder); a writer re-adds its own table with
 * rep_sums_agree before it prints, and refuses to print a table that does not add up.
 */

enum rep_state {
	REP_PASS,
	REP_WARN,
	REP_FAIL,
	REP_UNKNOWN,
	REP_ERROR,
	REP_NOT_APPLICABLE,
};
enum rep_decision { REP_GO, REP_CONDITIONAL_GO, REP_NO_GO };
enum rep_band { REP_BAND_NONE, REP_GREEN, REP_YELLOW, REP_RED };

const char *rep_state_name(enum rep_state s);       /* "pass" .. "n/a" */
const char *rep_decision_name(enum rep_decision d); /* "GO" "CONDITIONAL GO" "NO-GO" */
const char *rep_band_name(enum rep_band b);         /* NULL for none */

struct rep_subject {
	const char *path;
	const char *commit; /* NULL without version control */
	const char *tree;
	bool has_dirty;
	bool dirty;
	const struct rep_released *released; /* by name */
	size_t released_count;
};

/* A file that is released, as it was when the run ended. */
struct rep_released {
	const char *name;
	const char *sha256;
	uint64_t bytes;
};

struct rep_policy {
	const char *digest;
	const char *path;    /* NULL = built in */
	const char *profile; /* NULL = none */
};

struct rep_condition {
	const char *check; /* id of the one that closes it, or NULL */
	const char *reason;
	const char *owner;    /* NULL = unknown */
	const char *deadline; /* RFC 3339 or NULL */
	bool of_sum;          /* it is about a sum; the check would do most to close it */
};

struct rep_blocker {
	const char *check;
	const char *priority; /* "P0" "P1" */
	enum rep_state state;
	bool waived;
};

struct rep_bench;
struct rep_findings;

/* A component of the product, or all that an owner has. */
struct rep_part {
	const char *name;
	const char *owner; /* NULL = unknown */
	bool critical;     /* its own score decides too */
	bool has_score;    /* some check speaks of it */
	int64_t score;     /* tenths */
	int64_t possible;  /* tenths: if all that is unknown turned out well */
};

struct rep_category {
	const char *id;
	const char *title;
	uint64_t weight;
	bool has_score;       /* false: nothing applicable, out of the sum */
	int64_t score;        /* tenths, floored */
	int64_t contribution; /* tenths */
	int64_t possible;     /* tenths of its share of 100: the most it can contribute */
	enum rep_band band;
};

struct rep_artefact {
	const char *sha256;
	const char *name;
	uint64_t bytes;
	const char *tail; /* end of the artefact as text, or NULL: shown when a row is
	                     opened */
};

/* Findings beside those of an earlier run, by fingerprint. */
struct rep_trend {
	uint64_t fresh;
	uint64_t fixed;
	uint64_t unchanged;
	uint64_t uncompared; /* which the earlier run could not see */
	uint64_t unseen;     /* of the earlier run, which this one could not see */
};

struct rep_coverage;

struct rep_check {
	const char *id;
	const char *title;
	const char *category;
	uint64_t weight;
	enum rep_state state;
	const char *value;     /* "0.500000", NULL unless pass, warn or fail */
	bool has_contribution; /* false for n/a */
	int64_t contribution;  /* tenths */
	int64_t possible;      /* tenths: the most it can contribute */
	const char *measured;  /* number text or NULL */
	const char *target;
	const char *unit;
	const char *blocker; /* "P0" "P1" or NULL */
	bool required;
	bool attested;
	bool waived;
	const char *message;
	const char *remedy; /* command or advice, NULL when nothing is to do */
	const struct rep_artefact *artefacts;
	size_t artefact_count;
	const struct rep_trend *trend; /* NULL: nothing to compare with */
	uint64_t
		known; /* findings that the baseline accepts, so that they do not count */
	const struct rep_coverage *coverage; /* NULL: it measures none */
};

struct rep_slow_test {
	const char *name;
	double seconds;
};

struct rep_failed_test {
	const char *name;
	const char *message;
};

struct rep_suite {
	const char *id;
	const char *command; /* as typed */
	const char *state;   /* "pass" "fail" "unknown" */
	const char *reason;  /* of unknown or fail; NULL for pass */
	uint64_t passed, failed, skipped, flaky, quarantined;
	bool leaky;      /* processes outlived it, and the policy does not ignore it */
	uint64_t leaked; /* how many did */
	const char *const *leaked_processes; /* names of the first ten */
	size_t leaked_process_count;
	double duration_s;
	const struct rep_slow_test *slowest;
	size_t slowest_count;
	const struct rep_failed_test *failures; /* at most 50 */
	size_t failure_count;
};

struct rep_rule_count {
	const char *rule;
	uint64_t count;
};

/* One located problem, shown with its rule; at most 10,000 are kept a run, the most
 * severe.
 */
struct rep_finding {
	const char *rule;
	const char *path;
	uint64_t line;
	uint64_t column;
	const char *severity;
	const char *scope;
	const char *message;
	const char *context;
};

struct rep_gain {
	const char *check;
	const char *text; /* what to do */
	int64_t gain;     /* tenths added to L by doing it */
	int64_t score;    /* and to the score: other ones where it is or will be capped */
};

/* A run before this one, as its own scorecard tells it. */
struct rep_past {
	const char *run;
	int64_t started_ms;
	int64_t final; /* tenths */
	enum rep_decision decision;
};

/* A check that is not as it was in the run before. */
struct rep_change {
	const char *check;
	bool fresh; /* it was not in that run */
	enum rep_state was;
	enum rep_state is;
	int64_t delta; /* tenths of contribution */
};

/* A role of the policy's `signoff`, and how many people have signed in it. */
struct rep_role {
	const char *role;
	uint64_t have;
	uint64_t need;
};

/* What somebody said of the run. */
struct rep_signoff {
	const char *file;
	const char *role; /* NULL, as the times, of what is no signed statement */
	const char *who;  /* NULL: nobody whom the policy names */
	bool reject;
	const char *when;
	const char *expires; /* or NULL */
	const char *comment; /* or NULL */
	bool counts;
	const char *why; /* it does not, or NULL */
};

/* A waiver of the policy; those that end first come first. */
struct rep_waiver {
	const char *check; /* or NULL, as the next */
	const char *fingerprint;
	const char *owner;
	const char *approver;
	const char *reason;
	const char *issue;
	const char *expires;
	const char *signed_by; /* NULL: nobody */
	const char *why;       /* it is ignored, or NULL */
};

/* An entry of the policy's `risks`, the gravest first. */
struct rep_risk {
	const char *risk;
	const char *likelihood; /* "low" "medium" "high" */
	const char *impact;
	const char *mitigation; /* NULL = none, as these */
	const char *contingency;
	const char *owner;
	const char *check;
	const char *state; /* "held" "open" "unknown" "unwatched" */
};

struct rep_scorecard {
	const char *tool_version;
	const char *run; /* id, NULL for `score` */
	struct rep_subject subject;
	struct rep_policy policy;
	int64_t lower, upper, final; /* tenths, floored */
	int64_t coverage;            /* ten-thousandths, floored: 8660 = 86.6 % */
	int64_t coverage_measured;   /* ten-thousandths; with the next one adds up to
	                                coverage */
	int64_t coverage_attested;
	bool has_cap;
	int64_t cap; /* tenths */
	const char *cap_reason;
	int64_t go_at; /* tenths: the policy's thresholds; 0 = not shown */
	int64_t conditional_at;
	enum rep_decision decision;
	bool has_level;             /* what badges show is known to have a past: */
	enum rep_decision level;    /* it goes up later than the decision */
	const char *const *reasons; /* why it is not GO, most important first */
	size_t reason_count;
	const char *const *notes; /* ignored waivers, waivers that end soon */
	size_t note_count;
	const struct rep_condition *conditions;
	size_t condition_count;
	const struct rep_blocker *blockers;
	size_t blocker_count;
	const struct rep_category *categories;
	size_t category_count;
	const struct rep_check *checks; /* policy order */
	size_t check_count;
	const struct rep_part *components; /* policy order */
	size_t component_count;
	const struct rep_part *owners; /* by name */
	size_t owner_count;
	const struct rep_suite *suites;
	size_t suite_count;
	const struct rep_bench *bench;  /* NULL: no benchmarks in this run */
	uint64_t findings_total;        /* that count */
	uint64_t findings_known;        /* that the project's baseline accepts, besides */
	const struct rep_trend *trend;  /* of all that count; NULL: not compared */
	const char *trend_against;      /* run, NULL = none */
	const char *trend_version;      /* program that made it, NULL = unknown */
	const char *trend_why_not;      /* why there is no trend; NULL with one, or where
	                                   nothing was scanned */
	const char *const *trend_rules; /* that the earlier run did not have */
	size_t trend_rule_count;
	const struct rep_rule_count *findings_by_rule;
	size_t findings_by_rule_count;
	const struct rep_findings *located; /* all of them; NULL: no record of them */
	const struct rep_finding *findings;
	size_t finding_count;
	const struct rep_gain *gains; /* biggest first */
	size_t gain_count;
	const struct rep_past *past; /* oldest first, without this run */
	size_t past_count;
	const struct rep_change *changes; /* since the last of them, the largest first */
	size_t change_count;
	size_t checks_gone; /* of that run, which this one does not have */
	bool policy_changed;
	const struct rep_role *roles; /* policy order */
	size_t role_count;
	const struct rep_waiver *waivers;
	const char *const *waiver_lines; /* the same, for people */
	size_t waiver_count;
	const struct rep_signoff *signoffs;
	size_t signoff_count;
	/* For people: a line a role, then a line a sign-off. */
	const char *const *signoff_lines;
	size_t signoff_line_count;
	const struct rep_risk *risks;
	size_t risk_count;
	int64_t now_ms; /* the time it was judged as of: ages and expiries count from it
	                 */
	int64_t started_ms;
	double duration_s;
};

/* True if categories add up to lower and each category's checks to the category's
 * contribution. */
bool rep_sums_agree(const struct rep_scorecard *s);

#endif
