// SPDX-License-Identifier: Apache-2.0
#include "pack/object.h"

#include "base/mem.h"
#include "base/wire.h"
#include "chunk/compress.h"
#include "crypto/digest.h"
#include "os/random.h"
#include "pack/keyring.h"

#include <string.h>

enum { HEADER = 80, SALT = 32 };

struct head {
	uint8_t type;
	uint8_t suite;
	unsigned char salt[SALT];
	unsigned char commit[LB_KEY];
	uint32_t length;
	uint8_t codec;
};

uint64_t lb_object_sealed_max(uint64_t max)
{
	return HEADER + max + LB_TAG;
}

static enum lb_sealed sealed_as(enum lb_object_type type)
{
	switch (type) {
	case LB_OBJECT_SEGMENT:
		return LB_SEALED_SEGMENT;
	case LB_OBJECT_LIST:
		return LB_SEALED_LIST;
	case LB_OBJECT_SESSION:
	default:
		return LB_SEALED_SESSION;
	}
}

/* Cipher context, key and associated data of the object with this salt. */
static enum err_code prepare(const struct lb_keyring *k, enum lb_object_type type,
                             uint8_t suite, const unsigned char salt[SALT],
                             unsigned char commit[LB_KEY], struct lb_seal **seal,
                             struct lb_aad *aad, struct err *err)
{
	struct lb_key key;
	enum err_code rc;

	*aad = (struct lb_aad){ .type = sealed_as(type), .repo = k->repo };
	memcpy(aad->object.b, salt, SALT);
	lb_kdf(&key, &k->dedup_key, "object", span_of((const char *)salt, SALT));
	lb_commit(commit, &key);
	rc = lb_seal_new(seal,
	                 suite == LB_SUITE_AES256GCM ? LB_SUITE_AES256GCM
	                                             : LB_SUITE_XCHACHA20,
	                 err);
	if (rc == ERR_OK)
		rc = lb_seal_key(*seal, &key, err);
	lb_key_wipe(&key);
	return rc;
}

static void put_head(struct buf *out, const struct head *h)
{
	wire_put_raw(out, "LBOB", 4);
	wire_put_u16(out, LB_FORMAT_VERSION);
	wire_put_u8(out, h->type);
	wire_put_u8(out, h->suite);
	wire_put_raw(out, h->salt, SALT);
	wire_put_raw(out, h->commit, LB_KEY);
	wire_put_u32(out, h->length);
	wire_put_u8(out, h->codec);
	wire_put_zeros(out, 3);
}

/* The content as it is sealed: compressed into `small`, or `plain` itself. */
static enum err_code pack_content(struct span plain, struct buf *small, struct span *out,
                                  uint8_t *codec, struct err *err)
{
	struct lb_compressor *c = NULL;
	enum lb_codec how = LB_CODEC_STORED;
	enum err_code rc = ERR_OK;

	if (plain.len <= LB_COMPRESS_MAX &&
	    (rc = lb_compressor_new(&c, LB_LEVEL_DEFAULT, err)) == ERR_OK)
		rc = lb_compress(c, plain, small, &how, err);
	lb_compressor_free(c);
	*codec = (uint8_t)how;
	*out = how == LB_CODEC_STORED ? plain : buf_span(small);
	return rc;
}

/* Header and content, the content not sealed yet, with room for the tag. */
static enum err_code compose(struct head *h, struct span plain, struct buf *out,
                             struct err *err)
{
	struct buf small = BUF_INIT;
	struct span content;
	enum err_code rc = pack_content(plain, &small, &content, &h->codec, err);

	if (rc == ERR_OK) {
		h->length = (uint32_t)plain.len;
		buf_clear(out);
		put_head(out, h);
		buf_put(out, content);
		wire_put_zeros(out, LB_TAG);
		rc = buf_err(out, err);
	}
	buf_fini(&small);
	return rc;
}

enum err_code lb_object_seal(const struct lb_keyring *k, enum lb_object_type type,
                             struct span plain, struct buf *out, struct lb_id *name,
                             struct err *err)
{
	struct head h = { .type = (uint8_t)type, .suite = (uint8_t)k->suite };
	struct lb_seal *seal = NULL;
	struct lb_aad aad;
	unsigned char *content;
	size_t len;
	enum err_code rc;

	if (plain.len > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "an object above 4 GiB");
	os_random(h.salt, SALT);
	if ((rc = prepare(k, type, h.suite, h.salt, h.commit, &seal, &aad, err)) !=
	            ERR_OK ||
	    (rc = compose(&h, plain, out, err)) != ERR_OK)
		goto out;
	content = (unsigned char *)out->ptr + HEADER;
	len = out->len - HEADER - LB_TAG;
	rc = lb_seal_put(seal, 0, &aad, span_of((const char *)content, len), content,
	                 err);
	if (rc == ERR_OK && name)
		rc = lb_hash(buf_span(out), name, err);
out:
	lb_seal_free(seal);
	return rc;
}

