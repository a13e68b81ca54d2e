// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_AUTHORS_H
#define GATE_AUTHORS_H

#include "base/arena.h"
#include "verdict/model.h"

/*
 * authors.json of a run: who wrote what is about to be released, since its last release.
 * What that was is the policy's to say (`release.base`, docs/decisions/040-base.md);
 * where it says nothing, all that ever wrote are authors. `release` is the tag, where the
 * policy believes tags.
 *
 *   {"base": "<commit>|null", "by": "policy|tag|beginning", "release": "v1.2|null",
 *    "authors": [{"name", "email"}, ..]}
 *   {"authors": null, "why": "it is a shallow clone"}
 */

#define GATE_AUTHORS "authors.json"

/* ERR_CORRUPT for what is none; `known` is false where it says so. */
enum err_code gate_authors_read(struct gate_authors *out, struct span text,
                                struct arena *arena, struct err *err) ERR_CHECKED;

#endif
