// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DURATIONS_H
#define GATE_DURATIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How long each unit took when it ran before: ROOT/.seaworthy/durations.json, which is
 * knowledge for planning and no evidence. A file that is missing or damaged is no
 * knowledge, and is written anew.
 */
struct gate_durations;

enum err_code gate_durations_load(struct gate_durations **out, const char *root,
                                  struct err *err) ERR_CHECKED;
void gate_durations_free(struct gate_durations *d);

/* Milliseconds, 0 if unknown. */
uint64_t gate_durations_get(const struct gate_durations *d, const char *id);
/* Takes a run into account: the mean of it and what was known. False without memory. */
bool gate_durations_note(struct gate_durations *d, const char *id, uint64_t ms);
/* Writes what was noted, if anything was. */
enum err_code gate_durations_store(struct gate_durations *d, struct err *err) ERR_CHECKED;

#endif
