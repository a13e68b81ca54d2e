// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TOML_H
#define LIB_TOML_H

#ifdef __cplusplus
extern "C" {
#endif

#include "base/err.h"
#include "base/span.h"

/*
 * TOML 1.0 over toml++, read into a tree of our own with the line of every node. Depth is
 * at most 256, as the library has it; text above 64 MiB is an error. The one C++ file of
 * the project stands behind this header.
 */

struct toml_doc;
struct toml_node; /* owned by its document */

enum toml_type {
	TOML_STRING,
	TOML_OTHER, /* numbers, booleans, times: only their text matters, and is not kept
	             */
	TOML_LIST,
	TOML_TABLE,
};

/* Messages are "name:line:column: what". ERR_CORRUPT for bad text. */
enum err_code toml_parse(struct toml_doc **out, struct span text, const char *name,
                         struct err *err) ERR_CHECKED;
void toml_free(struct toml_doc *doc);
const struct toml_node *toml_root(const struct toml_doc *doc);

/* All of them take NULL for a node that is not there. */
enum toml_type toml_type(const struct toml_node *n); /* NULL: TOML_OTHER */
/* NULL unless a string. */
const char *toml_string(const struct toml_node *n);
size_t toml_count(const struct toml_node *n);
/* i-th element of a list, or i-th value of a table; NULL behind the last. Tables are
 * sorted by key. */
const struct toml_node *toml_at(const struct toml_node *n, size_t i);
const char *toml_key_at(const struct toml_node *n, size_t i);
const struct toml_node *toml_get(const struct toml_node *n, const char *key);
size_t toml_line(const struct toml_node *n); /* from 1 */

#ifdef __cplusplus
}
#endif

#endif
