// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RELEASE_H
#define GATE_RELEASE_H

#include "record/store.h"

/*
 * release.json of a run: the files that are to be released, tarballs and packages, as
 * they were when it ended. Each is a subject of every statement of the run, beside the
 * commit, so that whoever holds one can find out whether it is what was judged.
 */

#define GATE_RELEASE "release.json"

/* By name. */
void gate_release_write(const struct gate_artefact *files, size_t count, struct buf *out);
/* ERR_CORRUPT for what it did not write. */
enum err_code gate_release_read(struct gate_artefact **files, size_t *count,
                                struct span text, struct arena *arena,
                                struct err *err) ERR_CHECKED;

/* Those of a recorded run; none where the run itself did not record the file. */
size_t gate_release_of(const struct gate_recorded *r, const struct gate_artefact **files);

#endif
