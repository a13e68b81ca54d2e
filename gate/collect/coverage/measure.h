// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_MEASURE_H
#define GATE_COVERAGE_MEASURE_H

#include "collect/coverage/coverage.h"
#include "collect/coverage/gather.h"
#include "collect/coverage/tree.h"
#include "policy/policy.h"

/*
 * What the reports of some suites say of the tree, for one check: of all code, by
 * component or owner, and by file.
 *
 * A source that no report names was not run, but nobody counted what there is to run in
 * it: its lines of code are the most that it can be. So a share has two ends, hit/total
 * without such files and hit/total x lines/(lines + code lines) with them; of lines that
 * is hit/(total + code lines).
 */

/* What a suite of the check left. */
struct gate_cov_part {
	const char *suite;
	const struct gate_cov_gathered *gathered; /* NULL: it names no reports */
	bool complete;                            /* it ran to its end */
	const char *why;                          /* it did not; "" */
	const char *reused; /* "reused, 3 h old": of an earlier run; "" */
	const char *remedy; /* the command that would run it again; "" */
};

struct gate_cov_file_sum {
	const struct gate_cov_source *source;
	const struct gate_cov_file *file; /* NULL: no report names it */
	struct gate_cov_sum sum;
	uint64_t lines; /* that the reports name, of whatever is measured */
	uint64_t code;  /* lines of code, where no report names it */
	uint64_t more;  /* that a missing report may name in a file that others name */
	/* Lines with something that did not run, in the arena; of an unnamed one none. */
	uint32_t *open;
	size_t open_count;
	size_t row; /* of the table, SIZE_MAX: none */
};

struct gate_cov_row {
	const char *name;
	const char *owner; /* NULL: nobody is known */
	bool is_owner;     /* a row by CODEOWNERS, not a component */
	bool critical;
	uint64_t files;
	struct gate_cov_sum sum;
	uint64_t lines;
	uint64_t unnamed_files;
	uint64_t unnamed_code;
	uint64_t more; /* of its named files */
};

struct gate_cov_measured {
	struct arena arena;
	struct gate_coverage *merged;    /* by path of the tree */
	struct gate_cov_file_sum *files; /* by path */
	size_t file_count;
	size_t file_cap;
	struct gate_cov_row all;
	struct gate_cov_row *rows;
	size_t row_count;
	size_t row_cap;
	bool named; /* a report tells of what is measured */
	size_t reports;
	bool partial;       /* a suite or a report is missing */
	uint64_t left_out;  /* files of other scopes */
	uint64_t outside;   /* files that are not of the project */
	const char **lost;  /* names that mean no source of the tree; the first of them */
	size_t lost_count;  /* of all */
	uint64_t ambiguous; /* of them: names that may mean several */
};

enum { GATE_COV_LOST_SHOWN = 20 };

enum err_code gate_cov_measure(struct gate_cov_measured *out,
                               const struct gate_policy *policy,
                               const struct gate_check *check,
                               const struct gate_cov_tree *tree,
                               const struct gate_cov_part *parts, size_t count,
                               struct err *err) ERR_CHECKED;
void gate_cov_measured_fini(struct gate_cov_measured *m);

/* Appends "3-5 9": lines that follow one another in the file, up to `max` ranges, then
 * "..". */
void gate_cov_put_ranges(struct buf *out, const struct gate_cov_file_sum *f, size_t max);

#endif
