// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MANIFEST_H
#define GATE_MANIFEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/digest.h"

#include <stdint.h>

/*
 * manifest.json of a run: every file that the run stored, with the SHA-256 and size that
 * it had when it was stored, and the root of the Merkle tree over the records, which are
 * the files below checks/. run.json names the manifest's own SHA-256, so whoever vouches
 * for run.json vouches for all.
 *
 *   {"schema_version": 1, "root": "<hex>", "files": [{"name", "sha256", "bytes"}, ..]}
 */

#define GATE_MANIFEST "manifest.json"

struct gate_stored {
	const char *name; /* relative to the run's folder */
	const char *sha256;
	uint64_t bytes;
};

struct gate_manifest {
	const struct gate_stored *files; /* by name, each once */
	size_t count;
	char root[DIGEST_HEX];
};

/* May a file of a run have this name: in its folder or in a folder of that, nothing
 * hidden, nothing outside of it? */
bool gate_manifest_name_ok(const char *name);
/* Is it a record? */
bool gate_manifest_is_record(const char *name);

/* Of files in any order; of a name that is there twice, the last. Borrows what it is
 * given; lists live in `arena`. */
enum err_code gate_manifest_make(struct gate_manifest *out,
                                 const struct gate_stored *files, size_t count,
                                 struct arena *arena, struct err *err) ERR_CHECKED;
void gate_manifest_write(const struct gate_manifest *m, struct buf *out);
/* ERR_CORRUPT for what is none, or has another root than its records. */
enum err_code gate_manifest_read(struct gate_manifest *out, struct span text,
                                 struct arena *arena, struct err *err) ERR_CHECKED;
/* NULL for a file that is not of the run. */
const struct gate_stored *gate_manifest_find(const struct gate_manifest *m,
                                             const char *name);

#define GATE_MISSING "it is missing"

/* What is not as it was recorded. */
struct gate_damage {
	const char *file;
	const char *what; /* "its bytes are not those that were recorded", .. */
};

struct gate_damages {
	struct arena *arena; /* of the texts */
	struct gate_damage *items;
	size_t count;
	size_t cap;
};

/* Copies. */
void gate_damage_add(struct gate_damages *d, const char *file, const char *what);

/* Reads the folder's manifest, which has to have this SHA-256. False, and it is told why,
 * if it is not that one. */
bool gate_manifest_load(struct gate_manifest *out, const char *dir, const char *sha256,
                        struct gate_damages *damages);

/*
 * Looks at every file of the manifest, and at what else lies in checks/ and artefacts/ of
 * the run's folder. Differences are told in the order of their names. ERR only for what
 * the system refuses.
 */
enum err_code gate_manifest_compare(const struct gate_manifest *m, const char *dir,
                                    struct gate_damages *out,
                                    struct err *err) ERR_CHECKED;

/* The SHA-256 of a file below the folder, and its size, in bounded memory. */
struct os_dir;
enum err_code gate_file_digest(const struct os_dir *dir, const char *name,
                               char hex[DIGEST_HEX], uint64_t *bytes,
                               struct err *err) ERR_CHECKED;

#endif
