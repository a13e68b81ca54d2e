// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BUNDLING_H
#define GATE_BUNDLING_H

#include "crypto/digest.h"

struct buf;
struct judged;
struct lb_signer;
struct output;
struct program_call;

/* What leaves a recorded run for others: its statements, signed, and all of it in one
 * file. Neither is made of a run that is not as it was recorded; judged_exit says so. */

/* Every run keeps its scorecard beside its evidence, for people and for programs. The
 * path of the page goes into `html_path`. */
enum err_code bundling_keep(const struct judged *j, struct buf *html_path,
                            struct err *err) ERR_CHECKED;
/* Makes the statements of the run, with what people said of it so far, and signs them
 * unless `signer` is NULL. `assessment`
 * gets the SHA-256 of that statement, or "" where there is none. */
enum err_code bundling_attest(const struct judged *j, struct lb_signer *signer,
                              char assessment[DIGEST_HEX], struct err *err) ERR_CHECKED;
/* Writes the bundles among the outputs, as the last of all. */
enum err_code bundling_write(const struct output *out, const struct program_call *call,
                             const struct judged *j, struct err *err) ERR_CHECKED;

#endif
