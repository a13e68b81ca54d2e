// SPDX-License-Identifier: Apache-2.0
/* Records from bytes: parsing, verifying, opening. */
#include "base/wire.h"
#include "crypto/box.h"
#include "crypto/digest.h"
#include "pack/keyring.h"
#include "repo/config.h"
#include "repo/record_seal_internal.h"
#include "repo/state.h"

#include <string.h>

/* Opens the part into `out`, which is empty. */
static enum err_code open_part(const struct lb_keyring *k, const struct lb_record *r,
                               const struct record_header *h, enum lb_sealed type,
                               const struct lb_key *key, struct span commit,
                               struct span sealed, struct buf *out, struct err *err)
{
	struct lb_aad aad = record_aad(k, r, type);
	unsigned char expected[LB_KEY];
	struct lb_seal *seal = NULL;
	unsigned char *at;
	enum err_code rc;

	lb_commit(expected, key);
	if (!lb_equal(expected, commit.ptr, LB_KEY))
		return err_set(err, ERR_CORRUPT, "it was sealed with another key");
	at = record_extend(out, sealed.len - LB_TAG);
	if (!at)
		return err_nomem(err);
	rc = lb_seal_new(&seal, h->suite, err);
	if (rc == ERR_OK)
		rc = lb_seal_key(seal, key, err);
	if (rc == ERR_OK)
		rc = lb_seal_get(seal, 0, &aad, sealed, at, err);
	if (rc != ERR_OK)
		buf_clear(out);
	lb_seal_free(seal);
	return rc;
}

static void get_header(struct wire *w, struct lb_record *r, struct lb_id *repo,
                       struct record_header *h)
{
	uint32_t epoch, seq, shared, private_part;

	r->type = wire_u8(w);
	r->flags = wire_u8(w);
	wire_copy(w, repo->b, LB_ID);
	epoch = wire_u32(w);
	seq = wire_u32(w);
	r->slot = LB_SLOT(epoch, seq);
	wire_copy(w, r->previous.b, LB_ID);
	wire_copy(w, r->session.b, LB_ID16);
	wire_copy(w, r->nonce.b, LB_ID16);
	epoch = wire_u32(w);
	seq = wire_u32(w);
	r->start = LB_SLOT(epoch, seq);
	wire_copy(w, r->writer.b, LB_ID16);
	h->suite = (enum lb_suite)wire_u8(w);
	h->mode = wire_u8(w);
	wire_zeros(w, 2);
	h->data_epoch = wire_u32(w);
	shared = wire_u32(w);
	private_part = wire_u32(w);
	if (shared > 0) {
		h->shared_commit = wire_take(w, LB_KEY);
		h->shared = wire_take(w, shared);
	}
	if (private_part > 0) {
		h->private_commit = wire_take(w, LB_KEY);
		if (h->mode == RECORD_BOXED)
			h->wrapped = wire_take(w, LB_BOXED);
		h->private_part = wire_take(w, private_part);
	}
}

static bool length_ok(size_t sealed)
{
	return sealed == 0 || sealed >= LB_TAG;
}

static enum err_code parse(struct span bytes, const struct lb_keyring *k,
                           struct lb_record *r, struct record_header *h, struct err *err)
{
	struct lb_id repo;
	struct wire w;
	uint16_t version;

	memset(h, 0, sizeof(*h));
	wire_init(&w, bytes);
	wire_magic(&w, "LBRE", 4);
	version = wire_u16(&w);
	if (wire_ok(&w) && version != LB_FORMAT_VERSION)
		return err_set(err, ERR_UNSUPPORTED, "a record of format version %u",
		               (unsigned)version);
	get_header(&w, r, &repo, h);
	h->body = span_sub(bytes, 0, bytes.len - w.left);
	h->signature = (const unsigned char *)wire_take(&w, LB_SIGNATURE).ptr;
	if (!wire_end(&w) || bytes.len > LB_RECORD_MAX || !length_ok(h->shared.len) ||
	    !length_ok(h->private_part.len) || h->mode > RECORD_BOXED ||
	    !lb_suite_known((uint64_t)h->suite))
		return err_set(err, ERR_CORRUPT, "malformed record");
	if (!lb_id_eq(&repo, &k->repo))
		return err_set(err, ERR_CORRUPT, "a record of another repository");
	return ERR_OK;
}

static enum err_code open_shared(const struct lb_keyring *k,
                                 const struct record_header *h, struct lb_record *r,
                                 struct err *err)
{
	struct buf plain = BUF_INIT;
	struct record_context c;
	struct lb_key key;
	enum err_code rc;

	if (h->shared.len == 0)
		return ERR_OK;
	lb_kdf(&key, &k->dedup_key, "shared", record_context_of(&c, r));
	rc = open_part(k, r, h, LB_SEALED_SHARED, &key, h->shared_commit, h->shared,
	               &plain, err);
	lb_key_wipe(&key);
	if (rc == ERR_OK)
		rc = lb_record_get_shared(r, buf_span(&plain), err);
	else
		rc = err_wrap(err, rc, "shared part");
	buf_fini(&plain);
	return rc;
}

/* `*have` is false where this client has no key for the part. */
static enum err_code private_key(const struct lb_keyring *k,
                                 const struct record_header *h, const struct lb_record *r,
                                 struct lb_key *key, bool *have, struct err *err)
{
	const struct lb_key *data = lb_epochs_find(&k->epochs, h->data_epoch);
	struct record_context c;

