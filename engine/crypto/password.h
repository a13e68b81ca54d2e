// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "crypto/secret.h"

#include <stdbool.h>

struct cancel;

/*
 * A password from where people keep one, never from the arguments, where everyone could
 * read it. Of a file or command the first line counts, so that editors' final line feeds
 * do not. ERR_USAGE for an empty one. `out` is freed by the caller in every case.
 */

#define LB_PASSWORD_MAX 4096

/* `from` is for messages: the name of a variable. */
enum err_code lb_password_text(struct lb_secret *out, struct span text, const char *from,
                               struct err *err) ERR_CHECKED;
/* Also from a pipe; waits until `cancel`. */
enum err_code lb_password_file(struct lb_secret *out, const char *path,
                               const struct cancel *cancel, struct err *err) ERR_CHECKED;
/* What a command of the shell prints. ERR_USAGE where it fails. */
enum err_code lb_password_command(struct lb_secret *out, const char *command,
                                  const struct cancel *cancel,
                                  struct err *err) ERR_CHECKED;
/* Asks at the terminal; `twice` for a new one. Without a terminal ERR_USAGE with the
 * text `nobody`. */
enum err_code lb_password_ask(struct lb_secret *out, const char *prompt, bool twice,
                              const char *nobody, struct err *err) ERR_CHECKED;

#endif
