// SPDX-License-Identifier: Apache-2.0
#include "repo/record_seal.h"

#include "base/mem.h"
#include "base/wire.h"
#include "crypto/box.h"
#include "crypto/digest.h"
#include "pack/keyring.h"
#include "repo/config.h"
#include "repo/next.h"
#include "repo/state.h"

#include <string.h>

enum { MODE_DERIVED = 0, MODE_BOXED = 1, ROOM_FOR_PART = LB_RECORD_MAX };

#define RECORD_DOMAIN "lifeboat record"
#define NEXT_DOMAIN "lifeboat next"

/* What the header says beside the record's own fields. */
struct header {
	enum lb_suite suite;
	uint8_t mode;
	uint32_t data_epoch;
	struct span shared_commit;
	struct span shared;
	struct span private_commit;
	struct span wrapped;
	struct span private_part;
	struct span body; /* everything before the signature */
	const unsigned char *signature;
};

/* Keys and associated data of one record. */

struct context {
	unsigned char b[2 * LB_ID16 + 8];
};

static struct span context_of(struct context *c, const struct lb_record *r)
{
	memcpy(c->b, r->session.b, LB_ID16);
	memcpy(c->b + LB_ID16, r->nonce.b, LB_ID16);
	wire_store_u32(c->b + LB_ID16 + LB_ID16, LB_SLOT_EPOCH(r->slot));
	wire_store_u32(c->b + LB_ID16 + LB_ID16 + 4, LB_SLOT_SEQ(r->slot));
	return span_of((const char *)c->b, sizeof(c->b));
}

static struct lb_aad aad_of(const struct lb_keyring *k, const struct lb_record *r,
                            enum lb_sealed type)
{
	struct lb_aad aad = { .type = type, .repo = k->repo, .slot = r->slot };

	memcpy(aad.object.b, r->session.b, LB_ID16);
	memcpy(aad.object.b + LB_ID16, r->nonce.b, LB_ID16);
	return aad;
}

/* Appends so many bytes to `out` and gives them, NULL on running out of memory. */
static unsigned char *extend(struct buf *out, size_t len)
{
	size_t at = out->len;

	buf_fill(out, '\0', len);
	return buf_ok(out) ? (unsigned char *)out->ptr + at : NULL;
}

/* Appends the sealed part to `out`. */
static enum err_code seal_part(const struct lb_keyring *k, const struct lb_record *r,
                               enum lb_sealed type, const struct lb_key *key,
                               struct span plain, struct buf *out, struct err *err)
{
	struct lb_aad aad = aad_of(k, r, type);
	unsigned char *at = extend(out, plain.len + LB_TAG);
	struct lb_seal *seal = NULL;
	enum err_code rc;

	if (!at)
		return err_nomem(err);
	rc = lb_seal_new(&seal, k->suite, err);
	if (rc == ERR_OK)
		rc = lb_seal_key(seal, key, err);
	if (rc == ERR_OK)
		rc = lb_seal_put(seal, 0, &aad, plain, at, err);
	lb_seal_free(seal);
	return rc;
}

/* Opens the part into `out`, which is empty. */
static enum err_code open_part(const struct lb_keyring *k, const struct lb_record *r,
                               const struct header *h, enum lb_sealed type,
                               const struct lb_key *key, struct span commit,
                               struct span sealed, struct buf *out, struct err *err)
{
	struct lb_aad aad = aad_of(k, r, type);
	unsigned char expected[LB_KEY];
	struct lb_seal *seal = NULL;
	unsigned char *at;
	enum err_code rc;

