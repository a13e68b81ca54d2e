// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_WORKFLOW_WORKFLOW_H
#define SCANNERS_WORKFLOW_WORKFLOW_H

#include "scanners/pass.h"

/*
 * The rules workflow.*: what the files say that build and release a project. GitHub's
 * workflows and composite actions, GitLab's and Azure's pipelines are read as YAML,
 * Jenkins' pipelines line by line. A file that is none of these costs a look at its name.
 * One that cannot be read is unknown to these rules, not clean.
 */
void scan_workflow_file(struct scan_pass *p);

/* Which of these systems reads a file with this path below the project root; 0: none. */
unsigned scan_workflow_kind(struct span path);

#endif
