// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OPS_OPS_H
#define SCANNERS_OPS_OPS_H

#include "scanners/pass.h"
#include "scanners/tree.h"

/*
 * The rules ops.*: what it takes to run a service. What a file says of it (a Dockerfile,
 * a composition, a manifest of Kubernetes, rules of Prometheus, a dashboard of Grafana, a
 * workflow) is noted while it is in hand and judged when all files are known. What is
 * missing is missed only where the project declares a service.
 */
void scan_ops_file(struct scan_pass *p);
void scan_ops_judge(struct scan_tree *t);

/* Is something declared that runs on and on? Any kind will do. */
bool scan_ops_has_service(const struct scan_tree *t);
/* A document for those who are called at night, by its name. */
bool scan_ops_is_runbook(struct span path);

#endif
