// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_YAML_BUILD_H
#define LIB_YAML_BUILD_H

#include "base/map.h"
#include "lib/yaml_internal.h"

/* Fills the tree of a document from events, whoever reads the text, within the limits of
 * yaml.h. */

/* A list or map that is being filled. */
struct yaml_level {
	struct yaml *node;
	struct yaml *key;   /* the key that waits for its value */
	const char *anchor; /* name to register when it is complete, or NULL */
	struct map seen;    /* keys of a map */
	size_t first;       /* where its children begin among those that wait */
};

struct yaml_builder {
	struct yaml_doc *doc;
	struct span text;
	struct err *err;
	struct map anchors;
	struct place cursor; /* events come in order: one pass counts all lines */
	struct yaml_level levels[YAML_DEPTH_MAX];
	size_t depth;
	/* Keys and values of the levels, until each knows how many it has. */
	struct yaml **waiting;
	size_t waiting_count;
	size_t waiting_cap;
	size_t nodes;
	size_t documents;
	struct yaml *root;
};

/* `doc` holds the text already. ERR_NOMEM. */
enum err_code yaml_builder_new(struct yaml_builder **out, struct yaml_doc *doc,
                               struct err *err) ERR_CHECKED;
void yaml_builder_free(struct yaml_builder *b);

enum err_code yaml_build_fault(struct yaml_builder *b, enum err_code code, struct place p,
                               const char *what) ERR_CHECKED;
struct place yaml_build_place(struct yaml_builder *b, size_t offset);
/* `text` lives in the document's arena; `anchor` is NULL where there is none. */
enum err_code yaml_build_scalar(struct yaml_builder *b, struct place p,
                                enum yaml_type type, const char *text,
                                const char *anchor) ERR_CHECKED;
enum err_code yaml_build_alias(struct yaml_builder *b, struct place p,
                               const char *name) ERR_CHECKED;
/* A list or a map. */
enum err_code yaml_build_open(struct yaml_builder *b, struct place p, enum yaml_type type,
                              const char *anchor) ERR_CHECKED;
enum err_code yaml_build_close(struct yaml_builder *b) ERR_CHECKED;

/* The readers: the tree of the text as libfyaml's events give it, and as JSON. The second
 * refuses what is no JSON, without a place. */
enum err_code yaml_read_events(struct yaml_builder *b) ERR_CHECKED;
enum err_code yaml_read_json(struct yaml_builder *b) ERR_CHECKED;

#endif
