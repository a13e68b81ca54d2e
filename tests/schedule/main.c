// SPDX-License-Identifier: Apache-2.0
/*
 * schedules [--runs N] [--seed S] [--mutation NAME]
 *
 * Runs N seeded schedules from seed S on. Without a mutation every one must hold, exit 0.
 * With one, some schedule must catch it, exit 0 as soon as one does. `all` tries every
 * mutation.
 */
#include "base/num.h"
#include "schedule/sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum lb_mutation lb_mutation;

static const char *const names[LB_MUTATIONS_COUNT] = {
	[LB_MUTATION_NONE] = "none",
	[LB_M_OVERWRITE] = "M_OVERWRITE",
	[LB_M_NO_RECHECK] = "M_NO_RECHECK",
	[LB_M_NO_PARDON] = "M_NO_PARDON",
	[LB_M_LIVE_AT_MARK] = "M_LIVE_AT_MARK",
	[LB_M_TRUST_CONDEMNED] = "M_TRUST_CONDEMNED",
	[LB_M_DELETE_FIRST] = "M_DELETE_FIRST",
	[LB_M_NAME_REUSE] = "M_NAME_REUSE",
	[LB_M_NO_HELP] = "M_NO_HELP",
	[LB_M_LEASE_FOREVER] = "M_LEASE_FOREVER",
	[LB_M_SWEEP_TWICE] = "M_SWEEP_TWICE",
	[LB_T_NO_POST] = "T_NO_POST",
	[LB_T_PRED] = "T_PRED",
	[LB_T_TRIM_FIRST] = "T_TRIM_FIRST",
};

struct options {
	uint64_t runs;
	uint64_t seed;
	const char *mutation; /* NULL: none */
};

static bool parse(struct options *o, int argc, char **argv)
{
	*o = (struct options){ .runs = 3000, .seed = 1 };
	for (int i = 1; i + 1 < argc; i += 2) {
		struct span value = span_str(argv[i + 1]);

		if (strcmp(argv[i], "--mutation") == 0)
			o->mutation = argv[i + 1];
		else if (!(strcmp(argv[i], "--runs") == 0 &&
		           num_u64(value, 1, 1000000000, &o->runs)) &&
		         !(strcmp(argv[i], "--seed") == 0 &&
		           num_u64(value, 0, UINT64_MAX, &o->seed)))
			return false;
	}
	return argc % 2 == 1;
}

/* Runs until one schedule breaks a property; how many held. */
static uint64_t run(const struct options *o, struct fiber *fibers[CLIENTS_MAX],
                    char problem[256], struct figures *figures)
{
	uint64_t i;

	for (i = 0; i < o->runs; i++) {
		if (!schedule_run(o->seed + i, fibers, problem, figures))
			break;
	}
	return i;
}

static bool try_one(const struct options *o, struct fiber *fibers[CLIENTS_MAX])
{
	char problem[256] = "";
	struct figures f = { 0 };
	uint64_t held = run(o, fibers, problem, &f);
	bool caught = held < o->runs;
	bool good = caught == (lb_mutation != LB_MUTATION_NONE);

	printf("%-4s %-18s %llu schedules held: %zu operations, %zu of %zu clients failed, "
	       "%zu commits, %zu packs swept, %zu epochs",
	       good ? "ok" : "FAIL", names[lb_mutation], (unsigned long long)held,
	       f.operations, f.failed, f.clients, f.commits, f.swept, f.epochs);
	if (caught)
		printf("; seed %" PRIu64 ": %s", (uint64_t)(o->seed + held), problem);
	printf("\n");
	fflush(stdout);
	return good;
}

static bool wanted(const struct options *o, unsigned m)
{
	if (!o->mutation)
		return m == LB_MUTATION_NONE;
	if (strcmp(o->mutation, "all") == 0)
		return m != LB_MUTATION_NONE;
	return strcmp(o->mutation, names[m]) == 0;
}

int main(int argc, char **argv)
{
	struct fiber *fibers[CLIENTS_MAX] = { NULL };
	struct options o;
	unsigned tried = 0;
	bool good = true;

	if (!parse(&o, argc, argv)) {
		fprintf(stderr, "usage: schedules [--runs N] [--seed S] "
		                "[--mutation NAME|all]\n");
		return 2;
	}
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		fibers[i] = fiber_new();
		if (!fibers[i])
			return 2;
	}
	for (unsigned m = 0; m < LB_MUTATIONS_COUNT; m++) {
		if (!wanted(&o, m))
			continue;
		lb_mutation = (enum lb_mutation)m;
		tried++;
		good = try_one(&o, fibers) && good;
	}
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		fiber_free(fibers[i]);
	if (tried == 0)
		fprintf(stderr, "schedules: no mutation is called that\n");
	return tried == 0 ? 2 : !good;
}
