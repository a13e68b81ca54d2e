// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_RECOVERY_H
#define REPO_RECOVERY_H

#include "base/err.h"
#include "base/span.h"

/*
 * The recovery code: 160 random bits that a person can write down and type in again
 * (docs/format.md, section 4). 32 digits of Crockford base 32 and 4 that check them, in
 * groups of four: "4GSC-Z0KA-..". The check finds typing mistakes before anything is
 * tried with them.
 */

enum { LB_RECOVERY = 20, LB_RECOVERY_TEXT = 45 };

enum err_code lb_recovery_format(const unsigned char code[LB_RECOVERY],
                                 char out[LB_RECOVERY_TEXT], struct err *err) ERR_CHECKED;
/* Lower case, spaces and missing hyphens are fine, O is read as 0, I and L as 1.
 * ERR_USAGE says what is wrong without repeating the code; `code` is zeros then. */
enum err_code lb_recovery_parse(struct span text, unsigned char code[LB_RECOVERY],
                                struct err *err) ERR_CHECKED;

#endif
