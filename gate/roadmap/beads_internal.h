// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BEADS_INTERNAL_H
#define GATE_BEADS_INTERNAL_H

#include "roadmap/beads.h"

enum beads_status { BEADS_OPEN, BEADS_IN_PROGRESS, BEADS_BLOCKED, BEADS_CLOSED };
extern const char *const beads_statuses[4];

/* An issue as the run wants it. */
struct beads_issue {
	const char *id;
	const char *title;
	const char *description;
	const char *acceptance; /* or NULL */
	enum beads_status status;
	unsigned priority;
	const char *type;
	const char *labels[4]; /* NULL where there is none */
	const char *external_ref;
	const char *assignee;  /* or NULL */
	const char *parent;    /* id of the epic, or NULL */
	const char **blockers; /* ids */
	size_t blocker_count;
	const char *why_closed; /* set if and only if closed */
};

struct beads_list {
	struct beads_issue *items;
	size_t count;
	size_t cap;
};

/* All that the run wants, sorted by id. Texts live in `arena`. */
enum err_code beads_wanted(const struct gate_beads *b, struct arena *arena,
                           struct beads_list *out, struct err *err) ERR_CHECKED;
/* Why an issue of ours that the run does not want any more is to be closed, from its
 * external_ref; NULL: the run has not looked. */
const char *beads_gone(const struct gate_beads *b, struct arena *arena,
                       const char *external_ref);

#endif
