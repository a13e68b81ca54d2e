// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_RECIPIENT_H
#define REPO_RECIPIENT_H

#include "crypto/sign.h"

/*
 * The key pair of a recipient as text (docs/format.md, section 4): one line, which says
 * which half it is and has digits that check it, so that nobody hands out the wrong one
 * or a mistyped one. Lines before it that start with # are for people.
 */

/* A name, 64 digits of the key, 8 that check it, and NUL. */
enum { LB_RECIPIENT_TEXT = 96 };

/* A new pair; the caller wipes `secret`. */
void lb_recipient_new(struct lb_key *secret, struct lb_public *public);

enum err_code lb_recipient_format(const struct lb_public *key,
                                  char out[LB_RECIPIENT_TEXT],
                                  struct err *err) ERR_CHECKED;
/* The caller wipes `out`. */
enum err_code lb_recipient_secret_format(const struct lb_key *key,
                                         char out[LB_RECIPIENT_TEXT],
                                         struct err *err) ERR_CHECKED;

/* ERR_USAGE says what is wrong without repeating the text; the result is zeros then. */
enum err_code lb_recipient_parse(struct span text, struct lb_public *out,
                                 struct err *err) ERR_CHECKED;
enum err_code lb_recipient_secret_parse(struct span text, struct lb_key *out,
                                        struct err *err) ERR_CHECKED;

#endif
