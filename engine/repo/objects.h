// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_OBJECTS_H
#define REPO_OBJECTS_H

#include "crypto/ident.h"
#include "crypto/key.h"

#include <stdint.h>

struct lb_backend;
struct lb_index;
struct lb_keyring;
struct lb_stored;

/*
 * Storing chunks: deduplicate against the index, collect small chunks into groups,
 * compress, fill packs, read every finished pack back before it counts, and hand it to
 * one uploader thread. One lb_objects belongs to a session; each thread that stores has
 * an lb_putter of its own. Nothing is registered here: lb_objects_finish gives the index
 * segments that a COMMIT or CONDEMN then names.
 */
struct lb_objects;
struct lb_putter;

/* Each chunk is remembered until its pack is stored, so a pack of very small ones ends
 * with so many, before it has its size. */
#define LB_OBJECTS_PACK_CHUNKS (64u << 10)

struct lb_objects_options {
	struct lb_backend *backend; /* this and the next two are borrowed */
	const struct lb_keyring *keyring;
	struct lb_index *index;
	uint32_t pack_size;  /* aimed at, bytes */
	uint32_t group_size; /* aimed at, bytes of plaintext */
	int level;           /* of compression, see chunk/compress.h */
	size_t threads;      /* that end packs at the end; 0 = one a processor */
	bool verify;         /* unpack and hash again all chunks of a finished pack */
	bool dry_run;        /* everything but the writing */
};

/* What this session stored anew. */
struct lb_objects_figures {
	uint64_t chunks;
	uint64_t bytes;  /* of their plaintext */
	uint64_t stored; /* bytes of packs and segments */
	uint64_t packs;
};

enum err_code lb_objects_new(struct lb_objects **out,
                             const struct lb_objects_options *options,
                             struct err *err) ERR_CHECKED;
/* All putters are freed before. What was not finished is left to a later prune; the index
 * knows of what was stored once it is refreshed by a log that registered it. */
void lb_objects_free(struct lb_objects *o);

enum err_code lb_putter_new(struct lb_putter **out, struct lb_objects *o,
                            struct err *err) ERR_CHECKED;
void lb_putter_free(struct lb_putter *p);
/*
 * Stores the chunk unless it is there, and gives its id. `plain` is not kept. An error of
 * the uploader or of any putter comes back from the next calls of all threads, and from
 * lb_objects_finish: what was put before may be lost with it.
 */
enum err_code lb_putter_put(struct lb_putter *p, enum lb_chunk_type type,
                            struct span plain, struct lb_id *id,
                            struct err *err) ERR_CHECKED;
/* The same for two, which takes less time than one after the other. */
enum err_code lb_putter_put_two(struct lb_putter *p, enum lb_chunk_type type,
                                const struct span plain[2], struct lb_id id[2],
                                struct err *err) ERR_CHECKED;
/* Is this chunk stored, in a pack that counts? If so, it is leaned on as if it had been
 * put again. */
enum err_code lb_putter_has(struct lb_putter *p, enum lb_chunk_type type,
                            const struct lb_id *id, bool *has,
                            struct err *err) ERR_CHECKED;

/*
 * Ends the groups and packs of all putters. All that was put is stored, and segments for
 * it are: `stored` gets what came since the last call. The putters are idle meanwhile;
 * they may go on afterwards.
 */
enum err_code lb_objects_finish(struct lb_objects *o, struct lb_stored *stored,
                                struct err *err) ERR_CHECKED;
void lb_objects_count(struct lb_objects *o, struct lb_objects_figures *out);

#endif
