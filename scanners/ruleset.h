// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULESET_H
#define SCANNERS_RULESET_H

#include "base/arena.h"
#include "crypto/digest.h"
#include "scanners/rule.h"

/* The rules of the program and those of a project in one table. Constant once loaded; any
 * thread. */
struct scan_ruleset {
	struct arena arena;
	struct scan_rule *rules; /* sorted by id */
	size_t count;
	struct lb_id id; /* hash of the project's rules as they are written */
};

/*
 * `own` is the list of a project's rules as YAML or JSON (scanners/rules/README.md),
 * named `name` in messages. ERR_USAGE with the place for a faulty one, and for an id that
 * the program has itself.
 */
enum err_code scan_ruleset_load(struct scan_ruleset *out, struct span own,
                                const char *name, struct err *err) ERR_CHECKED;
void scan_ruleset_fini(struct scan_ruleset *s);

#endif
