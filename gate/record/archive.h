// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ARCHIVE_H
#define GATE_ARCHIVE_H

#include "record/archive_rules.h"
#include "record/store.h"

#include "base/cancel.h"

/*
 * Runs in a Lifeboat repository: a snapshot of the folder of each, as it was when the run
 * was over. Tags say what it is, so that the list needs no content: "seaworthy",
 * "project-id:ID" (that of the project's history, else the SHA-256 of where it is), for
 * people "project:NAME", "run:ID", "commit:SHA" where there is one, "decision:GO". All
 * through liblifeboat's own interface.
 */
struct gate_archive;

struct gate_archive_at {
	const char *root;       /* of the project */
	const char *repository; /* NULL: ROOT/.seaworthy/evidence */
	const struct cancel *cancel;
};

/* ERR_USAGE for "s3:.." or "host:..", which cannot be opened yet; a folder of that name
 * is
 * "./s3:..". NULL is fine. */
enum err_code gate_archive_check_place(const char *repository,
                                       struct err *err) ERR_CHECKED;

/*
 * Opens the repository, with the key that archive_key.h finds. With `make`, a folder that
 * is none yet becomes one, and `made` tells. ERR_NOT_FOUND: there is none.
 */
enum err_code gate_archive_open(struct gate_archive **out,
                                const struct gate_archive_at *at, bool make, bool *made,
                                struct err *err) ERR_CHECKED;
void gate_archive_close(struct gate_archive *a);
const char *gate_archive_name(const struct gate_archive *a);

/* ---- writing ---- */

/* Stores a run that was read (gate_recorded_load) and decided: "CONDITIONAL GO". */
enum err_code gate_archive_put(struct gate_archive *a, const struct gate_recorded *r,
                               const char *decision, struct err *err) ERR_CHECKED;

struct gate_archive_cut {
	uint64_t removed; /* runs */
	uint64_t kept;
	uint64_t freed; /* bytes */
};

/* Removes what the rules do not keep of the project's runs, and frees its place for at
 * most `seconds` (0: to the end). */
enum err_code gate_archive_keep(struct gate_archive *a,
                                const struct gate_archive_rules *r, bool dry_run,
                                unsigned seconds, struct gate_archive_cut *out,
                                struct err *err) ERR_CHECKED;

/* ---- reading ---- */

struct gate_archived {
	const char *snapshot;
	const char *run;
	const char *project;
	const char *commit;   /* or NULL */
	const char *decision; /* or NULL */
	const char *path;     /* of the folder, where it was */
	int64_t stored_ms;
	uint64_t bytes;
	uint64_t files;
	bool own; /* of this project, by its id */
};

/* All of them, oldest first; of a run that was stored twice the newer one. */
enum err_code gate_archive_list(struct gate_archive *a, struct arena *arena,
                                struct gate_archived **out, size_t *count,
                                struct err *err) ERR_CHECKED;
/* The one of this project whose id begins so, NULL: its newest; or that of any project
 * whose id it is. ERR_USAGE, and ERR_NOT_FOUND. */
enum err_code gate_archive_find(struct gate_archive *a, const char *run,
                                struct arena *arena, struct gate_archived *out,
                                struct err *err) ERR_CHECKED;
/* Removes one, as gate_archive_keep does. */
enum err_code gate_archive_forget(struct gate_archive *a, const struct gate_archived *one,
                                  struct gate_archive_cut *out,
                                  struct err *err) ERR_CHECKED;

/* Writes the folder's content to `target`. What cannot be read is in `damages`. */
enum err_code gate_archive_restore(struct gate_archive *a,
                                   const struct gate_archived *one, const char *target,
                                   struct gate_damages *damages,
                                   struct err *err) ERR_CHECKED;

typedef enum err_code gate_archive_sink(struct span bytes, void *context,
                                        struct err *err);
/* The bytes of one of its files, or (`name` NULL) all of them as tar. ERR_NOT_FOUND. */
enum err_code gate_archive_dump(struct gate_archive *a, const struct gate_archived *one,
                                const char *name, gate_archive_sink *sink, void *context,
                                struct err *err) ERR_CHECKED;

/* Reads it back, below `scratch`, and compares it with what the run recorded. An error is
 * that the system refused; what is wrong with the run is in `damages`. */
enum err_code gate_archive_check(struct gate_archive *a, const struct gate_archived *one,
                                 const char *scratch, struct gate_damages *damages,
                                 struct err *err) ERR_CHECKED;

#endif
