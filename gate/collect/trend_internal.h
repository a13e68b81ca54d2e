// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_TREND_INTERNAL_H
#define GATE_TREND_INTERNAL_H

#include "base/arena.h"
#include "base/map.h"
#include "collect/trend.h"
#include "crypto/digest.h"
#include "scanners/rule.h"
#include "scanners/sight.h"

/* How often a fingerprint is there: open in what both runs could see, and where only its
 * own run could; or accepted. */
struct slot {
	uint64_t open_then, unseen_then, known_then;
	uint64_t open_now, unseen_now, known_now;
};

/* A finding of either run. */
struct seen {
	struct slot *slot;
	struct scan_finding finding; /* rule, scope, severity, is_copy only */
	bool then;
	bool known;
	bool compared; /* the other run could see it as well */
};

struct trend {
	const struct gate_trend_input *in;
	struct arena arena;
	struct scan_selection now; /* the rules that ran */
	struct map then;           /* ids of those that ran before */
	uint64_t count_then;       /* findings that it had */
	struct map slots;          /* rule and fingerprint */
	struct seen *items;
	size_t count;
	size_t cap;
	struct map gaps_then;  /* what was not scanned */
	struct span cut_then;  /* from this path on nothing says what was; or empty */
	char salt[DIGEST_HEX]; /* what that of the scan hashes to; "" without */
	bool other_salt;       /* before */
	bool lost;             /* of what was, something is not scanned any more */
	const char *against;   /* folder of that run */
	const char *run;
	const char *version; /* of the program that made it */
	const char *why;     /* there is nothing to compare with; NULL: there is */
};

/* What a finding of either run is told by. */
struct trend_name {
	const char *rule;
	struct span path;
	const char *fingerprint;
};

/* A finding of either run; NULL without memory. */
struct seen *gate_trend_add(struct trend *t, const struct trend_name *name);

/* Reads the earlier run, or says why it cannot be compared with (trend_earlier.c). */
enum err_code gate_trend_earlier(struct trend *t, struct err *err) ERR_CHECKED;

#endif
