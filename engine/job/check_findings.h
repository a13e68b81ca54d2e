// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_CHECK_FINDINGS_H
#define JOB_CHECK_FINDINGS_H

#include "base/arena.h"
#include "base/map.h"
#include "crypto/key.h"

#include <stdint.h>

/*
 * What a check has found: for each object what is wrong with it, which files of which
 * snapshots that affects, and the mend. One finding an object and level. One thread at a
 * time.
 */
enum lb_finding_level {
	LB_FINDING_DAMAGE,
	LB_FINDING_SKIPPED, /* could not be looked at, so nothing is known */
	LB_FINDING_NOTE,    /* harmless, such as what an interrupted backup left */
	LB_FINDING_LEVELS,
};
/* "damage", "skipped", "note" */
const char *lb_finding_level_name(enum lb_finding_level level);

/* Beyond these only the count goes on. */
enum { LB_FINDINGS_MAX = 20000, LB_AFFECTED_MAX = 1000 };

struct lb_affected {
	struct lb_id16 snapshot;
	struct span path; /* from the snapshot's root; empty: all of it */
};

struct lb_finding {
	enum lb_finding_level level;
	const char *object; /* its key in the store, or what it is */
	const char *what;
	const char *mend;
	struct lb_affected *affected;
	size_t affected_kept;
	size_t affected_cap;
	uint64_t affected_count;
};

struct lb_findings {
	struct arena arena;
	struct lb_finding **items;
	size_t count; /* kept */
	size_t cap;
	struct map by_object;
	uint64_t total[LB_FINDING_LEVELS];
};

void lb_findings_init(struct lb_findings *f);
void lb_findings_fini(struct lb_findings *f);

/* The finding of this object, a new one unless there is one; NULL past the maximum or
 * without memory (lb_findings_err). `mend` is static text. */
struct lb_finding *lb_findings_add(struct lb_findings *f, enum lb_finding_level level,
                                   const char *object, const char *what,
                                   const char *mend);
/* The same file twice in a row counts once. NULL is fine. */
void lb_finding_affects(struct lb_findings *f, struct lb_finding *one,
                        const struct lb_id16 *snapshot, struct span path);
enum err_code lb_findings_err(const struct lb_findings *f, struct err *err) ERR_CHECKED;

#endif
