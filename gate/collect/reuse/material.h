// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MATERIAL_H
#define GATE_MATERIAL_H

#include "policy/policy.h"

/*
 * What the result of a unit depends on, as text to be hashed: fields with their lengths
 * before them, so that no two materials read the same. Files count by path, executable
 * bit and contents, never by time.
 */
struct gate_material;

/* `root` is borrowed. Files and programs are read once, however many units name them. */
enum err_code gate_material_new(struct gate_material **out, const char *root,
                                struct err *err) ERR_CHECKED;
void gate_material_free(struct gate_material *m);
/* What was read may have changed since: it is read again. */
void gate_material_forget(struct gate_material *m);

/*
 * Appends the material of a suite or build, by itself: its definition, the environment
 * that it gets, the programs that its command names, and the files that `inputs` mean
 * below the root, but for .git and .seaworthy; of a link also the file that it leads to.
 * ERR_LIMIT where there is too much to read; ERR_IO, ERR_AUTH where it cannot be read;
 * ERR_UNSUPPORTED for a link to a folder that `inputs` do not name as a whole,
 * ERR_NOT_FOUND where they mean no file.
 */
enum err_code gate_material_suite(struct gate_material *m, const struct gate_suite *s,
                                  struct buf *out, struct err *err) ERR_CHECKED;
enum err_code gate_material_build(struct gate_material *m, const struct gate_build *b,
                                  struct buf *out, struct err *err) ERR_CHECKED;
/* Of a benchmark's command alone. */
enum err_code gate_material_bench(struct gate_material *m, const struct gate_bench *b,
                                  struct buf *out, struct err *err) ERR_CHECKED;

#endif
