// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_PRUNE_INTERNAL_H
#define JOB_PRUNE_INTERNAL_H

#include "job/mark.h"
#include "job/prune.h"
#include "repo/collect.h"

/* One round: a mark, a choice, copies, and one CONDEMN. The bounds keep small what is
 * held in memory and what a crash can cost; more rounds follow while there is more. */
#define LB_PRUNE_ROUND_CHUNKS ((size_t)2 << 20)
#define LB_PRUNE_ROUND_BYTES ((uint64_t)4 << 30)
#define LB_PRUNE_ROUND_PACKS ((size_t)65536)

/* What is known of a pack of the state. */
struct lb_prune_pack {
	uint64_t size;   /* 0: not registered, or dead */
	uint64_t stored; /* bytes of its chunks */
	uint64_t used;   /* of these */
	uint32_t chunks;
	bool data;
	bool taken; /* to be rewritten */
};

/* An object that the store listed. */
struct lb_prune_object {
	struct lb_id name;
	uint64_t size;
};

/* A pack to be rewritten, and where its needed chunks start in the list of all. */
struct lb_prune_source {
	struct lb_id pack;
	uint32_t number;
	size_t first;
	bool left_out; /* it cannot be read, or there was no time */
};

struct lb_prune_chunk {
	struct lb_id id;
	uint8_t type;
};

struct lb_prune_job {
	struct lb_repo *repo;
	const struct lb_prune_options *o;
	struct lb_pruned *out;
	struct lb_mark mark;
	uint64_t marked_at; /* the head then */
	unsigned round;     /* from 1 */
	bool more;          /* another round has work */

	struct lb_prune_pack *packs; /* by number in the state */
	size_t pack_count;
	struct lb_prune_object *listed; /* sorted by name */
	size_t listed_count;
	size_t listed_cap;
	bool has_list;

	/* The choice of this round. */
	struct lb_ids gone; /* nothing is needed of them; strays among them */
	struct lb_prune_source *sources;
	size_t source_count;
	size_t source_cap;
	struct lb_prune_chunk *chunks; /* needed ones of the sources */
	size_t chunk_count;
	size_t chunk_cap;
	uint64_t unused; /* in all packs, before this round */
};

/* prune_plan.c: what to do with which pack, from the mark */
enum err_code lb_prune_choose(struct lb_prune_job *j, const struct lb_state *s,
                              struct err *err) ERR_CHECKED;
uint64_t lb_prune_waste(const struct lb_prune_pack *p);
/* Is it worth to be joined with others? Not one that has so many chunks that it could not
 * grow: a pack of very small ones ends before its size. */
bool lb_prune_small(const struct lb_prune_pack *p, uint64_t pack_size);
bool lb_prune_late(const struct lb_prune_job *j);

/* prune_copy.c: the needed chunks of the sources into new packs, verified; what is
 * condemned then. A source that cannot be read is told as trouble and left out. */
enum err_code lb_prune_copy(struct lb_prune_job *j, struct lb_condemn *c,
                            struct err *err) ERR_CHECKED;

/* prune_merge.c: index segments without dead packs, and fewer of them */
enum err_code lb_prune_merge(struct lb_prune_job *j, struct err *err) ERR_CHECKED;

/* prune.c */
void lb_prune_action(const struct lb_prune_job *j, const char *what,
                     const struct lb_id *pack, uint64_t bytes);

#endif