	lb_commit(expected, key);
	if (!lb_equal(expected, commit.ptr, LB_KEY))
		return err_set(err, ERR_CORRUPT, "it was sealed with another key");
	at = extend(out, sealed.len - LB_TAG);
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

/* Writing */

static void put_header(const struct lb_record *r, const struct lb_keyring *k,
                       const struct header *h, struct buf *out)
{
	wire_put_raw(out, "LBRE", 4);
	wire_put_u16(out, LB_FORMAT_VERSION);
	wire_put_u8(out, r->type);
	wire_put_u8(out, r->flags);
	wire_put_raw(out, k->repo.b, LB_ID);
	wire_put_u32(out, LB_SLOT_EPOCH(r->slot));
	wire_put_u32(out, LB_SLOT_SEQ(r->slot));
	wire_put_raw(out, r->previous.b, LB_ID);
	wire_put_raw(out, r->session.b, LB_ID16);
	wire_put_raw(out, r->nonce.b, LB_ID16);
	wire_put_u32(out, LB_SLOT_EPOCH(r->start));
	wire_put_u32(out, LB_SLOT_SEQ(r->start));
	wire_put_raw(out, r->writer.b, LB_ID16);
	wire_put_u8(out, (uint8_t)k->suite);
	wire_put_u8(out, h->mode);
	wire_put_u16(out, 0);
	wire_put_u32(out, h->data_epoch);
	wire_put_u32(out, (uint32_t)h->shared.len);
	wire_put_u32(out, (uint32_t)h->private_part.len);
}

/* Appends commitment and sealed part; only the latter's length is in the header. */
static enum err_code put_shared(const struct lb_record *r, const struct lb_keyring *k,
                                struct span plain, struct buf *out, struct err *err)
{
	unsigned char commit[LB_KEY];
	struct context c;
	struct lb_key key;
	enum err_code rc;

	if (plain.len == 0)
		return ERR_OK;
	lb_kdf(&key, &k->dedup_key, "shared", context_of(&c, r));
	lb_commit(commit, &key);
	wire_put_raw(out, commit, LB_KEY);
	rc = seal_part(k, r, LB_SEALED_SHARED, &key, plain, out, err);
	lb_key_wipe(&key);
	return rc;
}

static enum err_code put_private(const struct lb_record *r, const struct lb_keyring *k,
                                 const struct header *h, struct buf *out, struct err *err)
{
	unsigned char commit[LB_KEY], boxed[LB_BOXED];
	enum err_code rc = ERR_OK;
	struct context c;
	struct lb_key key;

	if (r->private_state == LB_PRIVATE_NONE)
		return ERR_OK;
	if (h->mode == MODE_DERIVED)
		lb_kdf(&key, &lb_epochs_last(&k->epochs)->key, "private",
		       context_of(&c, r));
	else
		lb_key_random(&key);
	lb_commit(commit, &key);
	wire_put_raw(out, commit, LB_KEY);
	if (h->mode == MODE_BOXED) {
		rc = lb_box_seal(boxed, &k->public, &key, err);
		wire_put_raw(out, boxed, LB_BOXED);
	}
	if (rc == ERR_OK)
		rc = seal_part(k, r, LB_SEALED_PRIVATE, &key, buf_span(&r->private_part),
		               out, err);
	lb_key_wipe(&key);
	return rc;
}

static size_t sealed_length(size_t plain)
{
	return plain + LB_TAG;
}

/* Everything before the signature. */
static enum err_code put_body(const struct lb_record *r, const struct lb_keyring *k,
                              struct buf *out, struct err *err)
{
	const struct lb_epoch_key *last = lb_epochs_last(&k->epochs);
	struct buf shared = BUF_INIT;
	struct header h = { .suite = k->suite };
	enum err_code rc;

	lb_record_put_shared(r, &shared);
	rc = buf_err(&shared, err);
	if (rc == ERR_OK &&
	    (shared.len > ROOM_FOR_PART || r->private_part.len > ROOM_FOR_PART))
		rc = err_set(err, ERR_LIMIT, "a %s record does not fit",
		             lb_record_type_name(r->type));
	if (rc != ERR_OK)
		goto out;
	/* Of the spans only the lengths count here. */
	h.shared.len = shared.len > 0 ? sealed_length(shared.len) : 0;
	if (r->private_state != LB_PRIVATE_NONE) {
		h.private_part.len = sealed_length(r->private_part.len);
		h.mode = last ? MODE_DERIVED : MODE_BOXED;
		h.data_epoch = last ? last->number : 0;
	}
	put_header(r, k, &h, out);
	rc = put_shared(r, k, buf_span(&shared), out, err);
	if (rc == ERR_OK)
		rc = put_private(r, k, &h, out, err);
	if (rc == ERR_OK)
		rc = buf_err(out, err);
out:
	buf_fini(&shared);
	return rc;
}

static enum err_code sign(const struct lb_record_sealer *s, struct buf *out,
                          struct err *err)
{
	unsigned char signature[LB_SIGNATURE];
	enum err_code rc = lb_sign(signature, s->sign, RECORD_DOMAIN, buf_span(out), err);

