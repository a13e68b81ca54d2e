// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_READER_H
#define GATE_COVERAGE_READER_H

#include "collect/coverage/coverage.h"

/*
 * Reads one report, pushed in pieces of any size, into a set of its own; which format it
 * has is told by what it begins with. Memory is bounded by the set's limits and the
 * longest line or token, never by the length of the report.
 */

#define GATE_COV_TOKEN_MAX (UINT64_C(1) << 20) /* a line, a string, an attribute */
#define GATE_COV_REPORT_MAX (UINT64_C(4) << 30)

struct gate_cov_reader;

/* What a report says of itself, to be held against what it lists. */
struct gate_cov_claim {
	bool made;
	uint64_t total;
	uint64_t hit;
};

/* What is known when all is read. */
struct gate_cov_report {
	const char *format; /* "lcov"; static */
	struct gate_coverage *set;
	/* Folders that its names may be relative to, besides the usual ones; of the
	 * set's arena. */
	const char **folders;
	size_t folder_count;
	size_t folder_cap;
	/* Of lines: what its own sums say, and what it lists. */
	struct gate_cov_claim claim;
	struct gate_cov_sum listed;
};

/* `name` stands in messages and is borrowed. */
enum err_code gate_cov_reader_new(struct gate_cov_reader **out, const char *name,
                                  struct err *err) ERR_CHECKED;
/* ERR_CORRUPT with "name:line: what", ERR_UNSUPPORTED for what is no report that is
 * known, with the mend; ERR_LIMIT. */
enum err_code gate_cov_reader_feed(struct gate_cov_reader *r, struct span piece,
                                   struct err *err) ERR_CHECKED;
/* The end: hands the set over, settled; the caller frees report->set. */
enum err_code gate_cov_reader_end(struct gate_cov_reader *r, struct gate_cov_report *out,
                                  struct err *err) ERR_CHECKED;
void gate_cov_reader_free(struct gate_cov_reader *r);

/* All of a text at once, for tests and small things. */
enum err_code gate_cov_read(struct span text, const char *name,
                            struct gate_cov_report *out, struct err *err) ERR_CHECKED;
/* A file, in pieces. */
enum err_code gate_cov_read_file(const char *path, const char *name,
                                 struct gate_cov_report *out,
                                 struct err *err) ERR_CHECKED;

#endif
