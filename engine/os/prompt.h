// SPDX-License-Identifier: Apache-2.0
#ifndef OS_PROMPT_H
#define OS_PROMPT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Asking the person at the terminal, through /dev/tty: standard input and output stay
 * free for data. */

/*
 * Reads one line without echo into `out` (size `max`, wiped by the caller), without its
 * line feed; `*len` is its length. Echo is restored in every case, also on a signal.
 * ERR_UNSUPPORTED without a terminal, ERR_LIMIT for a longer line, ERR_CANCELLED when a
 * signal or the end of input came first.
 */
enum err_code os_prompt_secret(const char *prompt, char *out, size_t max, size_t *len,
                               struct err *err) ERR_CHECKED;

/* A yes-or-no or multiple-choice question: shows `prompt` and reads one line with echo;
 * `*answer` is its first character, 0 for an empty line. */
enum err_code os_prompt_key(const char *prompt, char *answer,
                            struct err *err) ERR_CHECKED;

#endif
