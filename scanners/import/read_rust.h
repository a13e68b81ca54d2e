// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_READ_RUST_H
#define SCANNERS_IMPORT_READ_RUST_H

#include "read_internal.h"

/* What the reader of Rust has of its own: names, and attributes. */

struct import_rust_attribute {
	unsigned flags;   /* of the item: a condition, or a test */
	struct span file; /* the path that it gives a module; empty: none */
};

/* As import_next; "r#type" is the name "type". */
bool import_rust_next(struct import_reader *r, struct import_token *t);
/* From behind "#[" to behind the bracket that closes it. */
void import_rust_attribute(struct import_reader *r, struct import_rust_attribute *out);

#endif
