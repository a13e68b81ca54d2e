// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_YAML_INTERNAL_H
#define LIB_YAML_INTERNAL_H

#include "base/arena.h"
#include "lib/place.h"
#include "lib/yaml.h"

/* The tree that yaml_parse.c builds and yaml.c reads. */

enum {
	YAML_DEPTH_MAX = 100,
	YAML_NODES_MAX = 1000000,
	YAML_BYTES_MAX = 16 << 20,
};

/* Large policies have very many of these. */
struct yaml {
	enum yaml_type type;
	uint32_t line; /* of a text of YAML_BYTES_MAX at most */
	uint32_t column;
	uint32_t offset;
	uint32_t count;
	uint32_t weight; /* nodes below and including this one, aliases expanded */
	uint32_t height; /* levels of lists and maps, including this one, aliases
	                  * expanded */
	union {
		const char *text;    /* scalars */
		struct yaml **items; /* elements or values */
	};
	struct yaml **keys; /* maps only, beside items */
};

static inline bool yaml_is_scalar(const struct yaml *n)
{
	return n->type != YAML_LIST && n->type != YAML_MAP;
}

static inline struct place yaml_place(const struct yaml *n)
{
	return (struct place){ n->line, n->column, n->offset };
}

struct yaml_doc {
	struct arena arena;
	struct buf text; /* a copy, for quoting lines */
	char *name;
	struct yaml *root;
};

/* Type of a plain scalar by the core schema. */
enum yaml_type yaml_plain_type(struct span s);
/* "name:line:column: what", the line, a caret; what is cut last. Returns `code`. */
enum err_code yaml_fault(struct err *err, enum err_code code, const char *name,
                         struct span text, struct place p, const char *what);

#endif
