// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ARCHIVE_KEY_H
#define GATE_ARCHIVE_KEY_H

#include "crypto/secret.h"

#include "base/cancel.h"

#include <stdbool.h>

/*
 * The key file of evidence repositories: that of SEAWORTHY_EVIDENCE_KEY_FILE; else
 * evidence.secret in the folder of the user's keys (record/key_dir.h), one for all
 * projects; else, for a user without such a folder, `beside`: a path next to the embedded
 * repository, NULL for others. With `make`, one is made where there is none, of 32 random
 * bytes in hexadecimal, which opens a repository without the cost of a password.
 *
 * ERR_NOT_FOUND, with the mend. No program that a run starts sees the variable.
 */
enum err_code gate_archive_key(struct lb_secret *out, const char *beside, bool make,
                               const struct cancel *cancel, struct err *err) ERR_CHECKED;

#endif
