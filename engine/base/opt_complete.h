// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_OPT_COMPLETE_H
#define BASE_OPT_COMPLETE_H

#include "base/opt.h"

/*
 * Shell completions and the man page's tables, from the tables that drive parsing.
 * `commands` ends with a NULL name; `common` (may be NULL) holds for every command.
 * Option values: choices are offered as words, values named FILE, PATH or DIR as files,
 * others not at all. Positional arguments: a command whose `args` reads "a|b|c" offers
 * these words, one with no arguments nothing, others files. The tables are ours: their
 * texts are quoted for the shell, names are not.
 */

void opt_complete_bash(struct buf *out, const char *program,
                       const struct opt_command *commands, const struct opt *common);
void opt_complete_zsh(struct buf *out, const char *program,
                      const struct opt_command *commands, const struct opt *common);
void opt_complete_fish(struct buf *out, const char *program,
                       const struct opt_command *commands, const struct opt *common);

/* mdoc sections "COMMANDS" (each with its own options) and "OPTIONS" (the common ones).
 */
void opt_man(struct buf *out, const char *program, const struct opt_command *commands,
             const struct opt *common);
/* The section OPTIONS of the page of one command, with its examples. */
void opt_man_command(struct buf *out, const struct opt_command *c,
                     const struct opt *common);

#endif
