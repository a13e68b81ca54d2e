// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RESULTS_H
#define GATE_RESULTS_H

#include "base/arena.h"
#include "collect/cases.h"
#include "os/fs.h"

/*
 * Result files of a suite. Old results must not pass for new ones: before the run,
 * matching files in scratch are removed and all others remembered; after it, a file
 * counts only if it is new or changed, and was written after the start (two seconds are
 * allowed for coarse clocks).
 */

#define GATE_RESULTS_MAX_BYTES (UINT64_C(4) << 30) /* of a file */
#define GATE_RESULTS_WHOLE_MAX                                                        \
	(UINT64_C(256) << 20)                      /* together, for gate_results_each \
	                                            */
#define GATE_RESULTS_KEPT_MAX (UINT64_C(32) << 20) /* kept of all files together */
#define GATE_RESULTS_MAX_FILES 10000
#define GATE_OUTPUT_KEPT_MAX ((size_t)1 << 20) /* kept of an output: head and tail */

struct gate_result_file {
	const char *path;
	struct os_stat st;
};

struct gate_results {
	struct arena arena;
	const char *base; /* folder that relative globs start in */
	const char *scratch;
	const struct gate_strings *globs;
	struct gate_result_file *before;
	size_t before_count;
	int64_t started_ms;
	size_t stale; /* after gate_results_read: files left out */
};

/* Looks at what is there. `now_ms` is the start of the run. All are borrowed. */
enum err_code gate_results_begin(struct gate_results *r, const char *base,
                                 const char *scratch, const struct gate_strings *globs,
                                 int64_t now_ms, struct err *err) ERR_CHECKED;

/* Was it written at that time or later, with what coarse clocks are allowed? */
bool gate_results_since(const struct gate_result_file *f, int64_t start_ms);

/* The files that the globs mean now, each once, by path. Of `r` base, scratch, globs and
 * the arena, which they live in, have to be set. */
enum err_code gate_results_find(struct gate_results *r, struct gate_result_file **files,
                                size_t *count, struct err *err) ERR_CHECKED;

/* Parses text by the suite's format; `name` stands in messages. */
enum err_code gate_results_parse(const struct gate_suite *s, struct span text,
                                 const char *name, struct gate_cases *cases,
                                 struct err *err) ERR_CHECKED;

/*
 * Parses every fresh file, in order of name and in pieces, and appends its bytes below a
 * header line to `raw`: where there are too many, its beginning, and what is left out
 * with the SHA-256 of all of it. ERR_NOT_FOUND if no file is fresh, ERR_LIMIT,
 * ERR_UNSUPPORTED for what is no file, ERR_CORRUPT from the parser; the message names the
 * file.
 */
enum err_code gate_results_read(struct gate_results *r, const struct gate_suite *s,
                                struct gate_cases *cases, struct buf *raw,
                                struct err *err) ERR_CHECKED;
/* The same for readers of whole files: `each` gets the bytes and the name for messages.
 */
typedef enum err_code gate_results_take(void *context, struct span text, const char *name,
                                        struct err *err);
enum err_code gate_results_each(struct gate_results *r, gate_results_take *each,
                                void *context, struct buf *raw,
                                struct err *err) ERR_CHECKED;
/* The same walk for files of another kind: calls `take` for each fresh one. The name is
 * the path as it was asked for. ERR_NOT_FOUND if no file is fresh; `take` answers for its
 * own messages. */
typedef enum err_code gate_results_file_take(const struct gate_result_file *f,
                                             const char *name, void *context,
                                             struct err *err);
enum err_code gate_results_files(struct gate_results *r, gate_results_file_take *take,
                                 void *context, struct err *err) ERR_CHECKED;
void gate_results_end(struct gate_results *r);

#endif
