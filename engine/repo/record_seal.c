// SPDX-License-Identifier: Apache-2.0
/* Records and successors as bytes: sealing and signing. */
#include "repo/record_seal.h"

#include "base/mem.h"
#include "base/wire.h"
#include "crypto/box.h"
#include "crypto/digest.h"
#include "pack/keyring.h"
#include "repo/config.h"
#include "repo/next.h"
#include "repo/record_seal_internal.h"
#include "repo/state.h"

#include <string.h>

enum { ROOM_FOR_PART = LB_RECORD_MAX };

#define NEXT_DOMAIN "lifeboat next"

/* Keys and associated data of one record. */

struct span record_context_of(struct record_context *c, const struct lb_record *r)
{
	memcpy(c->b, r->session.b, LB_ID16);
	memcpy(c->b + LB_ID16, r->nonce.b, LB_ID16);
	wire_store_u32(c->b + LB_ID16 + LB_ID16, LB_SLOT_EPOCH(r->slot));
	wire_store_u32(c->b + LB_ID16 + LB_ID16 + 4, LB_SLOT_SEQ(r->slot));
	return span_of((const char *)c->b, sizeof(c->b));
}

struct lb_aad record_aad(const struct lb_keyring *k, const struct lb_record *r,
                         enum lb_sealed type)
{
	struct lb_aad aad = { .type = type, .repo = k->repo, .slot = r->slot };

	memcpy(aad.object.b, r->session.b, LB_ID16);
	memcpy(aad.object.b + LB_ID16, r->nonce.b, LB_ID16);
	return aad;
}

/* Appends so many bytes to `out` and gives them, NULL on running out of memory. */
unsigned char *record_extend(struct buf *out, size_t len)
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
	struct lb_aad aad = record_aad(k, r, type);
	unsigned char *at = record_extend(out, plain.len + LB_TAG);
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

/* Writing */

static void put_header(const struct lb_record *r, const struct lb_keyring *k,
                       const struct record_header *h, struct buf *out)
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
	struct record_context c;
	struct lb_key key;
	enum err_code rc;

	if (plain.len == 0)
		return ERR_OK;
	lb_kdf(&key, &k->dedup_key, "shared", record_context_of(&c, r));
	lb_commit(commit, &key);
	wire_put_raw(out, commit, LB_KEY);
	rc = seal_part(k, r, LB_SEALED_SHARED, &key, plain, out, err);
	lb_key_wipe(&key);
	return rc;
}

static enum err_code put_private(const struct lb_record *r, const struct lb_keyring *k,
                                 const struct record_header *h, struct buf *out,
                                 struct err *err)
{
	unsigned char commit[LB_KEY], boxed[LB_BOXED];
	enum err_code rc = ERR_OK;
	struct record_context c;
	struct lb_key key;

	if (r->private_state == LB_PRIVATE_NONE)
		return ERR_OK;
	if (h->mode == RECORD_DERIVED)
		lb_kdf(&key, &lb_epochs_last(&k->epochs)->key, "private",
		       record_context_of(&c, r));
	else
		lb_key_random(&key);
	lb_commit(commit, &key);
	wire_put_raw(out, commit, LB_KEY);
	if (h->mode == RECORD_BOXED) {
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
	struct record_header h = { .suite = k->suite };
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
		h.mode = last ? RECORD_DERIVED : RECORD_BOXED;
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
	if (record_may_write(writer, type))
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
		.decode = record_decode,
		.check_role = check_role,
		.sign_next = sign_next,
		.check_next = check_next,
	};
}
