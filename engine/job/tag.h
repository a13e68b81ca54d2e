// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_TAG_H
#define JOB_TAG_H

#include "crypto/key.h"
#include "snapshot/snapshot.h"

/*
 * Edits what is said about snapshots: tags, description, pin. The snapshot itself is
 * never rewritten; each edit is a record of its own.
 */
struct lb_repo;

struct lb_tag_edit {
	const struct span *add; /* each without fault (lb_tag_fault) */
	size_t add_count;
	const struct span *remove;
	size_t remove_count;
	bool set_description;
	struct span description; /* empty removes it */
	bool set_pinned;
	bool pinned;
};

/*
 * Edits one snapshot as it is when the record is put, so edits by others at the same time
 * are kept. `*changed` is false if everything was so already; nothing is written then,
 * nor with `dry_run`. ERR_NOT_FOUND: it is not live. ERR_AUTH without the rights.
 */
enum err_code lb_tag(struct lb_repo *repo, const struct lb_id16 *id,
                     const struct lb_tag_edit *edit, bool dry_run, bool *changed,
                     struct err *err) ERR_CHECKED;

#endif