	*have = k->can_read && (h->mode == RECORD_BOXED || data);
	if (!*have)
		return ERR_OK;
	if (h->mode == RECORD_BOXED)
		return lb_box_open(key, &k->secret, (const unsigned char *)h->wrapped.ptr,
		                   err);
	lb_kdf(key, data, "private", record_context_of(&c, r));
	return ERR_OK;
}

static enum err_code open_private(const struct lb_keyring *k,
                                  const struct record_header *h, struct lb_record *r,
                                  struct err *err)
{
	struct lb_key key = { { 0 } };
	enum err_code rc;
	bool have;

	r->private_state = LB_PRIVATE_NONE;
	if (h->private_part.len == 0)
		return ERR_OK;
	r->private_state = LB_PRIVATE_CLOSED;
	rc = private_key(k, h, r, &key, &have, err);
	if (have)
		r->private_state = LB_PRIVATE_OPEN;
	if (rc == ERR_OK && have)
		rc = open_part(k, r, h, LB_SEALED_PRIVATE, &key, h->private_commit,
		               h->private_part, &r->private_part, err);
	lb_key_wipe(&key);
	return rc == ERR_OK ? ERR_OK : err_wrap(err, rc, "private part");
}

static enum err_code check_signature(const struct record_header *h,
                                     const struct lb_public *key, struct err *err)
{
	enum err_code rc = lb_sign_check(h->signature, key, RECORD_DOMAIN, h->body, err);

	if (rc == ERR_AUTH)
		return err_set(err, ERR_AUTH,
		               "the signature is not its writer's: the log was altered");
	return rc;
}

/* It signs itself; what makes it this repository's is its hash, known from the key slot.
 */
static enum err_code open_genesis(const struct lb_record_sealer *s,
                                  const struct record_header *h, struct lb_record *r,
                                  struct err *err)
{
	struct lb_id16 writer;
	enum err_code rc;

	if (s->has_genesis && !lb_id_eq(&s->genesis, &r->hash))
		return err_set(err, ERR_AUTH,
		               "not the GENESIS that the key slot expects");
	rc = open_shared(s->keyring, h, r, err);
	if (rc == ERR_OK && (!r->has_key || !r->has_config))
		rc = err_set(err, ERR_CORRUPT, "GENESIS without a key or configuration");
	if (rc == ERR_OK && s->config && !lb_id_eq(&s->config->hash, &r->config))
		rc = err_set(err, ERR_AUTH,
		             "the configuration is not the one this log began with");
	if (rc == ERR_OK)
		rc = lb_sign_writer(&writer, &r->key.sign_public, err);
	if (rc == ERR_OK && !lb_id16_eq(&writer, &r->writer))
		rc = err_set(err, ERR_CORRUPT, "GENESIS was written by another key");
	if (rc == ERR_OK)
		rc = check_signature(h, &r->key.sign_public, err);
	return rc;
}

bool record_may_write(const struct lb_writer *w, uint8_t type)
{
	uint32_t role = lb_record_role(type);

	return w && w->removed == LB_NO_SLOT && (w->key.roles & role) == role;
}

static bool known(uint8_t type)
{
	return type >= LB_GENESIS && type <= LB_VOID;
}

/* What is wrong with a part whose record's signature holds is its writer's doing. */
static bool is_nonsense(enum err_code rc)
{
	return rc == ERR_CORRUPT || rc == ERR_AUTH || rc == ERR_LIMIT ||
	       rc == ERR_UNSUPPORTED;
}

/* One client must not close the repository for the others: parts that say nothing leave a
 * record that means nothing, or at most what its shared part says (docs/format.md 8.3).
 */
static enum err_code open_parts(const struct lb_keyring *k, const struct record_header *h,
                                struct lb_record *r, struct err *err)
{
	struct err fault = ERR_INIT;
	enum err_code rc = r->type == LB_GENESIS
	                           ? err_set(&fault, ERR_CORRUPT, "a second GENESIS")
	                           : open_shared(k, h, r, &fault);

	r->is_void = is_nonsense(rc);
	if (rc == ERR_OK)
		rc = open_private(k, h, r, &fault);
	r->malformed = is_nonsense(rc);
	if (r->is_void)
		lb_record_clear_names(r);
	return rc == ERR_OK || r->malformed ? ERR_OK : err_set(err, rc, "%s", fault.msg);
}

enum err_code record_decode(void *context, struct span bytes,
                            const struct lb_state *before, struct lb_record *r,
                            struct err *err)
{
	const struct lb_record_sealer *s = context;
	const struct lb_writer *writer;
	struct record_header h;
	enum err_code rc;

	rc = lb_hash(bytes, &r->hash, err);
	if (rc == ERR_OK)
		rc = parse(bytes, s->keyring, r, &h, err);
	if (rc != ERR_OK)
		return rc;
	if (r->type == LB_GENESIS && r->slot == 0)
		return open_genesis(s, &h, r, err);
	writer = lb_state_writer(before, &r->writer);
	if (writer)
		rc = check_signature(&h, &writer->key.sign_public, err);
	r->is_void = !record_may_write(writer, r->type);
	if (rc != ERR_OK || r->is_void || !known(r->type))
		return rc;
	return open_parts(s->keyring, &h, r, err);
}
