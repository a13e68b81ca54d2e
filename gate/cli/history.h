// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLI_HISTORY_H
#define GATE_CLI_HISTORY_H

#include "cli/cli.h"

/* The parts of `history`, each with its own exit code: `root` is the project's. */
int history_verify(const struct program_call *call, const char *root);
int history_export(const struct program_call *call, const char *root);
int history_import(const struct program_call *call, const char *root);
int history_anchor(const struct program_call *call, const char *root);

/* The ref of --ref, or its default. */
const char *history_ref(const struct program_call *call);

#endif
