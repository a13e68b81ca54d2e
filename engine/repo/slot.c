// SPDX-License-Identifier: Apache-2.0
#include "repo/slot.h"

#include "base/wire.h"
#include "crypto/digest.h"
#include "repo/config.h"
#include "repo/recovery.h"

#include <string.h>

enum { KDF_NONE = 0, KDF_ARGON2ID = 1 };

static const char magic[] = "LBKEYSLT";

const char *lb_slot_kind_name(enum lb_slot_kind kind)
{
	switch (kind) {
	case LB_SLOT_PASSWORD:
		return "password";
	case LB_SLOT_KEY_FILE:
		return "key file";
	case LB_SLOT_RECOVERY:
		return "recovery code";
	case LB_SLOT_RECIPIENT:
		return "recipient";
	}
	return "unknown";
}

static enum err_code check_head(const struct lb_slot *s, uint8_t kdf, struct err *err)
{
	const bool password = s->kind == LB_SLOT_PASSWORD;

	if (s->kind < LB_SLOT_PASSWORD || s->kind > LB_SLOT_RECIPIENT)
		return err_set(err, ERR_UNSUPPORTED, "key slot: unknown kind %d",
		               (int)s->kind);
	if (kdf != (password ? KDF_ARGON2ID : KDF_NONE))
		return err_set(err, ERR_CORRUPT,
		               "key slot: derivation %u does not go with a %s",
		               (unsigned)kdf, lb_slot_kind_name(s->kind));
	if (!lb_suite_known(s->suite))
		return err_set(err, ERR_UNSUPPORTED, "key slot: unknown suite %d",
		               (int)s->suite);
	/* Before anybody spends the memory that the slot asks for. */
	if (password ? !lb_pwhash_cost_valid(&s->cost)
	             : s->cost.passes != 0 || s->cost.memory_kib != 0)
		return err_set(err, ERR_CORRUPT,
		               "key slot: %u passes over %u KiB are out of bounds",
		               (unsigned)s->cost.passes, (unsigned)s->cost.memory_kib);
	return ERR_OK;
}

/* The fixed part up to the configuration. */
static void read_head(struct wire *w, struct lb_slot *s, uint8_t *kdf)
{
	s->kind = (enum lb_slot_kind)wire_u8(w);
	*kdf = wire_u8(w);
	wire_copy(w, s->repo.b, LB_ID);
	wire_copy(w, s->id.b, LB_ID16);
	s->cost.passes = wire_u32(w);
	s->cost.memory_kib = wire_u32(w);
	wire_copy(w, s->salt.b, LB_KEY);
	s->suite = (enum lb_suite)wire_u8(w);
	wire_zeros(w, 3);
	if (s->kind == LB_SLOT_RECIPIENT)
		wire_copy(w, s->wrapped, LB_BOXED);
	else
		wire_zeros(w, LB_BOXED);
}

enum err_code lb_slot_parse(struct lb_slot *out, struct span content, struct err *err)
{
	struct lb_slot s = { 0 };
	struct wire w;
	uint32_t length;
	uint16_t version;
	uint8_t kdf;

	if (content.len > LB_SLOT_MAX)
		return err_set(err, ERR_CORRUPT, "key slot: %zu bytes, at most %d",
		               content.len, LB_SLOT_MAX);
	wire_init(&w, content);
	if (!wire_magic(&w, magic, sizeof(magic) - 1))
		return err_set(err, ERR_CORRUPT, "this is no key slot");
	version = wire_u16(&w);
	if (wire_ok(&w) && version != LB_FORMAT_VERSION)
		return err_set(err, ERR_UNSUPPORTED,
		               "the key slot has format %u; this program knows format %d",
		               (unsigned)version, LB_FORMAT_VERSION);
	read_head(&w, &s, &kdf);
	length = wire_u32(&w);
	if (length > LB_CONFIG_MAX)
		wire_fail(&w);
	s.config = wire_take(&w, length);
	s.header = span_sub(content, 0, content.len - w.left);
	wire_copy(&w, s.commit, LB_KEY);
	length = wire_u32(&w);
	s.sealed = wire_take(&w, length);
	if (!wire_end(&w) || s.sealed.len < LB_TAG ||
	    s.sealed.len > LB_KEYSET_MAX + LB_TAG)
		return err_set(err, ERR_CORRUPT, "key slot: malformed");
	*out = s;
	return check_head(&s, kdf, err);
}

/* The key-encryption key of a slot that exists. */
static enum err_code derive_kek(struct lb_key *kek, const struct lb_slot *s,
                                struct span secret, const struct lb_key *recipient,
                                struct err *err)
{
	switch (s->kind) {
	case LB_SLOT_PASSWORD:
		return lb_pwhash(kek, secret, s->salt.b, &s->cost, err);
	case LB_SLOT_KEY_FILE:
	case LB_SLOT_RECOVERY:
		lb_filehash(kek, &s->salt, secret);
		return ERR_OK;
	case LB_SLOT_RECIPIENT:
		return lb_box_open(kek, recipient, s->wrapped, err);
	}
	return err_set(err, ERR_UNSUPPORTED, "key slot: unknown kind");
}

