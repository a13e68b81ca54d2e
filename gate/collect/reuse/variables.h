// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_VARIABLES_H
#define GATE_VARIABLES_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>

/* The environment as material of a result (collect/reuse/material.h). */

/*
 * Does the variable ("NAME=value") make a difference to what a unit finds? Not those of
 * the terminal, the session and of the CI system's own book-keeping, which change from
 * run to run.
 */
bool gate_variable_matters(const char *setting);

/* Appends those that matter of `all`, which ends in NULL, sorted. */
enum err_code gate_variables_put(struct arena *a, const char *const *all, struct buf *out,
                                 struct err *err) ERR_CHECKED;

#endif
