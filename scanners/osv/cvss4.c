// SPDX-License-Identifier: Apache-2.0
#include "cvss_internal.h"

#include <string.h>

/*
 * CVSS 4.0, base metrics (exploits known, requirements high, as the specification says of
 * metrics that are not given). The values fall into a class of five digits (EQ1 to EQ4
 * and EQ6; EQ5 is 0); each class has a score, and the distance of a vector from the worst
 * of its class goes, in proportion, towards the scores of the classes below. Distances
 * are counted in steps of a metric's values.
 */

enum metric { AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA, METRICS };

static const struct {
	const char *name;
	const char *values; /* from the worst on */
} metrics[METRICS] = {
	[AV] = { "AV", "NALP" }, [AC] = { "AC", "LH" },  [AT] = { "AT", "NP" },
	[PR] = { "PR", "NLH" },  [UI] = { "UI", "NPA" }, [VC] = { "VC", "HLN" },
	[VI] = { "VI", "HLN" },  [VA] = { "VA", "HLN" }, [SC] = { "SC", "HLN" },
	[SI] = { "SI", "HLN" },  [SA] = { "SA", "HLN" },
};

/* Scores in tenths by EQ1, EQ2, EQ3 with EQ6 (00, 01, 10, 11, 21), EQ4; EQ5 is 0. */
static const unsigned char scores[3][2][5][3] = {
	{
		{ { 100, 100, 93 },
	          { 99, 96, 90 },
	          { 98, 93, 88 },
	          { 95, 92, 80 },
	          { 92, 79, 69 } },
		{ { 99, 95, 92 },
	          { 97, 91, 81 },
	          { 95, 92, 84 },
	          { 93, 82, 70 },
	          { 86, 71, 63 } },
	},
	{
		{ { 98, 94, 87 },
	          { 95, 89, 75 },
	          { 94, 86, 72 },
	          { 89, 76, 57 },
	          { 83, 65, 53 } },
		{ { 95, 90, 77 },
	          { 90, 77, 66 },
	          { 89, 74, 61 },
	          { 78, 59, 52 },
	          { 71, 58, 23 } },
	},
	{
		{ { 93, 86, 70 },
	          { 87, 74, 54 },
	          { 85, 72, 53 },
	          { 75, 57, 36 },
	          { 64, 47, 24 } },
		{ { 88, 73, 54 },
	          { 75, 55, 43 },
	          { 75, 61, 46 },
	          { 55, 51, 18 },
	          { 53, 24, 10 } },
	},
};

struct class4 {
	int eq1, eq2, eq36, eq4;
};

/* Steps of each value; false if a base metric is missing or wrong. */
static bool parse(struct span vector, int steps[METRICS])
{
	struct span piece;

	for (int i = 0; i < METRICS; i++)
		steps[i] = -1;
	if (!span_split(&vector, '/', &piece) || !span_eq_str(piece, "CVSS:4.0"))
		return false;
	while (span_split(&vector, '/', &piece)) {
		size_t colon = span_find_byte(piece, ':');
		struct span name = span_sub(piece, 0, colon);

		for (int i = 0; i < METRICS; i++) {
			const char *at;

			if (!span_eq_str(name, metrics[i].name))
				continue;
			if (steps[i] >= 0 || piece.len != colon + 2)
				return false;
			at = strchr(metrics[i].values, piece.ptr[colon + 1]);
			if (at == NULL || *at == '\0')
				return false;
			steps[i] = (int)(at - metrics[i].values);
		}
	}
	for (int i = 0; i < METRICS; i++)
		if (steps[i] < 0)
			return false;
	return true;
}

static struct class4 class_of(const int s[METRICS])
{
	struct class4 c = { 0, 0, 0, 0 };
	bool any_high = s[VC] == 0 || s[VI] == 0 || s[VA] == 0;

	if (s[AV] != 0 || s[PR] != 0 || s[UI] != 0)
		c.eq1 = (s[AV] == 0 || s[PR] == 0 || s[UI] == 0) && s[AV] != 3 ? 1 : 2;
	c.eq2 = s[AC] == 0 && s[AT] == 0 ? 0 : 1;
	if (s[VC] == 0 && s[VI] == 0)
		c.eq36 = 0;
	else
		c.eq36 = any_high ? 2 : 4;
	c.eq4 = s[SC] == 0 || s[SI] == 0 || s[SA] == 0 ? 1 : 2;
	return c;
}

/* Score in tenths; -1 for a class that there is not. */
static int score_of(struct class4 c)
{
	if (c.eq1 > 2 || c.eq2 > 1 || c.eq36 > 4 || c.eq4 > 2)
		return -1;
	return scores[c.eq1][c.eq2][c.eq36][c.eq4];
}

/* A class has a direction if there is a class below it; its vectors lie up to `depth`
 * steps below its worst. */
struct direction {
	struct class4 below;
	int steps;
	int depth;
};

static void set_directions(struct class4 c, const int s[METRICS], struct direction d[4])
{
	static const int worst1[] = { 0, 1, 3 };
	static const int depth1[] = { 1, 4, 5 };
	static const int worst36[] = { 0, 0, 1, 1, 3 };
	static const int depth36[] = { 7, 6, 8, 8, 10 };
	struct class4 other = c;

	for (int i = 0; i < 4; i++)
		d[i].below = c;
	d[0].below.eq1++;
	d[0].steps = s[AV] + s[PR] + s[UI] - worst1[c.eq1];
	d[0].depth = depth1[c.eq1];
	d[1].below.eq2++;
	d[1].steps = s[AC] + s[AT] - c.eq2;
	d[1].depth = 1 + c.eq2;
	/* From 00 there are two ways down, 01 and 10: the higher counts. */
	d[2].below.eq36 = c.eq36 == 4 ? 5 : c.eq36 + 1;
	other.eq36 = 2;
	if (c.eq36 == 0 && score_of(other) > score_of(d[2].below))
		d[2].below = other;
	d[2].steps = s[VC] + s[VI] + s[VA] - worst36[c.eq36];
	d[2].depth = depth36[c.eq36];
	d[3].below.eq4++;
	d[3].steps = s[SC] + s[SI] + s[SA] - (c.eq4 == 2 ? 3 : 0);
	d[3].depth = 6 - c.eq4;
}

int scan_cvss4_score(struct span vector)
{
	struct direction d[4];
	int s[METRICS];
	double sum = 0;
	int ways = 1; /* EQ5 has a class below, at no distance */
	int score;

	if (!parse(vector, s))
		return -1;
	if (s[VC] + s[VI] + s[VA] + s[SC] + s[SI] + s[SA] == 12)
		return 0;
	score = score_of(class_of(s));
	set_directions(class_of(s), s, d);
	for (int i = 0; i < 4; i++) {
		int below = score_of(d[i].below);

		if (below < 0)
			continue;
		ways++;
		sum += (double)(score - below) * d[i].steps / d[i].depth;
	}
	return (int)(score - sum / ways + 0.5 + 1e-9);
}
