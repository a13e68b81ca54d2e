// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_PROJECT_H
#define TESTS_PROJECT_H

#include "base/buf.h"

/* A project in a temporary folder of its own, with ROOT/.seaworthy/work as scratch. A
 * failure ends the test case. */
struct project {
	struct buf root;
	struct buf scratch;
};

/* Writes a file as os_write_atomic does, but leaves the disk alone: its syncs cost most
 * of the time of tests that write many files. */
void support_write(const char *path, struct span data);

void project_init(struct project *p);
/* Removes the folder. */
void project_fini(struct project *p);

/* Path below the project; one of eight rotating buffers. */
const char *project_path(const struct project *p, const char *name);
/* Writes a file and the folders it needs. */
void project_put(const struct project *p, const char *name, const char *text);
/* The file's bytes, in a buffer that the next call reuses; NULL if there is none. */
const char *project_get(const struct project *p, const char *name);

#endif
