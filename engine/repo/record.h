// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_RECORD_H
#define REPO_RECORD_H

#include "base/buf.h"
#include "crypto/sign.h"

#include <stdint.h>

/*
 * A record of the log (docs/format.md 8.1 to 8.3): what it says, and its two parts as
 * fields. A record owns its names and its private bytes. How a whole record is sealed and
 * signed is the business of record_seal.h; this file knows no key.
 */

/* Place in the log: epoch << 32 | seq. Slots of one repository are ordered as numbers. */
#define LB_NO_SLOT UINT64_MAX
#define LB_SLOT(epoch, seq) ((uint64_t)(epoch) << 32 | (uint64_t)(seq))
#define LB_SLOT_EPOCH(slot) ((uint32_t)((slot) >> 32))
#define LB_SLOT_SEQ(slot) ((uint32_t)((slot)&0xffffffffU))

#define LB_RECORD_MAX 65536U

enum lb_record_type {
	LB_GENESIS = 1,
	LB_COMMIT = 2,
	LB_FORGET = 3,
	LB_CONDEMN = 4,
	LB_SWEEP = 5,
	LB_MERGE = 6,
	LB_META = 7,
	LB_KEYS = 8,
	LB_SEAL = 9, /* the epoch ends here */
	LB_VOID = 10,
};

enum lb_role {
	LB_ROLE_BACKUP = 1,
	LB_ROLE_READ = 2,
	LB_ROLE_PRUNE = 4,
	LB_ROLE_ADMIN = 8,
};

/* "backup", "read", "prune", "admin"; "unknown" for what is not one role. */
const char *lb_role_name(uint32_t role);

#define LB_RECORD_CRITICAL 1U

/* Names of segments or packs. A record that names too many carries the name of a list
 * instead (listed); lb_record_lists in list.h turns one form into the other. */
struct lb_ids {
	struct lb_id *ids;
	size_t count;
	size_t room;
	bool listed;
	struct lb_id list; /* with listed, before it was loaded */
	uint32_t list_count;
};

bool lb_ids_add(struct lb_ids *n, const struct lb_id *id);
/* Sorts, and drops repeats. */
void lb_ids_sort(struct lb_ids *n);
/* Replaces what `out` had. */
bool lb_ids_copy(struct lb_ids *out, const struct lb_ids *n);
/* Of sorted names. */
bool lb_ids_has(const struct lb_ids *n, const struct lb_id *id);
void lb_ids_fini(struct lb_ids *n);

/* A key that field 133 adds. */
struct lb_key_entry {
	struct lb_id16 slot;
	struct lb_public sign_public;
	struct lb_public box_public;
	uint32_t roles;
	int64_t time;
	char label[256]; /* cut there; NUL-terminated */
};

enum lb_private {
	LB_PRIVATE_NONE,   /* the record has no private part */
	LB_PRIVATE_OPEN,   /* it is in `private` */
	LB_PRIVATE_CLOSED, /* this client has no key for it */
};

struct lb_record {
	uint8_t type; /* enum lb_record_type, or one this program does not know */
	uint8_t flags;
	uint64_t slot;
	struct lb_id previous;
	struct lb_id16 session;
	struct lb_id16 nonce; /* the id of a COMMIT's snapshot */
	uint64_t start;       /* slot of the session's start */
	struct lb_id16 writer;

	struct lb_ids segments; /* registered */
	struct lb_ids dropped;
	struct lb_ids condemned;
	struct lb_ids dead;
	uint64_t judged; /* LB_NO_SLOT without one */
	bool has_key;
	struct lb_key_entry key;
	bool has_key_removed;
	struct lb_id16 key_removed;
	struct buf epoch_keys; /* field 135 as it stands, empty without */
	bool has_config;
	struct lb_id config; /* H(config content) */

	enum lb_private private_state;
	struct buf private_part;

	/* Set by whoever decodes. */
	bool is_void; /* fills its slot and means nothing */
	/* A part of it says nothing, though its signature holds: its writer's doing. With
	 * is_void that is the shared part; else the private one, which is empty then, or
	 * a list of names that is not there. */
	bool malformed;
	struct lb_id hash;
};

void lb_record_init(struct lb_record *r, uint8_t type);
void lb_record_fini(struct lb_record *r);
/* Forgets the names of all four lists. */
void lb_record_clear_names(struct lb_record *r);

/* Name of a type for messages and `lifeboat` output; "unknown". */
const char *lb_record_type_name(uint8_t type);
/* Role that may write the type; 0 where any key may, or where the type is unknown. */
uint32_t lb_record_role(uint8_t type);

/* Shared fields (8.2). Decoding fills an initialised record; ERR_CORRUPT names the tag.
 */
void lb_record_put_shared(const struct lb_record *r, struct buf *out);
enum err_code lb_record_get_shared(struct lb_record *r, struct span fields,
                                   struct err *err) ERR_CHECKED;

/* Private part of FORGET: the snapshot ids. `ids` borrows from the record. */
void lb_record_put_forget(const struct lb_id16 *ids, size_t count, struct buf *out);
enum err_code lb_record_get_forget(const struct lb_record *r, struct span *ids,
                                   struct err *err) ERR_CHECKED;
/* Private part of META: one snapshot, and the fields of section 9 that replace its own.
 */
void lb_record_put_meta(const struct lb_id16 *id, struct span fields, struct buf *out);
enum err_code lb_record_get_meta(const struct lb_record *r, struct lb_id16 *id,
                                 struct span *fields, struct err *err) ERR_CHECKED;
/* Private part of COMMIT: field 129 of section 9, whether the snapshot is that of an
 * unfinished backup; field 130, the snapshots it replaces. */
bool lb_record_partial(struct span fields);
enum err_code lb_record_get_replaced(const struct lb_record *r, struct span *ids,
                                     struct err *err) ERR_CHECKED;

#endif
