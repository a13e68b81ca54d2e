/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times two commands in turn and prints a table row: ours, theirs, ratio, limit.
 *
 *	pair NAME PAIRS LIMIT[,MS] STATUS_A A.. -- STATUS_B B..
 *
 * The limit is a ratio; with MS, ours may take that long however quick the other is.
 * STATUS is the exit status that a command has to end with: a command that fails at
 * once would otherwise look fast. Exits 1 if the ratio is above LIMIT.
 */
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
	char **argv;
	int status;
};

struct plan {
	const char *name;
	size_t pairs;
	double limit;
	double enough_ms; /* nobody asks for quicker; 0: the ratio alone counts */
	struct command a;
	struct command b;
};

static int parse_whole(const char *text, long max, long *out)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < 0 || value > max)
		return 0;
	*out = value;
	return 1;
}

static int parse_command(char **words, struct command *c)
{
	long status;

	if (words[0] == NULL || words[1] == NULL || !parse_whole(words[0], 255, &status))
		return 0;
	c->status = (int)status;
	c->argv = words + 1;
	return 1;
}

static int parse(int argc, char **argv, struct plan *plan)
{
	long pairs;
	int split = 4;
	char *end;

	while (split < argc && strcmp(argv[split], "--") != 0)
		split++;
	if (split >= argc || !parse_whole(argv[2], PAIRED_MAX, &pairs) || pairs < 6)
		return 0;
	argv[split] = NULL;
	plan->name = argv[1];
	plan->pairs = (size_t)pairs;
	plan->limit = strtod(argv[3], &end);
	if (*end == ',')
		plan->enough_ms = strtod(end + 1, &end);
	if (*end != '\0' || plan->limit <= 0)
		return 0;
	return parse_command(argv + 4, &plan->a) &&
	       parse_command(argv + split + 1, &plan->b);
}

/* One pair, B first in every second one. */
static int measure(const struct plan *plan, struct paired *p, size_t i)
{
	const struct command *a = &plan->a;
	const struct command *b = &plan->b;

	if (i % 2 == 0)
		return paired_run(a->argv, a->status, &p->a[i]) &&
		       paired_run(b->argv, b->status, &p->b[i]);
	return paired_run(b->argv, b->status, &p->b[i]) &&
	       paired_run(a->argv, a->status, &p->a[i]);
}

static double limit_of(const struct plan *plan, const struct paired *p)
{
	double enough = plan->enough_ms / paired_median_b(p);

	return enough > plan->limit ? enough : plan->limit;
}

int main(int argc, char **argv)
{
	static struct paired p;
	struct paired_estimate ratio;
	struct plan plan = { .enough_ms = 0 };

	if (argc < 5 || !parse(argc, argv, &plan)) {
		(void)fprintf(stderr,
		              "usage: pair NAME PAIRS(6..%d) LIMIT[,MS] STATUS_A A.. "
		              "-- STATUS_B B..\n",
		              PAIRED_MAX);
		return 2;
	}
	if (!measure(&plan, &p, 0))
		return 2;
	for (; p.count < plan.pairs; p.count++)
		if (!measure(&plan, &p, p.count))
			return 2;
	ratio = paired_ratio(&p);
	return paired_print(plan.name, &p, &ratio, limit_of(&plan, &p), "x") ? 0 : 1;
}
