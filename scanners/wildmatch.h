// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_WILDMATCH_H
#define SCANNERS_WILDMATCH_H

#include "base/span.h"

/*
 * Git's own kind of glob, as .gitignore uses it: `?` and `*` never match '/', `**` as a
 * whole path component matches any number of components, sets with ranges and POSIX
 * classes, backslash quotes the next byte. Bytes, not characters. A malformed pattern
 * matches nothing. Time is bounded by pattern times text for each component of the text;
 * no memory is used.
 */
bool scan_wildmatch(struct span pattern, struct span text);

#endif
