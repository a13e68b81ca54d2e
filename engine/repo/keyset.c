// SPDX-License-Identifier: Apache-2.0
#include "repo/keyset.h"

#include "base/wire.h"
#include "crypto/box.h"
#include "os/clock.h"
#include "repo/config.h"
#include "repo/record.h"

#include <assert.h>
#include <string.h>

enum {
	TAG_ROLES = 128,
	TAG_SEED,
	TAG_GENESIS,
	TAG_ID_KEY,
	TAG_CHUNKER_KEY,
	TAG_DEDUP_KEY,
	TAG_PUBLIC,
	TAG_SECRET,
	TAG_EPOCHS,
	ROLES_ALL = LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE | LB_ROLE_ADMIN,
	EPOCH_BYTES = 4 + LB_KEY,
};

static enum err_code keyset_new(struct lb_keyset **out, struct err *err)
{
	*out = lb_guarded_new(sizeof(**out));
	return *out == NULL ? err_nomem(err) : ERR_OK;
}

void lb_keyset_free(struct lb_keyset *k)
{
	lb_guarded_free(k);
}

enum err_code lb_keyset_generate(struct lb_keyset **out, struct err *err)
{
	struct lb_keyset *k = NULL;
	enum err_code rc;

	if ((rc = keyset_new(&k, err)) != ERR_OK)
		return rc;
	k->roles = ROLES_ALL;
	lb_key_random(&k->seed);
	lb_key_random(&k->id_key);
	lb_key_random(&k->chunker_key);
	lb_key_random(&k->dedup_key);
	lb_key_random(&k->repo_secret);
	lb_box_public(&k->repo_public, &k->repo_secret);
	k->epochs.count = 1;
	k->epochs.items[0].number = LB_EPOCH_FIRST;
	lb_key_random(&k->epochs.items[0].key);
	*out = k;
	return ERR_OK;
}

enum err_code lb_keyset_grant(struct lb_keyset **out, const struct lb_keyset *from,
                              uint32_t roles, struct err *err)
{
	struct lb_keyset *k = NULL;
	enum err_code rc;

	if (roles == 0 || (roles & ~(uint32_t)ROLES_ALL) != 0)
		return err_set(err, ERR_USAGE, "no such roles: %u", (unsigned)roles);
	if ((roles & LB_ROLE_READ) != 0 && (from->roles & LB_ROLE_READ) == 0)
		return err_set(err, ERR_AUTH,
		               "a key that cannot read cannot make one that can");
	if ((rc = keyset_new(&k, err)) != ERR_OK)
		return rc;
	*k = *from;
	k->roles = roles;
	lb_key_random(&k->seed);
	if ((roles & LB_ROLE_READ) == 0) {
		lb_key_wipe(&k->repo_secret);
		lb_wipe(&k->epochs, sizeof(k->epochs));
	}
	*out = k;
	return ERR_OK;
}

static struct span key_span(const struct lb_key *key)
{
	return span_of((const char *)key->b, LB_KEY);
}

static void put_epochs(struct buf *b, const struct lb_epochs *e)
{
	wire_put_u8(b, TAG_EPOCHS);
	wire_put_varint(b, e->count * EPOCH_BYTES);
	for (size_t i = 0; i < e->count; i++) {
		wire_put_u32(b, e->items[i].number);
		wire_put_raw(b, e->items[i].key.b, LB_KEY);
	}
}

static void put_all(struct buf *b, const struct lb_keyset *k)
{
	wire_put_field_u32(b, TAG_ROLES, k->roles);
	wire_put_field(b, TAG_SEED, key_span(&k->seed));
	wire_put_field(b, TAG_GENESIS, lb_id_span(&k->genesis));
	wire_put_field(b, TAG_ID_KEY, key_span(&k->id_key));
	wire_put_field(b, TAG_CHUNKER_KEY, key_span(&k->chunker_key));
	wire_put_field(b, TAG_DEDUP_KEY, key_span(&k->dedup_key));
	wire_put_field(b, TAG_PUBLIC, span_of((const char *)k->repo_public.b, LB_PUBLIC));
	if ((k->roles & LB_ROLE_READ) == 0)
		return;
	wire_put_field(b, TAG_SECRET, key_span(&k->repo_secret));
	put_epochs(b, &k->epochs);
}

enum err_code lb_keyset_encode(const struct lb_keyset *k, struct lb_secret *out,
                               struct err *err)
{
	struct lb_secret room = LB_SECRET_INIT;
	struct buf b = BUF_INIT;
	enum err_code rc;

	if ((rc = lb_secret_new(&room, LB_KEYSET_MAX, err)) != ERR_OK)
		return rc;
	/* The buffer writes into guarded memory, which is large enough: it never grows,
	 * so no key gets onto the heap. */
	b.ptr = (char *)room.ptr;
	b.cap = room.len;
	put_all(&b, k);
	assert(b.ptr == (char *)room.ptr && buf_ok(&b));
	rc = lb_secret_dup(out, buf_span(&b), err);
	lb_secret_free(&room);
	return rc;
}

static void read_epochs(struct wire *w, const struct wire_field *f, struct lb_epochs *e)
{
	struct wire v;

	if (f->value.len / EPOCH_BYTES > LB_EPOCHS_MAX) {
		wire_fail(w);
		return;
	}
	wire_init(&v, f->value);
	while (wire_ok(&v) && v.left > 0) {
		struct lb_epoch_key *item = &e->items[e->count];

		if (e->count == LB_EPOCHS_MAX)
			wire_fail(&v);
		if (!wire_ok(&v))
			break;
		item->number = wire_u32(&v);
		wire_copy(&v, item->key.b, LB_KEY);
		if (e->count > 0 && item->number <= item[-1].number)
			wire_fail(&v);
		e->count++;
	}
	if (!wire_end(&v))
		wire_fail(w);
}

