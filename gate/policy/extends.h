// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_EXTENDS_H
#define GATE_EXTENDS_H

#include "policy/load_internal.h"

/*
 * Layers of a policy: a file, and before it whatever it extends. Each file or profile is
 * applied once, parents first; a cycle is an error, and so is a change to a key that an
 * earlier layer locked.
 */

#define GATE_POLICY_FILE_MAX (UINT64_C(4) << 20)
#define GATE_LAYERS_MAX 64
#define GATE_LOCKS_MAX 1000

struct gate_layer {
	struct span text;
	const char *name;     /* for messages */
	const char *identity; /* equal for the same file: real path or profile */
	const char *dir;      /* where relative paths start; NULL: no files */
	const char *profile;  /* of a built-in one, else NULL */
	bool recorded;        /* a resolved policy in JSON: null means absent */
};

struct gate_lock {
	const char *path;
	const char *place; /* "org.yml:12": where it was locked; NULL without memory */
};

struct gate_layers {
	struct gate_load *load;
	struct vcs_staged *staged; /* where files are read; NULL: from disk */
	struct yaml_doc *docs[GATE_LAYERS_MAX]; /* alive while origins point into them */
	const char *identities[GATE_LAYERS_MAX];
	bool open[GATE_LAYERS_MAX]; /* its parents are being read */
	size_t count;
	struct gate_lock *locks;
	size_t lock_count;
	size_t lock_cap;
};

void gate_layers_init(struct gate_layers *s, struct gate_load *l);
void gate_layers_fini(struct gate_layers *s);
enum err_code gate_layers_apply(struct gate_layers *s,
                                const struct gate_layer *layer) ERR_CHECKED;

enum err_code gate_layer_profile(struct gate_layer *out, const char *profile,
                                 struct err *err) ERR_CHECKED;
/* The folder of a path, "." if it names none. */
void gate_layers_dir(struct buf *out, const char *path);

/* Locks, in lock.c. Remembers the locks of the layer just decoded; paths must exist. */
enum err_code gate_locks_add(struct gate_layers *s, const struct yaml *locked,
                             const char *parent) ERR_CHECKED;
/* Did decoding `root` change a locked key? `before` is the policy's JSON before it. */
enum err_code gate_locks_check(struct gate_layers *s, struct span before,
                               const struct yaml *root) ERR_CHECKED;

#endif
