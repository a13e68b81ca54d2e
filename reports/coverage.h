// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_COVERAGE_H
#define REPORTS_COVERAGE_H

#include "base/buf.h"

#include <stdint.h>

/* What of the code was run, as plain data: of all that a check asks for, by component or
 * owner, and of the files with most that was not. */

struct rep_coverage_row {
	const char *name;
	const char *owner; /* NULL: nobody is known */
	bool by_owner;     /* a row by CODEOWNERS, not a component */
	bool critical;
	uint64_t files;
	uint64_t hit;
	uint64_t total;
	const char *percent;  /* number text; NULL where nothing is to run */
	const char *at_least; /* with all code that no report names */
	uint64_t unnamed_files;
	uint64_t unnamed_code;
};

struct rep_coverage_file {
	const char *path;
	uint64_t hit;
	uint64_t total;
	const char *not_run; /* "3-5 9": lines */
};

struct rep_coverage {
	const char *measure; /* "lines" .. */
	bool new_code;
	const char *base; /* revision, NULL = none */
	struct rep_coverage_row all;
	const struct rep_coverage_row *rows;
	size_t row_count;
	const struct rep_coverage_file *worst; /* most first; at most 200 */
	size_t worst_count;
	uint64_t files_not_run; /* files with something that did not run: all of them */
	uint64_t other_scope;   /* files of tests and the like that were left out */
	uint64_t outside;       /* and those that are not of the project */
	uint64_t lost;          /* names that mean no source of it */
};

/* "70 % (7 of 10)", with "60 to 70 %" where it may be less; "nothing to run". */
void rep_put_coverage_share(struct buf *out, const struct rep_coverage_row *r);

#endif
