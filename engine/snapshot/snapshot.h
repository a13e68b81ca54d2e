// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_SNAPSHOT_H
#define SNAPSHOT_SNAPSHOT_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/key.h"

#include <stdint.h>

/*
 * A snapshot: what the private part of a COMMIT record says (docs/format.md, section 9),
 * and the edits of META records. Its id is the nonce of its record and stands outside.
 */

/* Leaves room for the rest of the record it stands in. */
#define LB_SNAPSHOT_MAX 64000u

struct lb_snapshot_figures {
	uint64_t files;
	uint64_t folders;
	uint64_t others;
	uint64_t bytes;
	uint64_t chunks_new;
	uint64_t bytes_new;
	uint64_t bytes_stored;
	uint64_t errors;
};

/* Spans and arrays are borrowed: from the arena given to lb_snapshot_decode, or from
 * whoever fills one in. */
struct lb_snapshot {
	struct lb_id root;
	int64_t start_ns;
	int64_t end_ns;
	struct span host;
	struct span user;
	const struct span *paths;
	size_t path_count;
	const struct span *tags; /* ascending, none twice: lb_tags_sort */
	size_t tag_count;
	struct span description;
	bool has_parent;
	struct lb_id16 parent;
	struct span program;
	struct lb_snapshot_figures figures;
	bool pinned;
	const struct span *excludes;
	size_t exclude_count;
	bool has_original; /* it is a copy of this one, of another repository */
	struct lb_id16 original;
	bool partial;
	const struct lb_id16 *replaces;
	size_t replace_count;
};

/* The fields, appended. ERR_USAGE for tags out of order, ERR_LIMIT above
 * LB_SNAPSHOT_MAX. */
enum err_code lb_snapshot_encode(const struct lb_snapshot *s, struct buf *out,
                                 struct err *err) ERR_CHECKED;
/* Copies what it keeps into the arena. ERR_CORRUPT, ERR_UNSUPPORTED (a field that must be
 * known), ERR_LIMIT. */
enum err_code lb_snapshot_decode(struct span fields, struct arena *arena,
                                 struct lb_snapshot *out, struct err *err) ERR_CHECKED;

/* Sorts, drops repeated and empty ones; gives the new count. */
size_t lb_tags_sort(struct span *tags, size_t count);
/* What is wrong with a tag (empty, a comma, control characters, over 255 bytes), as
 * static text; NULL if nothing. */
const char *lb_tag_fault(struct span tag);
bool lb_snapshot_has_tag(const struct lb_snapshot *s, struct span tag);

/* What a META record changes of one snapshot; what is not set stays as it is. In stored
 * form it is fields, of which an empty one removes (lb_record_put_meta takes them). */
struct lb_snapshot_edit {
	bool set_tags;
	const struct span *tags; /* ascending; none removes all */
	size_t tag_count;
	bool set_description;
	struct span description; /* empty removes it */
	bool set_pinned;
	bool pinned;
};

enum err_code lb_snapshot_edit_encode(const struct lb_snapshot_edit *e, struct buf *out,
                                      struct err *err) ERR_CHECKED;
enum err_code lb_snapshot_edit_decode(struct span fields, struct arena *arena,
                                      struct lb_snapshot_edit *out,
                                      struct err *err) ERR_CHECKED;
/* The snapshot borrows what the edit borrows. */
void lb_snapshot_apply(struct lb_snapshot *s, const struct lb_snapshot_edit *e);

#endif
