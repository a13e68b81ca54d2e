// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_KEY_DIR_H
#define GATE_KEY_DIR_H

#include "base/arena.h"
#include "record/key_file.h"

/* The user's own signing keys: NAME.key below $XDG_DATA_HOME/seaworthy/keys, or below
 * ~/.local/share; nobody else may read them. */

/* Appends the folder's path; ERR_NOT_FOUND for a user without a home. */
enum err_code gate_key_dir_path(struct buf *out, struct err *err) ERR_CHECKED;

struct gate_named_key {
	const char *name;
	struct gate_key_file file;
};

/* Letters, digits, dots, dashes and underscores. ERR_EXISTS if there is such a key. */
enum err_code gate_key_dir_store(const char *name, const struct gate_key_file *k,
                                 struct err *err) ERR_CHECKED;
/* ERR_NOT_FOUND. */
enum err_code gate_key_dir_load(const char *name, struct gate_key_file *out,
                                struct err *err) ERR_CHECKED;
/* All of them by name; none where there is no such folder. ERR_CORRUPT names a file that
 * is no key. */
enum err_code gate_key_dir_list(struct arena *arena, struct gate_named_key **out,
                                size_t *count, struct err *err) ERR_CHECKED;

#endif
