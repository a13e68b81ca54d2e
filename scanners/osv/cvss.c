// SPDX-License-Identifier: Apache-2.0
#include "cvss.h"

#include "cvss_internal.h"

/*
 * CVSS 3.0 and 3.1, base score. The specification's formula has products of decimals and
 * one power; all is computed in doubles and rounded up to tenths as its appendix A says,
 * through whole 1/100,000ths.
 */

struct metrics {
	char av, ac, pr, ui, s, c, i, a; /* the letter of each value, 0: not given */
};

static char *slot_of(struct metrics *m, struct span name)
{
	const struct {
		const char *name;
		char *slot;
	} slots[] = {
		{ "AV", &m->av }, { "AC", &m->ac }, { "PR", &m->pr }, { "UI", &m->ui },
		{ "S", &m->s },   { "C", &m->c },   { "I", &m->i },   { "A", &m->a },
	};

	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
		if (span_eq_str(name, slots[i].name))
			return slots[i].slot;
	return NULL;
}

static bool parse(struct span vector, struct metrics *m)
{
	struct span piece;

	*m = (struct metrics){ 0 };
	if (!span_split(&vector, '/', &piece) ||
	    !(span_eq_str(piece, "CVSS:3.0") || span_eq_str(piece, "CVSS:3.1")))
		return false;
	while (span_split(&vector, '/', &piece)) {
		size_t colon = span_find_byte(piece, ':');
		char *slot = slot_of(m, span_sub(piece, 0, colon));

		if (slot != NULL && *slot == 0 && piece.len == colon + 2)
			*slot = piece.ptr[colon + 1];
		else if (slot != NULL)
			return false;
	}
	return true;
}

struct weight {
	char letter;
	double value;
};

/* The weight of a value; false for a letter that the metric does not have. */
static bool weigh(const struct weight *table, char letter, double *out)
{
	for (; table->letter != 0; table++)
		if (table->letter == letter) {
			*out = table->value;
			return true;
		}
	return false;
}

static const struct weight av[] = {
	{ 'N', 0.85 }, { 'A', 0.62 }, { 'L', 0.55 }, { 'P', 0.2 }, { 0, 0 },
};
static const struct weight ac[] = { { 'L', 0.77 }, { 'H', 0.44 }, { 0, 0 } };
static const struct weight pr[] = {
	{ 'N', 0.85 },
	{ 'L', 0.62 },
	{ 'H', 0.27 },
	{ 0, 0 },
};
static const struct weight pr_changed[] = {
	{ 'N', 0.85 },
	{ 'L', 0.68 },
	{ 'H', 0.5 },
	{ 0, 0 },
};
static const struct weight ui[] = { { 'N', 0.85 }, { 'R', 0.62 }, { 0, 0 } };
static const struct weight cia[] = {
	{ 'H', 0.56 },
	{ 'L', 0.22 },
	{ 'N', 0.0 },
	{ 0, 0 },
};

static double power_of_15(double x)
{
	double x2 = x * x;
	double x4 = x2 * x2;
	double x8 = x4 * x4;

	return x8 * x4 * x2 * x;
}

/* Up to the next tenth, by hundred-thousandths so that no binary dust counts. */
static int round_up(double score)
{
	long whole = (long)(score * 100000 + 0.5);

	return (int)(whole % 10000 == 0 ? whole / 10000 : whole / 10000 + 1);
}

static int cvss3_score(struct span vector)
{
	double v[4];
	double w[3];
	struct metrics m;
	double iss;
	double impact;
	double sum;
	bool changed;

	if (!parse(vector, &m) || (m.s != 'U' && m.s != 'C'))
		return -1;
	changed = m.s == 'C';
	if (!weigh(av, m.av, &v[0]) || !weigh(ac, m.ac, &v[1]) ||
	    !weigh(changed ? pr_changed : pr, m.pr, &v[2]) || !weigh(ui, m.ui, &v[3]) ||
	    !weigh(cia, m.c, &w[0]) || !weigh(cia, m.i, &w[1]) || !weigh(cia, m.a, &w[2]))
		return -1;
	iss = 1 - (1 - w[0]) * (1 - w[1]) * (1 - w[2]);
	impact = changed ? 7.52 * (iss - 0.029) - 3.25 * power_of_15(iss - 0.02)
	                 : 6.42 * iss;
	if (impact <= 0)
		return 0;
	sum = impact + 8.22 * v[0] * v[1] * v[2] * v[3];
	if (changed)
		sum *= 1.08;
	return round_up(sum < 10 ? sum : 10);
}

int scan_cvss_score(struct span vector)
{
	if (span_starts(vector, SPAN_LIT("CVSS:4.0/")))
		return scan_cvss4_score(vector);
	return cvss3_score(vector);
}

enum scan_osv_severity scan_cvss_severity(struct span vector)
{
	int tenths = scan_cvss_score(vector);

	if (tenths < 0)
		return SCAN_OSV_UNKNOWN;
	if (tenths == 0)
		return SCAN_OSV_NONE;
	if (tenths < 40)
		return SCAN_OSV_LOW;
	if (tenths < 70)
		return SCAN_OSV_MEDIUM;
	return tenths < 90 ? SCAN_OSV_HIGH : SCAN_OSV_CRITICAL;
}
