// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DETECT_H
#define GATE_DETECT_H

#include "policy/policy.h"

/*
 * What a project has: builds and suites that its own files give away, and its languages.
 * Reads files, runs nothing.
 */
struct gate_globs; /* which file each glob of a predicate was found to mean */
struct gate_detected {
	struct arena arena;
	struct gate_suite *suites;
	size_t suite_count;
	struct gate_build *builds;
	size_t build_count;
	struct gate_strings languages; /* "c" "go" .. (language.h), most files first */
	struct gate_globs *globs;      /* filled by gate_predicate_holds */
};

/*
 * Reads the project's files. Detected commands put their output below
 * "$SEAWORTHY_SCRATCH", which the runner sets; `results` may begin with it too.
 */
enum err_code gate_detect(const char *root, struct gate_detected *out,
                          struct err *err) ERR_CHECKED;
void gate_detected_fini(struct gate_detected *d);
/* What it knows, for people who have something else. */
const char *gate_detect_kinds(void);

/* `slow` of a suite that was detected. */
#define GATE_DETECT_SLOW_MS 5000

/* The format that a detected command writes to its output, by its command; false for one
 * that writes files or has no format. */
bool gate_detect_format_of(const char *command, enum gate_format *out);

/* The format of a detected suite with results, by its id ("go-test", "jest-api"); false
 * for an id that does not tell. */
bool gate_detect_format_of_id(const char *id, enum gate_format *out);

/* Could detection find a build of this id ("cmake", "go-api")? */
bool gate_detects_build(const char *id);

/*
 * Takes detected suites into a policy that names none, and detected builds into one that
 * names none or whose suites need them; strings are copied. A suite or build that the
 * policy lists with the detected id and command (as `init` wrote it) gets what only
 * detection knows: its tool, whether it needs a copy, why it cannot be run. The digest
 * stays: what a machine found is not policy (gate_policy_json leaves it out).
 */
enum err_code gate_policy_adopt(struct gate_policy *p, const struct gate_detected *d,
                                struct err *err) ERR_CHECKED;

/*
 * Evaluates a predicate; `why` gets one line of evidence ("file Dockerfile: absent").
 * `policy` answers `suite`, `detected` answers `language`, and a glob that it was asked
 * before.
 */
enum err_code gate_predicate_holds(const struct gate_predicate *p, const char *root,
                                   const struct gate_policy *policy,
                                   const struct gate_detected *detected, bool *holds,
                                   struct buf *why, struct err *err) ERR_CHECKED;

#endif
