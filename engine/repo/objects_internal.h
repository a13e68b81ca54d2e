// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_OBJECTS_INTERNAL_H
#define REPO_OBJECTS_INTERNAL_H

#include "base/map.h"
#include "base/queue.h"
#include "chunk/compress.h"
#include "pack/pack_write.h"
#include "pack/segment.h"
#include "pack/verify.h"
#include "repo/objects.h"
#include "repo/record.h"

#include <pthread.h>
#include <stdatomic.h>

/* A pack writer on its way between lanes and uploader. */
struct lb_parcel {
	struct lb_parcel *next;
	struct lb_pack_writer *writer;
	enum lb_pack_kind kind;
	struct lb_pack_info info; /* once finished */
	struct span bytes;
};

/*
 * Where chunks of one kind come together: the open group and the open pack. Every putter
 * has one for data; trees and maps of all putters share one, so that a backup makes one
 * small metadata pack and not one a thread.
 */
struct lb_lane {
	struct lb_objects *objects;
	struct lb_lane *next; /* of all of the session */
	enum lb_pack_kind kind;
	pthread_mutex_t lock;
	struct buf group; /* plain chunks, one after the other */
	struct lb_chunk *chunks;
	size_t count;
	size_t cap;
	struct lb_compressor *compressor; /* both when there is work for them */
	struct lb_pack_verifier *verifier;
	struct buf stored;
	struct lb_parcel *parcel; /* NULL: no pack is open */
};

struct lb_objects {
	struct lb_objects_options options;
	pthread_t thread;
	bool started;
	struct queue *queue; /* of finished parcels */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct lb_parcel *free; /* under lock */
	size_t busy;            /* parcels not free; under lock */
	struct lb_lane *lanes;  /* under lock, but while the putters are idle */
	struct err failed;      /* the first error; under lock */
	struct map used;        /* names of others' packs; under lock */

	/* The uploader's alone, until it is idle. */
	struct lb_segment segment;
	struct lb_ids segments;
	struct lb_ids own;

	struct lb_lane meta;
	atomic_uint_fast64_t chunks;
	atomic_uint_fast64_t bytes;
	atomic_uint_fast64_t stored;
	atomic_uint_fast64_t packs;
};

enum err_code lb_objects_error(struct lb_objects *o, struct err *err) ERR_CHECKED;
/* From now on all calls fail like this: chunks that are claimed may have been lost, so
 * nothing that leans on them may be committed. `err` may be NULL. */
void lb_objects_fail(struct lb_objects *o, enum err_code rc, const struct err *err);
enum err_code lb_parcel_take(struct lb_objects *o, enum lb_pack_kind kind,
                             struct lb_parcel **out, struct err *err) ERR_CHECKED;
void lb_parcel_give(struct lb_objects *o, struct lb_parcel *p);

void lb_lane_init(struct lb_lane *l, struct lb_objects *o, enum lb_pack_kind kind);
void lb_lane_fini(struct lb_lane *l);
enum err_code lb_lane_add(struct lb_lane *l, const struct lb_chunk *chunk,
                          struct span plain, struct err *err) ERR_CHECKED;
/* Ends group and pack. */
enum err_code lb_lane_flush(struct lb_lane *l, struct err *err) ERR_CHECKED;

#endif
