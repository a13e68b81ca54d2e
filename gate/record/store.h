// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_STORE_H
#define GATE_STORE_H

#include "base/buf.h"
#include "record/manifest.h"
#include "verdict/model.h"

/*
 * A recorded run: a folder with policy.json, subject.json, checks/<id>.json (policy.md),
 * beside them suites.json, findings.jsonl, trend.json, run.json and artefacts/<sha256>.
 * Written file by file, atomically; manifest.json says what all of them are, and run.json
 * comes last and makes the run complete.
 * `seaworthy run` scores what it reads back from here, by the same code as `seaworthy
 * score DIR`.
 *
 * events.jsonl is what was shown when it ran (cli/shown.h), host.json how busy the
 * machine was (record/host.h).
 *
 * suites.json is an array of
 * {"id","command","dir","format","state":"pass|fail|unknown","reason","passed","failed","skipped",
 *  "flaky","duration_s","slowest":[{"name","duration_s"}],"failures":[..],"flaky_tests":
 *  [..]}, a test of the last two being {"name","state","file"?,"line"?,"message",
 *  "attempts"?:[{"state","duration_s"?,"message"}]};
 * findings.jsonl has one finding a line as `seaworthy scan --format jsonl` prints it;
 * trend.json says how they stand to those of an earlier run (collect/trend.h);
 * coverage.json what of the code was run (collect/coverage/verdict.h).
 */

/* ---- writing ---- */

struct gate_store;

/* Is it a name of a run as gate_store_new makes them: 20261122T100000.250Z-1f2e3d4c? */
bool gate_run_id_ok(const char *name);
/* Makes a new run folder ROOT/.seaworthy/runs/<time>-<random> (and
 * .seaworthy/.gitignore), and removes those that an interrupted run left unfinished. */
enum err_code gate_store_new(struct gate_store **out, const char *root, int64_t now_ms,
                             struct err *err) ERR_CHECKED;
const char *gate_store_dir(const struct gate_store *s);
enum err_code gate_store_policy(struct gate_store *s, const struct gate_policy *p,
                                struct err *err) ERR_CHECKED;
enum err_code gate_store_subject(struct gate_store *s, const struct gate_subject *subject,
                                 struct err *err) ERR_CHECKED;
/* Stores bytes by their hash. `out` strings live as long as the store. */
enum err_code gate_store_artefact(struct gate_store *s, const char *name,
                                  struct span data, struct gate_artefact *out,
                                  struct err *err) ERR_CHECKED;
/* Appends the bytes of an artefact that was stored. */
enum err_code gate_store_get(const struct gate_store *s, const char *sha256,
                             struct buf *out, struct err *err) ERR_CHECKED;
enum err_code gate_store_record(struct gate_store *s, const struct gate_record *r,
                                struct err *err) ERR_CHECKED;
/* A named file of the run as it is ("suites.json", "findings.jsonl"). */
enum err_code gate_store_file(struct gate_store *s, const char *name, struct span data,
                              struct err *err) ERR_CHECKED;
/* Of a run of a part: the options that chose it ("--only 'tests.*'"), for run.json. */
enum err_code gate_store_select(struct gate_store *s, struct span selection,
                                struct err *err) ERR_CHECKED;
/* Writes run.json: the run is complete, and not the last of the project. */
enum err_code gate_store_complete(struct gate_store *s, int64_t started_ms,
                                  int64_t ended_ms, struct err *err) ERR_CHECKED;
/* Writes run.json, and .seaworthy/last (the run's id) unless it is one of a part. */
enum err_code gate_store_commit(struct gate_store *s, int64_t started_ms,
                                int64_t ended_ms, struct err *err) ERR_CHECKED;
void gate_store_free(struct gate_store *s);

/* ---- reading ---- */

struct gate_recorded {
	struct arena arena;
	struct gate_policy *policy;
	struct gate_evidence
		evidence; /* now_ms is the recorded end, or set by the caller */
	struct gate_record *records; /* those of the evidence */
	const char *dir;
	const char *run;       /* id or NULL */
	const char *selection; /* as of gate_store_select; NULL: all was to run */
	bool complete;         /* run.json was there */
	int64_t started_ms;
	int64_t ended_ms;
	struct buf suites; /* suites.json and findings.jsonl as they are, or empty */
	struct buf findings;
	const struct gate_artefact *released; /* by gate_release_of */
	size_t released_count;
	const char *tool_version;
	const char *run_sha256; /* of run.json */
	const char *manifest;   /* of manifest.json, or NULL */
	/* Filled by gate_recorded_compare: */
	struct gate_manifest stored;
	struct gate_damages damages;
};

/*
 * Reads a folder of evidence. A missing check file is a missing record; a broken one is a
 * record in state error whose message names place and mend. ERR_USAGE for a broken
 * policy, ERR_CORRUPT for a broken subject.
 */
enum err_code gate_recorded_load(struct gate_recorded *out, const char *dir,
                                 struct err *err) ERR_CHECKED;
/*
 * Compares the files with those that the run recorded: all that its manifest names, but
 * that a record which is gone is unknown and no damage. In a folder that no run made,
 * artefacts are compared as far as they are there; in one that has run.json, a manifest
 * or signed statements, a manifest that is not there or not named is a damage behind
 * every check. What differs is in `damages`, and checks that rest on it are unknown from
 * then on.
 */
enum err_code gate_recorded_compare(struct gate_recorded *r, struct err *err) ERR_CHECKED;
/* Makes the checks unknown that rest on damages which were found since, in suites.json
 * and findings.jsonl too; sign-offs then are of something else. */
enum err_code gate_recorded_withdraw(struct gate_recorded *r,
                                     struct err *err) ERR_CHECKED;
void gate_recorded_fini(struct gate_recorded *r);

/* Folders of all runs, newest first, complete or not: whoever reads one finds out. */
enum err_code gate_recorded_list(const char *root, struct arena *arena,
                                 const char ***dirs, size_t *count,
                                 struct err *err) ERR_CHECKED;

/* The project of a run's folder that lies where runs lie, and the run's id; NULL for a
 * folder elsewhere, or without memory. */
const char *gate_recorded_project(struct arena *arena, const char *dir, struct span *id);

/* The folder that `what` names: a path, a run id (or unique prefix), or NULL for the last
 * run. */
enum err_code gate_recorded_find(const char *root, const char *what, struct buf *dir,
                                 struct err *err) ERR_CHECKED;

#endif
