// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCORECARD_INTERNAL_H
#define GATE_SCORECARD_INTERNAL_H

#include "base/arena.h"
#include "record/scorecard.h"
#include "reports/coverage.h"
#include "reports/findings.h"

struct json;

/* The parts of a scorecard that come from beside the checks. Running out of memory stays
 * in the arena. */

/* Who has to sign, and what people said. */
void scorecard_people(struct rep_scorecard *out, struct arena *arena,
                      const struct gate_assessment *a);
/* suites.json; one that is not of its form gives no suites and a note. */
void scorecard_suites(struct rep_scorecard *out, struct arena *arena,
                      const struct gate_recorded *r);
/* findings.jsonl: all are counted, at most 10,000 are kept, the most severe. */
enum err_code scorecard_findings(struct rep_scorecard *out, struct arena *arena,
                                 const struct gate_recorded *r,
                                 struct err *err) ERR_CHECKED;
/* A finding as findings.jsonl has it. */
void scorecard_locate(struct rep_located *out, struct arena *arena,
                      const struct json *finding);
/* Notes which of them the waivers in force of the scorecard name by fingerprint. */
void scorecard_waive(struct rep_located *items, size_t count, struct arena *arena,
                     const struct rep_scorecard *s);
/* All of them, with the rules they are of and what was not scanned. */
void scorecard_located(struct rep_scorecard *out, struct arena *arena, const char *dir,
                       const struct rep_located *items, size_t count,
                       const struct rep_rule_count *rules, size_t rule_count);
/* trend.json, into the scorecard and its checks; one that is not of its form is left out.
 */
void scorecard_trend(struct rep_scorecard *out, struct rep_check *checks,
                     struct arena *arena, const char *dir);
/* The runs before this one, and what changed since the last; nothing for a folder that is
 * not where runs are recorded. */
void scorecard_past(struct rep_scorecard *out, struct arena *arena, const char *dir);
/* The policy's risks, and whether what watches them holds. */
enum err_code scorecard_risks(struct rep_scorecard *out, struct arena *arena,
                              const struct gate_assessment *a,
                              struct err *err) ERR_CHECKED;
/* Benchmarks, judged again from the samples; left out where these cannot be read. */
void scorecard_bench(struct rep_scorecard *out, struct arena *arena, const char *dir);
/* coverage.json, into the checks; one that is not of its form is left out. */
void scorecard_coverage(struct rep_scorecard *out, struct rep_check *checks,
                        struct arena *arena, const char *dir);
/* The end of an artefact as UTF-8 text, or NULL if it is missing or no text. */
const char *scorecard_tail(struct arena *arena, const char *dir, const char *sha256);
void scorecard_note(struct rep_scorecard *out, struct arena *arena, const char *text);

#endif
