// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_SNAPSHOTS_H
#define JOB_SNAPSHOTS_H

#include "base/arena.h"
#include "snapshot/select.h"

/*
 * The live snapshots of a repository, with the edits that were made later, oldest first.
 * Owned as a whole; valid whatever the repository does meanwhile. One whose record is
 * malformed is among the partial ones, with what is wrong as its description; a malformed
 * edit does nothing.
 */
struct lb_malformed;
struct lb_state;

struct lb_snapshots {
	struct arena arena;
	struct lb_snapshot_ref *refs; /* in the arena */
	size_t count;
	size_t unreadable;              /* live, but this key cannot read them */
	struct lb_malformed *bad_edits; /* which were passed over; in the arena */
	size_t bad_edit_count;
	size_t bad_edit_cap;
};

/* Partial ones (of unfinished backups) come along only with `partial`. */
enum err_code lb_snapshots_load(struct lb_snapshots *out, const struct lb_state *state,
                                bool partial, struct err *err) ERR_CHECKED;
void lb_snapshots_fini(struct lb_snapshots *s);

#endif