	if (rc != ERR_OK)
		return rc;
	wire_put_raw(out, signature, LB_SIGNATURE);
	return buf_err(out, err);
}

static enum err_code writer_of(const struct lb_record_sealer *s, struct lb_id16 *id,
                               struct err *err)
{
	struct lb_public public;

	if (!s->sign)
		return err_set(err, ERR_AUTH, "this key opens the repository read-only");
	lb_sign_public(&public, s->sign);
	return lb_sign_writer(id, &public, err);
}

static enum err_code encode(void *context, struct lb_record *r, struct buf *out,
                            struct err *err)
{
	const struct lb_record_sealer *s = context;
	enum err_code rc = writer_of(s, &r->writer, err);

	buf_clear(out);
	if (rc == ERR_OK)
		rc = put_body(r, s->keyring, out, err);
	if (rc == ERR_OK)
		rc = sign(s, out, err);
	return rc;
}

/* Reading */

static void get_header(struct wire *w, struct lb_record *r, struct lb_id *repo,
                       struct header *h)
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
		if (h->mode == MODE_BOXED)
			h->wrapped = wire_take(w, LB_BOXED);
		h->private_part = wire_take(w, private_part);
	}
}

static bool length_ok(size_t sealed)
{
	return sealed == 0 || sealed >= LB_TAG;
}

static enum err_code parse(struct span bytes, const struct lb_keyring *k,
                           struct lb_record *r, struct header *h, struct err *err)
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
	    !length_ok(h->private_part.len) || h->mode > MODE_BOXED ||
	    !lb_suite_known((uint64_t)h->suite))
		return err_set(err, ERR_CORRUPT, "malformed record");
	if (!lb_id_eq(&repo, &k->repo))
		return err_set(err, ERR_CORRUPT, "a record of another repository");
	return ERR_OK;
}

static enum err_code open_shared(const struct lb_keyring *k, const struct header *h,
                                 struct lb_record *r, struct err *err)
{
	struct buf plain = BUF_INIT;
	struct context c;
	struct lb_key key;
	enum err_code rc;

	if (h->shared.len == 0)
		return ERR_OK;
	lb_kdf(&key, &k->dedup_key, "shared", context_of(&c, r));
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
static enum err_code private_key(const struct lb_keyring *k, const struct header *h,
                                 const struct lb_record *r, struct lb_key *key,
                                 bool *have, struct err *err)
{
	const struct lb_key *data = lb_epochs_find(&k->epochs, h->data_epoch);
	struct context c;

	*have = k->can_read && (h->mode == MODE_BOXED || data);
	if (!*have)
		return ERR_OK;
	if (h->mode == MODE_BOXED)
		return lb_box_open(key, &k->secret, (const unsigned char *)h->wrapped.ptr,
		                   err);
	lb_kdf(key, data, "private", context_of(&c, r));
	return ERR_OK;
}

static enum err_code open_private(const struct lb_keyring *k, const struct header *h,
                                  struct lb_record *r, struct err *err)
{
	struct lb_key key = { { 0 } };
	enum err_code rc;
	bool have;

