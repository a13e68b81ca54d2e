// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COMMAND_H
#define GATE_COMMAND_H

#include "base/arena.h"
#include "policy/policy.h"

/* Appends the word, quoted for the shell where it has to be. */
void gate_command_word(struct buf *out, const char *word);
/* Appends the command as a person would type it: the shell line as it is, a list quoted
 * for the shell. */
void gate_command_text(struct buf *out, const struct gate_command *command);

/* What os_run takes: the list, or sh -c with the line. NULL-terminated, in the arena. */
const char *const *gate_command_argv(struct arena *a, const struct gate_command *command);

#endif
