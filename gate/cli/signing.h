// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SIGNING_H
#define GATE_SIGNING_H

#include "cli/cli.h"
#include "crypto/secret.h"
#include "crypto/signer.h"

/* The password of a signing key: --password-file, --password-command, then the variables
 * SEAWORTHY_KEY_PASSWORD, .._FILE and .._COMMAND, then the terminal, `twice` for a new
 * one. No program that a run starts sees these variables. */
enum err_code signing_password(struct lb_secret *out, const struct program_call *call,
                               const char *key, bool twice, struct err *err) ERR_CHECKED;

/* Opens the key of --sign, before anything is run that would have been for nothing; NULL
 * without that option. */
enum err_code signing_open(struct lb_signer **out, const struct program_call *call,
                           struct err *err) ERR_CHECKED;

#endif
