// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PROJECT_H
#define GATE_PROJECT_H

#include "cli/cli.h"
#include "policy/detect.h"

#define PROJECT_POLICY_FILE "seaworthy.yml"

/*
 * The project under test: its root, the policy in force and what was detected. The policy
 * is the file of --policy, else the built-in profile of --profile, else
 * ROOT/seaworthy.yml, else the built-in default.
 */
struct project {
	struct buf root;    /* absolute, links resolved */
	struct buf scratch; /* ROOT/.seaworthy/work */
	struct gate_policy *policy;
	struct gate_detected detected;
	bool has_detected;
};

#define PROJECT_INIT                                                  \
	{                                                             \
		BUF_INIT, BUF_INIT, NULL, { .suite_count = 0 }, false \
	}

/*
 * Root only: `path` itself, or (NULL) the nearest folder from the current one upward that
 * has seaworthy.yml or is the top of a repository; without either the current folder.
 */
enum err_code project_root(const char *path, struct buf *root,
                           struct err *err) ERR_CHECKED;
/* The same, but upward from `path` too: what `scan PATH` judges scopes by. */
enum err_code project_root_above(const char *path, struct buf *root,
                                 struct err *err) ERR_CHECKED;

/* What to do when the policy was changed: "commit it, then `seaworthy run`", or without
 * version control the run alone. */
const char *project_next(const char *root);

/* The policy file of a root, NULL if it has none. With `staged` that of the next commit.
 */
struct vcs_staged;
enum err_code project_policy(const char *root, struct vcs_staged *staged,
                             struct gate_policy **out, struct err *err) ERR_CHECKED;

/* Root, policy and detection. */
enum err_code project_open(struct project *p, const struct program_call *call,
                           const char *path, struct err *err) ERR_CHECKED;
void project_close(struct project *p);

#endif
