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
/* By its name something that is run: one of these, FILE.Dockerfile, or YAML in one of
 * these folders. The built-in policies ask for the same (operations.*). */
extern const char *const scan_ops_service_names[];   /* ends at NULL */
extern const char *const scan_ops_service_folders[]; /* ends at NULL */
bool scan_ops_may_be_service(struct span path);
/* A document for those who are called at night, by its name. */
bool scan_ops_is_runbook(struct span path);

#endif