static void read_field(struct wire *w, const struct wire_field *f, struct lb_keyset *k)
{
	switch (f->tag) {
	case TAG_ROLES:
		k->roles = wire_field_u32(w, f);
		break;
	case TAG_SEED:
		wire_field_copy(w, f, k->seed.b, LB_KEY);
		break;
	case TAG_GENESIS:
		wire_field_copy(w, f, k->genesis.b, LB_ID);
		break;
	case TAG_ID_KEY:
		wire_field_copy(w, f, k->id_key.b, LB_KEY);
		break;
	case TAG_CHUNKER_KEY:
		wire_field_copy(w, f, k->chunker_key.b, LB_KEY);
		break;
	case TAG_DEDUP_KEY:
		wire_field_copy(w, f, k->dedup_key.b, LB_KEY);
		break;
	case TAG_PUBLIC:
		wire_field_copy(w, f, k->repo_public.b, LB_PUBLIC);
		break;
	case TAG_SECRET:
		wire_field_copy(w, f, k->repo_secret.b, LB_KEY);
		break;
	case TAG_EPOCHS:
		read_epochs(w, f, &k->epochs);
		break;
	default:
		wire_field_unknown(w, f);
	}
}

/* The fields that must be there: all up to the public key, and the other two exactly with
 * the role read. `seen` has a bit for each. */
static enum err_code complete(const struct lb_keyset *k, unsigned seen, struct err *err)
{
	const bool reads = (k->roles & LB_ROLE_READ) != 0;
	const unsigned basic = (1U << (TAG_PUBLIC - TAG_ROLES + 1)) - 1;
	const unsigned reading =
		1U << (TAG_SECRET - TAG_ROLES) | 1U << (TAG_EPOCHS - TAG_ROLES);
	struct lb_public public;

	if (k->roles == 0 || (k->roles & ~(uint32_t)ROLES_ALL) != 0)
		return err_set(err, ERR_CORRUPT, "keyset: unknown roles %u",
		               (unsigned)k->roles);
	if (seen != (reads ? basic | reading : basic))
		return err_set(err, ERR_CORRUPT,
		               "keyset: it lacks keys, or has too many");
	if (!reads)
		return ERR_OK;
	if (k->epochs.count == 0)
		return err_set(err, ERR_CORRUPT, "keyset: no data key");
	lb_box_public(&public, &k->repo_secret);
	if (!lb_equal(public.b, k->repo_public.b, LB_PUBLIC))
		return err_set(err, ERR_CORRUPT, "keyset: two keys that are no pair");
	return ERR_OK;
}

enum err_code lb_keyset_decode(struct lb_keyset **out, struct span bytes, struct err *err)
{
	struct lb_keyset *k = NULL;
	struct wire_field f;
	struct wire w;
	unsigned seen = 0;
	enum err_code rc;

	if ((rc = keyset_new(&k, err)) != ERR_OK)
		return rc;
	wire_init(&w, bytes);
	while (wire_field(&w, &f)) {
		read_field(&w, &f, k);
		if (f.tag >= TAG_ROLES && f.tag <= TAG_EPOCHS)
			seen |= 1U << (f.tag - TAG_ROLES);
	}
	if (!wire_end(&w))
		rc = err_set(err, ERR_CORRUPT, "keyset: malformed");
	else
		rc = complete(k, seen, err);
	if (rc != ERR_OK) {
		lb_keyset_free(k);
		return rc;
	}
	*out = k;
	return ERR_OK;
}

enum err_code lb_keyset_keyring(struct lb_keyring **out, const struct lb_keyset *k,
                                const struct lb_config *config, struct err *err)
{
	struct lb_keyring *ring = NULL;
	enum err_code rc;

	if ((rc = lb_keyring_new(&ring, err)) != ERR_OK)
		return rc;
	ring->repo = config->repo;
	ring->suite = config->suite;
	ring->ident = config->ident;
	ring->id_key = k->id_key;
	ring->chunker_key = k->chunker_key;
	ring->dedup_key = k->dedup_key;
	ring->public = k->repo_public;
	ring->can_read = (k->roles & LB_ROLE_READ) != 0;
	ring->secret = k->repo_secret;
	ring->epochs = k->epochs;
	*out = ring;
	return ERR_OK;
}

void lb_key_entry_init(struct lb_key_entry *e, const struct lb_keyset *keys,
                       const struct lb_id16 *slot, const char *label)
{
	struct span text = span_sub(span_str(label), 0, sizeof e->label - 1);
	struct lb_sign_key sign;
	struct lb_key secret;

	*e = (struct lb_key_entry){ .slot = *slot,
		                    .roles = keys->roles,
		                    .time = os_now_ms() * 1000000 };
	lb_sign_derive(&sign, &keys->seed);
	lb_sign_public(&e->sign_public, &sign);
	lb_sign_wipe(&sign);
	lb_box_derive(&secret, &keys->seed);
	lb_box_public(&e->box_public, &secret);
	lb_key_wipe(&secret);
	if (text.len > 0)
		memcpy(e->label, text.ptr, text.len);
}
