// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_STATE_H
#define REPO_STATE_H

#include "repo/record.h"

/*
 * What the log says (docs/format.md 8.4): a pure fold over its records in order. It also
 * answers for any slot of the past, which verdicts need, without folding again: every
 * fact carries the slots between which it holds. Packs get numbers, given in the order of
 * their first mention and never changed, so that callers can keep bitmaps of packs. One
 * thread at a time.
 */

struct lb_state;

/* Names of the packs of a segment, from the index. ERR_NOT_FOUND: the segment is gone,
 * because a later record has dropped it; it counts as empty, which is safe: a verdict
 * over a slot before then knows fewer copies and so spares more packs. */
struct lb_segment_source {
	void *context;
	enum err_code (*packs)(void *context, const struct lb_id *segment,
	                       struct lb_ids *out, struct err *err);
};

#define LB_NO_PACK UINT32_MAX

struct lb_live {
	struct lb_id16 id;
	uint64_t committed; /* slot */
	uint64_t removed;   /* slot, LB_NO_SLOT while live */
	struct lb_id16 session;
	struct lb_id16 writer;
	bool readable;      /* the private part is known */
	struct span fields; /* section 9 as committed; borrowed from the state */
};

struct lb_open {
	uint64_t slot;           /* of the CONDEMN */
	uint64_t closed;         /* slot of the first SWEEP, LB_NO_SLOT while open */
	struct lb_ids condemned; /* sorted */
	struct lb_ids dead;      /* of that SWEEP, sorted */
};

/* An edit of a snapshot that was made later. */
struct lb_meta {
	struct span fields; /* borrowed from the state */
	uint64_t slot;
	struct lb_id16 writer;
};

/* A record that means nothing, or not all that its type should, through its writer's
 * doing; nobody else is to suffer from it. */
struct lb_malformed {
	uint64_t slot;
	struct lb_id16 writer;
};

struct lb_writer {
	struct lb_key_entry key;
	struct lb_id16 id; /* writer id in records */
	uint64_t removed;  /* slot, LB_NO_SLOT while valid */
};

/* The source is copied, its context borrowed. */
enum err_code lb_state_new(struct lb_state **out, const struct lb_segment_source *source,
                           struct err *err) ERR_CHECKED;
void lb_state_free(struct lb_state *s);
/* Back to before GENESIS; pack numbers stay. */
void lb_state_reset(struct lb_state *s);
/*
 * The next record. The caller has checked the chain; the state copies what it keeps.
 * ERR_CORRUPT when the record contradicts its type (then the log is broken there).
 */
enum err_code lb_state_apply(struct lb_state *s, const struct lb_record *r,
                             struct err *err) ERR_CHECKED;

/* Slot and hash of the last record applied; LB_NO_SLOT and zeros before the first. */
uint64_t lb_state_head(const struct lb_state *s);
const struct lb_id *lb_state_head_hash(const struct lb_state *s);
/* Slot of the first record that this program cannot follow (a critical one of an unknown
 * type, a new data epoch), else LB_NO_SLOT: it may not commit or prune past it. */
uint64_t lb_state_blocked(const struct lb_state *s);
/* Some private part was closed to this client: which snapshots are live is not known. */
bool lb_state_blind(const struct lb_state *s);

/* Keys, by writer id; NULL when unknown. Removed ones are found too. */
const struct lb_writer *lb_state_writer(const struct lb_state *s,
                                        const struct lb_id16 *id);
const struct lb_writer *lb_state_writers(const struct lb_state *s, size_t *count);

/* Snapshots in the order of their commits, removed ones among them. */
const struct lb_live *lb_state_snapshots(const struct lb_state *s, size_t *count);
const struct lb_live *lb_state_snapshot(const struct lb_state *s,
                                        const struct lb_id16 *id);
/* Was it live before the record of `slot`? (LB_NO_SLOT: is it live now?) */
bool lb_live_at(const struct lb_live *l, uint64_t slot);
/* META fields set later on a snapshot, oldest first; NULL at the end. What the fields say
 * is not looked at here. */
const struct lb_meta *lb_state_meta(const struct lb_state *s, const struct lb_id16 *id,
                                    size_t nth);

/* In the order of their slots. */
const struct lb_malformed *lb_state_malformed(const struct lb_state *s, size_t *count);

/* Condemnations in the order of their slots, closed ones among them. */
const struct lb_open *lb_state_condemns(const struct lb_state *s, size_t *count);
const struct lb_open *lb_state_condemn(const struct lb_state *s, uint64_t slot);

/* Segments in force, in no particular order. */
const struct lb_id *lb_state_segments(const struct lb_state *s, size_t *count);
bool lb_state_in_force(const struct lb_state *s, const struct lb_id *segment);
/* How many of them are gone from the store: damage, if it is not 0 at the head. */
size_t lb_state_missing(const struct lb_state *s);

/* Packs by number, 0 .. count - 1: all that any record or segment ever named. */
size_t lb_state_packs(const struct lb_state *s);
uint32_t lb_state_pack(const struct lb_state *s, const struct lb_id *name);
const struct lb_id *lb_state_pack_name(const struct lb_state *s, uint32_t pack);
bool lb_state_registered(const struct lb_state *s, uint32_t pack);
bool lb_state_condemned(const struct lb_state *s, uint32_t pack);
bool lb_state_dead(const struct lb_state *s, uint32_t pack);
/* Some CONDEMN named it, whatever became of that. What was found broken and then spared,
 * because nothing else had it, is among these, so no new record leans on them, and where
 * another copy has come since, that one counts. */
bool lb_state_ever_condemned(const struct lb_state *s, uint32_t pack);
bool lb_state_usable(const struct lb_state *s, uint32_t pack);

/*
 * The verdict over the CONDEMN of a slot. `need` calls lb_verdict_chunk once (or more)
 * for every chunk that a snapshot live at that slot (lb_live_at) needs, with all packs
 * known to hold it; chunks that stand in none of the condemned packs may be left out.
 * `dead` gets the packs of which nothing is needed, sorted.
 */
struct lb_verdict;
typedef enum err_code lb_need_walk(void *context, const struct lb_state *s, uint64_t slot,
                                   struct lb_verdict *v, struct err *err);
enum err_code lb_state_verdict(const struct lb_state *s, uint64_t slot,
                               lb_need_walk *need, void *context, struct lb_ids *dead,
                               struct err *err) ERR_CHECKED;
void lb_verdict_chunk(struct lb_verdict *v, const uint32_t *packs, size_t count);
/* Is the pack among the condemned ones and not spared yet? For walkers that want to leave
 * out what cannot matter. */
bool lb_verdict_wants(const struct lb_verdict *v, uint32_t pack);

#endif
