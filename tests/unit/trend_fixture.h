// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_TREND_FIXTURE_H
#define TESTS_TREND_FIXTURE_H

#include "collect/trend.h"
#include "scanners/finding.h"
#include "scanners/sight.h"

/* Two runs with few findings, written in a short way, and how they are compared. */

enum { TREND_MOST = 4 };

#define TREND_THEN(rules, findings, skipped)                                  \
	"{\"rules\":" rules ",\"findings\":" findings ",\"skipped\":" skipped \
	",\"passed_over\":[{\"path\":\"o.c\"},{\"path\":\"out\"}]}"

/* A finding: 'T' is marker.todo, 'F' marker.fixme, 'C' cycle.import, 'S' a secret; a
 * path; the fingerprint's one letter; small if it is known. NULL ends. */
typedef const char *trend_findings[TREND_MOST];

extern const char *const trend_rules[];

/* Appends findings.jsonl of an earlier run; gives how many. */
unsigned trend_put_then(struct buf *out, const char *const *list);
size_t trend_put_now(struct scan_finding *out, const char *const *list);
/* What a scan looked at: paths with a blank behind, '*' at the end of a binary one. */
void trend_look(struct scan_sight *out, const char *top, const char *files,
                const struct scan_skip *skip, struct scan_sink *sink);

#define TREND_FILES "a.c b.c s/a.c s/a/b.c s/c.c sa.c t/a.c "

struct trend_run {
	const char *const *findings;
	const char *files;            /* as of trend_look() */
	const char *top;              /* NULL: of the earlier run */
	const struct scan_skip *skip; /* may be NULL */
	size_t rules;
	const char *salt;
};

/* trend.json of this run, in `out`. */
void trend_compare(struct buf *out, const char *against, const struct trend_run *now);
/* The same, beside one of these runs. */
void trend_choose(struct buf *out, const char *const *earlier, size_t count,
                  const struct trend_run *now);
/* "KEY":{"new":..} of new, fixed, unchanged, uncompared, unseen. */
void trend_sums(char *out, size_t size, const char *key, const unsigned *n);

#define TREND_BOTH "[\"marker.fixme\",\"marker.todo\"]"

#endif
