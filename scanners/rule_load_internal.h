// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_LOAD_INTERNAL_H
#define SCANNERS_RULE_LOAD_INTERNAL_H

#include "rule_load.h"
#include "shape.h"

/* The fields of a rule as a table: name, place in struct scan_rule, and how it is read.
 */

enum { RULE_FIELDS_MAX = 32, RULE_ID_MAX = 60 };

struct loader {
	struct arena *arena;
	const struct yaml_doc *doc;
	const char *family;          /* NULL: any */
	const struct yaml *defaults; /* NULL: none */
	bool is_own;                 /* of a project */
	/* Of the rule in hand. */
	size_t groups;            /* of its pattern */
	const struct yaml *key;   /* NULL if not given */
	const struct yaml *value; /* the same */
};

struct rule_field;

typedef enum err_code rule_read(struct loader *l, const struct yaml *n,
                                struct scan_rule *out, const struct rule_field *f,
                                struct err *err);
/* Of one entry of a list of texts. */
typedef enum err_code rule_check(struct loader *l, const struct yaml *n, const char *text,
                                 struct err *err);

struct rule_field {
	const char *key;
	rule_read *read;
	size_t offset;
	rule_check *check; /* NULL: any text */
};

/* In the order in which they are read. */
const struct rule_field *rule_fields(size_t *count);

/* Makes the pattern of `key` and `value`, where they are given; with a pattern of the
 * rule's own, either may match. */
enum err_code rule_compose(struct loader *l, struct scan_rule *out, struct err *err);
/* Why the expression cannot be used, with its place in the file. */
enum err_code rule_check_expression(struct loader *l, const struct yaml *n,
                                    const char *text, struct scan_shape *shape,
                                    struct err *err);

#endif
