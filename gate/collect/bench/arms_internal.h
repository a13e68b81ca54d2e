// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_ARMS_INTERNAL_H
#define GATE_BENCH_ARMS_INTERNAL_H

#include "base/arena.h"
#include "collect/bench/arms.h"
#include "lib/vcs_repo.h"

/* arms.c decides which states there are, arms_make.c exports and builds one. */

enum { GROUPS_MAX = 36, FOLDER_MODE = 0700 };

/* One state, exported and built. */
struct bench_arm {
	enum gate_bench_arm arm;
	const char *name; /* of its folder: "h0" "a0" "c0" */
	const char *commit;
	struct gate_bench_arm_place place;
	const char *trouble; /* why it cannot be measured */
	const char **ways;   /* ids of the builds as they were done */
	size_t way_count;
	size_t way_cap;
};

/* The checks that are compared with one base. */
struct bench_group {
	const char *base; /* commit in hex */
	struct bench_arm arms[GATE_BENCH_ARMS];
	bool *builds; /* a flag a build of the policy */
	bool rebuild; /* some check wants the control built */
};

struct gate_bench_arms {
	struct arena arena;
	const struct gate_runner *runner;
	const struct gate_policy *policy;
	const bool *wanted;
	struct vcs_repo *repo;
	const char *dir;    /* SCRATCH/bench */
	const char *below;  /* path of the project in its repository, "" = its top */
	const char *inside; /* "PROJECT/", how absolute paths in it begin */
	struct bench_group groups[GROUPS_MAX];
	size_t group_count;
	struct gate_bench_places *places; /* a check of the policy */
	const struct gate_bench_options *options;
	struct buf *log;
	bool dirty;
};

/* Exports one state and builds it; what goes wrong with it is its trouble. `head`: with
 * what the working tree changes. `builds` has a flag a build of the policy. */
enum err_code gate_bench_arm_make(struct gate_bench_arms *a, struct bench_arm *m,
                                  bool head, const bool *builds,
                                  struct err *err) ERR_CHECKED;
/* A part of the command or its environment that names the working tree by its absolute
 * path, where every arm would find the same files; NULL: none. */
const char *gate_bench_names_tree(const struct gate_bench_arms *a,
                                  const struct gate_command *run,
                                  const struct gate_strings *env);
/* What ends the whole collection; anything else is a trouble of the arm. */
bool gate_bench_is_final(enum err_code rc);

#endif
