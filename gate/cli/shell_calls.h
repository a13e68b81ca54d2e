// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHELL_CALLS_H
#define GATE_SHELL_CALLS_H

#include "base/span.h"

#include <stddef.h>

/* A program that a shell line starts by a bare name, or a Python by any. */
struct shell_call {
	struct span program;
	struct span arguments; /* as they are spelt */
	bool moved;            /* a `cd` comes before */
};

/*
 * Those that the line surely starts where all goes well, in their order and at most
 * `max`: of lists with `;` and `&&` and of pipelines. It ends where that cannot be told:
 * at `||`, control structures, substitutions, functions, other places to look for
 * programs. Builtins are none.
 */
size_t shell_calls(struct span line, struct shell_call *out, size_t max);

/* "python3", ".venv/bin/python3.11" */
bool shell_is_python(struct span word);

/* Is the word one of the shell's own commands? */
bool shell_is_builtin(struct span word);

#endif
