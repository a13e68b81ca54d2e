// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_KEY_FILE_H
#define GATE_KEY_FILE_H

#include "crypto/pwhash.h"
#include "crypto/signer.h"

#include <stdint.h>

/*
 * A signing key in a file, its secret sealed under a password (Argon2id, then
 * XChaCha20-Poly1305 with all that the file says as associated data):
 *
 *   {"seaworthy_key": 1, "kind": "ed25519|ecdsa-p256", "created": "2026-11-22T10:00:00Z",
 *    "public": "<base 64 of the SPKI>", "passes": 3, "memory_kib": 65536,
 *    "salt": "<base 64>", "sealed": "<base 64>"}
 */

enum { GATE_KEY_SEALED = LB_KEY + 16 };

struct gate_key_file {
	struct lb_verifier verifier;
	int64_t created_ms;
	struct lb_pwhash_cost cost;
	unsigned char salt[LB_PWHASH_SALT];
	unsigned char sealed[GATE_KEY_SEALED];
};

/* A new key. */
enum err_code gate_key_file_make(struct gate_key_file *out, enum lb_verifier_kind kind,
                                 int64_t created_ms, struct span password,
                                 const struct lb_pwhash_cost *cost,
                                 struct err *err) ERR_CHECKED;
void gate_key_file_write(const struct gate_key_file *k, struct buf *out);
/* ERR_CORRUPT for what is none; `name` stands in messages. */
enum err_code gate_key_file_read(struct gate_key_file *out, struct span text,
                                 const char *name, struct err *err) ERR_CHECKED;
/* ERR_AUTH for another password, or where the file was altered. */
enum err_code gate_key_file_open(const struct gate_key_file *k, struct span password,
                                 struct lb_signer **out, struct err *err) ERR_CHECKED;

#endif
