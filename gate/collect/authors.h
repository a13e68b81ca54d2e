// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COLLECT_AUTHORS_H
#define GATE_COLLECT_AUTHORS_H

#include "policy/policy.h"
#include "record/store.h"
#include "verdict/model.h"

/* Stores authors.json (record/authors.h): who wrote the commits since the last release as
 * the policy has it, or all, for policies whose sign-offs or waivers ask for it; `commit`
 * is that of the subject. What cannot be found out is stored as not known. */
enum err_code gate_authors_store(struct gate_store *store, const struct gate_policy *p,
                                 const char *root, const char *commit,
                                 struct err *err) ERR_CHECKED;
/* The same of HEAD as it is now, for those who need no run; strings live in the arena. */
enum err_code gate_authors_find(struct gate_authors *out, const struct gate_policy *p,
                                const char *root, struct arena *arena,
                                struct err *err) ERR_CHECKED;

#endif
