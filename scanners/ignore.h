// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IGNORE_H
#define SCANNERS_IGNORE_H

#include "base/err.h"
#include "base/span.h"

/*
 * The patterns of one ignore file, linked to those of the folders above it: what
 * .gitignore means, exactly as git reads it. The deepest file that has a matching line
 * decides, and in it the last such line. An ignored folder is not descended into, so the
 * caller never asks about what is inside, and negation there has no effect.
 *
 * Not covered, on purpose: the user's own core.excludesFile (a result must not depend on
 * who looks) and core.ignoreCase.
 *
 * A set is read-only after parsing and may be used by several threads. It borrows the set
 * above it, which must outlive it.
 */
struct scan_ignore;

#define SCAN_IGNORE_MAX_BYTES (1u << 20)
#define SCAN_IGNORE_MAX_PATTERNS 10000

/*
 * `folder` is how many bytes of a path (its '/' included) stand for the folder that the
 * patterns are relative to. ERR_LIMIT above SCAN_IGNORE_MAX_PATTERNS or _BYTES. A text
 * without a pattern gives NULL in *out, which means: only those above.
 */
enum err_code scan_ignore_parse(struct scan_ignore **out, const struct scan_ignore *above,
                                struct span text, size_t folder,
                                struct err *err) ERR_CHECKED;
void scan_ignore_free(struct scan_ignore *set);

/* Patterns of this file alone. */
size_t scan_ignore_count(const struct scan_ignore *set);

/* Is the path ignored, if the folder it is in is not? NULL ignores nothing. */
bool scan_ignore_match(const struct scan_ignore *set, struct span path, bool is_folder);

#endif
