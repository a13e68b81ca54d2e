// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_EVIDENCE_TEXT_H
#define GATE_EVIDENCE_TEXT_H

#include "lib/json.h"
#include "record/archive.h"

/* What `evidence` prints: a line a run, or all of one. */

struct evidence_list {
	struct buf *out;
	struct json_writer w;
	bool json;
	bool checked;
};

void evidence_list_begin(struct evidence_list *l, struct buf *out, bool json,
                         bool checked);
void evidence_list_put(struct evidence_list *l, const struct gate_archived *one,
                       const struct gate_damages *damages);
void evidence_list_end(struct evidence_list *l);

/* A run (NULL where it cannot be read) and its records, or that of one check (NULL: all).
 * ERR_USAGE for a check that it does not have. */
enum err_code evidence_show(struct buf *out, bool json, const struct gate_archived *one,
                            const struct gate_recorded *r, const char *check,
                            const struct gate_damages *damages,
                            struct err *err) ERR_CHECKED;

#endif
