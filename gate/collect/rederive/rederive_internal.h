// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_REDERIVE_INTERNAL_H
#define GATE_REDERIVE_INTERNAL_H

#include "collect/judge.h"
#include "collect/rederive/rederive.h"
#include "collect/runner.h"
#include "os/walk.h"

struct json_doc;

/* What suites.json says of one. */
struct rederive_told {
	const char *id;
	const char *state;
	const char *dir; /* NULL: as the policy has it */
	enum gate_format format;
	bool retried;
	bool leaky;
	bool incomplete; /* has more tests than are told */
	uint64_t passed, failed, skipped, flaky, quarantined;
	uint64_t duration_ms;
};

/* One suite as the checks are judged by it. */
struct rederive_suite {
	struct rederive_told told;
	struct gate_suite suite;
	struct gate_run run;
	bool whole; /* `run` has its cases, from its bytes; else only what was told */
};

struct rederiving {
	const struct gate_recorded *r;
	struct gate_rederived *out;
	struct gate_damages *damages;
	struct os_dir artefacts;
	struct arena arena;
	struct json_doc *told;         /* suites.json */
	struct rederive_suite *suites; /* in the arena; runs are finished at the end */
	size_t suite_count;
	/* findings.jsonl, once the first check asked for it; in the arena. */
	bool has_findings;
	struct scan_finding *findings;
	size_t finding_count;
	struct span *lines; /* of each, as it stands there */
};

/* ---- stored.c: bytes, and how they are cut up ---- */

/* The artefact that the record has under this name, or NULL. */
const struct gate_artefact *rederive_find(const struct gate_record *r, const char *name);
/* "suite:a/b" as artefacts are called: "suite-a-b.results.txt", of any record. `other`
 * where there are several, as of the parts of a suite that split itself. */
const struct gate_artefact *rederive_find_suite(struct rederiving *x, const char *suite,
                                                const char *what, bool *other);
/* One after another, from NULL. */
const struct gate_artefact *rederive_next_suite(struct rederiving *x, const char *suite,
                                                const char *what,
                                                const struct gate_artefact *after);
enum err_code rederive_load(struct rederiving *x, const struct gate_artefact *a,
                            struct buf *out, struct err *err) ERR_CHECKED;
/* Judges by the bytes of an artefact; where there is none (`a` NULL), tells that no
 * `what`
 * ("samples of it are") stored. */
typedef enum err_code rederive_judge(struct rederiving *x, const struct gate_check *k,
                                     const struct gate_record *r, struct span bytes,
                                     struct err *err);
enum err_code rederive_by(struct rederiving *x, const struct gate_check *k,
                          const struct gate_record *r, const struct gate_artefact *a,
                          const char *what, rederive_judge *judge,
                          struct err *err) ERR_CHECKED;
/* Standard output alone, where the two were kept apart: up to the line between them. A
 * test's own words may look like that line, so there may be several; the last is all of
 * it. False where there are no more. */
bool rederive_said(struct span text, size_t which, struct span *out);
/* Is this, in form, place and size, what a run makes of too much? `before` is then what
 * it has from the beginning. What was redacted may have been longer. */
bool rederive_was_cut(struct span text, bool files, bool redacted, struct span *before);
/* The failures in the beginning of what was stored. All of it has no fewer. */
uint64_t rederive_failures(const struct gate_suite *s, struct span text, bool files);
/* Cases of what was stored: of result files below their headers, or of an output. */
enum err_code rederive_parse(const struct gate_suite *s, struct span text, bool files,
                             struct gate_run *run, struct err *err) ERR_CHECKED;

/* ---- redacted.c ---- */

/* Does the list of redactions (or NULL) name what was taken out of this text, and were
 * these more than parts of lines? */
enum err_code rederive_redacted(struct rederiving *x, const struct gate_artefact *list,
                                struct span text, bool *any, bool *lines,
                                struct err *err) ERR_CHECKED;

/* ---- suite_bytes.c: of one suite ---- */

/* What the stored bytes of a suite are. */
struct rederive_bytes {
	bool whole;    /* all there, and in one piece */
	bool redacted; /* what was taken out of it may have been a part of the form */
	bool lines;    /* .. or whole lines */
	uint64_t seen; /* failures in what is there, where that is not all */
};

/* Parses them into u->run; the error is that of the parser, too. */
enum err_code rederive_bytes(struct rederiving *x, struct rederive_suite *u,
                             struct rederive_bytes *b, struct err *err) ERR_CHECKED;
/* Do the cases come to the counts that are told? */
bool rederive_agrees(const struct rederive_told *t, const struct gate_cases *c);

/* ---- agree.c: what a record says, against what its bytes come to ---- */

bool rederive_has_value(const struct gate_record *r);
/* Was a damage of this check's record told already? */
bool rederive_is_told(const struct rederiving *x, const char *check);
/* Adds a damage of checks/<check>.json. */
void rederive_tell(struct rederiving *x, const char *check, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* State, value and measure; `bytes` is what they were judged from: "its stored samples".
 */
void rederive_agree(struct rederiving *x, const struct gate_record *r,
                    const struct gate_judgement *j, const char *bytes);

/* ---- what checks rest on; each is called once a record ---- */

/* Reads all suites of suites.json; before the checks. */
enum err_code rederive_suites(struct rederiving *x, struct err *err) ERR_CHECKED;
void rederive_suites_fini(struct rederiving *x);
/* Does suites.json have a row of it, whatever that says? */
bool rederive_is_listed(const struct rederiving *x, const char *suite);
/* Does the check without a scale pass only where this suite does? */
bool rederive_rests_on(const struct gate_check *k, const char *suite);

typedef enum err_code rederive_check(struct rederiving *x, const struct gate_check *k,
                                     const struct gate_record *r, struct err *err);
rederive_check rederive_tests;
rederive_check rederive_coverage;
rederive_check rederive_scan;
rederive_check rederive_bench;
rederive_check rederive_answer; /* of commands and plug-ins */

/* scan_read.c: the result of a scan as scan.json has it. Strings go to the arena. */
bool rederive_scan_read(struct rederiving *x, struct span json, struct scan_result *out);
/* A finding as a line has it; false for what no scan writes. */
bool rederive_finding_read(struct rederiving *x, struct span line,
                           struct scan_finding *out);

#endif
