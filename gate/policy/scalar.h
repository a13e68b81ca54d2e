// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCALAR_H
#define GATE_SCALAR_H

#include "base/arena.h"
#include "lib/json.h"
#include "policy/grammar.h"

#include <stdbool.h>

/* Single values of the grammar: text to memory and memory to JSON. */

#define GATE_POLICY_MAX ((size_t)64 << 20) /* bytes of one policy in memory */

/*
 * Reads `text` as a value of the type into `at` (NULL: validates only). NULL if it is
 * one; else why not, as static text: "" where the type's `what` says all there is to say.
 */
const char *gate_scalar_set(struct arena *a, const struct gate_type *t, struct span text,
                            void *at);

/* Was it given, judged by its value: a text that is not NULL, a number above 0. */
bool gate_scalar_present(const struct gate_type *t, const void *at);
void gate_scalar_put(struct json_writer *w, const struct gate_type *t, const void *at);

/* A letter or digit, then letters, digits, '.', '_' and '-'; fit for a file name. */
bool gate_is_id(struct span text);

#endif
