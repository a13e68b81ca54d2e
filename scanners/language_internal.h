// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_LANGUAGE_INTERNAL_H
#define SCANNERS_LANGUAGE_INTERNAL_H

#include "language.h"

/* The row with exactly this name, or NULL. */
const struct scan_language *scan_language_row(const char *name);

/* All rows, sorted by name. */
const struct scan_language *scan_language_rows(size_t *count);

/* Tables that map names to rows; the tests check that they are sorted and complete. */
struct scan_language_alias {
	const char *key;
	const char *language;
};
const struct scan_language_alias *scan_language_extensions(size_t *count);
const struct scan_language_alias *scan_language_file_names(size_t *count);
/* What interpreters and fences of documents are called besides; few, in any order. */
const struct scan_language_alias *scan_language_spoken(size_t *count);

#endif
