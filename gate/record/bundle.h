// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BUNDLE_H
#define GATE_BUNDLE_H

#include "record/manifest.h"

/*
 * A run in one file: its folder as a tar archive that zstd compressed, which any tar
 * reads, and behind it the seal, in a frame that zstd passes over (magic number
 * 0x184D2A5B, then the seal's length, both little endian):
 *
 *   seaworthy bundle 1
 *   <SHA-256> <bytes of the archive>
 *   <SHA-256> <bytes> <name>               one a file, in the order of the archive,
 *                                          which is that of the names' bytes
 *   <SHA-256 of these lines> <length of the frame, ten digits>
 *
 * The seal is no signature: whoever changes a bundle can make another. It says which file
 * is the first that is not as it was packed, wherever a bit was flipped, and how much
 * there is to unpack before any of it is.
 */

#define GATE_BUNDLE_MAX (UINT64_C(1) << 30)   /* of a bundle */
#define GATE_UNPACKED_MAX (UINT64_C(4) << 30) /* of all files in it */
#define GATE_BUNDLE_SEAL "seal"               /* what damages call its parts */
#define GATE_BUNDLE_ARCHIVE "archive"

/* Appends that of a run's folder. ERR_CORRUPT for what no run has in it. */
enum err_code gate_bundle_write(struct buf *out, const char *dir,
                                struct err *err) ERR_CHECKED;

/* Takes a piece of a file: the first has offset 0, also of a file that is empty. */
typedef enum err_code gate_bundle_take(const struct gate_stored *file, uint64_t offset,
                                       struct span piece, void *context, struct err *err);

/*
 * Reads a bundle that may be hostile. Unless `take` is NULL it is given the files; what
 * it was given is the run's only if there are no damages. Of these there is one: the
 * first file, or part of the bundle, that is not as it was packed. ERR only for what
 * `take` or the system refuses.
 */
enum err_code gate_bundle_read(struct span bundle, gate_bundle_take *take, void *context,
                               struct gate_damages *damages, struct err *err) ERR_CHECKED;

/* Unpacks into a new folder below the system's temporary one, which the caller removes:
 * `dir` names it in every case but that it is empty. */
enum err_code gate_bundle_unpack(struct span bundle, struct buf *dir,
                                 struct gate_damages *damages,
                                 struct err *err) ERR_CHECKED;

#endif
