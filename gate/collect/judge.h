// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_JUDGE_H
#define GATE_JUDGE_H

#include "collect/runner.h"
#include "collect/value.h"
#include "scanners/scanner.h"

/*
 * What a check's evidence says, as the fields of its record. Pure: runs nothing, reads
 * nothing.
 *
 * Measures of suites and commands (sums over all of them): passed failed skipped flaky
 * quarantined slow total duration_s, skipped_percent and pass_percent (of total). Without
 * a `scale` such a check passes if all passed; flaky cases make it warn. Measures of
 * scans: count, errors (those of severity error), warnings (those and warnings), per_kloc
 * (findings per 1,000 lines of code), ratio (share of files with a finding).
 */
struct gate_judgement {
	enum gate_state state;
	bool has_value; /* low and high are set */
	struct gate_value value;
	char measured[GATE_VALUE_TEXT]; /* "" = none */
	const char *unit;          /* NULL = none; the policy's, static or `counted` */
	char counted[48];          /* such as "of 2 builds succeeded" */
	const char *producer_tool; /* of a plug-in; NULL: it is ours */
	const char *producer_version;
	struct gate_area *areas; /* of parts of the product (areas.h); not owned */
	size_t area_count;
	struct buf message;
	struct buf remedy; /* empty = none */
};

void gate_judgement_init(struct gate_judgement *j);
void gate_judgement_fini(struct gate_judgement *j);

/* State without a value: unknown, error, n/a. */
void gate_judge_without(struct gate_judgement *j, enum gate_state state, const char *fmt,
                        ...) __attribute__((format(printf, 3, 4)));

/* `what` is "suite", "build" or "command". */
void gate_judge_runs(struct gate_judgement *j, const struct gate_check *check,
                     const char *what, const struct gate_run *const *runs, size_t count);
void gate_judge_attest(struct gate_judgement *j, const struct gate_check *check);

/* The first rule glob of the check that means no rule of this version, or NULL. */
const char *gate_judge_missing_rule(const struct gate_check *check,
                                    const struct scan_ruleset *rules);
/* Does the finding count for the check? */
bool gate_judge_counts(const struct gate_check *check, const struct scan_finding *f);
bool gate_judge_asks_scope(const struct gate_check *check, enum scan_scope scope);
/* Was something not scanned that the check asks for? */
bool gate_judge_misses(const struct gate_check *check, const struct scan_skip *skip);
void gate_judge_scan(struct gate_judgement *j, const struct gate_check *check,
                     const struct scan_result *r);

#endif
