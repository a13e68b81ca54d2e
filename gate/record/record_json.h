// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RECORD_JSON_H
#define GATE_RECORD_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "lib/json.h"
#include "verdict/model.h"

/* The files of a run as JSON, both ways: checks/<id>.json and subject.json (policy.md).
 * Keys that are not known are skipped; known ones must have their type. */

/* May the id be a file name: letters, digits, dot, dash and underscore, not . or .., at
 * most 200 bytes? */
bool gate_record_id_ok(const char *id);

void gate_record_write(const struct gate_record *r, struct buf *out);
void gate_subject_write(const struct gate_subject *s, struct buf *out);

/* ERR_CORRUPT with what is wrong where. Strings are copied to the arena; r->check is
 * `id`, which must live as long. */
enum err_code gate_record_read(struct gate_record *r, const char *id,
                               const struct json *v, struct arena *arena,
                               struct err *err) ERR_CHECKED;
enum err_code gate_subject_read(struct gate_subject *s, const struct json *v,
                                struct arena *arena, struct err *err) ERR_CHECKED;

#endif
