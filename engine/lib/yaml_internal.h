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

struct yaml {
	enum yaml_type type;
	struct place place;
	const char *text;    /* scalars */
	struct yaml **items; /* elements or values */
	struct yaml **keys;  /* maps only, beside items */
	size_t count;
	size_t weight; /* nodes below and including this one, aliases expanded */
	size_t height; /* levels of lists and maps, including this one, aliases expanded
	                */
};

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