	r->private_state = LB_PRIVATE_NONE;
	if (h->private_part.len == 0)
		return ERR_OK;
	r->private_state = LB_PRIVATE_CLOSED;
	rc = private_key(k, h, r, &key, &have, err);
	if (rc == ERR_OK && have) {
		rc = open_part(k, r, h, LB_SEALED_PRIVATE, &key, h->private_commit,
		               h->private_part, &r->private_part, err);
		r->private_state = LB_PRIVATE_OPEN;
	}
	lb_key_wipe(&key);
	return rc == ERR_OK ? ERR_OK : err_wrap(err, rc, "private part");
}

static enum err_code check_signature(const struct header *h, const struct lb_public *key,
                                     struct err *err)
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
                                  const struct header *h, struct lb_record *r,
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

static bool may_write(const struct lb_writer *w, uint8_t type)
{
	uint32_t role = lb_record_role(type);

	return w && w->removed == LB_NO_SLOT && (w->key.roles & role) == role;
}

static bool known(uint8_t type)
{
	return type >= LB_GENESIS && type <= LB_VOID;
}

static enum err_code check_role(void *context, const struct lb_state *before,
                                uint8_t type, struct err *err)
{
	const struct lb_record_sealer *s = context;
	const struct lb_writer *writer;
	struct lb_id16 id;
	enum err_code rc = writer_of(s, &id, err);

	if (rc == ERR_OK && s->config)
		rc = lb_config_may_write(s->config, err);
	if (rc != ERR_OK || type == LB_GENESIS)
		return rc;
	writer = lb_state_writer(before, &id);
	if (may_write(writer, type))
		return ERR_OK;
	if (!writer)
		return err_set(err, ERR_AUTH,
		               "the repository's log does not know this key: whoever "
		               "added it was stopped; remove it and add it again");
	if (writer->removed != LB_NO_SLOT)
		return err_set(err, ERR_AUTH, "this key was removed from the repository");
	return err_set(err, ERR_AUTH,
	               "this key may not do that: it lacks the role \"%s\"",
	               lb_role_name(lb_record_role(type)));
}

static enum err_code decode(void *context, struct span bytes,
                            const struct lb_state *before, struct lb_record *r,
                            struct err *err)
{
	const struct lb_record_sealer *s = context;
	const struct lb_writer *writer;
	struct header h;
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
	r->is_void = !may_write(writer, r->type);
	if (rc != ERR_OK || r->is_void || !known(r->type))
		return rc;
	rc = open_shared(s->keyring, &h, r, err);
	return rc == ERR_OK ? open_private(s->keyring, &h, r, err) : rc;
}

/* Successors */

static enum err_code sign_next(void *context, struct lb_next *next, struct err *err)
{
	const struct lb_record_sealer *s = context;
	struct buf body = BUF_INIT;
	enum err_code rc = writer_of(s, &next->writer, err);

	if (rc != ERR_OK)
		return rc;
	lb_next_put_signed(next, &body);
	rc = buf_err(&body, err);
	if (rc == ERR_OK)
		rc = lb_sign(next->signature, s->sign, NEXT_DOMAIN, buf_span(&body), err);
	buf_fini(&body);
	return rc;
}

/* A key that was removed since may have signed: what counts is that the records listed
 * are a chain of valid ones, a SEAL last, which the log sees to. */
static enum err_code check_next(void *context, const struct lb_next *next,
                                const struct lb_state *after, struct err *err)
{
	const struct lb_writer *w = lb_state_writer(after, &next->writer);
	struct buf body = BUF_INIT;
	enum err_code rc;

	(void)context;
	if (!w)
		return err_set(err, ERR_AUTH, "an unknown key has signed it");
	lb_next_put_signed(next, &body);
	rc = buf_err(&body, err);
	if (rc == ERR_OK)
		rc = lb_sign_check(next->signature, &w->key.sign_public, NEXT_DOMAIN,
		                   buf_span(&body), err);
	buf_fini(&body);
	return rc;
}

struct lb_record_codec lb_record_codec_of(struct lb_record_sealer *sealer)
{
	return (struct lb_record_codec){
		.context = sealer,
		.encode = encode,
		.decode = decode,
		.check_role = check_role,
		.sign_next = sign_next,
		.check_next = check_next,
	};
}