/* K = KDF(KEK, "slot", H(configuration)) */
static enum err_code start_seal(struct lb_seal **out, enum lb_suite suite,
                                const struct lb_key *kek, const struct lb_id *config,
                                struct err *err)
{
	struct lb_seal *seal = NULL;
	struct lb_key key;
	enum err_code rc;

	if ((rc = lb_seal_new(&seal, suite, err)) != ERR_OK)
		return rc;
	lb_kdf(&key, kek, "slot", lb_id_span(config));
	rc = lb_seal_key(seal, &key, err);
	lb_key_wipe(&key);
	if (rc != ERR_OK) {
		lb_seal_free(seal);
		return rc;
	}
	*out = seal;
	return ERR_OK;
}

static struct lb_aad slot_aad(const struct lb_id *repo, const struct lb_id16 *id,
                              struct span header)
{
	struct lb_aad aad = { .type = LB_SEALED_SLOT, .repo = *repo, .extra = header };

	memcpy(aad.object.b, id->b, LB_ID16);
	return aad;
}

static enum err_code open_keyset(struct lb_keyset **out, const struct lb_slot *s,
                                 const struct lb_key *kek, struct err *err)
{
	const struct lb_aad aad = slot_aad(&s->repo, &s->id, s->header);
	struct lb_secret plain = LB_SECRET_INIT;
	struct lb_seal *seal = NULL;
	struct lb_id config;
	enum err_code rc;

	if ((rc = lb_hash(s->config, &config, err)) != ERR_OK ||
	    (rc = start_seal(&seal, s->suite, kek, &config, err)) != ERR_OK ||
	    (rc = lb_secret_new(&plain, s->sealed.len - LB_TAG, err)) != ERR_OK)
		goto out;
	rc = lb_seal_get(seal, 0, &aad, s->sealed, plain.ptr, err);
	if (rc == ERR_CORRUPT) {
		err_set(err, rc,
		        "the secret is right, but the key slot was altered; use "
		        "another slot, or a copy of this one");
		goto out;
	}
	if (rc == ERR_OK)
		rc = lb_keyset_decode(out, lb_secret_span(&plain), err);
out:
	lb_secret_free(&plain);
	lb_seal_free(seal);
	return rc;
}

/* What the slot vouches for against what the store has. */
static enum err_code check_config(const struct lb_slot *s, struct span config,
                                  struct err *err)
{
	struct lb_config own;
	enum err_code rc;

	if ((rc = lb_config_decode(&own, s->config, err)) != ERR_OK)
		return err_wrap(err, rc, "the key slot's copy of the configuration");
	if (!lb_id_eq(&own.repo, &s->repo))
		return err_set(err, ERR_CORRUPT,
		               "the key slot names two repositories: it was altered");
	if (config.len > 0 && !span_eq(config, s->config))
		return err_set(
			err, ERR_CORRUPT,
			"the configuration (`config`) is not the one that this key slot "
			"was made for: it was altered, or is another repository's; "
			"`lifeboat repair` writes it again from the slot");
	return ERR_OK;
}

enum err_code lb_slot_open(struct lb_keyset **out, const struct lb_slot *slot,
                           const struct lb_unlock *how, struct span config,
                           struct err *err)
{
	const char *what = lb_slot_kind_name(slot->kind);
	struct lb_keyset *keys = NULL;
	unsigned char commit[LB_KEY];
	char id[LB_ID16_HEX];
	struct lb_key kek;
	enum err_code rc;

	lb_id16_hex(&slot->id, id);
	if (how->kind != slot->kind)
		return err_set(err, ERR_AUTH, "key slot %s is for a %s, not a %s", id,
		               what, lb_slot_kind_name(how->kind));
	rc = derive_kek(&kek, slot, how->secret, how->recipient, err);
	if (rc == ERR_OK) {
		lb_commit(commit, &kek);
		if (!lb_equal(commit, slot->commit, LB_KEY))
			rc = err_set(err, ERR_AUTH, "wrong %s", what);
	}
	if (rc == ERR_OK)
		rc = open_keyset(&keys, slot, &kek, err);
	if (rc == ERR_OK)
		rc = check_config(slot, config, err);
	lb_key_wipe(&kek);
	if (rc != ERR_OK) {
		lb_keyset_free(keys);
		return err_wrap(err, rc, "key slot %s", id);
	}
	*out = keys;
	return ERR_OK;
}

static enum err_code check_plan(const struct lb_slot_plan *p, struct err *err)
{
	const size_t n = p->secret.len;

