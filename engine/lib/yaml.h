// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_YAML_H
#define LIB_YAML_H

#include "base/buf.h"

#include <stdint.h>

/*
 * YAML 1.2 over libfyaml, one document, with line and column of every node. JSON text is
 * read by the same way. Duplicate keys, several documents, bytes that are not UTF-8,
 * depth above 100, more than 1,000,000 nodes (aliases expanded) and text above 16 MiB are
 * errors.
 */

struct yaml_doc;
struct yaml; /* one node; owned by its document */

enum yaml_type { YAML_NULL, YAML_BOOL, YAML_NUMBER, YAML_STRING, YAML_LIST, YAML_MAP };

/* Messages are "name:line:column: what" with the offending line and a caret below.
 * ERR_CORRUPT. */
enum err_code yaml_parse(struct yaml_doc **out, struct span text, const char *name,
                         struct err *err) ERR_CHECKED;
void yaml_free(struct yaml_doc *doc);
/* Never NULL: an empty document is a null node. */
const struct yaml *yaml_root(const struct yaml_doc *doc);
/* Takes out every member of a map whose value is null, for formats where null means
 * absent. */
void yaml_drop_nulls(struct yaml_doc *doc);

/* Of a node that is not there (NULL), as yaml_get and yaml_at give it, the type is
 * YAML_NULL, the count 0, and there is no text. */

/* Plain scalars are typed by the core schema; quoted ones are strings. */
enum yaml_type yaml_type(const struct yaml *n);
/* Text of a scalar as written ("0.95", "true"), NULL for lists and maps. */
const char *yaml_text(const struct yaml *n);
bool yaml_bool(const struct yaml *n, bool *out);
bool yaml_u64(const struct yaml *n, uint64_t *out);

size_t yaml_count(const struct yaml *n);
/* i-th element of a list, or i-th value of a map. */
const struct yaml *yaml_at(const struct yaml *n, size_t i);
/* i-th key of a map. */
const struct yaml *yaml_key_at(const struct yaml *n, size_t i);
const struct yaml *yaml_get(const struct yaml *n, const char *key);

size_t yaml_line(const struct yaml *n); /* from 1 */
/* Of its first byte in the text. */
size_t yaml_offset(const struct yaml *n);

/*
 * An error at a node: "name:line:column: text", then the line itself and a caret. Returns
 * ERR_USAGE.
 */
enum err_code yaml_error(struct err *err, const struct yaml_doc *doc,
                         const struct yaml *n, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
