// SPDX-License-Identifier: Apache-2.0
#include "verdict/level.h"

#include "support/check.h"

#include <stdio.h>

TestSuite(level, .timeout = 10);

enum { RUNS_MAX = 16 };

/*
 * Runs as "c/g:1", oldest first: decision (g, c, n), what its score reaches (? is not
 * known), subject (- is not known). Returns how many, newest first in `out`.
 */
static size_t read_runs(const char *text, struct gate_level_run out[RUNS_MAX],
                        char names[RUNS_MAX][2])
{
	static const char words[] = "gcn";
	size_t n = 0;

	for (const char *c = text; *c != '\0'; c += c[5] == ' ' ? 6 : 5)
		n++;
	for (size_t i = 0; i < n; i++) {
		const char *c = text + 6 * i;
		struct gate_level_run *r = &out[n - 1 - i];

		names[i][0] = c[4];
		names[i][1] = '\0';
		*r = (struct gate_level_run){
			.decision = (enum gate_decision)(strchr(words, c[0]) - words),
			.has_reach = c[2] != '?',
			.subject = c[4] != '-' ? names[i] : NULL,
		};
		if (r->has_reach)
			r->reach = (enum gate_decision)(strchr(words, c[2]) - words);
	}
	return n;
}

static char level_of(const char *text)
{
	struct gate_level_run runs[RUNS_MAX];
	char names[RUNS_MAX][2];
	const size_t n = read_runs(text, runs, names);

	return "gcn"[gate_level(runs, n)];
}

static void expect(const char *runs, char want)
{
	const char got = level_of(runs);

	check_true(got == want, "%s is %c, not %c", runs, got, want);
}

Test(level, the_first_run_is_what_it_is)
{
	expect("g/g:1 ", 'g');
	expect("g/c:1 ", 'g');
	expect("c/n:1 ", 'c');
	expect("n/n:1 ", 'n');
}

Test(level, goes_down_at_once)
{
	expect("g/g:1 c/c:2 ", 'c');
	expect("g/g:1 g/g:2 n/g:3 ", 'n');
	expect("c/c:1 n/n:1 ", 'n');
}

Test(level, goes_up_after_two_runs_of_different_subjects)
{
	expect("c/c:1 g/g:2 ", 'c');
	expect("c/c:1 g/g:2 g/g:3 ", 'g');
	expect("c/c:1 g/g:2 g/g:2 ", 'c');
	expect("c/c:1 g/g:2 g/g:2 g/g:3 ", 'g');
	expect("n/n:1 g/g:2 c/c:3 ", 'c');
	expect("n/n:1 c/c:2 g/g:3 ", 'c');
	expect("n/n:1 c/c:2 g/g:3 g/g:4 ", 'g');
	/* Those two have to be in a row. */
	expect("n/n:1 g/g:2 n/n:3 g/g:4 ", 'n');
	expect("c/c:1 g/g:2 c/c:3 g/g:4 ", 'c');
}

Test(level, goes_up_only_a_point_above_the_threshold)
{
	expect("c/c:1 g/c:2 g/g:3 ", 'c');
	expect("c/c:1 g/g:2 g/c:3 ", 'c');
	expect("n/n:1 c/n:2 c/n:3 c/n:4 ", 'n');
	/* A high score with another decision brings no further than that. */
	expect("n/n:1 c/g:2 c/g:3 ", 'c');
	/* What is there stays: a point is needed to go up alone. */
	expect("g/g:1 g/c:2 g/c:3 ", 'g');
	expect("c/c:1 c/n:2 ", 'c');
}

Test(level, what_is_not_known_lifts_nothing)
{
	expect("c/c:1 g/g:- g/g:- ", 'c');
	expect("c/c:1 g/g:2 g/g:- ", 'c');
	/* Of runs that do not say what they were judged by the badge had no memory. */
	expect("n/n:1 g/?:2 ", 'g');
	expect("n/n:1 g/?:2 n/n:3 g/g:4 ", 'n');
}

/* However many older runs there are, what is settled stays. */
Test(level, is_settled_where_the_past_cannot_matter)
{
	static const struct {
		const char *runs;
		bool settled;
	} table[] = {
		{ "n/n:1 g/g:2 ", true },
		{ "g/g:1 g/g:2 ", true },
		{ "c/?:1 g/g:2 ", true },
		{ "c/c:1 g/g:2 ", false },
		{ "g/g:1 g/g:1 ", false },
		{ "g/c:1 g/g:2 ", false },
		{ "g/g:1 ", false },
		{ "c/c:1 c/c:2 ", false },
		{ "n/n:1 c/c:2 c/c:3 ", true },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		static const char *const pasts[] = { "n/n:8 ", "c/c:8 ", "g/g:8 g/g:9 ",
			                             "n/n:7 c/c:8 c/c:9 " };
		struct gate_level_run runs[RUNS_MAX];
		char names[RUNS_MAX][2];
		const size_t n = read_runs(table[i].runs, runs, names);
		const char alone = level_of(table[i].runs);
		char whole[128];

		check_true(gate_level_is_settled(runs, n) == table[i].settled, "%s",
		           table[i].runs);
		for (size_t p = 0; table[i].settled && p < 4; p++) {
			(void)snprintf(whole, sizeof whole, "%s%s", pasts[p],
			               table[i].runs);
			expect(whole, alone);
		}
	}
}

static enum gate_decision reach(const char *score, const char *go,
                                const char *conditional)
{
	const char *const texts[] = { score, go, conditional };
	struct gate_ratio values[3] = { GATE_RATIO_INIT, GATE_RATIO_INIT,
		                        GATE_RATIO_INIT };
	enum gate_decision found;

	for (size_t i = 0; i < 3; i++)
		check_true(gate_ratio_set_decimal(&values[i], span_str(texts[i])), "%s",
		           texts[i]);
	found = gate_level_reach(&values[0], &values[1], &values[2]);
	for (size_t i = 0; i < 3; i++)
		gate_ratio_fini(&values[i]);
	return found;
}

Test(level, a_score_reaches_what_it_is_a_point_above)
{
	check_true(reach("96", "95", "75") == GATE_GO, "a point above");
	check_true(reach("95.99", "95", "75") == GATE_CONDITIONAL_GO, "less than that");
	check_true(reach("76", "95", "75") == GATE_CONDITIONAL_GO, "of the lower one");
	check_true(reach("75.9", "95", "75") == GATE_NO_GO, "less than that");
	check_true(reach("96.25", "95.25", "75") == GATE_GO, "exactly");
	check_true(reach("96.24", "95.25", "75") == GATE_CONDITIONAL_GO, "and not below");
	/* No score is above 100. */
	check_true(reach("100", "99.5", "75") == GATE_GO, "99.5");
	check_true(reach("100", "100", "75") == GATE_GO, "100");
	check_true(reach("99.9", "99.5", "75") == GATE_CONDITIONAL_GO, "below 100");
}
