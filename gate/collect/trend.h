// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_TREND_H
#define GATE_TREND_H

#include "policy/policy.h"
#include "scanners/scanner.h"

/*
 * How the findings of a run stand to those of an earlier one: new, fixed, unchanged, by
 * rule and fingerprint, as often as each is there. Written as trend.json of the run,
 * which also says what the next comparison has to know: which rules ran, how many
 * findings there are, so that a damaged list of them is noticed, and what was not
 * scanned.
 *
 * Compared is only what both runs could see: a finding of a rule that did not run before,
 * or in a file that was not looked at then, is no new one (`uncompared`; where more are
 * ignored or binary than are remembered, neither is one behind the last that is), and one
 * of a rule that does not
 * run now, or in a file that is there but was not looked at as text, is not fixed
 * (`unseen`). What the baseline accepts is in no number: what is accepted now was not
 * fixed, and what no longer is was there before. A baseline's salt changes the
 * fingerprints of secrets: between runs with different salts a secret is known again by
 * its rule and file alone.
 */
struct gate_trend_input {
	const struct gate_policy *policy;
	const bool *wanted;             /* a flag a check: it counts in this scan */
	const struct scan_result *scan; /* of a tree, with its sight */
	const char *const *rules;       /* globs of the rules that ran; none = all */
	size_t rule_count;
	const char *salt;    /* of the baseline of the scan; NULL: there was none */
	const char *against; /* folder of the earlier run; NULL: one of these */
	/* Folders of runs, newest first. The one that ran most of the rules that ran now
	 * is compared with, and among those of equal merit the newest: so a run of some
	 * checks only is passed over. */
	const char *const *earlier;
	size_t earlier_count;
};

/* Paths that are remembered for having been passed over. */
enum { GATE_TREND_PASSED_MAX = 100000 };

/* Appends trend.json. An earlier run that cannot be read is told in it, no error. */
enum err_code gate_trend_put(struct buf *out, const struct gate_trend_input *in,
                             struct err *err) ERR_CHECKED;

#endif
