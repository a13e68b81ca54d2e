// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_OPT_INTERNAL_H
#define BASE_OPT_INTERNAL_H

#include "base/opt.h"

/* What the writers of completions and man pages share. */

/* What may stand in one place of a command line. */
enum opt_offer { OPT_OFFER_NOTHING, OPT_OFFER_WORDS, OPT_OFFER_FILES };

/* The end of a table; a missing table (NULL) is at its end. */
bool opt_is_end(const struct opt *o);
bool opt_has_value(const struct opt *o);
enum opt_offer opt_offer_of_value(const struct opt *o);
enum opt_offer opt_offer_of_args(const struct opt_command *c);
/* The words of "a|b" or "a b" with `gap` between them. */
void opt_put_words(struct buf *out, const char *words, char parted_by, const char *gap);
/* A shell function's name: an underscore, then letters, digits and underscores. */
void opt_put_identifier(struct buf *out, const char *program);

#endif
