// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCOPE_H
#define SCANNERS_SCOPE_H

#include "scanners/scanner.h"

/*
 * What a file is for, from its path relative to the project root and the marks that
 * generators leave in what they write. The first that fits, in this order: vendored,
 * generated, test, docs, config; else production.
 */
enum scan_scope scan_scope_of(struct span path, struct span text);

/* How much a finding there counts, to say which of two is the same and counts less. */
int scan_scope_weight(enum scan_scope scope);

/*
 * What a place in a file is for. It is the file's scope but for code of tests among
 * production code: what a patch adds to tests (or documents), a module of Rust's
 * `#[cfg(test)]`, what C compiles `#ifdef X_TEST` only. scan_scope_aside says whether a
 * file may have any, to be asked once; then a place is looked for SCAN_SCOPE_REACH bytes
 * back.
 */
enum scan_aside {
	SCAN_ASIDE_NONE,
	SCAN_ASIDE_PATCH,
	SCAN_ASIDE_RUST,
	SCAN_ASIDE_MACRO,
};

enum { SCAN_SCOPE_REACH = 64 * 1024 };

/* `language` is the name of the file's, empty if it has none. */
enum scan_aside scan_scope_aside(enum scan_scope file, struct span path,
                                 struct span language, struct span text);
enum scan_scope scan_scope_at(enum scan_scope file, enum scan_aside kind,
                              struct span text, size_t at);

#endif