/* The header; what is left in `w` is the sealed content. */
static enum err_code get_head(struct head *h, enum lb_object_type type, uint64_t max,
                              struct wire *w, struct err *err)
{
	uint16_t version;

	if (!wire_magic(w, "LBOB", 4))
		return err_set(err, ERR_CORRUPT, "this is no sealed object");
	version = wire_u16(w);
	if (wire_ok(w) && version != LB_FORMAT_VERSION)
		return err_set(err, ERR_UNSUPPORTED,
		               "format version %u is not known; a newer program may be",
		               version);
	h->type = wire_u8(w);
	h->suite = wire_u8(w);
	wire_copy(w, h->salt, SALT);
	wire_copy(w, h->commit, LB_KEY);
	h->length = wire_u32(w);
	h->codec = wire_u8(w);
	wire_zeros(w, 3);
	if (!wire_ok(w) || w->left < LB_TAG)
		return err_set(err, ERR_CORRUPT, "it is damaged or cut short");
	if (h->type != type)
		return err_set(err, ERR_CORRUPT, "it is of type %u, not %d", h->type,
		               (int)type);
	if (!lb_suite_known(h->suite) || h->codec > LB_CODEC_ZSTD)
		return err_set(err, ERR_CORRUPT, "unknown suite %u or codec %u", h->suite,
		               h->codec);
	if (h->length > max)
		return err_set(err, ERR_LIMIT, "%u bytes, where %llu are the most",
		               (unsigned)h->length, (unsigned long long)max);
	if (h->codec == LB_CODEC_STORED && h->length != w->left - LB_TAG)
		return err_set(err, ERR_CORRUPT, "its length is wrong");
	return ERR_OK;
}

/* Room for exactly `len` bytes in `out`, which then counts them. */
static enum err_code take_room(struct buf *out, size_t len, struct err *err)
{
	buf_clear(out);
	if (!buf_reserve(out, len))
		return err_nomem(err);
	out->len = len;
	out->ptr[len] = '\0';
	return ERR_OK;
}

static enum err_code unpack(const struct head *h, struct span stored, struct buf *out,
                            struct err *err)
{
	struct lb_decompressor *d = NULL;
	enum err_code rc;

	if ((rc = take_room(out, h->length, err)) == ERR_OK &&
	    (rc = lb_decompressor_new(&d, err)) == ERR_OK)
		rc = lb_decompress(d, LB_CODEC_ZSTD, stored, h->length,
		                   (unsigned char *)out->ptr, err);
	lb_decompressor_free(d);
	return rc;
}

static enum err_code open_content(const struct lb_keyring *k, const struct head *h,
                                  enum lb_object_type type, struct span sealed,
                                  struct buf *out, struct err *err)
{
	unsigned char commit[LB_KEY];
	struct buf small = BUF_INIT;
	struct buf *into = h->codec == LB_CODEC_STORED ? out : &small;
	struct lb_seal *seal = NULL;
	struct lb_aad aad;
	enum err_code rc;

	if ((rc = prepare(k, type, h->suite, h->salt, commit, &seal, &aad, err)) !=
	    ERR_OK)
		goto out;
	if (!lb_equal(commit, h->commit, sizeof(commit))) {
		rc = err_set(err, ERR_CORRUPT,
		             "its key does not fit: altered, or of another repository");
		goto out;
	}
	if ((rc = take_room(into, sealed.len - LB_TAG, err)) != ERR_OK)
		goto out;
	rc = lb_seal_get(seal, 0, &aad, sealed, (unsigned char *)into->ptr, err);
	if (rc == ERR_OK && into == &small)
		rc = unpack(h, buf_span(&small), out, err);
out:
	lb_seal_free(seal);
	buf_fini(&small);
	return rc;
}

static enum err_code open_object(const struct lb_keyring *k, enum lb_object_type type,
                                 const struct lb_id *name, struct span sealed,
                                 uint64_t max, struct buf *out, struct err *err)
{
	struct lb_id hash;
	struct head h;
	struct wire w;
	enum err_code rc;

	if (name) {
		if ((rc = lb_hash(sealed, &hash, err)) != ERR_OK)
			return rc;
		if (!lb_id_eq(&hash, name))
			return err_set(err, ERR_CORRUPT,
			               "its bytes are not those that its name says");
	}
	wire_init(&w, sealed);
	if ((rc = get_head(&h, type, max, &w, err)) != ERR_OK)
		return rc;
	return open_content(k, &h, type, span_from(sealed, HEADER), out, err);
}

enum err_code lb_object_open(const struct lb_keyring *k, enum lb_object_type type,
                             const struct lb_id *name, struct span sealed, uint64_t max,
                             struct buf *out, struct err *err)
{
	char hex[LB_ID_HEX];
	enum err_code rc = open_object(k, type, name, sealed, max, out, err);

	if (rc == ERR_OK)
		return rc;
	buf_clear(out);
	if (!name)
		return rc;
	lb_id_hex(name, hex);
	return err_wrap(err, rc, "%s", hex);
}
