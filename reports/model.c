// SPDX-License-Identifier: Apache-2.0
#include "model.h"

#include "base/str.h"

const char *rep_state_name(enum rep_state s)
{
	switch (s) {
	case REP_PASS:
		return "pass";
	case REP_WARN:
		return "warn";
	case REP_FAIL:
		return "fail";
	case REP_UNKNOWN:
		return "unknown";
	case REP_ERROR:
		return "error";
	case REP_NOT_APPLICABLE:
		return "n/a";
	}
	return "unknown";
}

const char *rep_decision_name(enum rep_decision d)
{
	switch (d) {
	case REP_GO:
		return "GO";
	case REP_CONDITIONAL_GO:
		return "CONDITIONAL GO";
	case REP_NO_GO:
		return "NO-GO";
	}
	return "NO-GO";
}

const char *rep_band_name(enum rep_band b)
{
	switch (b) {
	case REP_BAND_NONE:
		return NULL;
	case REP_GREEN:
		return "green";
	case REP_YELLOW:
		return "yellow";
	case REP_RED:
		return "red";
	}
	return NULL;
}

/* A sum of shares of 100 is small; a table beyond this is broken, and may not wrap. */
#define SUM_LIMIT (INT64_MAX / 2)

static bool add(int64_t *sum, int64_t v)
{
	if (v < 0 || v > SUM_LIMIT - *sum)
		return false;
	*sum += v;
	return true;
}

/* Do the checks of one category add up to what it claims? Counts them in `*seen`. */
static bool category_agrees(const struct rep_scorecard *s, const struct rep_category *c,
                            size_t *seen)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *k = &s->checks[i];

		if (!str_eq(k->category, c->id))
			continue;
		++*seen;
		if (k->has_contribution && !add(&sum, k->contribution))
			return false;
	}
	return sum == c->contribution;
}

bool rep_sums_agree(const struct rep_scorecard *s)
{
	int64_t sum = 0;
	size_t seen = 0;

	for (size_t i = 0; i < s->category_count; i++)
		if (!category_agrees(s, &s->categories[i], &seen) ||
		    !add(&sum, s->categories[i].contribution))
			return false;
	/* A check of no category, or of two, would be shown outside the sum. */
	return sum == s->lower && seen == s->check_count;
}
