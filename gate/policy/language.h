// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LANGUAGE_H
#define GATE_LANGUAGE_H

#include "base/span.h"

/* Which language a file's name says it holds: an index into gate_language_names
 * (grammar.h), or GATE_LANGUAGES for none. */
size_t gate_language_of(const char *file);
size_t gate_language_find(const char *name);

#endif
