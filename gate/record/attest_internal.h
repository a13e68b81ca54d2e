// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ATTEST_INTERNAL_H
#define GATE_ATTEST_INTERNAL_H

#include "lib/json.h"
#include "record/attest.h"

/* What the writers of statements share. Keys come in the order of their bytes. */

/* Up to and with the predicate's key; the predicate follows, then attest_end. */
void attest_begin(struct json_writer *w, struct buf *out);
/* It is about the code, as far as that has a commit or tree, a file of the run, and what
 * is released. */
void attest_end(struct json_writer *w, const char *type, const struct gate_recorded *r,
                const struct gate_subject *code, const char *file, const char *sha256);
void attest_put_time(struct json_writer *w, const char *key, int64_t ms);

/* Copies. */
enum err_code attest_add(struct gate_attested *out, enum gate_statement_number kind,
                         const struct buf *text, struct err *err) ERR_CHECKED;
/* The statements for the programs of others, from that of the assessment on which has
 * this digest. */
enum err_code attest_for_others(struct gate_attested *out, const struct gate_recorded *r,
                                const struct gate_assessment *a, const char *assessment,
                                struct err *err) ERR_CHECKED;

#endif
