// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_MARK_H
#define JOB_MARK_H

#include "base/cancel.h"
#include "crypto/ident.h"
#include "pack/format.h"

#include <stdint.h>

/*
 * Which chunks snapshots need: one bit a row of the index. Of several copies of a chunk
 * one is chosen, a usable one if there is any, so the others show as waste. Each distinct
 * tree node is read once, whatever the number of snapshots. Valid until the index
 * changes.
 */
struct lb_repo;
struct lb_state;

struct lb_mark {
	struct lb_repo *repo;
	const struct cancel *cancel; /* may be NULL */
	bool strict; /* a chunk that only condemned or dead packs have is missing */
	const struct lb_id16 *without; /* snapshots that are left out, for previews */
	size_t without_count;
	unsigned char *bits;
	uint64_t rows;
	/* Called once for every chunk that is needed, with all its copies; may be NULL.
	 */
	void (*tell)(void *context, const struct lb_place *copies, size_t count);
	void *context;
};

/*
 * Marks what the snapshots need that are live at `slot` (LB_NO_SLOT: now). Any of them
 * that cannot be read as a whole is an error that names it and the path: ERR_CORRUPT,
 * ERR_NOT_FOUND, ERR_AUTH, ..; nothing may be removed then.
 */
enum err_code lb_mark_live(struct lb_mark *m, const struct lb_state *s, uint64_t slot,
                           struct err *err) ERR_CHECKED;
bool lb_mark_has(const struct lb_mark *m, uint64_t row);
void lb_mark_fini(struct lb_mark *m);

/* The most copies of a chunk that are looked at. Packs with more stay. */
#define LB_MARK_COPIES 32

#endif
