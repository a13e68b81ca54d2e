// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_OSV_FIXTURE_H
#define TESTS_OSV_FIXTURE_H

#include "scanners/osv/import.h"
#include "scanners/osv/index.h"

/* Indexes of advisories for tests; a failure ends the test case. */

#define OSV_GOLDEN TEST_SOURCE_DIR "/golden/osv"
#define OSV_NOW INT64_C(1790000000000)

/* The index of a folder, an archive or a file. */
void osv_index_of(const char *path, struct buf *out);
/* The index of records given as JSON texts; the list ends in NULL. */
void osv_index_of_texts(const char *const *texts, struct buf *out);
/* "ID ID" of what affects the version, in the index. */
const char *osv_ids(struct span index, const char *ecosystem, const char *name,
                    const char *version);

#endif
