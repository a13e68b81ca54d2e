// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_STATE_INTERNAL_H
#define REPO_STATE_INTERNAL_H

#include "base/map.h"
#include "repo/state.h"

/* What is known of a pack. 56 bytes: a repository may have a million. */
struct state_pack {
	struct lb_id name;
	uint64_t registered; /* slot of the first record that registered it */
	uint64_t dead;       /* slot of the SWEEP that counted */
	uint32_t open;       /* open CONDEMN slots that name it */
	bool ever;           /* some CONDEMN named it, whatever became of that */
};

struct state_segment {
	struct lb_id name;
	size_t at; /* position in lb_state.in_force */
	bool missing;
};

/* What a snapshot owns beside its struct lb_live. */
struct state_kept {
	char *fields;
	struct lb_meta *metas; /* each owns its bytes */
	size_t meta_count;
	size_t meta_room;
};

struct lb_state {
	struct lb_segment_source source;
	uint64_t head;
	struct lb_id head_hash;
	uint64_t blocked;
	bool blind;

	struct state_pack *packs;
	size_t pack_count;
	size_t pack_room;
	uint32_t *table;   /* open addressing: pack number + 1, 0 = free */
	size_t table_size; /* a power of two */

	struct map segments; /* name to struct state_segment */
	struct lb_id *in_force;
	size_t in_force_count;
	size_t in_force_room;
	size_t missing;

	struct lb_live *snapshots;
	struct state_kept *kept; /* one for each */
	size_t snapshot_count;
	size_t snapshot_room;
	size_t kept_room;
	struct map by_id; /* snapshot id to its position + 1 */

	struct lb_open *condemns;
	size_t condemn_count;
	size_t condemn_room;

	struct lb_writer *writers;
	size_t writer_count;
	size_t writer_room;

	struct lb_malformed *malformed;
	size_t malformed_count;
	size_t malformed_room;
};

/* The number of a pack, a new one for a new name; false on running out of memory. */
bool state_intern(struct lb_state *s, const struct lb_id *name, uint32_t *pack);
void state_forget_packs(struct lb_state *s);

/* Segments. */
enum err_code state_register(struct lb_state *s, const struct lb_ids *segments,
                             uint64_t slot, struct err *err) ERR_CHECKED;
void state_drop(struct lb_state *s, const struct lb_ids *segments);
void state_forget_segments(struct lb_state *s);

/* Snapshots. */
enum err_code state_commit(struct lb_state *s, const struct lb_record *r,
                           struct err *err) ERR_CHECKED;
/* ERR_CORRUPT: the private part is malformed; the state is as before. */
enum err_code state_forget(struct lb_state *s, const struct lb_record *r,
                           struct err *err) ERR_CHECKED;
enum err_code state_meta(struct lb_state *s, const struct lb_record *r,
                         struct err *err) ERR_CHECKED;
void state_forget_snapshots(struct lb_state *s);

#endif
