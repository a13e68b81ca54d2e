// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CHAIN_H
#define GATE_CHAIN_H

#include "base/buf.h"
#include "crypto/digest.h"

#include <stdint.h>

/*
 * The lines of history.jsonl, which is the truth of the history. The first says whose it
 * is, each other one is an entry:
 *
 *   {"history":1,"repository":"<32 hex digits>"}
 *   {"index":0,"head":"<64 hex digits>","envelope":{..}}       signed: DSSE
 *   {"index":1,"head":"<64 hex digits>","statement":{..}}      by nobody
 *
 * in exactly this form, so that no byte of it can change unseen. The heads are a chain:
 * with e the SHA-256 of the envelope's (or statement's) text,
 *
 *   h(-1) = SHA-256(repository)
 *   h(i)  = SHA-256("seaworthy-history-v1" || 0x00 || u64be(i) || h(i-1) || e(i))
 */

enum {
	GATE_REPOSITORY_BYTES = 16,
	GATE_REPOSITORY_HEX = 2 * GATE_REPOSITORY_BYTES + 1,
	GATE_LINE_MAX = 64 << 20,
};

/* Where a chain stands. Zeroed: before its first line. */
struct gate_chain {
	bool begun;
	char repository[GATE_REPOSITORY_HEX];
	uint64_t count; /* entries */
	struct lb_id head;
};

struct gate_chain_entry {
	uint64_t index;
	struct lb_id previous;
	struct span text; /* of the envelope or statement; borrowed from the line */
	bool is_signed;   /* it is an envelope */
	struct lb_id head;
};

/* The first line, without its line feed. `repository` has GATE_REPOSITORY_HEX - 1 digits.
 */
void gate_chain_write_first(const char *repository, struct buf *out);
/* The next entry's line, without its line feed; the chain goes on to it. */
enum err_code gate_chain_write(struct gate_chain *c, struct span text, bool is_signed,
                               struct buf *out, struct err *err) ERR_CHECKED;

/* Takes the next line, without its line feed, which may be from anywhere. `*is_entry` is
 * false for the first line. ERR_CORRUPT, and the chain stays where it was, where it does
 * not continue it; whether what is inside is a statement is not looked at. */
enum err_code gate_chain_read(struct gate_chain *c, struct span line, bool *is_entry,
                              struct gate_chain_entry *out, struct err *err) ERR_CHECKED;

/* The form of an entry's line alone, for `out->index`; its head is what it says. */
bool gate_chain_entry_read(struct span line, struct gate_chain_entry *out);

#endif
