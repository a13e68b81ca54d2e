// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_LOAD_H
#define SCANNERS_RULE_LOAD_H

#include "base/arena.h"
#include "scanners/rule.h"

struct yaml;
struct yaml_doc;

/*
 * Reads rules from YAML, in the form that scanners/rules/README.md shows, once with every
 * field. A field that is not known, missing, of the wrong kind or without effect is an
 * error, and so is a pattern that does not compile or is not common to both engines.
 *
 * Every error names the place ("file:line:column: what", the line, a caret) and the mend.
 */

/* Limits of a project's own rules; those of the program need far less. */
enum {
	SCAN_RULES_MAX = 2000,
	SCAN_PATTERN_MAX = 4096, /* bytes */
	SCAN_TEXTS_MAX = 1000,   /* entries of a list */
};

struct scan_rule_list {
	struct scan_rule *items; /* sorted by id; in the arena, with all their texts */
	size_t count;
};

/* A file of the program. ERR_USAGE with the place. */
enum err_code scan_rule_load(struct scan_rule_list *out, struct arena *arena,
                             const struct yaml_doc *doc, struct err *err) ERR_CHECKED;

/* `rules:` of a project: the list alone. An id may not be one of the program's. */
enum err_code scan_rule_load_own(struct scan_rule_list *out, struct arena *arena,
                                 const struct yaml_doc *doc, const struct yaml *list,
                                 struct err *err) ERR_CHECKED;

#endif