	if (p->kind == LB_SLOT_PASSWORD && n == 0)
		return err_set(err, ERR_USAGE, "an empty password protects nothing");
	if (p->kind == LB_SLOT_PASSWORD && !lb_pwhash_cost_valid(&p->cost))
		return err_set(
			err, ERR_USAGE,
			"Argon2id takes 1 to %d passes over %d to %d KiB, at most %u KiB "
			"in all",
			LB_PWHASH_PASSES_MAX, LB_PWHASH_MEMORY_MIN, LB_PWHASH_MEMORY_MAX,
			LB_PWHASH_WORK_MAX);
	if (p->kind == LB_SLOT_KEY_FILE && (n < LB_KEY_FILE_MIN || n > LB_KEY_FILE_MAX))
		return err_set(err, ERR_USAGE,
		               "a key file has %d bytes to 1 MiB, and this one %zu",
		               LB_KEY_FILE_MIN, n);
	if (p->kind == LB_SLOT_RECOVERY && n != LB_RECOVERY)
		return err_set(err, ERR_USAGE, "a recovery code has %d bytes",
		               LB_RECOVERY);
	return ERR_OK;
}

/* Fills what is random, and the key-encryption key. */
static enum err_code draw(struct lb_slot *s, struct lb_key *kek,
                          const struct lb_slot_plan *p, struct err *err)
{
	lb_key_random(&s->salt);
	if (s->kind != LB_SLOT_RECIPIENT)
		return derive_kek(kek, s, p->secret, NULL, err);
	lb_key_random(kek);
	return lb_box_seal(s->wrapped, p->recipient, kek, err);
}

static void put_head(struct buf *b, const struct lb_slot *s)
{
	buf_puts(b, magic);
	wire_put_u16(b, LB_FORMAT_VERSION);
	wire_put_u8(b, (uint8_t)s->kind);
	wire_put_u8(b, s->kind == LB_SLOT_PASSWORD ? KDF_ARGON2ID : KDF_NONE);
	wire_put_raw(b, s->repo.b, LB_ID);
	wire_put_raw(b, s->id.b, LB_ID16);
	wire_put_u32(b, s->cost.passes);
	wire_put_u32(b, s->cost.memory_kib);
	wire_put_raw(b, s->salt.b, LB_KEY);
	wire_put_u8(b, (uint8_t)s->suite);
	wire_put_zeros(b, 3);
	wire_put_raw(b, s->wrapped, LB_BOXED);
	wire_put_u32(b, (uint32_t)s->config.len);
	buf_put(b, s->config);
}

/* Seals the keyset to the end of `b`, whose bytes from `from` on are the slot's header.
 */
static enum err_code put_keyset(struct buf *b, size_t from, const struct lb_slot *s,
                                const struct lb_key *kek, const struct lb_id *config,
                                const struct lb_keyset *keys, struct err *err)
{
	const size_t header_len = b->len - from;
	struct lb_secret plain = LB_SECRET_INIT;
	struct lb_seal *seal = NULL;
	unsigned char commit[LB_KEY];
	struct lb_aad aad;
	size_t at;
	enum err_code rc;

	if ((rc = start_seal(&seal, s->suite, kek, config, err)) != ERR_OK ||
	    (rc = lb_keyset_encode(keys, &plain, err)) != ERR_OK)
		goto out;
	lb_commit(commit, kek);
	wire_put_raw(b, commit, LB_KEY);
	wire_put_u32(b, (uint32_t)(plain.len + LB_TAG));
	at = b->len;
	wire_put_zeros(b, plain.len + LB_TAG);
	if ((rc = buf_err(b, err)) != ERR_OK)
		goto out;
	aad = slot_aad(&s->repo, &s->id, span_of(b->ptr + from, header_len));
	rc = lb_seal_put(seal, 0, &aad, lb_secret_span(&plain),
	                 (unsigned char *)b->ptr + at, err);
out:
	lb_secret_free(&plain);
	lb_seal_free(seal);
	return rc;
}

enum err_code lb_slot_create(struct buf *out, const struct lb_slot_plan *plan,
                             const struct lb_config *config, const struct lb_keyset *keys,
                             struct err *err)
{
	struct lb_slot s = {
		.kind = plan->kind,
		.repo = config->repo,
		.id = plan->id,
		.suite = plan->suite,
		.config = lb_config_content(config),
	};
	const size_t from = out->len;
	struct lb_key kek;
	enum err_code rc;

	if ((rc = check_plan(plan, err)) != ERR_OK)
		return rc;
	if (plan->kind == LB_SLOT_PASSWORD)
		s.cost = plan->cost;
	if ((rc = draw(&s, &kek, plan, err)) == ERR_OK) {
		put_head(out, &s);
		rc = put_keyset(out, from, &s, &kek, &config->hash, keys, err);
	}
	lb_key_wipe(&kek);
	return rc;
}
