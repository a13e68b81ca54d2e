// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_CHECK_INTERNAL_H
#define JOB_CHECK_INTERNAL_H

#include "job/check.h"
#include "pack/rows_sum.h"
#include "snapshot/map_read.h"
#include "snapshot/tree_read.h"

/* How a check hangs together: objects, packs and trees are looked at in this order, so
 * that the trees can tell which files a broken pack affects. Repairs use the parts. */

struct lb_reader;

struct check_pack {
	struct lb_id name;
	uint64_t size;
	uint32_t kind;
	bool seen;    /* by the list */
	bool dead;    /* the log lets it go */
	bool bad;     /* missing or damaged: what is in it is believed only when read */
	bool read;    /* by this run, to its end */
	bool doubt;   /* found damaged by an earlier run, or of an unexpected size */
	bool uneven;  /* segments tell different sizes of it */
	bool mistold; /* the index tells something else than it */
	bool asked;   /* whether it is mistold */
	int64_t verified_s;      /* last time, 0 = never */
	struct lb_rows_sum told; /* by the index, for check_rows_fit */
};

/* How the chunk of a row is known. */
enum check_mark { CHECK_UNKNOWN, CHECK_GOOD, CHECK_LOST };

struct check_job {
	const struct lb_check_options *o;
	struct lb_repo *repo;
	struct lb_check_result *result;
	struct lb_findings *findings;
	uint64_t told_ns;
	bool rows_added;
	bool index_damaged; /* rebuilding it may bring chunks back */

	struct check_pack *packs; /* ascending by name */
	size_t pack_count;
	size_t pack_cap;

	unsigned char *marks; /* enum check_mark, 2 bits a row of the index */
	uint64_t mark_count;

	struct lb_reader *reader;
	struct lb_tree_source source;
	struct lb_tree_walk *walk;
	struct lb_map_iter *map;
	struct lb_finding *culprit; /* why the last read failed */
	uint64_t damages;           /* files and folders met that are not whole */
	bool keep_damaged;          /* for repairs: */
	struct map damaged; /* ids of chunks that are lost, and of folders with damage */
};

void check_init(struct check_job *j, struct lb_repo *repo,
                const struct lb_check_options *o, struct lb_check_result *result);
void check_fini(struct check_job *j);
/* ERR_CANCELLED once somebody has asked to stop. */
enum err_code check_go_on(const struct check_job *j, struct err *err) ERR_CHECKED;
void check_progress(struct check_job *j, struct span current);

/* A fault of one object becomes a finding. Gives the code back only where the check
 * cannot go on: memory, or somebody asked to stop. */
enum err_code check_fault(struct check_job *j, const char *object, enum err_code rc,
                          const struct err *fault, const char *mend,
                          struct err *err) ERR_CHECKED;

/* check_objects.c: configuration, key slots, log, lists, segments */
extern const char check_mend_index[];
enum err_code check_objects(struct check_job *j, struct err *err) ERR_CHECKED;

/* check_malformed.c */
enum err_code check_malformed(struct check_job *j, struct err *err) ERR_CHECKED;

/* check_packs.c */
/* Which packs there are by index. */
enum err_code check_index_packs(struct check_job *j, struct err *err) ERR_CHECKED;
/* The same, compared with the store. */
enum err_code check_list_packs(struct check_job *j, struct err *err) ERR_CHECKED;
struct check_pack *check_find_pack(const struct check_job *j, const struct lb_id *name);
/* As far as is known. */
bool check_whole_pack(const struct check_job *j, const struct lb_id *name);
/* Marks it and gives its finding. */
struct lb_finding *check_bad_pack(struct check_job *j, const struct lb_id *name,
                                  const char *what);

/* check_data.c: reads the packs that the options ask for; those in doubt always */
enum err_code check_data(struct check_job *j, struct err *err) ERR_CHECKED;

/* check_rows.c: rows of the index against the tables of packs; without the right to read
 * there is nothing to compare */
/* Adds up what the index tells of each pack. */
enum err_code check_rows_add(struct check_job *j, struct err *err) ERR_CHECKED;
/* Is that what these bytes, all of the pack, tell? On any thread. */
enum err_code check_rows_fit(const struct check_job *j, const struct check_pack *p,
                             struct span bytes, bool *fit, struct err *err) ERR_CHECKED;
/* Something could not be read from the pack: is the index to blame, because it tells
 * something else than the pack's own table? Asks the pack, once. */
bool check_rows_blame(struct check_job *j, const struct lb_id *name);
/* Marks it and gives its finding: the index is damaged, the pack is not. */
struct lb_finding *check_mistold_pack(struct check_job *j, struct check_pack *p);

/* check_memory.c: what was verified when, in the cache folder */
/* Into the packs. What cannot be read is forgotten. */
enum err_code check_memory_load(struct check_job *j, struct err *err) ERR_CHECKED;
enum err_code check_memory_store(const struct check_job *j, struct err *err) ERR_CHECKED;
/* The file's bytes: into the packs, and from them. Only of this repository; what does not
 * hold is passed over. */
void check_memory_get(struct check_job *j, const struct lb_id *repository,
                      struct span bytes);
enum err_code check_memory_put(const struct check_job *j, const struct lb_id *repository,
                               struct buf *out, struct err *err) ERR_CHECKED;

/* check_chunks.c: chunk by chunk */
enum err_code check_chunks_open(struct check_job *j, struct err *err) ERR_CHECKED;
/* Can it be read? If not, the culprit says why. `length` 0: any. */
enum err_code check_chunk(struct check_job *j, const struct lb_id *id,
                          enum lb_chunk_type type, uint64_t length, bool *good,
                          struct err *err) ERR_CHECKED;
/* The mark of a chunk; CHECK_UNKNOWN also where it has none. */
enum check_mark check_mark_get(struct check_job *j, const struct lb_id *id,
                               enum lb_chunk_type type);
void check_mark_set(struct check_job *j, const struct lb_id *id, enum lb_chunk_type type,
                    enum check_mark mark);
/* Does this end the look at one thing only? */
bool check_is_damage(enum err_code rc);

/* Notes the id, if damage is to be kept. */
enum err_code check_keep(struct check_job *j, const struct lb_id *id,
                         struct err *err) ERR_CHECKED;

/* check_trees.c */
enum err_code check_trees(struct check_job *j, struct err *err) ERR_CHECKED;

#endif
